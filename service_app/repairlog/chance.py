"""The chance that a repair comes right, from those that were tried: the share that was fixed, of how many, and between
what and what it may well lie.

Pure. It is asked from the closest comparison outwards: the same category, brand and age; category and age; category; all.
The first rung with enough repairs answers, and says which one it was. Where our own repairs alone are enough on a rung,
they answer there, for they are of this workshop; otherwise they count together with those of open data. Both are given
apart as well.

A repair whose end nobody knows says nothing and is left out. "Repairable" (it could be, but not that day) is not fixed: the
question is whether the customer takes home something that works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

# Of 30 repairs of which half came right, the true share lies within 17 points: enough to tell "often" from "seldom".
ENOUGH = 30
Z_95 = 1.959964
# The first age (in years) of each band, and the first one beyond it.
BANDS: tuple[tuple[int, int | None], ...] = ((0, 3), (3, 6), (6, 11), (11, 21), (21, None))
# The rungs, the closest comparison first.
RUNGS = ("category_brand_age", "category_brand", "category_age", "category", "all")


def band_of(age: Decimal | float | None) -> int | None:
    """The band of an age in years (0 is the first of BANDS), None for an age that nobody knows."""
    if age is None or age < 0:
        return None
    return next(place for place, (_first, beyond) in enumerate(BANDS) if beyond is None or age < beyond)


@dataclass(frozen=True)
class Tally:
    """How many repairs ended how."""

    fixed: int = 0
    repairable: int = 0
    end_of_life: int = 0

    @property
    def size(self) -> int:
        """How many ended somehow: the sample."""
        return self.fixed + self.repairable + self.end_of_life

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.fixed + other.fixed, self.repairable + other.repairable, self.end_of_life + other.end_of_life)

    @property
    def share(self) -> float:
        """The share that was fixed, from 0 to 1; 0 of none."""
        return self.fixed / self.size if self.size else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between what and what the true share lies with 95 % confidence: the score interval of E. B. Wilson (1927),
        which holds for small samples and at 0 and 1; (0, 1) of none."""
        return wilson(self.fixed, self.size)


def wilson(successes: int, size: int, z: float = Z_95) -> tuple[float, float]:
    """(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n), held within 0 and 1."""
    if size == 0:
        return 0.0, 1.0
    share, spread = successes / size, z * z / size
    middle = share + spread / 2
    reach = z * sqrt(share * (1 - share) / size + spread / (4 * size))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


@dataclass(frozen=True)
class Counted:
    """What was counted on a rung: our own repairs, and those of open data."""

    own: Tally = Tally()
    open: Tally = Tally()

    @property
    def both(self) -> Tally:
        """All of them."""
        return self.own + self.open

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.own + other.own, self.open + other.open)


@dataclass(frozen=True)
class Chance:
    """An answer: the rung that gave it, the tally it rests on ('own' or 'both'), and the two sources apart."""

    rung: str
    basis: str
    counted: Counted

    @property
    def tally(self) -> Tally:
        """What the answer rests on."""
        return self.counted.own if self.basis == "own" else self.counted.both

    @property
    def is_thin(self) -> bool:
        """Whether even the widest rung had too few: then it is told how few, and no share."""
        return self.tally.size < ENOUGH


def rungs_for(category: int | None, has_brand: bool, has_age: bool) -> Sequence[str]:
    """The rungs that can be asked, the closest first. What is not known of the thing is not compared: without an age the
    closest rung is the brand, without a brand the age. What has no category of the standard (a bicycle) is compared with
    its like in our own house alone, never with all: appliances say nothing about it, nor it about them."""
    asked = {
        "category_brand_age": has_brand and has_age,
        "category_brand": has_brand and not has_age,
        "category_age": has_age,
        "category": True,
        "all": category is not None,
    }
    return tuple(rung for rung in RUNGS if asked[rung])


def answer(counted: Mapping[str, Counted], rungs: Iterable[str] = RUNGS) -> Chance | None:
    """The first rung with enough; else the widest of the rungs, thin as it is; None when there is no repair at all."""
    last: Chance | None = None
    for rung in rungs:
        here = counted.get(rung, Counted())
        if here.own.size >= ENOUGH:
            return Chance(rung, "own", here)
        if here.both.size >= ENOUGH:
            return Chance(rung, "both", here)
        if here.both.size:
            last = Chance(rung, "both", here)
    return last
