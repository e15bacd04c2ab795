"""Coming back late. See the package for the algorithm and its table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service_app.charges.pricing.terms import Price, Terms
from service_app.core import clock
from service_app.core.money import to_cents


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
