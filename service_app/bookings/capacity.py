"""What there is: who can do a service, when each is there, and what is taken. Reads only; `taking` writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select

from service_app.bookings import slots
from service_app.bookings.models import Occupation, Resource, ResourceAbsence, ResourceHours, ResourceSkill, Service
from service_app.bookings.slots import Rules, Span, Timetable
from service_app.core import clock
from service_app.core.db import session
from service_app.workshops import hours as opening
from service_app.workshops.hours import Calendar

DAY = timedelta(days=1)
# Of a workshop that has entered no hours: it counts as open every day, but nobody books at four at night.
UNSAID = ((time(9), time(18)),)


def rules_of(service: Service) -> Rules:
    """What the service asks of a start."""
    return Rules(
        service.minutes, service.step_minutes, service.before_minutes, service.after_minutes, service.lead_minutes,
        service.horizon_days,
    )  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The resources of which a service needs one: their kind, their ids in order, and how skilled each is."""

    kind: str
    ids: tuple[int, ...]
    rank: Mapping[int, int]


def groups_of(service: Service, resource: Resource | None = None) -> list[Group]:
    """Whom and what a service needs, persons first; a wished-for resource stands for its kind, as long as it can do it."""
    found = [_persons(service), *(_things(kind) for kind in service.needs)]
    if resource is None:
        return found
    if resource.kind not in {group.kind for group in found}:
        return [Group(resource.kind, (), {})]
    return [_only(group, resource.id) if group.kind == resource.kind else group for group in found]


def _only(group: Group, resource_id: int) -> Group:
    return Group(group.kind, (resource_id,) if resource_id in group.ids else (), group.rank)


def _persons(service: Service) -> Group:
    found = select(Resource.id).where(Resource.kind == "person", Resource.is_active).order_by(Resource.id)
    if service.skill_id is None:
        return Group("person", tuple(session().scalars(found)), {})
    able = (
        select(Resource.id, ResourceSkill.level)
        .join(ResourceSkill, ResourceSkill.resource_id == Resource.id)
        .where(Resource.kind == "person", Resource.is_active)
        .where(ResourceSkill.skill_id == service.skill_id, ResourceSkill.level >= service.skill_level)
        .order_by(Resource.id)
    )
    rank = {row.id: row.level for row in session().execute(able)}
    return Group("person", tuple(rank), rank)


def _things(kind: str) -> Group:
    found = select(Resource.id).where(Resource.kind == kind, Resource.is_active).order_by(Resource.id)
    return Group(kind, tuple(session().scalars(found)), {})


def door(service: Service, calendar: Calendar, days: Sequence[date]) -> tuple[Span, ...] | None:
    """When somebody who comes finds the door open; None when one goes to them."""
    return slots.open_spans(_of_days(calendar, days), calendar.zone) if service.place == "drop_off" else None


def _of_days(calendar: Calendar, days: Sequence[date]) -> dict[date, opening.Hours]:
    if calendar.weekly:
        return {day: calendar.hours_on(day) for day in days}
    return {day: calendar.exceptions.get(day, UNSAID) for day in days}


def timetables(
    ids: Iterable[int], calendar: Calendar, first: date, last: date, but: int | None = None
) -> dict[int, Timetable]:
    """What each resource is there for and taken by between two days, not counting the appointment with the id `but`: three
    statements, however many they are."""
    wanted, days = sorted(set(ids)), slots.days_of(first - DAY, last + DAY)
    window = Span(clock.day_bounds(days[0], calendar.zone)[0], clock.day_bounds(days[-1], calendar.zone)[1])
    house = slots.open_spans(_of_days(calendar, days), calendar.zone)
    own = _own_hours(wanted, calendar, days)
    taken = taken_by(wanted, window, but)
    return {key: Timetable(key, own.get(key, house), tuple(sorted(taken[key]))) for key in wanted}


def _own_hours(ids: Sequence[int], calendar: Calendar, days: Sequence[date]) -> dict[int, tuple[Span, ...]]:
    """The hours of those that have their own. On a day that the workshop says otherwise of, they are there within what it
    says: who works on Mondays has a holiday too."""
    weekly: dict[int, dict[int, list[tuple[time, time]]]] = defaultdict(lambda: defaultdict(list))
    for row in session().scalars(select(ResourceHours).where(ResourceHours.resource_id.in_(ids))):
        weekly[row.resource_id][row.weekday].append((row.opens, row.closes))
    found: dict[int, tuple[Span, ...]] = {}
    for key, week in weekly.items():
        spans = slots.open_spans({day: week.get(day.weekday(), ()) for day in days}, calendar.zone)
        found[key] = _within_exceptions(spans, calendar, days)
    return found


def _within_exceptions(spans: tuple[Span, ...], calendar: Calendar, days: Sequence[date]) -> tuple[Span, ...]:
    allowed: list[Span] = []
    for day in days:
        if day in calendar.exceptions:
            allowed += slots.open_spans({day: calendar.exceptions[day]}, calendar.zone)
        else:
            allowed.append(Span(*clock.day_bounds(day, calendar.zone)))
    return slots.common(spans, slots.joined(allowed))


def taken_by(ids: Sequence[int], window: Span, but: int | None = None) -> dict[int, list[Span]]:
    """What takes each resource within a window: absences, and occupations that live."""
    found: dict[int, list[Span]] = defaultdict(list)
    away = select(ResourceAbsence.resource_id, ResourceAbsence.starts_at, ResourceAbsence.ends_at).where(
        ResourceAbsence.resource_id.in_(ids),
        ResourceAbsence.ends_at > window.start,
        ResourceAbsence.starts_at < window.end,
    )
    held = select(Occupation.resource_id, Occupation.blocked_from, Occupation.blocked_until).where(
        Occupation.resource_id.in_(ids), Occupation.blocked_until > window.start, Occupation.blocked_from < window.end,
        or_(Occupation.expires_at.is_(None), Occupation.expires_at > clock.now()),
    )  # fmt: skip
    if but is not None:
        held = held.where(Occupation.appointment_id != but)
    for key, start, end in [*session().execute(away), *session().execute(held)]:
        found[key].append(Span(start, end))
    return found


def busy(ids: Sequence[int], day: date, zone: str) -> dict[int, timedelta]:
    """How much of a day is taken of each."""
    window = Span(*clock.day_bounds(day, zone))
    return {
        key: sum((min(span.end, window.end) - max(span.start, window.start) for span in spans), timedelta(0))
        for key, spans in taken_by(ids, window).items()
    }


def offered(
    service: Service, first: date, last: date, resource: Resource | None = None, *, but: int | None = None,
    by_staff: bool = False,
) -> list[slots.Slot]:  # fmt: skip
    """The slots of some days. The staff is bound by neither lead time nor horizon, only by what is past."""
    calendar, rules, now = opening.load_calendar(), rules_of(service), clock.now()
    last = last if by_staff else min(last, slots.last_day(rules, now, calendar.zone))
    first = max(first, clock.local(now, calendar.zone).date())
    groups = groups_of(service, resource)
    if first > last or not all(group.ids for group in groups):
        return []
    known = timetables([key for group in groups for key in group.ids], calendar, first, last, but)
    tables = [[known[key] for key in group.ids] for group in groups]
    opened = door(service, calendar, slots.days_of(first - DAY, last + DAY))
    after = max(clock.day_bounds(first, calendar.zone)[0], now if by_staff else slots.earliest(rules, now))
    before = clock.day_bounds(last, calendar.zone)[1]
    return list(slots.find(rules, slots.door_of(tables) if opened is None else opened, tables, after, before))


def next_slots(
    service: Service, since: datetime, resource: Resource | None = None, most: int = 3, days: int = 60
) -> list[datetime]:
    """The next starts that can be had from a moment on, a fortnight at a time, for who came too late."""
    zone = opening.load_calendar().zone
    begin, found = clock.local(since, zone).date(), []
    for away in range(0, days, 14):
        first = begin + timedelta(days=away)
        some = offered(service, first, first + timedelta(days=13), resource)
        found += [slot.starts_at for slot in some if slot.starts_at >= since]
        if len(found) >= most:
            break
    return found[:most]
