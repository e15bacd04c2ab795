"""The price of a rental, as a pure algorithm. The tables below are the tests.

**Days.** A rental by the day counts civil days in the workshop's zone, the first and every started one: from Saturday
10:00 to Sunday 10:00 is one day, also when the night has 25 or 23 hours; up to an hour past the hour of the start is
still the same day. In general: the number of started stretches of a civil day since the hour of the start, at least one.

**Tiers.** The whole rental is priced at the tier its length reaches.

    tiers: from 1 day 15.00, from 3 days 12.00, from 7 days 9.00

    days    1      2      3      5      7      10
    each    15.00  15.00  12.00  12.00  9.00   9.00
    total   15.00  30.00  36.00  60.00  63.00  90.00

A longer rental is never dearer than a shorter one's next tier makes it cheaper: where fewer days at the lower tier cost
more than the first length of the next tier, the customer pays the lesser sum (6 days at 12.00 = 72.00, but 7 days cost
63.00, so 6 days cost 63.00). The charge names the rule `tiers_capped` then.

**Monthly.** Period k begins on the anchor day of the k-th month after the first, the month's last day when it is
shorter; it is computed from the anchor and never from the previous period (anchor 31: 31 January, 28 February, 31 March).
The first period begins on the day of the hand-over. A period used in part is charged by its days: amount × days used /
days in the period, rounded half up at the cent.

    24.00 a month, period 10 October to 9 November (31 days)

    used    20 days   31 days   1 day
    amount  15.48     24.00     0.77

**Late.** Units = started chargeable days after the day on which due + grace lies; a day is chargeable when the workshop
is open on it, or always, by the plan. Later the same day costs nothing. Fee = units × rate, never above the cap (the
plan's, else the deposit, else the replacement value).

    due Friday 2026-11-20 18:00, grace 60 min, back Monday 2026-11-23 11:00, closed on Sunday
    units   2 (Saturday, Monday)
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service_app.core import clock
from service_app.core.money import ZERO, to_cents

SAME_DAY_GRACE = timedelta(hours=1)


@dataclass(frozen=True)
class Terms:
    """The figures of a plan as they stood when the offer was made; what `contract_line.price` holds as JSON."""

    pricing: str
    currency: str
    tiers: tuple[tuple[int, Decimal], ...] = ()
    monthly_amount: Decimal | None = None
    deposit_amount: Decimal = ZERO
    late_amount: Decimal = ZERO
    late_grace_minutes: int = 60
    late_open_days_only: bool = True
    late_cap_amount: Decimal | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored; amounts are strings, so nothing is lost."""
        return {
            "pricing": self.pricing,
            "currency": self.currency,
            "tiers": [[from_days, str(amount)] for from_days, amount in self.tiers],
            "monthly_amount": None if self.monthly_amount is None else str(self.monthly_amount),
            "deposit_amount": str(self.deposit_amount),
            "late_amount": str(self.late_amount),
            "late_grace_minutes": self.late_grace_minutes,
            "late_open_days_only": self.late_open_days_only,
            "late_cap_amount": None if self.late_cap_amount is None else str(self.late_cap_amount),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Terms:
        """Back from `to_json`."""
        return cls(
            pricing=stored["pricing"],
            currency=stored["currency"],
            tiers=tuple((int(from_days), Decimal(amount)) for from_days, amount in stored["tiers"]),
            monthly_amount=_decimal(stored["monthly_amount"]),
            deposit_amount=Decimal(stored["deposit_amount"]),
            late_amount=Decimal(stored["late_amount"]),
            late_grace_minutes=stored["late_grace_minutes"],
            late_open_days_only=stored["late_open_days_only"],
            late_cap_amount=_decimal(stored["late_cap_amount"]),
        )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class Price:
    """An amount with its reason: the rule's code and the figures it counted with (all JSON)."""

    amount: Decimal
    rule: str
    figures: dict[str, Any]


def rental_days(start: datetime, end: datetime, zone: str) -> int:
    """Started days between two instants on the wall clock of `zone`; at least 1."""
    begin, until = clock.local(start, zone).replace(tzinfo=None), clock.local(end, zone).replace(tzinfo=None)
    days, rest = divmod(until - begin, timedelta(days=1))
    return max(1, days + (1 if rest > SAME_DAY_GRACE else 0))


def rent(terms: Terms, days: int) -> Price:
    """The price of a rental by the day."""
    reached = _tier(terms.tiers, days)
    amount = to_cents(reached[1] * days)
    figures: dict[str, Any] = {"days": days, "day_amount": str(reached[1]), "from_days": reached[0]}
    cheaper = min(
        ((to_cents(day_amount * from_days), from_days, day_amount)
         for from_days, day_amount in terms.tiers if from_days > days),
        default=None,
    )  # fmt: skip
    if cheaper is not None and cheaper[0] < amount:
        figures |= {"as_days": cheaper[1], "day_amount": str(cheaper[2])}
        return Price(cheaper[0], "tiers_capped", figures)
    return Price(amount, "tiers", figures)


def _tier(tiers: Sequence[tuple[int, Decimal]], days: int) -> tuple[int, Decimal]:
    return max((tier for tier in tiers if tier[0] <= days), key=lambda tier: tier[0])


def nth_anchor(first: date, anchor_day: int, number: int) -> date:
    """The `number`-th (0, 1, 2 …) period start: the anchor day of the first start's month plus `number` months, at
    most that month's last day. Number 0 is `first` itself."""
    if number == 0:
        return first
    month = first.month - 1 + number + (-1 if first.day < _clamped(first.year, first.month, anchor_day) else 0)
    year, month = first.year + month // 12, month % 12 + 1
    return date(year, month, _clamped(year, month, anchor_day))


def _clamped(year: int, month: int, day: int) -> int:
    return min(day, calendar.monthrange(year, month)[1])


def period(first: date, anchor_day: int, number: int) -> tuple[date, date]:
    """The `number`-th period as [start, end)."""
    return nth_anchor(first, anchor_day, number), nth_anchor(first, anchor_day, number + 1)


def recurring(terms: Terms, first: date, anchor_day: int, number: int, last_day: date | None = None) -> Price:
    """The price of the `number`-th monthly period; with `last_day` only the days up to and including it.

    A first period shorter than a month (the hand-over lies between two anchors) counts against the full month that
    ends with it.
    """
    if terms.monthly_amount is None:
        raise ValueError("these terms have no monthly amount")
    start, end = period(first, anchor_day, number)
    used_until = end if last_day is None else min(end, last_day + timedelta(days=1))
    used, whole = max((used_until - start).days, 0), (end - _month_before(end, anchor_day)).days
    amount = to_cents(terms.monthly_amount * used / whole) if used < whole else to_cents(terms.monthly_amount)
    figures = {"month_amount": str(terms.monthly_amount), "days": used, "period_days": whole}
    return Price(amount, "month" if used >= whole else "month_by_day", figures)


def _month_before(end: date, anchor_day: int) -> date:
    year, month = (end.year, end.month - 1) if end.month > 1 else (end.year - 1, 12)
    return date(year, month, _clamped(year, month, anchor_day))


def late_fee(
    terms: Terms,
    due: datetime,
    back: datetime,
    zone: str,
    is_open: Callable[[date], bool],
    replacement: Decimal | None = None,
) -> Price | None:
    """The fee for coming back at `back`, or None when nothing is owed."""
    limit = due + timedelta(minutes=terms.late_grace_minutes)
    if back <= limit or terms.late_amount == 0:
        return None
    first, last = clock.local(limit, zone).date(), clock.local(back, zone).date()
    after_due = (first + timedelta(days=away) for away in range(1, (last - first).days + 1))
    counted = [day for day in after_due if is_open(day) or not terms.late_open_days_only]
    if not counted:
        return None
    cap = terms.late_cap_amount or terms.deposit_amount or replacement
    amount = to_cents(terms.late_amount * len(counted))
    figures: dict[str, Any] = {
        "days": len(counted), "day_amount": str(terms.late_amount), "due": due.isoformat(), "back": back.isoformat(),
        "counted": [day.isoformat() for day in counted][:60],
    }  # fmt: skip
    if cap and amount > cap:
        return Price(to_cents(cap), "late_capped", figures | {"cap": str(cap)})
    return Price(amount, "late", figures)
