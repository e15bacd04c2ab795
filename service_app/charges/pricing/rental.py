"""A rental by the day. See the package for the algorithm and its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service_app.charges.pricing.terms import Price, Terms
from service_app.core import clock
from service_app.core.money import to_cents

SAME_DAY_GRACE = timedelta(hours=1)


def rental_days(start: datetime, end: datetime, zone: str) -> int:
    """Started days between two instants on the wall clock of `zone`; at least 1."""
    begin, until = clock.local(start, zone).replace(tzinfo=None), clock.local(end, zone).replace(tzinfo=None)
    days, rest = divmod(until - begin, timedelta(days=1))
    return max(1, days + (1 if rest > SAME_DAY_GRACE else 0))


def free_days(first: date, days: int, is_open: Callable[[date], bool]) -> int:
    """How many of the `days` civil days from `first` on cost nothing because the workshop is closed; never all of them."""
    closed = sum(1 for away in range(days) if not is_open(first + timedelta(days=away)))
    return min(closed, days - 1)


def rent(terms: Terms, days: int, free: int = 0) -> Price:
    """The price of a rental of `days` civil days, of which `free` are not charged. The tier is the one that the whole
    length reaches."""
    tiers = tuple((from_days, terms.less(amount)) for from_days, amount in terms.tiers)
    reached, charged = _tier(tiers, days), days - free
    amount = to_cents(reached[1] * charged)
    figures: dict[str, Any] = {"days": charged, "day_amount": str(reached[1]), "from_days": reached[0]}
    if free:
        figures["free_days"] = free
    cheaper = min(
        ((to_cents(day_amount * from_days), from_days, day_amount)
         for from_days, day_amount in tiers if from_days > days),
        default=None,
    )  # fmt: skip
    if cheaper is not None and cheaper[0] < amount:
        figures |= {"as_days": cheaper[1], "day_amount": str(cheaper[2])}
        return Price(cheaper[0], "tiers_capped", figures)
    return Price(amount, "tiers", figures)


def _tier(tiers: Sequence[tuple[int, Decimal]], days: int) -> tuple[int, Decimal]:
    return max((tier for tier in tiers if tier[0] <= days), key=lambda tier: tier[0])


def changed_length(whole: Price, so_far: Decimal) -> Price | None:
    """What a rental that became longer or shorter costs beyond (or, negative, less than) what was charged; None when it
    is the same."""
    difference = whole.amount - so_far
    if not difference:
        return None
    rule = "further_days" if difference > 0 else "fewer_days"
    return Price(difference, rule, whole.figures | {"whole": str(whole.amount), "so_far": str(so_far)})
