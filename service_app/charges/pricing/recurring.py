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
from service_app.core.money import to_cents

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
    """A charge for the civil days [start, end), or a credit taken off the charge `of`."""

    start: date
    end: date
    price: Price
    of: int | None = None


def restate(terms: Terms, whole: int, charged: Mapping[int, Sequence[Days]], served: Sequence[Days]) -> list[Piece]:
    """What brings the charges of ONE period in step with its service: credits for days that are charged and not served,
    then charges for days that are served and not charged. `charged` are, by charge, the days that still stand.

    Amounts are differences of the price of so many days, so that whatever the order of the changes, what stands charged
    for a period is the price of its served days to the cent, and no credit exceeds what was charged.
    """
    by_charge = {key: set(_each_day(stretches)) for key, stretches in charged.items()}
    before, wanted = set().union(*by_charge.values()), set(_each_day(served))
    if before == wanted:
        return []
    changes: list[tuple[int | None, Days]] = [
        (key, run) for key, days_of in by_charge.items() for run in runs(days_of - wanted)
    ]
    changes += [(None, run) for run in runs(wanted - before)]
    pieces, days = [], len(before)
    for key, (start, end) in changes:
        piece = _piece(terms, whole, days, start, end, key)
        if piece.price.amount:  # days that cost nothing leave no row, and so do not count as charged
            pieces.append(piece)
            days += (end - start).days * (1 if key is None else -1)
    return pieces


def _piece(terms: Terms, whole: int, days: int, start: date, end: date, of: int | None) -> Piece:
    count, sign = (end - start).days, 1 if of is None else -1
    month = terms.month_amount
    amount = abs(part_of_month(month, days + sign * count, whole) - part_of_month(month, days, whole))
    rule = "unserved_days" if sign < 0 else "month" if count >= whole else "month_by_day"
    return Piece(start, end, Price(amount, rule, _figures(terms, count, whole)), of)


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
