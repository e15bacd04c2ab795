"""Giving something back: a thing I have or bought, or something else of mine; begun from the thing, its passport, or the
contract that ends."""

from __future__ import annotations

import secrets
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attach, choices_of, refused
from service_app.core.i18n import words as said
from service_app.core.web import actor, current, see
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.portal import queries
from service_app.portal.forms import GiveBackForm
from service_app.portal.my import pages
from service_app.portal.my.repairs import held_lines
from service_app.takebacks import doors, links, operations

SOURCES = ("portal", "passport", "contract")


@pages.get("/my/give-back")
@needs(None)
def give_back() -> Any:
    """The form, filled in with what is known of the thing that the address names."""
    person, form = current().customer, GiveBackForm(formdata=None)
    tag = request.args.get("thing", "")
    item = _things(person).get(tag)
    there = doors.under_way(item) if item is not None else None
    if there is not None:
        return see("takebacks_public.follow", token=links.token_of(there))
    known = doors.known(item, person) if item is not None else None
    form.key.data, form.thing.data = secrets.token_urlsafe(16), tag if item is not None else ""
    if known is not None:
        form.kg.data, form.litres.data, form.hazards.data = known.mass_g, known.litres, list(known.hazards)
    if person.addresses:
        address = person.addresses[0]
        form.street.data, form.postcode.data, form.city.data = address.street, address.postcode, address.city
    else:
        form.way.data = "drop_off"
    return _page(form)


@pages.post("/my/give-back")
@needs(None)
def ask_back() -> Any:
    """Asked for; sent twice it is one take-back."""
    form = GiveBackForm()
    made: list[str] = []
    refusal = refused(lambda: made.append(_ask(form)))
    if refusal is None:
        return see("takebacks_public.follow", token=made[0])
    attach(form, refusal, refusals.sentence(refusal))
    return _page(form, refusal.status)


def _ask(form: GiveBackForm) -> str:
    person = queries.standing_customer(current().customer.id)
    if person is None:
        raise NotFound("not_found")
    source = request.args.get("from", "")
    source = source if source in SOURCES else "portal"
    key = f"my:{person.id}:{form.key.data}" if form.key.data else None
    tag = form.thing.data or ""
    if not tag:
        return links.token_of(operations.ask(actor(), person, form.ask(), source=source, key=key))
    item = _things(person).get(tag)
    if item is None:
        raise Invalid("choice.unknown", field="thing", value=tag)
    if not (form.what.data or "").strip():
        form.what.data = doors.known(item, person).what
    return links.token_of(doors.ask_for(actor(), item, person, form.ask(), source=source, key=key))


def _things(person: Customer) -> dict[str, Item]:
    """What they have now and what they bought, by tag."""
    held = [line.item for line in held_lines(person) if line.item is not None]
    return {item.tag: item for item in [*held, *doors.owned_by(person)]}


def _page(form: GiveBackForm, status: int = 200) -> Any:
    things = _things(current().customer)
    named = [(tag, f"{said(item.product.name)} {tag}") for tag, item in things.items()]
    form.thing.choices = choices_of([*named, ("", _("something else of mine"))])
    return render_template("portal/give_back.html", form=form, has_things=bool(things)), status
