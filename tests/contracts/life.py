"""What the life of a contract should come to, told a second time and simply: for each monthly line a set of civil days.

Nothing here reads a stretch, a pause or a charge. The state machine tells it what was done; it says which days are to be
charged, and what a month of them costs.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

DAY = timedelta(days=1)
HORIZON = 1100


def span(start: date, until: date | None) -> set[date]:
    """The civil days [start, until), or very many."""
    many = HORIZON if until is None else max((until - start).days, 0)
    return {start + DAY * away for away in range(many)}


def run_start(days: set[date]) -> date | None:
    """The first day of the last run of days."""
    day = max(days, default=None)
    while day is not None and day - DAY in days:
        day -= DAY
    return day


def first_run(days: set[date]) -> set[date]:
    """The first run of days without a gap."""
    day, run = min(days), set()
    while day in days:
        run.add(day)
        day += DAY
    return run


@dataclass
class Line:
    """One monthly line: its days, where its last stretch began and until when that goes (None: on and on)."""

    days: set[date] = field(default_factory=set)
    last_from: date | None = None
    until: date | None = None
    before_notice: tuple[date | None] | None = None

    def begin(self, start: date, until: date | None = None) -> None:
        """Served from a day on."""
        if until is not None and until <= start:
            return
        self.days |= span(start, until)
        self.last_from, self.until = start, until

    def cut(self, day: date) -> None:
        """Not served from this day on."""
        self.days = {each for each in self.days if each < day}
        if self.last_from is None:
            return
        if day <= self.last_from:
            self.last_from = run_start(self.days)
            self.until = max(self.days) + DAY if self.days else None
        elif self.until is None or self.until > day:
            self.until = day

    def run_until(self, until: date | None) -> None:
        """The last stretch gets another end."""
        if self.last_from is None:
            return
        self.days = {each for each in self.days if each < self.last_from}
        self.begin(self.last_from, until)


@dataclass
class Story:
    """One contract: the day its months begin on (0: nothing by the month has gone out yet), its pauses, its lines by id."""

    anchor: int = 0
    pauses: list[tuple[date, date]] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)

    def charged_days(self, line: Line, today: date) -> set[date]:
        """The days of a line that are to stand charged: served, not paused, of a month that has begun."""
        if not line.days:
            return set()
        resting = {day for start, until in self.pauses for day in span(start, until)}
        end = self.month_of(today)[1]
        return {day for day in line.days - resting if day < end}

    def month_of(self, day: date) -> tuple[date, date]:
        """The month [start, end) that a day lies in."""
        start = self._anchor_in(day.year, day.month)
        if start > day:
            year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
            return self._anchor_in(year, month), start
        year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
        return start, self._anchor_in(year, month)

    def _anchor_in(self, year: int, month: int) -> date:
        return date(year, month, min(self.anchor, calendar.monthrange(year, month)[1]))

    def price(self, month_amount: Decimal, month: tuple[date, date], days: int) -> Decimal:
        """What so many days of a month cost."""
        part = month_amount * days / (month[1] - month[0]).days
        return part.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
