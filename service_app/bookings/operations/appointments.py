"""One appointment: held, booked, moved, cancelled, arrived, not come, done.

Who acts: the staff with the right `appointment:write`, or the customer (or somebody on the street) for whom a signed link or
the public page stands. The rules of a service bind the customer and not the staff: lead time and horizon, the grid of
starts, and until when one may move or cancel.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service_app.bookings import capacity, queries, slots, taking
from service_app.bookings.models import Appointment, Resource, Service
from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import DEFAULT_LANGUAGE
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

HOLD_LASTS = timedelta(minutes=10)
BLOCKED_FOR = timedelta(days=90)
LONGEST_NOTE = 2000
_GUESTS = ("customer", "visitor")


def may(actor: Actor) -> None:
    """Refuse staff without the right; a customer's right is the link they came by."""
    if actor.kind not in _GUESTS:
        actor.must("appointment:write")


def is_guest(actor: Actor) -> bool:
    """Whether the rules of the service bind who acts."""
    return actor.kind in _GUESTS


def hold_slot(
    actor: Actor, service: Service, starts_at: datetime, *, resource: Resource | None = None,
    lasts: timedelta = HOLD_LASTS, replaces: Appointment | None = None,
) -> Appointment:  # fmt: skip
    """Hold a slot for ten minutes (`lasts`) with one person who can do the service, or `resource`, and what else it needs.

    Refuses with Conflict `booking.slot_taken` with `alternatives`, also what is no slot for a customer; `booking.past`; and
    `service.closed` a service that is no longer on offer.
    """
    may(actor)
    if not service.is_active:
        raise Conflict("service.closed")
    _refuse_past(starts_at)
    if is_guest(actor) and not _is_offered(service, starts_at, resource):
        raise taking.taken(service, starts_at, resource)
    appointment = Appointment(
        reference=next_reference(f"A-{clock.today(queries.zone()).year}"), service_id=service.id, starts_at=starts_at,
        ends_at=capacity.rules_of(service).stretch(starts_at).end, expires_at=clock.now() + lasts,
        is_chosen=resource is not None and resource.kind == "person", source="public" if is_guest(actor) else "staff",
        replaces_id=replaces.id if replaces is not None else None, language=_house_language(),
    )  # fmt: skip
    session().add(appointment)
    session().flush()
    taking.take(service, appointment, starts_at, resource, by_staff=not is_guest(actor))
    return appointment


def _house_language() -> str:
    return get_workshop(current_workshop_id()).language or DEFAULT_LANGUAGE


def _refuse_past(starts_at: datetime) -> None:
    if starts_at < clock.now() - timedelta(minutes=1):
        raise Invalid("booking.past", field="starts_at")


def _is_offered(
    service: Service, starts_at: datetime, resource: Resource | None, but: Appointment | None = None
) -> bool:
    day = clock.local(starts_at, queries.zone()).date()
    return slots.index_of(queries.find_slots(service, day, day, resource, but=but), starts_at) >= 0


def book(
    actor: Actor, appointment: Appointment, customer: Customer, *, note: str = "", address: str = "", language: str = "",
    source: str = "",
) -> Appointment:  # fmt: skip
    """What is held becomes an appointment of a customer, who is told. A hold that ran out is taken again as long as nobody
    else did. Refuses with Conflict `booking.slot_taken` when somebody did; `booking.hold_over` when it was given up;
    `booking.customer_blocked` and `booking.stayed_away` when the customer may not; `address.needed` without an address for
    a service that goes there. Leaves appointment.booked."""
    may(actor)
    session().refresh(appointment, with_for_update=True)
    if appointment.status != "held":
        raise Conflict("booking.hold_over")
    _refuse_blocked(actor, customer)
    if appointment.service.place != "drop_off" and not address.strip():
        raise Invalid("booking.address_needed", field="street")
    if not taking.keep(appointment):
        _hold_again(appointment)
    appointment.customer_id, appointment.note = customer.id, note.strip()[:LONGEST_NOTE]
    appointment.address = " ".join(address.split())[:300]
    appointment.language = language or customer.language
    appointment.source = source or appointment.source
    appointment.expires_at, appointment.changed_at = None, clock.now()
    move(appointment, "booked")
    session().expire(appointment, ["customer"])
    _index(appointment, customer)
    events.record("appointment.booked", actor, [appointment, customer], {"reference": appointment.reference})
    return appointment


def _hold_again(appointment: Appointment) -> None:
    """The same person once more where they were wished for, else whoever is free."""
    wished = queries.get_resource(appointment.known_to[0]) if appointment.is_chosen else None
    appointment.expires_at = clock.now() + HOLD_LASTS
    taking.take(
        appointment.service, appointment, appointment.starts_at, wished, by_staff=True, prefer=appointment.known_to
    )
    taking.keep(appointment)


def _refuse_blocked(actor: Actor, customer: Customer) -> None:
    """The staff decides by itself; online the rules hold."""
    if not is_guest(actor):
        return
    phone = get_workshop(current_workshop_id()).phone
    if customer.is_blocked:
        raise Conflict("booking.customer_blocked", phone=phone)
    missed = select(Appointment.id).join(Appointment.service).where(
        Appointment.customer_id == customer.id, Appointment.status == "no_show", ~Appointment.is_forgiven,
        Service.no_show == "block", Appointment.starts_at > clock.now() - BLOCKED_FOR,
    )  # fmt: skip
    if session().scalar(missed.limit(1)) is not None:
        raise Conflict("booking.stayed_away", phone=phone)


def _index(appointment: Appointment, customer: Customer) -> None:
    texts = [
        appointment.reference,
        customer.name,
        customer.contact_name,
        customer.reference,
        customer.email,
        customer.phone,
    ]
    search.index("appointment", appointment.id, texts)


def release_hold(actor: Actor, appointment: Appointment) -> None:
    """Give a hold back before it runs out. What is held no longer, or booked, stays as it is."""
    may(actor)
    if appointment.status == "held":
        taking.release(appointment)
        move(appointment, "expired")


def reschedule(
    actor: Actor, appointment: Appointment, starts_at: datetime, *, resource: Resource | None = None,
    seen: int | None = None,
) -> Appointment:  # fmt: skip
    """Another start, or another person for the same (`resource`); the customer is told when the start is another.

    Refuses with Conflict `booking.slot_taken` with alternatives, `booking.too_late` (data: phone) a customer after the
    service's own time, `state.not_allowed` what is over, `version.stale`. Leaves appointment.moved, or
    appointment.reassigned when only who does it is another; nothing when all is as it was.
    """
    may(actor)
    lock_booked(appointment, seen)
    refuse_too_late(actor, appointment)
    return put(actor, appointment, starts_at, resource)


def put(
    actor: Actor, appointment: Appointment, starts_at: datetime, resource: Resource | None, *, is_asked: bool = False
) -> Appointment:
    """`reschedule` without the rule of how late it may be, for what the workshop itself asked for (`is_asked`)."""
    service, was = appointment.service, appointment.starts_at
    mine = tuple(each.resource_id for each in appointment.occupations)
    if starts_at == was and (resource is None or resource.id in mine):
        return appointment
    if starts_at != was:
        _refuse_past(starts_at)
    if (
        is_guest(actor)
        and not is_asked
        and not _is_offered(service, starts_at, _wished(appointment, resource), appointment)
    ):
        raise taking.taken(service, starts_at, _wished(appointment, resource))
    by_staff = is_asked or not is_guest(actor)
    taking.take(service, appointment, starts_at, _wished(appointment, resource), by_staff=by_staff, prefer=mine)
    if resource is not None and resource.kind == "person" and is_guest(actor):
        appointment.is_chosen = True
    appointment.starts_at = starts_at
    appointment.ends_at = capacity.rules_of(service).stretch(starts_at).end
    touch(appointment)
    forget_proposals(appointment)
    name = "appointment.moved" if starts_at != was else "appointment.reassigned"
    events.record(name, actor, _about(appointment), {"reference": appointment.reference, "was": was.isoformat()})
    return appointment


def _wished(appointment: Appointment, resource: Resource | None) -> Resource | None:
    """Who was wished for by name stays, unless somebody else is named now."""
    return resource or (queries.who(appointment) if appointment.is_chosen else None)


def _about(appointment: Appointment) -> list[Any]:
    return [appointment, *([appointment.customer] if appointment.customer is not None else [])]


def touch(appointment: Appointment) -> None:
    """What calendars compare: a later sequence, a later moment of change; and the row's version."""
    appointment.sequence += 1
    appointment.version += 1
    appointment.changed_at = clock.now()
    session().flush()


def lock_booked(appointment: Appointment, seen: int | None = None) -> None:
    """The row, locked and read anew. Refuses `version.stale` and what is not booked (any more)."""
    session().refresh(appointment, with_for_update={"of": Appointment})
    if seen is not None and seen != appointment.version:
        raise Conflict("version.stale", thing="appointment", version=appointment.version)
    if appointment.status != "booked":
        raise Conflict("state.not_allowed", thing="appointment", axis="status", state=appointment.status, to="booked")


def changes_until(appointment: Appointment) -> datetime:
    """Until when the customer may move or cancel it."""
    return appointment.starts_at - timedelta(minutes=appointment.service.change_minutes)


def refuse_too_late(actor: Actor, appointment: Appointment) -> None:
    """Refuse a customer with Conflict `booking.too_late` (data: hours before the start, phone) once it is too late."""
    if is_guest(actor) and clock.now() > changes_until(appointment):
        workshop = get_workshop(current_workshop_id())
        raise Conflict("booking.too_late", phone=workshop.phone or workshop.email)


def cancel(actor: Actor, appointment: Appointment, *, reason: str = "", seen: int | None = None) -> Appointment:
    """It is off, and what it took is free for who waits. Refuses a customer `booking.too_late`; what is over or stale.
    Leaves appointment.cancelled, whose letter carries the calendar entry as cancelled."""
    may(actor)
    lock_booked(appointment, seen)
    refuse_too_late(actor, appointment)
    taking.release(appointment)
    forget_proposals(appointment)
    appointment.reason = reason.strip()[:500]
    appointment.ended_at = appointment.changed_at = clock.now()
    appointment.sequence += 1
    move(appointment, "cancelled")
    events.record("appointment.cancelled", actor, _about(appointment), {"reference": appointment.reference})
    return appointment


def forget_proposals(appointment: Appointment) -> None:
    """Give back what was held for this customer as another moment."""
    found = select(Appointment).where(Appointment.replaces_id == appointment.id, Appointment.status == "held")
    for proposal in session().scalars(found).all():
        taking.release(proposal)
        move(proposal, "expired")


def late_by(appointment: Appointment, at: datetime | None = None) -> int:
    """Whole minutes after the start at which somebody came (or it is now); 0 when on time."""
    return max(0, int(((at or clock.now()) - appointment.starts_at).total_seconds()) // 60)


def is_too_late_to_come(appointment: Appointment) -> bool:
    """Whether who has not come yet counts as not coming, by the rule of the service."""
    return late_by(appointment) > appointment.service.late_minutes


def arrive(actor: Actor, appointment: Appointment) -> Appointment:
    """They are here; also who came after all after having been put down as not come. Refuses with Conflict
    `booking.too_early` more than twelve hours before, and `state.not_allowed`. Leaves appointment.arrived, with the minutes
    they were late."""
    actor.must("appointment:write")
    session().refresh(appointment, with_for_update={"of": Appointment})
    if appointment.starts_at - clock.now() > timedelta(hours=12):
        raise Conflict("booking.too_early")
    appointment.arrived_at = appointment.changed_at = clock.now()
    move(appointment, "arrived")
    data = {"reference": appointment.reference, "minutes_late": late_by(appointment)}
    events.record("appointment.arrived", actor, _about(appointment), data)
    return appointment


def mark_no_show(actor: Actor, appointment: Appointment) -> Appointment:
    """Nobody came; the rest of the stretch is free again. Refuses with Conflict `booking.still_in_time` before the minutes
    that the service waits are over. Leaves appointment.no_show."""
    actor.must("appointment:write")
    lock_booked(appointment)
    if not is_too_late_to_come(appointment):
        raise Conflict("booking.still_in_time", minutes=appointment.service.late_minutes)
    taking.let_go(appointment, clock.now())
    appointment.ended_at = appointment.changed_at = clock.now()
    move(appointment, "no_show")
    events.record("appointment.no_show", actor, _about(appointment), {"reference": appointment.reference})
    return appointment


def finish(actor: Actor, appointment: Appointment) -> Appointment:
    """It is done; what it still took is free at once. Leaves appointment.done."""
    actor.must("appointment:write")
    session().refresh(appointment, with_for_update={"of": Appointment})
    taking.let_go(appointment, clock.now())
    appointment.ended_at = appointment.changed_at = clock.now()
    move(appointment, "done")
    events.record("appointment.done", actor, _about(appointment), {"reference": appointment.reference})
    return appointment


def take_back(actor: Actor, appointment: Appointment) -> Appointment:
    """Undo the last step: done is arrived again, arrived or not come is booked again. Refuses with Conflict
    `booking.slot_taken` when somebody else has the rest of the stretch meanwhile. Leaves appointment.undone."""
    actor.must("appointment:write")
    session().refresh(appointment, with_for_update={"of": Appointment})
    to = "arrived" if appointment.status == "done" else "booked"
    rest = capacity.rules_of(appointment.service).blocked(appointment.starts_at).end
    if appointment.status in ("done", "no_show") and clock.now() < rest:
        _take_again(appointment)
    appointment.ended_at, appointment.changed_at = None, clock.now()
    if to == "booked":
        appointment.arrived_at = None
    move(appointment, to)
    events.record("appointment.undone", actor, _about(appointment), {"reference": appointment.reference})
    return appointment


def _take_again(appointment: Appointment) -> None:
    mine = tuple(each.resource_id for each in appointment.occupations) or tuple(appointment.known_to)
    taking.take(appointment.service, appointment, appointment.starts_at, by_staff=True, prefer=mine)


def forgive(actor: Actor, appointment: Appointment) -> None:
    """A no-show that no longer counts against the customer: they may book online again. Refuses what is none."""
    actor.must("appointment:write")
    if appointment.status != "no_show":
        raise Conflict("state.not_allowed", thing="appointment", axis="status", state=appointment.status, to="no_show")
    appointment.is_forgiven = True
    appointment.version += 1
    session().flush()


def expire_holds(limit: int = 200) -> int:
    """Housekeeping: forget, in the current workshop, the holds that ran out; the number forgotten. What they took has been
    free since then. Offers to those who wait are passed on by `waiting.pass_on`, which comes first."""
    found = (
        select(Appointment)
        .where(Appointment.status == "held", Appointment.expires_at <= clock.now())
        .order_by(Appointment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session().scalars(found).all()
    for appointment in rows:
        taking.release(appointment)
        move(appointment, "expired")
    return len(rows)
