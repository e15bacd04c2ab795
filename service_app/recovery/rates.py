"""What the cascade counts with: a workshop's own rates, or the usual ones. Pure.

The usual ones are our own judgement after what second-hand workshops ask; each is shown where it is set. A choice keeps the
amounts it was made with, and the version of the rates behind them; what a version was stands in the event of its change.
"""

from __future__ import annotations

from dataclasses import dataclass

# {rate: (least, most)}: shares in percent, minutes, loops, cents.
BOUNDS: dict[str, tuple[int, int]] = {
    "share_a": (0, 100), "share_b": (0, 100), "share_c": (0, 100), "share_d": (0, 100), "age_share": (0, 100),
    "least_share": (0, 100), "loops_a": (0, 1000), "loops_b": (0, 1000), "loops_c": (0, 1000), "climb_share": (0, 100),
    "harvest_minutes": (0, 6000), "used_share": (0, 100), "member_share": (0, 100), "transport_cents": (0, 1_000_000),
    "disposal_kg_cents": (0, 100_000), "material_kg_cents": (0, 100_000),
}  # fmt: skip
# Grade D is not lent, so a refurbishment never aims at it, and it is good for no loop.
TARGETS = ("A", "B", "C")


@dataclass(frozen=True)
class Rates:
    """A share of the value new for each grade, less `age_share` a full year, never more than down to `least_share`; loops a
    thing is good for at a grade before it has to be made fit again. The grade a refurbishment aims at, and a share of the
    value new for each grade it climbs where no refurbishment of the product has ended yet. Minutes to take something apart;
    what used parts are worth of new ones; what another member gives of what it is worth; cents to bring it there, and for a
    kilogram to get rid of it and what its material brings. Version 0: nobody set any."""

    version: int = 0
    share_a: int = 80
    share_b: int = 60
    share_c: int = 35
    share_d: int = 10
    age_share: int = 5
    least_share: int = 50
    loops_a: int = 12
    loops_b: int = 8
    loops_c: int = 3
    target: str = "B"
    climb_share: int = 10
    harvest_minutes: int = 30
    used_share: int = 60
    member_share: int = 70
    transport_cents: int = 2000
    disposal_kg_cents: int = 35
    material_kg_cents: int = 10

    def share(self, grade: str) -> int:
        """Of the value new, in percent."""
        return int(getattr(self, f"share_{grade.lower()}"))

    def loops(self, grade: str) -> int:
        """Before it has to be made fit again."""
        return 0 if grade == "D" else int(getattr(self, f"loops_{grade.lower()}"))


USUAL = Rates()
