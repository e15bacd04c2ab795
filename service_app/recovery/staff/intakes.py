"""Intakes: what announced them, the scan, the look at each thing, the differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask_wtf import FlaskForm
from sqlalchemy import select

from service_app import refusals, told
from service_app.catalogue.queries import ProductFilter, get_product, list_products
from service_app.contracts.models import Contract
from service_app.core import listing
from service_app.core.access import Actor, needs
from service_app.core.db import session
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attempt
from service_app.core.i18n import words as in_words
from service_app.core.web import actor, current, see
from service_app.lists import shown as lists
from service_app.recovery import forms, queries
from service_app.recovery.listed import INTAKES
from service_app.recovery.models import Intake, IntakeLine
from service_app.recovery.operations import intake as operations
from service_app.recovery.staff import pages
from service_app.rounds.models import Round
from service_app.scanning.staff import scanner_page
from service_app.takebacks.models import Takeback


@pages.get("/intakes")
@needs("recovery:read")
def list_page() -> Any:
    """What came in."""
    return lists.page(INTAKES, "recovery/list.html")


@pages.get("/intakes/new")
@needs("recovery:write")
def new() -> Any:
    """What announced it."""
    form = forms.BeginForm()
    form.reference.data = listing.asked("reference")
    return render_template("recovery/new.html", form=form)


def _announced_by(reference: str) -> Any:
    """What a code names. Refuses one of nothing (`intake.no_source`)."""
    wanted = reference.strip().upper()
    if not wanted:
        return None
    for model in (Takeback, Contract, Round):
        found = session().scalars(select(model).where(model.reference == wanted)).first()
        if found is not None:
            return found
    raise Invalid("intake.no_source", field="reference")


@pages.post("/intakes/new")
@needs("recovery:write")
def begin() -> Any:
    """An intake is opened, or the one there is."""
    form, made = forms.BeginForm(), []
    with attempt(form, refusals.sentence) as tried:
        source = _announced_by(form.reference.data or "")
        made.append(operations.open_intake(actor(), source, form.note.data or ""))
    if tried.is_done:
        return see("recovery.detail", reference=made[0].reference)
    return render_template("recovery/new.html", form=form), tried.status


@pages.get("/intakes/<reference>")
@needs("recovery:read")
def detail(reference: str) -> Any:
    """One intake: the scan, what is announced, what is here, how they differ."""
    return _page(queries.get_intake(reference), forms.ScanForm(formdata=None))


def _page(intake: Intake, form: FlaskForm, status: int = 200, other: FlaskForm | None = None) -> Any:
    waiting = [line for line in intake.lines if line.came_at is None]
    return scanner_page(
        "recovery/detail.html", status, intake=intake, form=form, other=other or forms.PutDownForm(formdata=None),
        waiting=waiting,
        here=[line for line in intake.lines if line.came_at is not None], life=told.timeline(intake),
        differing=[line for line in intake.lines if _is_news(intake, line)],
        may_write=current().can("recovery:write") and intake.status == "open",
    )  # fmt: skip


def _is_news(intake: Intake, line: IntakeLine) -> bool:
    """Where nothing was announced everything is extra, and nobody needs to be told."""
    return bool(line.difference) and (intake.source != "unknown" or line.difference != "extra")


@pages.post("/intakes/<reference>/scan")
@needs("recovery:write")
def scan(reference: str) -> Any:
    """A code is here; what is scanned for the first time is looked at at once."""
    intake, form, made = queries.get_intake(reference), forms.ScanForm(), []
    with attempt(form, refusals.sentence) as tried:
        made.append(operations.scan(actor(), intake, form.code.data or ""))
    if tried.is_done:
        return see("recovery.line", reference=reference, line_id=made[0].id)
    return _page(intake, form, tried.status)


@pages.post("/intakes/<reference>/put-down")
@needs("recovery:write")
def put_down(reference: str) -> Any:
    """A thing without a code."""
    intake, form, made = queries.get_intake(reference), forms.PutDownForm(), []
    with attempt(form, refusals.sentence) as tried:
        made.append(operations.put_down(actor(), intake, form.what.data or ""))
    if tried.is_done:
        return see("recovery.line", reference=reference, line_id=made[0].id)
    return _page(intake, forms.ScanForm(formdata=None), tried.status, form)


@pages.post("/intakes/<reference>/close")
@needs("recovery:write")
def close(reference: str) -> Any:
    """The differences are written down."""
    intake, form = queries.get_intake(reference), forms.ScanForm(formdata=None)
    with attempt(form, refusals.sentence) as tried:
        operations.close(actor(), intake)
    return see("recovery.detail", reference=reference) if tried.is_done else _page(intake, form, tried.status)


@pages.get("/intakes/<reference>/<int:line_id>")
@needs("recovery:read")
def line(reference: str, line_id: int) -> Any:
    """One thing of an intake."""
    intake = queries.get_intake(reference)
    return _line_page(intake, queries.get_line(intake, line_id))


def _adopt(who: Actor, intake: Intake, line: IntakeLine, form: Any) -> None:
    if not form.product.data:
        raise Invalid("field.required", field="product")
    operations.adopt(who, intake, line, get_product(form.product.data))


_ACTS: dict[str, tuple[type[FlaskForm], Callable[[Actor, Intake, IntakeLine, Any], Any]]] = {
    "tick": (FlaskForm, lambda who, intake, line, _form: operations.tick(who, intake, line)),
    "look": (forms.LookForm, lambda who, intake, line, form: operations.look_at(who, intake, line, form.look())),
    "wipe": (forms.WipeForm, lambda who, intake, line, form: operations.wipe(who, intake, line, form.by.data or "")),
    "quarantine": (
        forms.ReasonForm,
        lambda who, intake, line, form: operations.quarantine(who, intake, line, form.reason.data or ""),
    ),
    "give-back": (
        forms.GiveBackForm,
        lambda who, intake, line, form: operations.give_back(who, intake, line, form.name.data or ""),
    ),
    "adopt": (forms.AdoptForm, _adopt),
}


@pages.post("/intakes/<reference>/<int:line_id>/<act>")
@needs("recovery:write")
def line_act(reference: str, line_id: int, act: str) -> Any:
    """One act of `_ACTS`."""
    intake = queries.get_intake(reference)
    thing = queries.get_line(intake, line_id)
    if act not in _ACTS:
        raise NotFound("not_found")
    made, do = _ACTS[act]
    form = made()
    with attempt(form, refusals.sentence) as tried:
        do(actor(), intake, thing, form)
    if tried.is_done:
        return see("recovery.line", reference=reference, line_id=line_id)
    return _line_page(intake, thing, {act: form}, tried.status)


def _line_page(intake: Intake, thing: IntakeLine, typed: dict[str, FlaskForm] | None = None, status: int = 200) -> Any:
    filled: dict[str, Any] = {
        act: (typed or {}).get(act) or made(formdata=None) for act, (made, _do) in _ACTS.items()
    }  # fmt: skip
    products = list_products(ProductFilter(offered="yes")).rows if thing.item_id is None else []
    filled["adopt"].product.choices = [(each.code, in_words(each.name)) for each in products]
    if "look" not in (typed or {}):
        _stand(filled["look"], thing)
    inspection = queries.open_inspection_of(thing.item) if thing.item is not None else None
    return render_template(
        "recovery/line.html", intake=intake, line=thing, forms=filled, may_write=current().can("recovery:write"),
        is_news=_is_news(intake, thing), life=told.timeline(thing.item) if thing.item is not None else [], inspection=inspection,
        held=queries.in_hand(thing.item) if thing.item is not None else None,
    ), status  # fmt: skip


def _stand(form: Any, thing: IntakeLine) -> None:
    form.finding.data, form.hazards.data = thing.finding or "ok", thing.hazards
    form.grade.data = thing.grade or (thing.item.grade if thing.item is not None else "C")
    form.remark.data, form.kg.data = thing.remark, thing.mass_g
