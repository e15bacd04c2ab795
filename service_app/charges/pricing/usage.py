"""Pay per use, and what a workshop owes when it does not keep its service level. See the package."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from service_app.charges.pricing.terms import Price, Terms
from service_app.core.money import ZERO, to_cents


def use(terms: Terms, units: int, days: int, whole: int) -> Price:
    """The price of `units` of the meter in `days` served of a month of `whole` days: units beyond those included at the
    unit price, never below the floor, never above the cap. Included units, floor and cap count by the days served."""
    rules = terms.rules
    if rules.use_amount is None:
        raise ValueError("these terms have no price per use")
    each = terms.less(rules.use_amount)
    included = rules.use_included * days // whole
    raw = to_cents(each * max(units - included, 0))
    floor, cap = _by_days(rules.use_floor_amount, days, whole), _by_days(rules.use_cap_amount, days, whole)
    figures: dict[str, Any] = {"units": units, "included": included, "unit_amount": str(each)}
    if floor is not None and raw < floor:
        return Price(floor, "use_floor", figures | {"floor": str(floor)})
    if cap is not None and raw > cap:
        return Price(cap, "use_cap", figures | {"cap": str(cap)})
    return Price(raw, "use", figures)


def _by_days(amount: Decimal | None, days: int, whole: int) -> Decimal | None:
    if amount is None:
        return None
    return amount if days >= whole else to_cents(amount * days / whole)


def service_credit(terms: Terms, began: datetime, ended: datetime, whole: int, charged: Decimal) -> Price | None:
    """What is given back because it was out of order from `began` to `ended` for longer than the service level allows;
    None within it. Each started day beyond counts its share of a month of `whole` days; never above `charged`, what the
    month still stands charged at."""
    rules = terms.rules
    if rules.service_hours is None or terms.monthly_amount is None:
        return None
    beyond = ended - began - timedelta(hours=rules.service_hours)
    if beyond <= timedelta(0):
        return None
    days = -(-beyond // timedelta(days=1))
    amount = to_cents(terms.month_amount * days * rules.service_credit_percent / whole / 100)
    figures = {
        "days": days, "hours": rules.service_hours, "percent": rules.service_credit_percent,
        "month_amount": str(terms.month_amount), "period_days": whole,
    }  # fmt: skip
    return Price(max(min(amount, charged), ZERO), "service_credit", figures)
