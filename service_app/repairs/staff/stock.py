"""The stock of parts, and how the workshop repairs."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.core.access import needs
from service_app.core.errors import Invalid
from service_app.core.forms import attempt
from service_app.core.money import ZERO
from service_app.core.web import actor, current, see
from service_app.items.queries import item_tagged
from service_app.lists import shown as lists
from service_app.repairs import queries
from service_app.repairs.forms import NewPartForm, StockForm, TermsForm
from service_app.repairs.listed import PARTS
from service_app.repairs.models import Part
from service_app.repairs.operations import stock, terms
from service_app.repairs.operations.stock import PartFacts
from service_app.repairs.staff import pages
from service_app.workshops.tabs import tabs


@pages.get("/parts")
@needs("work:read")
def parts_page() -> Any:
    """All parts: how many lie there, how many are promised, which run low."""
    return lists.page(PARTS, "repairs/parts.html")


@pages.get("/parts/new")
@needs("work:write")
def new_part() -> Any:
    """The form of a new part."""
    return render_template("repairs/part_form.html", form=NewPartForm(), part=None)


@pages.post("/parts/new")
@needs("work:write")
def add_part() -> Any:
    """A new part, none on the shelf yet."""
    form, part = NewPartForm(), None
    with attempt(form, refusals.sentence) as tried:
        part = stock.add_part(actor(), _facts(form, form.code.data or ""))
    if part is None or not tried.is_done:
        return render_template("repairs/part_form.html", form=form, part=None), tried.status
    return see("repairs.part_page", code=part.code)


@pages.get("/parts/<code>")
@needs("work:read")
def part_page(code: str) -> Any:
    """A part: its facts, what becomes of its stock, and what became of it."""
    return _part_page(queries.get_part(code), StockForm())


def _part_page(part: Part, form: StockForm, status: int = 200) -> Any:
    reserved = queries.reserved_of([part.id]).get(part.id, 0)
    return render_template(
        "repairs/part.html", part=part, form=form, reserved=reserved, moves=queries.moves_of(part), life=told.timeline(part),
        may_write=current().can("work:write"),
    ), status  # fmt: skip


@pages.get("/parts/<code>/change")
@needs("work:write")
def edit_part(code: str) -> Any:
    """The facts of a part, to change."""
    part = queries.get_part(code)
    return render_template("repairs/part_form.html", form=NewPartForm(obj=part), part=part)


@pages.post("/parts/<code>/change")
@needs("work:write")
def change_part(code: str) -> Any:
    """Other facts; the code stays."""
    part, form = queries.get_part(code), NewPartForm()
    with attempt(form, refusals.sentence) as tried:
        stock.change_part(actor(), part, _facts(form, code))
    if not tried.is_done:
        return render_template("repairs/part_form.html", form=form, part=part), tried.status
    return see("repairs.part_page", code=code)


def _facts(form: NewPartForm, code: str) -> PartFacts:
    if not form.validate():
        raise Invalid("input.unreadable")
    return PartFacts(
        code, form.name.data or "", form.place.data or "", form.cost_amount.data or ZERO, form.unit_amount.data or ZERO,
        form.least.data or 0,
    )  # fmt: skip


@pages.post("/parts/<code>/stock")
@needs("work:write")
def move_stock(code: str) -> Any:
    """Pieces came in, one was harvested, or they were counted."""
    part, form = queries.get_part(code), StockForm()
    with attempt(form, refusals.sentence) as tried:
        _moved(part, form)
    if not tried.is_done:
        return _part_page(part, form, tried.status)
    flash(_("Written down: %(number)s on the shelf.", number=part.on_hand), "ok")
    return see("repairs.part_page", code=code)


def _moved(part: Part, form: StockForm) -> None:
    if not form.validate():
        raise Invalid("input.unreadable")
    remark = form.remark.data or ""
    if form.act.data == "harvest":
        donor = item_tagged(form.donor.data or "")
        stock.harvest_part(
            actor(), part, donor, serial=form.serial.data or "", minutes=form.minutes.data, remark=remark
        )
    elif form.act.data == "count":
        stock.count_part(actor(), part, form.quantity.data if form.quantity.data is not None else -1, remark)
    else:
        stock.receive_parts(actor(), part, form.quantity.data or 0, remark)


@pages.get("/settings/repairs")
@needs("settings:read")
def terms_page() -> Any:
    """How the workshop repairs: its hour, its fee, its guarantee."""
    return _terms_page(TermsForm(obj=queries.terms()))


@pages.post("/settings/repairs")
@needs("settings:write")
def save_terms() -> Any:
    """From the next quote on."""
    form = TermsForm()
    with attempt(form, refusals.sentence) as tried:
        if not form.validate():
            raise Invalid("input.unreadable")
        terms.set_terms(actor(), {name: field.data for name, field in form._fields.items() if name != "csrf_token"})
    if not tried.is_done:
        return _terms_page(form, tried.status)
    flash(_("Kept. It holds from the next quote on."), "ok")
    return see("repairs.terms_page")


def _terms_page(form: TermsForm, status: int = 200) -> Any:
    here, may = tabs("repairs.terms_page"), current().can("settings:write")
    return render_template("repairs/terms.html", form=form, tabs=here, may_write=may), status
