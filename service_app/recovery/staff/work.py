"""Refurbishments and harvests: their pages and their acts."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_wtf import FlaskForm

from service_app import refusals, told
from service_app.core.access import Actor, needs
from service_app.core.errors import Invalid
from service_app.core.forms import Acts, Typed, attempt, attempt_act, forms_of
from service_app.core.web import actor, current, see
from service_app.lists import shown as lists
from service_app.materials import queries as materials
from service_app.recovery import forms, queries
from service_app.recovery.listed import HARVESTS, WORK
from service_app.recovery.models import Harvest, Refurbishment
from service_app.recovery.operations import harvesting, refurbishing
from service_app.recovery.operations.harvesting import Taken
from service_app.recovery.operations.lives import open_batch
from service_app.recovery.staff import pages
from service_app.takebacks.forms import grams_or_none


@pages.get("/refurbishments")
@needs("recovery:read")
def work_page() -> Any:
    """What is being made fit again."""
    return lists.page(WORK, "recovery/work.html")


@pages.get("/refurbishments/<reference>")
@needs("recovery:read")
def order(reference: str) -> Any:
    """One refurbishment: steps, cost against value, what went in."""
    return _order_page(queries.get_refurbishment(reference))


_ORDER_ACTS: Acts = {
    "step": (forms.StepForm, lambda who, row, form: refurbishing.add_step(who, row, form.what.data or "")),
    "time": (forms.TimeForm, lambda who, row, form: refurbishing.add_time(who, row, form.minutes.data or 0)),
    "part": (
        forms.PartForm,
        lambda who, row, form: refurbishing.use_part(
            who, row, queries.part_coded(form.part.data or ""), form.quantity.data or 0
        ),
    ),
    "finish": (FlaskForm, lambda who, row, _form: refurbishing.finish_work(who, row)),
    "check": (
        forms.CheckForm,
        lambda who, row, form: refurbishing.check(
            who, row, form.verdict.data == "good", form.grade.data or "", form.remark.data or ""
        ),
    ),
    "cancel": (forms.ReasonForm, lambda who, row, form: refurbishing.cancel(who, row, form.reason.data or "")),
}


@pages.post("/refurbishments/<reference>/<act>")
@needs("work:write")
def order_act(reference: str, act: str) -> Any:
    """One act of `_ORDER_ACTS`; a cancelled one leads back to the cascade."""
    row = queries.get_refurbishment(reference)
    typed, tried = attempt_act(_ORDER_ACTS, act, actor(), row, refusals.sentence)
    if not tried.is_done:
        return _order_page(row, typed, tried.status)
    return see("recovery.cascade", tag=row.item.tag) if act == "cancel" else see("recovery.order", reference=reference)


@pages.post("/refurbishments/<reference>/steps/<int:place>")
@needs("work:write")
def step_done(reference: str, place: int) -> Any:
    """A step is done, or not after all."""
    row, form = queries.get_refurbishment(reference), FlaskForm()
    with attempt(form, refusals.sentence) as tried:
        refurbishing.do_step(actor(), row, place)
    if not tried.is_done:
        return _order_page(row, {"finish": form}, tried.status)
    return see("recovery.order", reference=reference)


def _order_page(row: Refurbishment, typed: Typed | None = None, status: int = 200) -> Any:
    filled = forms_of(_ORDER_ACTS, typed)
    if "check" not in (typed or {}):
        filled["check"].grade.data = row.grade_target
    return render_template(
        "recovery/order.html", order=row, forms=filled, work=queries.work_of(row), life=told.timeline(row),
        may_write=current().can("work:write"), done=sum(bool(step["by"]) for step in row.steps),
    ), status  # fmt: skip


@pages.get("/harvests")
@needs("recovery:read")
def harvests_page() -> Any:
    """What is taken apart."""
    return lists.page(HARVESTS, "recovery/harvests.html")


@pages.get("/harvests/<reference>")
@needs("recovery:read")
def harvest(reference: str) -> Any:
    """One harvest: its donor, the parts out, what is left."""
    return _harvest_page(queries.get_harvest(reference))


def _take(who: Actor, row: Harvest, form: Any) -> None:
    mass_g = grams_or_none(form.kg)
    if not form.part.data or mass_g is None:
        raise Invalid("field.required", field="kg" if form.part.data else "part")
    taken = Taken(mass_g, form.hours_used.data or 0, form.test.data or "", form.serial.data or "", form.minutes.data)
    harvesting.take_out(who, row, queries.part_coded(form.part.data), taken)


def _close(who: Actor, row: Harvest, form: Any) -> None:
    if form.kg.data is None:  # nothing typed is not nothing left: what is missing would be written down as lost
        raise Invalid("field.required", field="kg")
    batch = materials.get_batch(form.batch.data) if form.batch.data else open_batch(who)
    harvesting.close(who, row, form.kg.data, batch, form.explanation.data or "")


_HARVEST_ACTS: Acts = {
    "part": (forms.TakenForm, _take),
    "close": (forms.RestForm, _close),
    "fit": (
        forms.FitForm,
        lambda who, row, form: harvesting.fit(who, queries.part_coded(form.part.data or ""), row.item.product),
    ),
}


@pages.post("/harvests/<reference>/<act>")
@needs("work:write")
def harvest_act(reference: str, act: str) -> Any:
    """One act of `_HARVEST_ACTS`."""
    row = queries.get_harvest(reference)
    typed, tried = attempt_act(_HARVEST_ACTS, act, actor(), row, refusals.sentence)
    if tried.is_done:
        return see("recovery.harvest", reference=reference)
    return _harvest_page(row, typed, tried.status)


def _harvest_page(row: Harvest, typed: Typed | None = None, status: int = 200) -> Any:
    filled = forms_of(_HARVEST_ACTS, typed)
    fitting = queries.fitting_parts(row.item.product)
    filled["part"].part.choices = [(part.code, f"{part.code} · {part.name}") for part in fitting]
    filled["close"].batch.choices = [
        (batch.reference, f"{batch.reference} · {batch.what}") for batch in queries.filling_batches()
    ]
    left_g = row.in_g - harvesting.out_g(row)
    return render_template(
        "recovery/harvest.html", harvest=row, forms=filled, fitting=fitting, left_g=left_g, life=told.timeline(row),
        may_write=current().can("work:write") and row.status == "open",
    ), status  # fmt: skip
