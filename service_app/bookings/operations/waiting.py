"""Who waits for a slot of a service, and what is offered to whom: the first who put themselves down comes first.

A slot that is free in somebody's days is held for them and they are told by a letter; the link in it is good as long as the
slot is held. Who does not answer is passed over for the next. Serving is a question asked again and again ("is something
free for somebody who waits?"), so it does not matter what freed the slot, or whether a wake-up was lost.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from service_app.bookings import queries
from service_app.bookings.models import Appointment, Service, WaitingEntry
from service_app.bookings.operations import appointments
from service_app.bookings.slots import Slot
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.customers.models import Customer

OFFER_LASTS = timedelta(hours=4)
SHORTEST_OFFER = timedelta(minutes=30)
MOST_DAYS = 92
MOST_EACH = 3


def join_waiting(
    actor: Actor, service: Service, customer: Customer, first_day: date, last_day: date, *, language: str = "",
    note: str = "",
) -> WaitingEntry:  # fmt: skip
    """Put a customer on the list of a service for the days from the first to the last.

    Refuses `days.backwards`, `days.too_many`, `booking.past`; with Conflict `waiting.free_already` when a slot of these days
    is free (nobody has to wait for it), and `waiting.enough` who waits for it three times. Leaves waiting.joined.
    """
    appointments.may(actor)
    if last_day < first_day:
        raise Invalid("days.backwards", field="last_day")
    if last_day < clock.today(queries.zone()):
        raise Invalid("booking.past", field="last_day")
    if (last_day - first_day).days >= MOST_DAYS:
        raise Invalid("days.too_many", field="last_day", most=MOST_DAYS)
    if queries.find_slots(service, first_day, last_day):
        raise Conflict("waiting.free_already", field="first_day")
    mine = select(func.count(WaitingEntry.id)).where(
        WaitingEntry.customer_id == customer.id, WaitingEntry.service_id == service.id, WaitingEntry.status == "waiting"
    )
    if (session().scalar(mine) or 0) >= MOST_EACH:
        raise Conflict("waiting.enough", most=MOST_EACH)
    entry = WaitingEntry(
        service_id=service.id, customer_id=customer.id, first_day=first_day, last_day=last_day,
        language=language or customer.language, note=note.strip()[: appointments.LONGEST_NOTE],
    )  # fmt: skip
    session().add(entry)
    session().flush()
    events.record("waiting.joined", actor, [entry, customer])
    return entry


# When a time to answer that begins at an instant is over.
Lapses = Callable[[datetime, timedelta], datetime]


def serve_waiting(limit: int = 100, *, lapses: Lapses = operator.add) -> int:
    """Offer what is free, in the current workshop, to those who wait, the first of each service first; the number of
    offers made. `lapses`: what of the time counts, for who answers; all of it unless it is given. Asked for again it makes
    none twice. Leaves waiting.offered for each."""
    pass_on()
    today = clock.today(queries.zone())
    found = select(WaitingEntry).where(WaitingEntry.status == "waiting").order_by(WaitingEntry.id)
    rows = session().scalars(found.limit(limit).with_for_update(skip_locked=True)).all()
    offered = 0
    for entry in rows:
        if entry.last_day < today:
            move(entry, "over")
        else:
            offered += _offer(entry, lapses)
    return offered


def _offer(entry: WaitingEntry, lapses: Lapses) -> int:
    service = queries.get_service_by_id(entry.service_id)
    if not service.is_active:
        return 0
    for slot in queries.find_slots(service, entry.first_day, entry.last_day):
        lasts = _lasts(slot, service, lapses)
        if lasts is None:
            continue
        try:
            held = appointments.hold_slot(WORKER, service, slot.starts_at, lasts=lasts)
        except Conflict:
            return 0  # somebody was faster; the next time it is asked again
        held.source = "public"
        entry.appointment_id = held.id
        move(entry, "offered")
        session().expire(entry, ["appointment"])
        events.record("waiting.offered", WORKER, [entry, entry.customer], {"reference": held.reference})
        return 1
    return 0


def _lasts(slot: Slot, service: Service, lapses: Lapses) -> timedelta | None:
    """How long an offer stands: four hours of what counts, but not past the moment until which it could be booked; None when
    that is so near that nobody could answer."""
    now = clock.now()
    shortest = lapses(now, SHORTEST_OFFER)
    until = min(lapses(now, OFFER_LASTS), max(slot.starts_at - timedelta(minutes=service.lead_minutes), shortest))
    return until - now if shortest < slot.starts_at else None


def pass_on() -> int:
    """Offers that ran out go to the next; the number passed on. Leaves waiting.passed for each."""
    found = (
        select(WaitingEntry)
        .join(WaitingEntry.appointment)
        .where(WaitingEntry.status == "offered", Appointment.expires_at <= clock.now())
        .order_by(WaitingEntry.id)
        .with_for_update(skip_locked=True, of=WaitingEntry)
    )
    rows = session().scalars(found).all()
    for entry in rows:
        _pass(WORKER, entry)
    return len(rows)


def _pass(actor: Actor, entry: WaitingEntry) -> None:
    if entry.appointment is not None:
        appointments.release_hold(actor, entry.appointment)
    move(entry, "passed")
    events.record("waiting.passed", actor, [entry, entry.customer])


def offered_until(entry: WaitingEntry) -> datetime | None:
    """Until when the offer stands; None when there is none (any more)."""
    held = entry.appointment
    if entry.status != "offered" or held is None or held.status != "held" or held.expires_at is None:
        return None
    return held.expires_at if held.expires_at > clock.now() else None


def take_offer(actor: Actor, entry: WaitingEntry) -> Appointment:
    """The offered slot becomes an appointment. Refuses with Conflict `waiting.offer_over` once it ran out. Leaves
    appointment.booked and waiting.taken."""
    appointments.may(actor)
    session().refresh(entry, with_for_update={"of": WaitingEntry})
    if offered_until(entry) is None or entry.appointment is None:
        raise Conflict("waiting.offer_over")
    appointment = entry.appointment
    appointments.book(
        actor, appointment, entry.customer, note=entry.note, address=_address(entry), language=entry.language
    )
    move(entry, "taken")
    events.record("waiting.taken", actor, [entry, entry.customer])
    return appointment


def _address(entry: WaitingEntry) -> str:
    main = entry.customer.addresses[0] if entry.customer.addresses else None
    return f"{main.street}, {main.postcode} {main.city}" if main is not None else ""


def decline_offer(actor: Actor, entry: WaitingEntry) -> None:
    """No, thank you: the next is asked at once. Refuses with Conflict `waiting.offer_over` what is no offer any more.
    Leaves waiting.passed."""
    appointments.may(actor)
    session().refresh(entry, with_for_update={"of": WaitingEntry})
    if entry.status != "offered":
        raise Conflict("waiting.offer_over")
    _pass(actor, entry)


def leave_waiting(actor: Actor, entry: WaitingEntry) -> None:
    """Wait no longer; what was held for them is free. Nothing happens to an entry that is over. Leaves waiting.left."""
    appointments.may(actor)
    session().refresh(entry, with_for_update={"of": WaitingEntry})
    if entry.status not in ("waiting", "offered"):
        return
    if entry.appointment is not None:
        appointments.release_hold(actor, entry.appointment)
    move(entry, "left")
    events.record("waiting.left", actor, [entry, entry.customer])
