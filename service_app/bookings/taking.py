"""Taking what a service needs: the only writer of `occupation`.

The exclusion constraint is what makes it impossible to take somebody twice; everything here is about good answers. Whoever
takes locks the rows of all who could be taken, in the order of their ids: for "anybody" of every one who can do it, for
somebody by name of that one, so the two wait for each other. Then it looks who is free, then it writes. An absence is
entered under the same lock. What the constraint still refuses (a writer without the lock) becomes the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.errors import ExclusionViolation
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from service_app.bookings import capacity, slots
from service_app.bookings.capacity import Group
from service_app.bookings.models import Appointment, Occupation, Resource, Service
from service_app.bookings.slots import Span
from service_app.core import clock
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.workshops import hours


def lock(ids: Sequence[int]) -> None:
    """Hold these resources until the end of the transaction, in the order of their ids, so that nobody waits in a ring.
    Rows that only point to them do not wait."""
    wanted = select(Resource.id).where(Resource.id.in_(ids)).order_by(Resource.id)
    session().execute(wanted.with_for_update(key_share=True)).all()


def take(
    service: Service, appointment: Appointment, starts_at: datetime, resource: Resource | None = None, *,
    by_staff: bool = False, prefer: Sequence[int] = (),
) -> None:  # fmt: skip
    """Give an appointment one of each that its service needs, from a start on; what it had before is given back. Of those
    who are free `prefer` come first, then who has least to do. Refuses with Conflict `booking.slot_taken`, carrying
    `alternatives` (the next starts, ISO instants), when one of a kind is not free."""
    groups = capacity.groups_of(service, resource)
    lock([key for group in groups for key in group.ids])
    drop_expired_holds([key for group in groups for key in group.ids])
    chosen = _choose(service, groups, starts_at, appointment.id, by_staff, prefer)
    if chosen is None:
        raise taken(service, starts_at, resource)
    blocked = capacity.rules_of(service).blocked(starts_at)
    try:
        with session().begin_nested():
            release(appointment)
            session().add_all([_occupation(appointment, key, blocked) for key in chosen])
            session().flush()
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise taken(service, starts_at, resource) from error
        raise
    appointment.known_to = list(dict.fromkeys([*chosen, *(appointment.known_to or [])]))
    session().flush()
    session().expire(appointment, ["occupations"])


def _occupation(appointment: Appointment, resource_id: int, blocked: Span) -> Occupation:
    return Occupation(
        resource_id=resource_id, appointment_id=appointment.id, blocked_from=blocked.start, blocked_until=blocked.end,
        expires_at=appointment.expires_at if appointment.status == "held" else None,
    )  # fmt: skip


def _choose(
    service: Service,
    groups: Sequence[Group],
    starts_at: datetime,
    but: int | None,
    by_staff: bool,
    prefer: Sequence[int],
) -> list[int] | None:
    calendar = hours.load_calendar()
    day = clock.local(starts_at, calendar.zone).date()
    keys = [key for group in groups for key in group.ids]
    rules = capacity.rules_of(service)
    known = capacity.timetables(keys, calendar, day, day, but)
    stretch, blocked = rules.stretch(starts_at), rules.blocked(starts_at)
    opened = capacity.door(service, calendar, slots.days_of(day - capacity.DAY, day + capacity.DAY))
    if opened is not None and not by_staff and not any(span.holds(stretch) for span in opened):
        return None
    busy = capacity.busy(keys, day, calendar.zone)
    chosen = []
    for group in groups:
        free = [key for key in group.ids if known[key].can(stretch, blocked)]
        liked = [key for key in prefer if key in free]
        if not free:
            return None
        chosen.append(liked[0] if liked else slots.least_busy(free, busy, group.rank))
    return chosen


def taken(service: Service, starts_at: datetime, resource: Resource | None = None) -> Conflict:
    """The refusal of who came too late, with what can be had instead."""
    others = capacity.next_slots(service, min(starts_at, clock.now()), resource, most=40)
    near = sorted(sorted(others, key=lambda other: abs(other - starts_at))[:3])
    return Conflict("booking.slot_taken", field="starts_at", alternatives=[other.isoformat() for other in near])


def release(appointment: Appointment) -> None:
    """Give back what an appointment occupies."""
    session().execute(
        delete(Occupation)
        .where(Occupation.appointment_id == appointment.id)
        .execution_options(synchronize_session=False)
    )
    session().expire(appointment, ["occupations"])


def keep(appointment: Appointment) -> bool:
    """What is held is taken for good; False when the hold ran out and somebody may have taken it meanwhile."""
    done: Any = session().execute(
        update(Occupation)
        .where(Occupation.appointment_id == appointment.id, Occupation.expires_at > clock.now())
        .values(expires_at=None)
        .execution_options(synchronize_session=False)
    )
    session().expire(appointment, ["occupations"])
    return int(done.rowcount) > 0


def let_go(appointment: Appointment, now: datetime) -> None:
    """From now on those who were taken are free: it was over sooner, or nobody came."""
    own = Occupation.appointment_id == appointment.id
    quiet = {"synchronize_session": False}
    session().execute(delete(Occupation).where(own, Occupation.blocked_from >= now).execution_options(**quiet))
    session().execute(
        update(Occupation)
        .where(own, Occupation.blocked_until > now)
        .values(blocked_until=now)
        .execution_options(**quiet)
    )
    session().expire(appointment, ["occupations"])


def drop_expired_holds(ids: Sequence[int]) -> None:
    """Forget the holds of these resources that ran out; the constraint knows no clock."""
    session().execute(
        delete(Occupation)
        .where(Occupation.resource_id.in_(ids), Occupation.expires_at <= clock.now())
        .execution_options(synchronize_session=False)
    )
