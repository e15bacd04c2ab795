"""Months from an anchor day, and bringing what was charged in step with what was served. See the package for the
algorithm and its tables."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service_app.charges.pricing.terms import Price, Terms
from service_app.core.money import ZERO, to_cents

Days = tuple[date, date]
_DAY = timedelta(days=1)


def nth_anchor(first: date, anchor_day: int, number: int) -> date:
    """The `number`-th (0, 1, 2 …) period start: the anchor day of the first start's month plus `number` months, at
    most that month's last day. Number 0 is `first` itself."""
    if number == 0:
        return first
    month = first.month - 1 + number + (-1 if first.day < _clamped(first.year, first.month, anchor_day) else 0)
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, _clamped(year, month, anchor_day))


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or, negative, earlier), at most that month's last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, _clamped(year, month, day.day))


def _clamped(year: int, month: int, day: int) -> int:
    return min(day, calendar.monthrange(year, month)[1])


def period(first: date, anchor_day: int, number: int) -> Days:
    """The `number`-th period as [start, end)."""
    return nth_anchor(first, anchor_day, number), nth_anchor(first, anchor_day, number + 1)


def whole_days(end: date, anchor_day: int) -> int:
    """How many days the month has that a period ending at `end` belongs to: a first period shorter than a month counts
    against the full month that ends with it."""
    year, month = (end.year, end.month - 1) if end.month > 1 else (end.year - 1, 12)
    return (end - date(year, month, _clamped(year, month, anchor_day))).days


def part_of_month(amount: Decimal, days: int, whole: int) -> Decimal:
    """What `days` of a month of `whole` days cost, half up at the cent."""
    return amount if days >= whole else to_cents(amount * days / whole)


def recurring(terms: Terms, first: date, anchor_day: int, number: int, last_day: date | None = None) -> Price:
    """The price of the `number`-th monthly period; with `last_day` only the days up to and including it."""
    start, end = period(first, anchor_day, number)
    used_until = end if last_day is None else min(end, last_day + _DAY)
    return month_price(terms, max((used_until - start).days, 0), whole_days(end, anchor_day))


def month_price(terms: Terms, days: int, whole: int) -> Price:
    """The price of `days` of a month of `whole` days, with its reason."""
    amount = part_of_month(terms.month_amount, days, whole)
    return Price(amount, "month" if days >= whole else "month_by_day", _figures(terms, days, whole))


def _figures(terms: Terms, days: int, whole: int) -> dict[str, Any]:
    figures: dict[str, Any] = {"month_amount": str(terms.month_amount), "days": days, "period_days": whole}
    if terms.reduction_percent:
        figures |= {"reduction": terms.reduction, "percent": terms.reduction_percent}
    return figures


@dataclass(frozen=True)
class Piece:
    """A charge for the civil days [start, end), or a credit taken off the charge `of`. A credit without days (start is
    end) evens out a cent of rounding."""

    start: date
    end: date
    price: Price
    of: int | None = None


@dataclass(frozen=True)
class Charged:
    """What still stands of a charge for days: the days, and their amount."""

    days: Sequence[Days]
    amount: Decimal


def restate(terms: Terms, whole: int, charged: Mapping[int, Charged], served: Sequence[Days]) -> list[Piece]:
    """What brings the charges of ONE period in step with its service: credits for days that are charged and not served,
    then charges for days that are served and not charged.

    Each amount is the difference between what stands charged and the price of the days it should stand for, so that
    whatever the order of the changes, what stands charged for a period is the price of its served days to the cent. No
    credit exceeds what its charge still stands at: where the rounding of two charges differs, the cent comes off another.
    """
    standing = [days for row in charged.values() for days in row.days]
    if standing == list(served):  # nothing changed; found without counting days, for it is so for most lines
        return []
    by_charge = {key: set(_each_day(row.days)) for key, row in charged.items()}
    before, wanted = set().union(*by_charge.values()), set(_each_day(served))
    if before == wanted:
        return []
    tally = _Tally(terms, whole, len(before), {key: row.amount for key, row in charged.items()})
    for key, days_of in by_charge.items():
        for run in runs(days_of - wanted):
            tally.take_off(run, key)
    for run in runs(wanted - before):
        tally.add(run)
    tally.even_out(min(before | wanted))
    return tally.pieces


class _Tally:
    """What stands charged of a period, while pieces are made."""

    def __init__(self, terms: Terms, whole: int, days: int, left: dict[int, Decimal]) -> None:
        self.terms, self.whole, self.days, self.left = terms, whole, days, left
        self.pieces: list[Piece] = []
        self.net = sum(left.values(), ZERO)

    @property
    def wanted(self) -> Decimal:
        return part_of_month(self.terms.month_amount, self.days, self.whole)

    def take_off(self, run: Days, key: int) -> None:
        count = (run[1] - run[0]).days
        self.days -= count
        self._credit(run, key, "unserved_days", count)

    def add(self, run: Days) -> None:
        count = (run[1] - run[0]).days
        self.days += count
        amount = self.wanted - self.net
        if amount > ZERO:  # days that cost nothing leave no row
            rule = "month" if count >= self.whole else "month_by_day"
            self.net += amount
            self.pieces.append(Piece(*run, Price(amount, rule, _figures(self.terms, count, self.whole))))

    def even_out(self, day: date) -> None:
        for key in self.left:
            self._credit((day, day), key, "rounding", 0)

    def _credit(self, run: Days, key: int, rule: str, count: int) -> None:
        amount = min(self.net - self.wanted, self.left[key])
        if amount > ZERO:
            self.net -= amount
            self.left[key] -= amount
            self.pieces.append(Piece(*run, Price(amount, rule, _figures(self.terms, count, self.whole)), key))


def _each_day(stretches: Iterable[Days]) -> Iterable[date]:
    for start, end in stretches:
        yield from (start + timedelta(days=away) for away in range((end - start).days))


def runs(days: Iterable[date]) -> list[Days]:
    """A set of days as stretches [start, end) without gaps, in order."""
    found: list[Days] = []
    for day in sorted(days):
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], day + _DAY)
        else:
            found.append((day, day + _DAY))
    return found


def within(stretches: Sequence[Days], start: date, end: date) -> list[Days]:
    """The parts of the stretches that lie within [start, end)."""
    cut = ((max(a, start), min(b, end)) for a, b in stretches)
    return [(a, b) for a, b in cut if a < b]


def without(stretches: Sequence[Days], holes: Sequence[Days]) -> list[Days]:
    """The stretches less the holes; a hole may be open to the right only through a far end."""
    left = list(stretches)
    for hole_start, hole_end in holes:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, hole_start)), (max(start, hole_end), end))
            if part[0] < part[1]
        ]
    return left
