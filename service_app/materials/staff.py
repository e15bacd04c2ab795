"""The workshop's face: the list, a batch with its acts, and the register."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template
from flask_wtf import FlaskForm

from service_app import refusals, told
from service_app.core import clock, files, sheets
from service_app.core.access import Actor, needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import Acts, Typed, attempt, attempt_act, forms_of
from service_app.core.i18n import LANGUAGES, kilograms
from service_app.core.web import actor, current, see, upload
from service_app.lists import shown as lists
from service_app.materials import balance, codes, forms, operations, papers, queries, words
from service_app.materials.listed import LIST
from service_app.materials.models import MaterialBatch
from service_app.takebacks import queries as takebacks

pages = Blueprint("materials", __name__, template_folder="templates")
pages.app_context_processor(lambda: {"material_words": words})


@pages.get("/materials")
@needs("recovery:read")
def list_page() -> Any:
    """All batches."""
    return lists.page(LIST, "materials/list.html")


@pages.get("/materials/new")
@needs("recovery:write")
def new() -> Any:
    """What the batch collects."""
    return render_template("materials/new.html", form=forms.BeginForm())


@pages.post("/materials/new")
@needs("recovery:write")
def begin() -> Any:
    """A batch is opened."""
    form, made = forms.BeginForm(), []
    with attempt(form, refusals.sentence) as tried:
        made.append(operations.open_batch(actor(), form.what.data or ""))
    if tried.is_done:
        return see("materials.detail", reference=made[0].reference)
    return render_template("materials/new.html", form=form), tried.status


@pages.get("/materials/register.csv")
@needs("recovery:read")
def register() -> Any:
    """What left, a row a fraction, as a controller asks for it."""
    name = f"materials-{clock.today(current().workshop.zone).isoformat()}.csv"
    content = b"".join(sheets.as_csv(queries.REGISTER, list(queries.register())))
    return Response(
        content, mimetype=sheets.MEDIA_TYPES["csv"], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )  # fmt: skip


@pages.get("/materials/<reference>")
@needs("recovery:read")
def detail(reference: str) -> Any:
    """One batch: what went in, its fractions, the balance, and what can be done now."""
    return _page(queries.get_batch(reference))


def _load_takeback(who: Actor, batch: MaterialBatch, form: Any) -> None:
    if not form.takeback.data:
        raise Invalid("field.required", field="takeback")
    operations.load_takeback(who, batch, takebacks.get_takeback(form.takeback.data))


def _load(who: Actor, batch: MaterialBatch, form: Any) -> None:
    mass_g = forms.grams(form.kg) or 0
    operations.load_by_hand(who, batch, form.what.data or "", mass_g, is_estimated=form.is_estimated.data)


def _fraction(who: Actor, batch: MaterialBatch, form: Any) -> None:
    mass_g = forms.grams(form.kg) or 0
    operations.add_fraction(who, batch, form.waste_code.data or "", mass_g, is_estimated=form.is_estimated.data)


def _transfer(who: Actor, batch: MaterialBatch, form: Any) -> None:
    if form.handed_on.data is None:
        raise Invalid("field.required", field="handed_on")
    operations.transfer(
        who, batch, form.fractions.data or (), form.recoverer.data or "", form.recoverer_number.data or "",
        form.handed_on.data, form.way(),
    )  # fmt: skip


_ACTS: Acts = {
    "takeback": (forms.TakebackForm, _load_takeback),
    "load": (forms.LoadForm, _load),
    "weigh": (
        forms.WeighForm,
        lambda who, batch, form: operations.weigh(who, batch, forms.grams(form.kg, may_miss=True)),
    ),
    "fraction": (forms.FractionForm, _fraction),
    "allocate": (
        forms.AllocateForm,
        lambda who, batch, form: operations.allocate(who, batch, form.explanation.data or ""),
    ),
    "transfer": (forms.TransferForm, _transfer),
    "quarantine": (
        forms.ReasonForm,
        lambda who, batch, form: operations.quarantine(who, batch, form.reason.data or ""),
    ),
    "release": (forms.ReasonForm, lambda who, batch, form: operations.release(who, batch, form.reason.data or "")),
}


@pages.get("/materials/<reference>/papers/<document>.<language>.pdf")
@needs("recovery:read")
def paper(reference: str, document: str, language: str) -> Any:
    """The traceability document of a transfer, in a language."""
    if language not in LANGUAGES:
        raise NotFound("not_found")
    made = papers.traceability_of(queries.get_transfer(queries.get_batch(reference), document), language)
    answer = upload(files.read(made.file), "application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{document}-{language}.pdf"'
    return answer


@pages.post("/materials/<reference>/<act>")
@needs("recovery:write")
def act(reference: str, act: str) -> Any:
    """One act of `_ACTS`."""
    batch = queries.get_batch(reference)
    typed, tried = attempt_act(_ACTS, act, actor(), batch, refusals.sentence)
    return see("materials.detail", reference=reference) if tried.is_done else _page(batch, typed, tried.status)


@pages.post("/materials/<reference>/fractions/<int:number>/remove")
@needs("recovery:write")
def remove(reference: str, number: int) -> Any:
    """A fraction that was typed wrongly."""
    batch, form = queries.get_batch(reference), FlaskForm()
    with attempt(form, refusals.sentence) as tried:
        operations.remove_fraction(actor(), batch, number)
    return see("materials.detail", reference=reference) if tried.is_done else _page(batch, {}, tried.status)


def _page(batch: MaterialBatch, typed: Typed | None = None, status: int = 200) -> Any:
    today = clock.today(current().workshop.zone)
    filled = forms_of(_ACTS, typed)
    fractions, waiting = queries.fractions_of(batch), queries.waiting() if batch.status == "open" else ()
    filled["takeback"].takeback.choices = [
        (each.reference, f"{each.reference} · {each.what} · {kilograms(each.came_g or 0)} kg") for each in waiting
    ]
    filled["fraction"].waste_code.choices = [
        (each.code, f"{each.code}{'*' if each.is_hazardous else ''} {each.said()}"[:110])
        for each in codes.in_force(today)
    ]
    filled["transfer"].fractions.choices = [
        (each.id, f"{each.waste_code} · {kilograms(each.mass_g)} kg") for each in fractions if each.transfer_id is None
    ]
    if filled["transfer"].handed_on.data is None:
        filled["transfer"].handed_on.data = today
    return render_template(
        "materials/detail.html", batch=batch, forms=filled, loads=queries.loads_of(batch), fractions=fractions,
        loaded_g=queries.loaded_g(batch), transfers=queries.transfers_of(batch),
        code_of=lambda row: codes.known(row.waste_code), languages_of_papers=LANGUAGES, waiting=waiting, life=told.timeline(batch),
        balance=balance.of(batch.in_g, (each.mass_g for each in fractions)) if batch.in_g else None,
        may_write=current().can("recovery:write"),
    ), status  # fmt: skip
