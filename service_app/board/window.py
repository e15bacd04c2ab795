"""The stretch of days that the board shows, and where on it an instant stands. Pure logic over local days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from service_app.core import clock

VIEWS = ("day", "weeks", "month")
# A day is shown from six in the morning to ten in the evening; what lies outside is cut.
DAWN, DUSK = 6, 22
WHOLE = 1000


@dataclass(frozen=True)
class Window:
    """Days on a wall: `first` and how many, from `dawn` to `dusk` (hours) of each."""

    view: str
    first: date
    count: int
    zone: str
    dawn: int = 0
    dusk: int = 24

    @cached_property
    def days(self) -> Sequence[date]:
        """The days, in order."""
        return [self.first + timedelta(days=away) for away in range(self.count)]

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.first + timedelta(days=self.count - 1)

    @cached_property
    def start(self) -> datetime:
        """The instant at which it begins."""
        return clock.at_local(self.first, time(self.dawn), self.zone)

    @cached_property
    def end(self) -> datetime:
        """The instant at which it is over."""
        if self.dusk == 24:
            return clock.day_bounds(self.last, self.zone)[1]
        return clock.at_local(self.last, time(self.dusk), self.zone)

    @property
    def before(self) -> date:
        """A day of the window before this one."""
        return self.first - timedelta(days=7 if self.view == "weeks" else 1)

    @property
    def after(self) -> date:
        """A day of the window after this one."""
        if self.view == "weeks":
            return self.first + timedelta(days=7)
        return self.last + timedelta(days=1)

    def thousandth(self, instant: datetime) -> int:
        """Where an instant stands, from 0 to 1000. Every day is as wide as any other, also those of 23 and 25 hours, for it
        is the wall clock that people read."""
        if instant <= self.start:
            return 0
        if instant >= self.end:
            return WHOLE
        wall = clock.local(instant, self.zone)
        hours = wall.hour + wall.minute / 60
        part = min(max((hours - self.dawn) / (self.dusk - self.dawn), 0), 1)
        return round((wall.toordinal() - self.first.toordinal() + part) * WHOLE / self.count)

    def place(self, start: datetime, end: datetime | None) -> tuple[int, int]:
        """(where, how wide) of a stretch in thousandths, at least one wide; end None goes on to the edge."""
        left = min(self.thousandth(start), WHOLE - 1)
        right = self.thousandth(end) if end is not None else WHOLE
        return left, max(right - left, 1)


def window_of(view: str, day: date, zone: str) -> Window:
    """The day itself, two weeks from its Monday, or its month."""
    if view == "day":
        return Window("day", day, 1, zone, DAWN, DUSK)
    if view == "month":
        first = day.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return Window("month", first, (following - first).days, zone)
    return Window("weeks", day - timedelta(days=day.weekday()), 14, zone)


def _named(number: int, hundreds: str, tens: str, ones: str) -> str:
    parts = ((hundreds, number // 100), (tens, number // 10 % 10), (ones, number % 10))
    return " ".join(f"{letter}{digit}" for letter, digit in parts if digit)


_WHERE = [_named(number, "a", "b", "c") for number in range(WHOLE + 1)]
_HOW_WIDE = [_named(number, "d", "e", "f") for number in range(WHOLE + 1)]


def digits(place: tuple[int, int]) -> str:
    """The class names of a place: a, b, c carry hundreds, tens and ones of where, d, e, f of how wide; no name for a zero.
    A full width is `d10`."""
    where, width = place
    return f"{_WHERE[where]} {_HOW_WIDE[width]}"
