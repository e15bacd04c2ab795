"""The days of a plan: pure logic, one function for what is shown and what is written.

The n-th day is counted from the anchor and never from the day before, so that the 31st stays the 31st and 29 February comes
back. Days are civil days; a clock that changes touches none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from service_app.charges.pricing import nth_anchor

SHIFT_DAYS = 6
_LEAP = 2000
FAR = date(9999, 1, 1)


@dataclass(frozen=True)
class Rhythm:
    """Every `every` `unit`s (day, week, month), or on the days of the year in `season` ((month, day), sorted). `excluded`
    days of it fall out, `included` days come in beside it."""

    every: int = 0
    unit: str = "month"
    season: tuple[tuple[int, int], ...] = ()
    excluded: frozenset[date] = frozenset()
    included: tuple[date, ...] = field(default=())

    def nth(self, anchor: date, number: int) -> date:
        """The `number`-th day (from 1) after the anchor, exclusions not counted."""
        if self.unit == "month":
            return nth_anchor(anchor, anchor.day, number * self.every)
        return anchor + timedelta(days=number * self.every * (7 if self.unit == "week" else 1))

    def number(self, day: date, anchor: date) -> int | None:
        """The how manieth day after the anchor it is; None for what is no day of it: a season's, one that was added, one that
        a meter or a fact called for."""
        if not self.every:
            return None
        number = self._near(anchor, day)
        while (found := self.nth(anchor, number)) < day:
            number += 1
        return number if found == day else None

    def is_named(self, day: date, anchor: date) -> bool:
        """Whether it is meant by its date in the year, or was added by its date: such a day never comes later."""
        return bool(self.season) or (day in self.included and self.number(day, anchor) is None)

    def has(self, day: date, anchor: date) -> bool:
        """Whether it is one of its days after the anchor."""
        return next(self.after(anchor, day - timedelta(days=1)), None) == day

    def moved(self, day: date, anchor: date, days: int) -> date:
        """Where a day comes to stand when the anchor comes so many days later: in the same place of the rhythm. What is no
        day of it just comes as much later."""
        number = self.number(day, anchor)
        return day + timedelta(days=days) if number is None else self.nth(anchor + timedelta(days=days), number)

    def last_moved(self, last: date, anchor: date, days: int) -> date:
        """Up to where all is written when the anchor comes so many days later: the last day of the rhythm until then in its
        new place, so that the next one is not passed where months differ in length. A named day stays."""
        if not self.every:
            return last if self.is_named(last, anchor) else last + timedelta(days=days)
        number = self._near(anchor, last)
        while self.nth(anchor, number) <= last:
            number += 1
        found = self.nth(anchor + timedelta(days=days), number - 1)
        return max(last, found) if self.is_named(last, anchor) else found

    def after(self, anchor: date, day: date) -> Iterator[date]:
        """Its days after both the anchor and `day`, in order, without end where it has a rhythm."""
        begins = max(anchor, day)
        extra = sorted({each for each in self.included if each > begins} - self.excluded, reverse=True)
        for each in self._plain(anchor, begins):
            while extra and extra[-1] < each:
                yield extra.pop()
            if extra and extra[-1] == each:
                extra.pop()
            if each not in self.excluded:
                yield each
        yield from reversed(extra)

    def before(self, anchor: date, day: date) -> date | None:
        """The last day of the rhythm itself before `day`, exclusions and additions not counted; None for the anchor."""
        if self.season:
            days = (_of_year(year, *each) for year in (day.year, day.year - 1) for each in reversed(self.season))
            return next(found for found in days if found < day)
        if not self.every:
            return None
        number = self._near(anchor, day)
        while number and self.nth(anchor, number) >= day:
            number -= 1
        while self.nth(anchor, number + 1) < day:
            number += 1
        return self.nth(anchor, number) if number else None

    def _plain(self, anchor: date, begins: date) -> Iterator[date]:
        if self.season:
            yield from self._seasons(begins)
        elif self.every:
            number = self._near(anchor, begins)
            while True:
                day = self.nth(anchor, number)
                if day > begins:
                    yield day
                number += 1

    def _near(self, anchor: date, begins: date) -> int:
        """A number whose day is not after the first one wanted: no walk from the anchor through the years."""
        if self.unit == "month":
            months = (begins.year - anchor.year) * 12 + begins.month - anchor.month
            return max(1, (months - 1) // self.every)
        return max(1, (begins - anchor).days // (self.every * (7 if self.unit == "week" else 1)))

    def _seasons(self, begins: date) -> Iterator[date]:
        for year in range(begins.year, begins.year + 400):
            for month, day in self.season:
                if (found := _of_year(year, month, day)) > begins:
                    yield found


def _of_year(year: int, month: int, day: int) -> date:
    """29 February is the 28th in the years that have none."""
    return nth_anchor(date(_LEAP, month, day), day, 12 * (year - _LEAP))


def rhythm_of(plan: Any) -> Rhythm:
    """The rhythm of a plan (a row of it, or the model)."""
    season = tuple(sorted((int(day[:2]), int(day[3:])) for day in plan.season)) if plan.kind == "season" else ()
    return Rhythm(
        every=(plan.every or 0) if plan.kind == "time" else 0,
        unit=plan.unit,
        season=season,
        excluded=frozenset(date.fromisoformat(day) for day in plan.excluded),
        included=tuple(date.fromisoformat(day) for day in plan.included),
    )


def to_write(rhythm: Rhythm, anchor: date, last: date | None, today: date, horizon: int) -> tuple[list[date], date]:
    """(days to write now, the first day after them or FAR): of days already passed only the latest, then all within the
    horizon, and the next one however far it is."""
    passed: list[date] = []
    found: list[date] = []
    for day in rhythm.after(anchor, last or date.min):
        if day <= today:
            passed = [day]
        elif not found or day <= today + timedelta(days=horizon):
            found.append(day)
        else:
            return passed + found, day
    return passed + found, FAR


def shifted(
    day: date, is_open: Callable[[date], bool], *, later: bool = False, excluded: Container[date] = frozenset()
) -> date:
    """The day itself, or the nearest open one, not excluded, of the six days before it (after it); the day itself when none
    is."""
    way = 1 if later else -1
    days = (day + timedelta(days=way * away) for away in range(SHIFT_DAYS + 1))
    return next((each for each in days if is_open(each) and each not in excluded), day)
