"""Appointments as calendars read them: a file for one (RFC 5545), the invitation that goes with a letter (RFC 5546), and
feeds to subscribe to (RFC 7986 NAME, REFRESH-INTERVAL).

The UID never changes and SEQUENCE only rises, so a calendar that got the entry before changes it instead of adding one.
What is cancelled is not left out but sent as STATUS:CANCELLED: leaving it out tells a calendar nothing. Times carry the
workshop's zone with its rules (VTIMEZONE), so that they stay right wherever they are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress

from service_app.bookings import links, queries
from service_app.bookings.models import Appointment, Resource
from service_app.core import clock
from service_app.core.i18n import words
from service_app.core.links import absolute
from service_app.workshops.models import Workshop

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(minutes=15)
FEED_PAST = timedelta(days=31)
FEED_AHEAD = timedelta(days=400)


def uid(appointment: Appointment) -> str:
    """The same for ever, and of no other appointment anywhere."""
    host = urlsplit(absolute("/")).hostname or "localhost"
    return f"appointment-{appointment.workshop_id}-{appointment.id}@{host}"


@dataclass(frozen=True)
class Party:
    """Who invites or is invited, by name and e-mail address; `sent_by`: the address that writes for them."""

    name: str
    address: str
    sent_by: str = ""


def visit_file(appointment: Appointment, workshop: Workshop) -> bytes:
    """The file of one appointment for its customer, in the language at hand: to be taken, it invites nobody."""
    calendar = _calendar(workshop)
    calendar.add("method", "CANCEL" if _is_off(appointment) else "PUBLISH")
    calendar.add_component(_visit(appointment, workshop))
    return _written(calendar)


def invitation(appointment: Appointment, workshop: Workshop, organizer: Party, attendee: Party) -> tuple[str, str]:
    """(method, text) of the invitation of one appointment, or of its being called off, in the language at hand.

    Who booked has accepted, and is not asked again. DTSTAMP is the moment of this letter (RFC 5545, 3.8.7.2): the same
    SEQUENCE sent once more is the same entry, told later."""
    method = "CANCEL" if _is_off(appointment) else "REQUEST"
    calendar = _calendar(workshop)
    calendar.add("method", method)
    event = _visit(appointment, workshop)
    del event["dtstamp"]
    event.add("dtstamp", clock.now())
    event.add("organizer", _party(organizer, {"SENT-BY": f"mailto:{organizer.sent_by}"} if organizer.sent_by else {}))
    taking_part = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    event.add("attendee", _party(attendee, taking_part))
    calendar.add_component(event)
    return method, _written(calendar).decode()


def _party(party: Party, parameters: dict[str, str]) -> vCalAddress:
    """A quotation mark cannot stand in a parameter, and few programs read what RFC 6868 writes for it."""
    address = vCalAddress(f"mailto:{party.address}")
    address.params["CN"] = " ".join(party.name.replace('"', "'").split())
    address.params.update(parameters)
    return address


def _visit(appointment: Appointment, workshop: Workshop) -> Event:
    event = _event(appointment, workshop, is_off=_is_off(appointment))
    event.add("summary", f"{words(appointment.service.name)}, {workshop.name}")
    event.add("location", place_of(appointment, workshop))
    event.add("url", links.visit_url(appointment))
    about = [_("Reference %(code)s.", code=appointment.reference)]
    if not _is_off(appointment):
        about.append(_("Move or cancel it: %(address)s", address=links.visit_url(appointment)))
    if workshop.phone:
        about.append(_("Call us: %(phone)s", phone=workshop.phone))
    event.add("description", "\n".join(about))
    return event


def feed(resource: Resource, workshop: Workshop) -> bytes:
    """The calendar of a person, a bench or a vehicle, for who works here: a month back and a year ahead. An appointment
    that went to somebody else is cancelled here and only here."""
    now = clock.now()
    calendar = _calendar(workshop)
    name = f"{resource.name}, {workshop.name}"
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", workshop.zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for appointment in queries.of_resource(resource, now - FEED_PAST, now + FEED_AHEAD):
        has_it = any(each.resource_id == resource.id for each in appointment.occupations)
        is_over = appointment.status in ("done", "no_show", "arrived")
        event = _event(appointment, workshop, is_off=_is_off(appointment) or not (has_it or is_over))
        event.add("summary", f"{words(appointment.service.name)}: {_customer(appointment)}")
        event.add("location", place_of(appointment, workshop))
        event.add("url", absolute(f"/{workshop.slug}/appointments/{appointment.reference}"))
        event.add("description", "\n".join(_told(appointment)))
        calendar.add_component(event)
    return _written(calendar)


def _calendar(workshop: Workshop) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Ronde//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(appointment: Appointment, workshop: Workshop, *, is_off: bool) -> Event:
    event = Event()
    event.add("uid", uid(appointment))
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.changed_at)
    event.add("last-modified", appointment.changed_at)
    event.add("created", appointment.created_at)
    event.add("dtstart", _wall(appointment.starts_at, workshop))
    event.add("dtend", _wall(appointment.ends_at, workshop))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    return event


def _wall(instant: datetime, workshop: Workshop) -> datetime:
    return clock.local(instant, workshop.zone).replace(microsecond=0)


def _is_off(appointment: Appointment) -> bool:
    return appointment.status in ("cancelled", "expired")


def place_of(appointment: Appointment, workshop: Workshop) -> str:
    """Where it is: at the workshop, or where one goes to."""
    if appointment.service.place != "drop_off" and appointment.address:
        return appointment.address
    return place_of_workshop(workshop)


def place_of_workshop(workshop: Workshop) -> str:
    """The workshop with its address, as far as it is known."""
    return ", ".join(
        part for part in (workshop.name, workshop.street, f"{workshop.postcode} {workshop.city}".strip()) if part
    )


def _customer(appointment: Appointment) -> str:
    return appointment.customer.name if appointment.customer is not None else ""


def _told(appointment: Appointment) -> Iterable[str]:
    yield appointment.reference
    customer = appointment.customer
    if customer is not None and customer.phone:
        yield customer.phone
    if appointment.note:
        yield appointment.note


def _written(calendar: Calendar) -> bytes:
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
