"""The lanes of people, and of benches, rooms and vehicles: their appointments with the buffers around them, and when they are
away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from service_app.board.lanes import Bar, Lane, LaneKind, LanePage, Wanted, add
from service_app.board.window import Window
from service_app.board.words import AWAY, COUNTS_ON_WHO_IS_AWAY, NOT_HERE, VISIT_LEGEND, VISITS
from service_app.bookings.models import Appointment, Occupation, Resource, ResourceAbsence, Service
from service_app.bookings.words import GROUPS, KINDS, REASONS
from service_app.core import clock
from service_app.core.db import session
from service_app.core.i18n import lazy as _l
from service_app.core.i18n import words
from service_app.core.paging import Page, page_of
from service_app.customers.models import Customer

OVER = ("done", "no_show")


def _load(window: Window, wanted: Wanted, *kinds: str) -> LanePage:
    """A page of resources with what is on them: three statements, however many there are."""
    page = _resources(window, wanted, kinds)
    by_id = {row.id: _lane(row) for row in page.rows}
    away = _absences(window, list(by_id))
    for row in away:
        by_id[row.resource_id].bars.append(
            Bar(row.starts_at, row.ends_at, AWAY[0], "away", str(REASONS[row.reason]), "", row.note)
        )
    for row in _occupations(window, list(by_id)):
        by_id[row.resource_id].bars.append(_bar(row, away))
    for lane in by_id.values():
        lane.stack()
    return LanePage(list(by_id.values()), page.total)


def _lane(row: Resource) -> Lane:
    return Lane(
        row.name, str(KINDS[row.kind]) if row.kind != "person" else "", f"planning/people/{row.id}", row.kind,
        str(GROUPS[row.kind]), key=str(row.id),
    )  # fmt: skip


def _resources(window: Window, wanted: Wanted, kinds: Sequence[str]) -> Page[Resource]:
    found = select(Resource).where(Resource.kind.in_(kinds), Resource.is_active)
    if wanted.text:
        found = found.where(Resource.name.icontains(wanted.text, autoescape=True))
    if wanted.booked:
        same = (Occupation.workshop_id == Resource.workshop_id, Occupation.resource_id == Resource.id)
        found = found.where(exists().where(*same, *_inside(window)))
    return page_of(found.order_by(Resource.kind, Resource.name, Resource.id), wanted.page, wanted.size)


def _inside(window: Window) -> tuple[ColumnElement[bool], ...]:
    """What lives and overlaps the window."""
    return (
        or_(Occupation.expires_at.is_(None), Occupation.expires_at > clock.now()),
        Occupation.blocked_from < window.end,
        Occupation.blocked_until > window.start,
    )


def _occupations(window: Window, ids: Sequence[int]) -> Sequence[Any]:
    found = (
        select(
            Occupation.resource_id, Occupation.blocked_from, Occupation.blocked_until, Appointment.reference,
            Appointment.status, Appointment.starts_at, Appointment.ends_at, Appointment.version, Service.name,
            Customer.name.label("customer"), Service.late_minutes,
        )
        .join(Appointment, and_(Appointment.workshop_id == Occupation.workshop_id, Appointment.id == Occupation.appointment_id))
        .join(Service, and_(Service.workshop_id == Appointment.workshop_id, Service.id == Appointment.service_id))
        .outerjoin(Customer, and_(Customer.workshop_id == Appointment.workshop_id, Customer.id == Appointment.customer_id))
        .where(Occupation.resource_id.in_(ids), *_inside(window))
        .order_by(Occupation.blocked_from)
    )  # fmt: skip
    return session().execute(found).all()


def _absences(window: Window, ids: Sequence[int]) -> Sequence[ResourceAbsence]:
    found = select(ResourceAbsence).where(
        ResourceAbsence.resource_id.in_(ids),
        ResourceAbsence.starts_at < window.end,
        ResourceAbsence.ends_at > window.start,
    )
    return session().scalars(found.order_by(ResourceAbsence.starts_at)).all()


def _bar(row: Any, away: Sequence[ResourceAbsence]) -> Bar:
    tone, word = VISITS[row.status]
    bar = Bar(row.starts_at, row.ends_at, tone, row.status, str(word), "", row.customer or words(row.name))
    bar.tails = list(_tails(row))
    if row.status == "held":
        return bar
    bar.key, bar.url = f"{row.reference}@{row.resource_id}", f"board/visit/{row.reference}"
    bar.version, bar.at = row.version, row.starts_at
    if row.status == "booked":
        bar.moves = "whole" if row.ends_at > clock.now() else ""
        _warn(bar, row, away)
    return bar


def _warn(bar: Bar, row: Any, away: Sequence[ResourceAbsence]) -> None:
    """Outlined: who does it is away then, or who should be here is not."""
    late = (clock.now() - row.starts_at).total_seconds() // 60
    if any(
        each.resource_id == row.resource_id and each.starts_at < row.blocked_until and each.ends_at > row.blocked_from
        for each in away
    ):
        bar.is_conflict, bar.word = True, str(COUNTS_ON_WHO_IS_AWAY)
    elif late > row.late_minutes:
        bar.is_conflict, bar.word = True, str(NOT_HERE)


def _tails(row: Any) -> Iterator[tuple[Any, Any]]:
    if row.blocked_from < row.starts_at:
        yield row.blocked_from, row.starts_at
    if row.blocked_until > row.ends_at:
        yield row.ends_at, row.blocked_until


def load_people(window: Window, wanted: Wanted) -> LanePage:
    """The people."""
    return _load(window, wanted, "person")


def load_places(window: Window, wanted: Wanted) -> LanePage:
    """Benches, rooms and vehicles."""
    return _load(window, wanted, "bench", "room", "vehicle")


_SHARED: dict[str, Any] = {
    "writes": "appointment:write",
    "view": "day",
    "search": _l("Name"),
    "narrows": False,
    "legend": VISIT_LEGEND,
    "group_word": _l("Kind"),
    "keys": _l(
        "Alt and an arrow key move it: left and right in time, up and down to another lane of the same kind. "
        "Enter opens its card."
    ),
    "nothing": (
        _l("Nobody can be planned with yet."),
        _l("Add people, benches, rooms and vehicles under Appointments."),
    ),
}

add(LaneKind("people", _l("People"), "appointment:read", load_people, **_SHARED))
add(LaneKind("places", _l("Rooms and benches"), "appointment:read", load_places, **_SHARED))
