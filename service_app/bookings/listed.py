"""The list of appointments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select

from service_app.bookings import operations, queries, words
from service_app.bookings.models import Appointment, Service
from service_app.core import clock, i18n
from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.customers.models import Customer
from service_app.lists import cells
from service_app.lists.declared import Act, Ask, Column, Facet, Listing, Wanted, add

WHEN = {
    "today": _l("today"),
    "tomorrow": _l("tomorrow"),
    "week": _l("the next seven days"),
    "coming": _l("to come"),
    "past": _l("past"),
    "any": _l("whenever"),
}
SORTS: dict[str, tuple[Any, ...]] = {
    "starts": (Appointment.starts_at, Appointment.id),
    "-starts": (Appointment.starts_at.desc(), Appointment.id.desc()),
    "customer": (Customer.name, Appointment.starts_at),
    "-customer": (Customer.name.desc(), Appointment.starts_at),
    "service": (Service.code, Appointment.starts_at),
    "-service": (Service.code.desc(), Appointment.starts_at),
}


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.get("state"):
        found = found.where(Appointment.status == wanted["state"])
    if wanted.get("service"):
        found = found.where(Service.code == wanted["service"])
    return _on(found, wanted.get("when", ""))


def _on(found: Select[Any], when: str) -> Select[Any]:
    zone = queries.zone()
    start, end = clock.day_bounds(clock.today(zone), zone)
    if when == "tomorrow":
        start, end = clock.day_bounds(clock.today(zone) + timedelta(days=1), zone)
    if when == "week":
        end = clock.day_bounds(clock.today(zone) + timedelta(days=6), zone)[1]
    if when in ("today", "tomorrow", "week"):
        return found.where(Appointment.starts_at >= start, Appointment.starts_at < end)
    if when == "coming":
        return found.where(Appointment.starts_at >= start)
    return found.where(Appointment.starts_at < start) if when == "past" else found


def _who(appointment: Appointment) -> str:
    person = queries.who(appointment)
    return person.name if person is not None else ""


def _where(appointment: Appointment) -> str:
    things = [each.resource.name for each in appointment.occupations if each.resource.kind != "person"]
    return ", ".join(things)


def _arrived(actor: Actor, reference: str, _given: Mapping[str, str]) -> None:
    operations.arrive(actor, queries.get_appointment(reference))


def _cancel(actor: Actor, reference: str, given: Mapping[str, str]) -> None:
    operations.cancel(actor, queries.get_appointment(reference), reason=given["reason"])


def _services() -> dict[str, Any]:
    return {service.code: i18n.words(service.name) for service in queries.list_services()}


LIST = add(
    Listing(
        key="appointments",
        page="bookings.list_page",
        permission="appointment:read",
        title=_l("Appointments"),
        search=_l("Customer, reference or phone"),
        rows=queries.every_appointment,
        narrow=_narrow,
        found_by=("appointment", Appointment.id),
        found_as=(_l("appointment"), lambda row: f"{row.customer.name}, {i18n.words(row.service.name)}"),
        named=lambda row: row.reference,
        name_column=Appointment.reference,
        detail=("bookings.detail", "reference"),
        loaded=queries.WITH_ALL,
        sorts=SORTS,
        order="starts",
        columns=(
            Column("reference", _l("Code"), cells.link("bookings.detail", "reference", lambda row: row.reference), "",
                   lambda row: row.reference),
            Column("day", _l("Day"), cells.day(lambda row: row.starts_at), "starts", cells.on_day(lambda row: row.starts_at)),
            Column("hour", _l("Hour"), lambda row: words.hour(row.starts_at)),
            Column("service", _l("What for"), cells.words(lambda row: row.service.name), "service"),
            Column("customer", _l("Customer"), lambda row: row.customer.name, "customer"),
            Column("person", _l("With whom"), _who),
            Column("bench", _l("Where"), _where),
            Column("state", _l("State"), cells.state(words.of_appointment)),
            Column("note", _l("In their words"), lambda row: row.note, is_extra=True),
            Column("phone", _l("Phone"), lambda row: row.customer.phone or "", is_extra=True),
            Column("source", _l("Made"), lambda row: words.SOURCES[row.source], is_extra=True),
            Column("made", _l("Made on"), cells.day(lambda row: row.created_at), "",
                   cells.on_day(lambda row: row.created_at), is_extra=True),
        ),
        facets=(
            Facet("when", _l("When"), Appointment.status, {}, also=WHEN, begins="coming"),
            Facet("state", _l("State"), Appointment.status,
                  {code: word for code, (_tone, word) in words.STATES.items() if code not in ("held", "expired")}),
            Facet("service", _l("What for"), Service.code, _services),
        ),
        acts=(
            Act("arrived", _l("They are here"), "appointment:write", "circle-check", _arrived, _l("here.")),
            Act("cancel", _l("Cancel"), "appointment:write", "ban", _cancel, _l("cancelled, and told so."),
                (Ask("reason", _l("Reason")),)),
        ),
        nothing=(
            _l("No appointment yet."),
            _l("Make one here, or give customers the address of your booking page."),
        ),
    )
)  # fmt: skip
