"""Letters about appointments: made, moved, cancelled, tomorrow, another moment asked for; and to who waits for one."""

from __future__ import annotations

from flask_babel import gettext as _

from service_app.bookings import calendars, links, queries
from service_app.bookings.models import Appointment, WaitingEntry
from service_app.bookings.operations import appointments, waiting
from service_app.core import clock
from service_app.core.i18n import exact, long_day, words
from service_app.customers.models import Customer
from service_app.notifications.letters.parts import Letter, NotNeeded, known, to_customer, when
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop


def _appointment_of(message: Message, *states: str) -> Appointment:
    appointment = queries.get_appointment_by_id(message.payload["appointment_id"])
    if appointment.customer is None or appointment.status not in states:
        raise NotNeeded("appointment_moved_on")
    return appointment


def _dear(appointment: Appointment) -> str:
    customer: Customer | None = appointment.customer
    if customer is None:
        raise NotNeeded("appointment_moved_on")
    return to_customer(customer)


def _facts(appointment: Appointment, workshop: Workshop) -> list[tuple[str, str]]:
    return known(
        [
            (_("What"), words(appointment.service.name)),
            (_("When"), when(appointment.starts_at, workshop.zone)),
            (_("Where"), calendars.place_of(appointment, workshop)),
            (_("Reference"), appointment.reference),
        ]
    )


def _change(appointment: Appointment) -> tuple[str, str]:
    return _("Move or cancel it"), links.visit_url(appointment)


def _until(appointment: Appointment, workshop: Workshop) -> str:
    until = appointments.changes_until(appointment)
    if until <= clock.now():
        return _("If you cannot come, please call us.")
    return _("You can move or cancel it yourself until %(when)s.", when=when(until, workshop.zone))


def booked(message: Message, workshop: Workshop) -> Letter:
    appointment = _appointment_of(message, "booked", "arrived")
    first = (
        _("We expect you.") if appointment.service.place == "drop_off" else _("We come to you at the address below.")
    )
    return Letter(
        _("Your appointment: %(when)s", when=when(appointment.starts_at, workshop.zone)),
        _dear(appointment),
        [first, _until(appointment, workshop)],
        _facts(appointment, workshop),
        _change(appointment),
        invitation=appointment,
    )


def moved(message: Message, workshop: Workshop) -> Letter:
    appointment = _appointment_of(message, "booked", "arrived")
    return Letter(
        _("Your appointment is now: %(when)s", when=when(appointment.starts_at, workshop.zone)),
        _dear(appointment),
        [_("Your appointment was moved. This is the new moment."), _until(appointment, workshop)],
        _facts(appointment, workshop),
        _change(appointment),
        invitation=appointment,
    )


def cancelled(message: Message, workshop: Workshop) -> Letter:
    appointment = _appointment_of(message, "cancelled")
    again = [_("You can make a new one whenever it suits you.")] if appointment.service.is_public else []
    book = (_("Make a new appointment"), _book_url(workshop)) if appointment.service.is_public else None
    return Letter(
        _("Your appointment of %(day)s is cancelled", day=long_day(appointment.starts_at, workshop.zone)),
        _dear(appointment),
        [_("This appointment is off; you need do nothing more."), *again],
        _facts(appointment, workshop),
        book,
        invitation=appointment,
    )


def _book_url(workshop: Workshop) -> str:
    return links.links.absolute(f"/{workshop.slug}/book")


def reminder(message: Message, workshop: Workshop) -> Letter:
    appointment = _appointment_of(message, "booked")
    day = clock.local(appointment.starts_at, workshop.zone).date()
    if day.isoformat() != message.payload["day"]:
        raise NotNeeded("appointment_moved_on")
    return Letter(
        _("Tomorrow at %(hour)s: %(what)s", hour=f"{clock.local(appointment.starts_at, workshop.zone):%H:%M}",
          what=words(appointment.service.name)),
        _dear(appointment),
        [_("A reminder of your appointment tomorrow."), _until(appointment, workshop)],
        _facts(appointment, workshop),
        _change(appointment),
        invitation=appointment,
    )  # fmt: skip


def proposed(message: Message, workshop: Workshop) -> Letter:
    appointment = _appointment_of(message, "booked")
    held = queries.proposal_for(appointment)
    if held is None or held.expires_at is None:
        raise NotNeeded("appointment_moved_on")
    until = when(held.expires_at, workshop.zone)
    return Letter(
        _("Your appointment of %(day)s cannot take place as planned", day=long_day(appointment.starts_at, workshop.zone)),
        _dear(appointment),
        [
            _("Whoever was to help you is away, and nobody else is free at that moment. We are sorry."),
            _("We hold another moment for you until %(until)s. Say whether it suits you, or choose one yourself.",
              until=until),
        ],
        [
            (_("What"), words(appointment.service.name)),
            (_("It was"), when(appointment.starts_at, workshop.zone)),
            (_("We propose"), when(held.starts_at, workshop.zone)),
            (_("Reference"), appointment.reference),
        ],
        (_("Answer"), links.visit_url(appointment)),
    )  # fmt: skip


def _entry_of(message: Message, *states: str) -> WaitingEntry:
    entry = queries.get_waiting(message.payload["waiting_entry_id"])
    if entry.status not in states:
        raise NotNeeded("waiting_over")
    return entry


def waiting_joined(message: Message, workshop: Workshop) -> Letter:
    entry = _entry_of(message, "waiting", "offered")
    return Letter(
        _("You are on the waiting list of %(workshop)s", workshop=workshop.name),
        to_customer(entry.customer),
        [
            _(
                "As soon as a moment is free in these days we write to you and hold it for you. Who waited longest comes first."
            ),
            _("With the button you leave the list again."),
        ],
        [
            (_("What"), words(entry.service.name)),
            (_("Days"), f"{exact(entry.first_day)} – {exact(entry.last_day)}"),
        ],
        (_("See my place"), links.waiting_url(entry)),
    )


def waiting_offered(message: Message, workshop: Workshop) -> Letter:
    entry = _entry_of(message, "offered")
    until = waiting.offered_until(entry)
    if until is None or entry.appointment is None:
        raise NotNeeded("waiting_over")
    return Letter(
        _("A moment is free: %(when)s", when=when(entry.appointment.starts_at, workshop.zone)),
        to_customer(entry.customer),
        [
            _("You asked us to tell you. We hold this moment for you until %(until)s; after that it goes to the next.",
              until=when(until, workshop.zone)),
        ],
        [
            (_("What"), words(entry.service.name)),
            (_("When"), when(entry.appointment.starts_at, workshop.zone)),
        ],
        (_("Take it, or let it go"), links.waiting_url(entry)),
    )  # fmt: skip
