"""Who or what is not there, over appointments that count on it.

An absence is a fact: it is entered whatever was promised, under the same lock as a booking. Each appointment that it hits is
given to somebody else at the same moment, of which the customer needs to know nothing unless they wished for the person;
where nobody is free the nearest moment is held for the customer, who is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service_app.bookings import capacity, queries, taking
from service_app.bookings.models import ABSENCE_REASONS, TAKEN, Appointment, Resource, ResourceAbsence
from service_app.bookings.operations import appointments
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid, NotFound

PROPOSAL_LASTS = timedelta(hours=48)
SEARCH_DAYS = 28
LONGEST = timedelta(days=366)


@dataclass
class Outcome:
    """What became of the appointments that an absence hits: given to somebody else, asked to move, or left to a person
    because nothing is free for weeks."""

    absence: ResourceAbsence
    reassigned: list[Appointment] = field(default_factory=list)
    asked: list[Appointment] = field(default_factory=list)
    left: list[Appointment] = field(default_factory=list)

    @property
    def hit(self) -> list[Appointment]:
        """All of them."""
        return [*self.reassigned, *self.asked, *self.left]


def enter_absence(
    actor: Actor, resource: Resource, starts_at: datetime, ends_at: datetime, reason: str = "other", note: str = ""
) -> Outcome:
    """Enter an absence over [starts_at, ends_at) and do what can be done for the appointments it hits.

    Refuses `absence.backwards`, `absence.too_long` and `choice.unknown` (reason). Leaves resource.absent, and for each
    appointment appointment.reassigned or appointment.proposed.
    """
    actor.must("appointment:write")
    if ends_at <= starts_at:
        raise Invalid("absence.backwards", field="last_day")
    if ends_at - starts_at > LONGEST:
        raise Invalid("absence.too_long", field="last_day")
    if reason not in ABSENCE_REASONS:
        raise Invalid("choice.unknown", field="reason", value=reason)
    taking.lock([resource.id])
    row = ResourceAbsence(
        resource_id=resource.id, starts_at=starts_at, ends_at=ends_at, reason=reason, note=note.strip()[:500]
    )
    session().add(row)
    session().flush()
    events.record("resource.absent", actor, [resource], {"reason": reason})
    outcome = Outcome(row)
    for appointment in queries.hit_by_absence(resource):
        _rescue(actor, appointment, outcome)
    return outcome


def _rescue(actor: Actor, appointment: Appointment, outcome: Outcome) -> None:
    if queries.proposal_for(appointment) is not None:
        outcome.asked.append(appointment)
    elif reassign(actor, appointment):
        outcome.reassigned.append(appointment)
    elif propose(actor, appointment) is not None:
        outcome.asked.append(appointment)
    else:
        outcome.left.append(appointment)


def reassign(actor: Actor, appointment: Appointment) -> bool:
    """Somebody else who can do it at the same moment, a person wished for by name left out of it: whether there was one.
    Leaves appointment.reassigned."""
    if appointment.is_chosen:
        return False
    mine = tuple(each.resource_id for each in appointment.occupations)
    try:
        taking.take(appointment.service, appointment, appointment.starts_at, by_staff=True, prefer=mine)
    except Conflict:
        return False
    appointments.touch(appointment)
    customer = appointment.customer
    about = [appointment] if customer is None else [appointment, customer]
    events.record("appointment.reassigned", actor, about, {"reference": appointment.reference})
    return True


def propose(actor: Actor, appointment: Appointment) -> Appointment | None:
    """Hold the nearest other moment for two days, at most until it begins, and ask the customer; None when there is none
    within four weeks. Leaves appointment.proposed."""
    zone = queries.zone()
    day = clock.local(appointment.starts_at, zone).date()
    first = max(clock.today(zone), day - timedelta(days=7))
    found = capacity.offered(appointment.service, first, day + timedelta(days=SEARCH_DAYS), by_staff=True)
    soonest = clock.now() + timedelta(hours=4)  # who is asked needs time to read it
    free = [slot.starts_at for slot in found if slot.starts_at >= soonest]
    if not free:
        return None
    nearest = min(free, key=lambda start: (abs(start - appointment.starts_at), start))
    lasts = min(PROPOSAL_LASTS, nearest - clock.now())
    held = appointments.hold_slot(WORKER, appointment.service, nearest, lasts=lasts, replaces=appointment)
    customer = appointment.customer
    about = [appointment] if customer is None else [appointment, customer]
    events.record("appointment.proposed", actor, about, {"reference": appointment.reference})
    return held


def accept_proposal(actor: Actor, appointment: Appointment) -> Appointment:
    """The customer takes the other moment: the same appointment, moved. Refuses with Conflict `booking.hold_over` when it
    is held no longer. Leaves appointment.moved."""
    appointments.may(actor)
    appointments.lock_booked(appointment)
    held = queries.proposal_for(appointment)
    if held is None:
        raise Conflict("booking.hold_over")
    starts_at = held.starts_at
    appointments.release_hold(actor, held)
    appointment.is_chosen = False
    return appointments.put(actor, appointment, starts_at, None, is_asked=True)


def move_or_answer(
    actor: Actor, appointment: Appointment, starts_at: datetime, resource: Resource | None
) -> Appointment:
    """Another moment that the customer chose. Who was asked to move answers with it, so that no rule of how late it is
    binds them; refuses otherwise as `reschedule`."""
    if queries.proposal_for(appointment) is None:
        return appointments.reschedule(actor, appointment, starts_at, resource=resource)
    appointments.lock_booked(appointment)
    appointments.forget_proposals(appointment)
    appointment.is_chosen = False
    return appointments.put(actor, appointment, starts_at, resource)


def end_absence(actor: Actor, absence_id: int) -> ResourceAbsence:
    """They are there after all; returns what was said, so that it can be given back. Refuses with NotFound, also
    what another room took and gives back itself. Leaves resource.present."""
    actor.must("appointment:write")
    row = session().get(ResourceAbsence, (current_workshop_id(), absence_id))
    if row is None or row.reason == TAKEN:
        raise NotFound("not_found")
    resource = queries.get_resource(row.resource_id)
    session().delete(row)
    session().flush()
    events.record("resource.present", actor, [resource])
    return row


def those_left(resource: Resource) -> Sequence[Appointment]:
    """The appointments that still count on who is away."""
    return queries.hit_by_absence(resource)
