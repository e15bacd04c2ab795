"""When a workshop is open: pure logic over its weekly hours and dated exceptions.

An exception replaces the weekday's hours for its day. Local hours are resolved to instants late, in the workshop's
zone, so both clock changes come out right. A workshop that has entered no hours at all counts as open every day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.workshops.models import OpeningException, OpeningHours
from service_app.workshops.queries import get_workshop

LOOK_AHEAD_DAYS = 60
Hours = Sequence[tuple[time, time]]


@dataclass(frozen=True)
class Calendar:
    """The hours of a workshop: `weekly` by weekday (0 = Monday), `exceptions` by day (an empty list: closed)."""

    zone: str
    weekly: Mapping[int, Hours]
    exceptions: Mapping[date, Hours]

    def hours_on(self, day: date) -> Hours:
        """The open stretches of a day in local time, in order."""
        if day in self.exceptions:
            return self.exceptions[day]
        return self.weekly.get(day.weekday(), ())

    def is_open_day(self, day: date) -> bool:
        """Whether the workshop opens at all on a day."""
        if not self.weekly and day not in self.exceptions:
            return True
        return bool(self.hours_on(day))

    def is_open_at(self, instant: datetime) -> bool:
        """Whether the door is open at an instant (the closing minute included, so that 18:00 is on time)."""
        if not self.weekly and not self.exceptions:
            return True
        wall = clock.local(instant, self.zone)
        return any(opens <= wall.time().replace(tzinfo=None) <= closes for opens, closes in self.hours_on(wall.date()))

    def due_end(self, ends_at: datetime) -> datetime:
        """When a rental planned until `ends_at` is due: then, if the door is open; else at the end of the next open
        day, or of the same day when it still opens. Without any open day in sixty, the planned end itself."""
        if self.is_open_at(ends_at):
            return ends_at
        wall = clock.local(ends_at, self.zone)
        for away in range(LOOK_AHEAD_DAYS):
            day = wall.date() + timedelta(days=away)
            for opens, closes in self.hours_on(day):
                if away or wall.time() < opens:
                    return clock.at_local(day, closes if away else max(opens, closes), self.zone)
        return ends_at


def load_calendar() -> Calendar:
    """The calendar of the current workshop."""
    weekly: dict[int, list[tuple[time, time]]] = {}
    for row in session().scalars(select(OpeningHours).order_by(OpeningHours.weekday, OpeningHours.opens)):
        weekly.setdefault(row.weekday, []).append((row.opens, row.closes))
    since = clock.now().date() - timedelta(days=400)
    exceptions: dict[date, list[tuple[time, time]]] = {}
    for exception in session().scalars(select(OpeningException).where(OpeningException.day >= since)):
        stretch = [(exception.opens, exception.closes)] if exception.opens and exception.closes else []
        exceptions[exception.day] = stretch
    return Calendar(get_workshop(current_workshop_id()).zone, weekly, exceptions)
