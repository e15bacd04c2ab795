"""A moment for a repair, of what I have or own: the booking pages, begun with what we know of both."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.bookings import links as bookings_links
from service_app.bookings import queries as bookings
from service_app.bookings.models import Service
from service_app.bookings.operations import online
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attach, choices_of, refused
from service_app.core.i18n import words as said
from service_app.core.web import current, see
from service_app.customers.models import Customer
from service_app.portal import queries
from service_app.portal.forms import ComingForm
from service_app.portal.my import pages
from service_app.portal.my.repairs import held_lines
from service_app.repairs import queries as repairs
from service_app.repairs.booking_step import STEP


@pages.get("/my/repairs/when")
@needs(None)
def come_page() -> Any:
    """Which thing, and what for: what one has from us first."""
    form = ComingForm(data={"thing": request.args.get("thing", "")})
    return _page(form) if _offered() else see("portal.new_repair")


@pages.post("/my/repairs/when")
@needs(None)
def come() -> Any:
    """On to the booking pages, with thing and person filled in."""
    form, tokens = ComingForm(), []
    refusal = refused(lambda: tokens.append(_begun(form)))
    if refusal is not None:
        attach(form, refusal, refusals.sentence(refusal))
        return _page(form, refusal.status)
    return see("bookings_public.ask", token=tokens[0], step=STEP.key)


def _offered() -> list[Service]:
    return bookings.list_services(public=True, kind="repair")


def _begun(form: ComingForm) -> str:
    person = queries.standing_customer(current().customer.id)
    if person is None:
        raise NotFound("not_found")
    service = next((one for one in _offered() if one.code == form.service.data), None)
    if service is None:
        raise Invalid("choice.unknown", field="service", value=form.service.data or "")
    draft = online.begin_draft(service)
    online.keep_answers(draft, STEP.key, _thing(person, form.thing.data or ""))
    where = person.addresses[0] if person.addresses else None
    online.keep_answers(
        draft, "who",
        {
            "name": person.name, "email": person.email or "", "phone": person.phone or "",
            "street": where.street if where else "", "postcode": where.postcode if where else "",
            "city": where.city if where else "",
        },
    )  # fmt: skip
    return bookings_links.draft_token(draft)


def _thing(person: Customer, key: str) -> dict[str, Any]:
    """What the first questions begin with. Refuses a thing that is not theirs."""
    kind, _colon, name = key.partition(":")
    if kind == "item" and any(line.item is not None and line.item.tag == name for line in held_lines(person)):
        return {"tag": name}
    if kind == "thing":
        own = next((one for one in repairs.things_of(person) if str(one.id) == name), None)
        if own is not None:
            category = str(own.repair_category_id or "")
            return {"what": own.what, "brand": own.brand, "year_made": own.year_made, "category": category}
    if key:
        raise Invalid("choice.unknown", field="thing", value=key)
    return {}


def _page(form: ComingForm, status: int = 200) -> Any:
    person = current().customer
    held = [
        (f"item:{line.item.tag}", f"{said(line.product.name)} {line.item.tag}")
        for line in held_lines(person)
        if line.item is not None
    ]
    own = [(f"thing:{one.id}", " ".join(filter(None, (one.what, one.brand)))) for one in repairs.things_of(person)]
    form.thing.choices = choices_of([*held, *own, ("", _("something else of mine"))])
    offered = [(one.code, said(one.name)) for one in _offered()]
    form.service.choices = choices_of(offered)
    form.service.data = form.service.data or next((code for code, _name in offered), "")
    return render_template("portal/coming.html", form=form), status
