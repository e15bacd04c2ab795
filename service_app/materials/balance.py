"""Whether masses add up: pure rules over integers of grams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Scales of a workshop err, dust and water are lost: two in a hundred, and never less than half a kilogram.
TOLERANCE_PERCENT, TOLERANCE_G = 2, 500
# A factor from which on a weight was typed in another unit.
SLIP = 100


@dataclass(frozen=True)
class Balance:
    """What went in and what came out; `loss_g` is negative when more came out than went in."""

    in_g: int
    out_g: int

    @property
    def loss_g(self) -> int:
        """What is missing."""
        return self.in_g - self.out_g

    @property
    def tolerance_g(self) -> int:
        """How much may be missing, or too much, without a word."""
        return max(TOLERANCE_G, self.in_g * TOLERANCE_PERCENT // 100)

    @property
    def is_within(self) -> bool:
        """Whether it closes by itself."""
        return abs(self.loss_g) <= self.tolerance_g


def of(in_g: int, fractions_g: Iterable[int]) -> Balance:
    """The balance of a batch."""
    return Balance(in_g, sum(fractions_g))


def is_slip(typed_g: int, expected_g: int) -> bool:
    """Whether a weight is a hundred times more or less than what was expected: grams for kilograms, or the other way."""
    return expected_g > 0 and not expected_g < typed_g * SLIP < expected_g * SLIP * SLIP
