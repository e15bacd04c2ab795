"""Repair or replace: pure, with everything it counted shown.

    worth of repairing = months it lasts x margin a month + value afterwards - cost of the repair
    worth of not       = the larger of its value now and what its parts are worth
    repair when the first is the larger

    12 months x 8.00 + 120.00 - 60.00 = 156.00   against   max(70.00, 35.00) = 70.00   repair
     3 months x 8.00 +  40.00 - 90.00 = -26.00   against   max(10.00, 35.00) = 35.00   replace, 61.00 better

For a thing of the customer there is no margin; value afterwards is what they would pay for the same function again.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from service_app.core.money import ZERO, to_cents


@dataclass(frozen=True)
class Inputs:
    """Amounts in the workshop's currency: the cost of the repair, the months it then lasts, the margin a month, the value
    afterwards and now, what its parts are worth."""

    cost: Decimal
    months: int = 12
    margin: Decimal = ZERO
    value_after: Decimal = ZERO
    value_now: Decimal = ZERO
    parts: Decimal = ZERO

    def to_json(self) -> dict[str, str | int]:
        """As it is kept beside the decision."""
        return {
            "cost": str(self.cost), "months": self.months, "margin": str(self.margin),
            "value_after": str(self.value_after), "value_now": str(self.value_now), "parts": str(self.parts),
        }  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """What the sums say: `repair` or `replace`, and by how much it is the better."""

    verdict: str
    repaired: Decimal
    otherwise: Decimal

    @property
    def better_by(self) -> Decimal:
        """The difference, never negative."""
        return abs(self.repaired - self.otherwise)


def advise(inputs: Inputs) -> Advice:
    """The verdict with both sums; equal sums mean repair, for the thing then stays in use."""
    repaired = to_cents(inputs.months * inputs.margin + inputs.value_after - inputs.cost)
    otherwise = to_cents(max(inputs.value_now, inputs.parts))
    return Advice("repair" if repaired >= otherwise else "replace", repaired, otherwise)
