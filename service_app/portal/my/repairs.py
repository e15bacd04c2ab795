"""My repairs: how each stands, and asking for one, of a thing I have on a contract or of something of my own."""

from __future__ import annotations

import secrets
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from service_app import refusals
from service_app.bookings import queries as bookings
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attach, choices_of, refused
from service_app.core.i18n import words as said
from service_app.core.web import actor, current, see
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.portal import queries
from service_app.portal.forms import RepairForm
from service_app.portal.my import pages
from service_app.repairs import links
from service_app.repairs import queries as repairs
from service_app.repairs.forms import category_choices, photos_of
from service_app.repairs.models import CustomerThing
from service_app.repairs.operations import intake
from service_app.repairs.operations.intake import Ask, Owned
from service_app.repairs.shown import thing_words
from service_app.repairs.words import STATES

MOST = 40


@pages.get("/my/repairs")
@needs(None)
def repairs_page() -> Any:
    """My repairs, the newest first; each leads to its page."""
    cases = repairs.cases_of(current().customer, MOST)
    rows = [(case, thing_words(case), STATES[case.status], links.case_url(case)) for case in cases]
    may_book = bool(bookings.list_services(public=True, kind="repair"))
    return render_template("portal/repairs.html", rows=rows, may_book=may_book)


@pages.get("/my/repairs/new")
@needs(None)
def new_repair() -> Any:
    """The form, begun with the thing the address names."""
    form = RepairForm()
    form.key.data = secrets.token_hex(16)
    return _page(form)


@pages.post("/my/repairs/new")
@needs(None)
def ask_repair() -> Any:
    """Asked for; sent twice it is one request."""
    form = RepairForm()
    kept: list[str] = []
    refusal = refused(lambda: kept.append(_asked(form)))
    if refusal is not None:
        attach(form, refusal, refusals.sentence(refusal))
        return _page(form, refusal.status)
    return see("repairs_public.follow", token=kept[0])


def _asked(form: RepairForm) -> str:
    person = queries.standing_customer(current().customer.id)
    if person is None:
        raise NotFound("not_found")
    if not form.validate():
        raise Invalid("input.unreadable")
    ask = Ask(
        form.fault.data or "", tuple(form.symptoms.data or ()), tuple(form.safety.data or ()),
        limit_amount=form.limit_amount.data, photos=photos_of(),
    )  # fmt: skip
    key = f"my:{person.id}:{form.key.data}" if form.key.data else None
    return links.token_of(intake.ask_repair(actor(), person, _thing(person, form), ask, key=key))


def _thing(person: Customer, form: RepairForm) -> Item | CustomerThing:
    """What the form names: something they hold, something they own and brought before, or something new."""
    kind, _colon, key = (form.thing.data or "").partition(":")
    if kind == "item":
        found = next((line.item for line in held_lines(person) if line.item is not None and line.item.tag == key), None)
        if found is not None:
            return found
    if kind == "thing":
        known = next((one for one in repairs.things_of(person) if str(one.id) == key), None)
        if known is not None:
            return known
    if kind:
        raise Invalid("choice.unknown", field="thing", value=kind)
    category = int(form.category.data) if (form.category.data or "").isdecimal() else None
    owned = Owned(
        form.what.data or "", category, form.brand.data or "", form.model.data or "", year_made=form.year_made.data
    )
    return intake.keep_thing(person, owned)


def held_lines(person: Customer) -> list[Any]:
    """The lines of what they have now."""
    return [
        line
        for contract in queries.contracts_of(person)
        for line in contract.lines
        if line.status in ("out", "overdue")
    ]


def _page(form: RepairForm, status: int = 200) -> Any:
    person = current().customer
    held = [
        (f"item:{line.item.tag}", f"{said(line.product.name)} {line.item.tag}")
        for line in held_lines(person)
        if line.item is not None
    ]
    known = [(f"thing:{one.id}", " ".join(filter(None, (one.what, one.brand)))) for one in repairs.things_of(person)]
    form.category.choices = category_choices()
    form.thing.choices = choices_of([*held, *known, ("", _("something else of mine"))])
    return render_template(
        "portal/repair.html", form=form, terms=repairs.terms(), has_things=bool(held or known)
    ), status
