"""The blueprint, and the month from which somebody chooses a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from service_app.bookings import capacity, queries
from service_app.bookings.models import Appointment, Resource, Service
from service_app.core import clock
from service_app.core.web import current

pages = Blueprint("bookings_public", __name__, template_folder="../templates")

NOON, EVENING = time(12), time(17)


@dataclass(frozen=True)
class Cell:
    """A day of the month table: how many moments are free, and where they are shown ('' when none)."""

    day: date
    count: int
    url: str
    is_in_month: bool
    is_chosen: bool
    is_today: bool


@dataclass(frozen=True)
class When:
    """All that the page shows from which a moment is chosen. `parts` are (word, starts) of the chosen day."""

    first_free: datetime | None
    month: date
    weeks: Sequence[Sequence[Cell]]
    before: str
    after: str
    day: date | None
    parts: Sequence[tuple[str, Sequence[datetime]]]
    people: Sequence[Resource]
    person: Resource | None
    days_ahead: int


def when(service: Service, address: Callable[..., str], but: Appointment | None = None) -> When:
    """The month that the address asks for, else that of the first free moment; `address(**args)` is the page's own."""
    zone, today = current().workshop.zone, clock.today(current().workshop.zone)
    people = queries.people_who_can(service) if service.lets_choose else []
    person = next((one for one in people if str(one.id) == request.values.get("with", "")), None)
    chosen_with = {"with": person.id} if person is not None else {}
    first = next(iter(capacity.next_slots(service, clock.now(), person, most=1, days=service.horizon_days + 1)), None)
    last_bookable = today + timedelta(days=service.horizon_days)
    day = _day(request.values.get("day", ""))
    month = _month(request.values.get("month", ""), day, first, today, zone)
    found = queries.find_slots(service, month, _last(month), person, but=but)
    by_day = Counter(clock.local(slot.starts_at, zone).date() for slot in found)
    if day is None or day.replace(day=1) != month:
        day = min(by_day, default=None)
    starts = [slot.starts_at for slot in found if clock.local(slot.starts_at, zone).date() == day]
    return When(
        first, month, _weeks(month, by_day, day, today, lambda **args: address(**chosen_with, **args)),
        address(**chosen_with, month=_text(month - timedelta(days=1))) if month > today else "",
        address(**chosen_with, month=_text(_last(month) + timedelta(days=1))) if _last(month) < last_bookable else "",
        day, _parts(starts, zone), people, person, service.horizon_days,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return max(date(2000, 1, 1), min(date.fromisoformat(text), date(2999, 1, 1)))
    except ValueError:
        return None


def _month(text: str, day: date | None, first: datetime | None, today: date, zone: str) -> date:
    asked = _day(f"{text}-01")
    if asked is not None:
        return max(asked, today.replace(day=1))
    if day is not None:
        return max(day.replace(day=1), today.replace(day=1))
    return (clock.local(first, zone).date() if first is not None else today).replace(day=1)


def _last(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _text(day: date) -> str:
    return f"{day:%Y-%m}"


def _weeks(
    month: date, by_day: Counter[date], chosen: date | None, today: date, address: Callable[..., str]
) -> list[list[Cell]]:
    """Whole weeks, Monday first, without those that are over."""
    begin = max(month - timedelta(days=month.weekday()), today - timedelta(days=today.weekday()))
    weeks = []
    while begin <= _last(month):
        week = [begin + timedelta(days=away) for away in range(7)]
        weeks.append([
            Cell(
                day, by_day[day] if day.month == month.month else 0,
                address(day=day.isoformat(), _anchor="hours") if by_day[day] and day.month == month.month else "",
                day.month == month.month, day == chosen, day == today,
            )
            for day in week
        ])  # fmt: skip
        begin += timedelta(days=7)
    return weeks


def _parts(starts: Sequence[datetime], zone: str) -> list[tuple[str, list[datetime]]]:
    named: dict[str, list[datetime]] = {_("In the morning"): [], _("In the afternoon"): [], _("In the evening"): []}
    morning, afternoon, evening = named
    for start in starts:
        hour = clock.local(start, zone).time()
        named[morning if hour < NOON else afternoon if hour < EVENING else evening].append(start)
    return [(word, some) for word, some in named.items() if some]


def person_of(service: Service, text: str) -> Resource | None:
    """The person somebody wished for, where the service lets them."""
    if not service.lets_choose:
        return None
    return next((one for one in queries.people_who_can(service) if str(one.id) == text), None)


def phone() -> Any:
    """How the workshop is called when the page cannot help."""
    return current().workshop.phone or current().workshop.email
