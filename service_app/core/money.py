"""Money is a Decimal beside a currency code; one rounding function, half up at the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def to_cents(amount: Decimal | int | str) -> Decimal:
    """The amount rounded half up to two decimals: 15.485 -> 15.49, -0.005 -> -0.01."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)
