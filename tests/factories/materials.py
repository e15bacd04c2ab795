"""Batches of material, through the real operations; inside a workshop's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.materials import operations, queries
from service_app.materials.models import MaterialBatch

IRON, PLASTIC = "19 12 02", "19 12 04"


def a_batch(mass_g: int = 40_000) -> MaterialBatch:
    """Open, with one load."""
    batch = operations.open_batch(WORKER, "Small appliances")
    operations.load_by_hand(WORKER, batch, "From the bench", mass_g, is_estimated=False)
    return batch


def a_sorted(mass_g: int = 40_000, fractions: Sequence[int] = (30_000, 9_800)) -> MaterialBatch:
    """Weighed, with fractions of iron and plastic in turn."""
    batch = a_batch(mass_g)
    operations.weigh(WORKER, batch, mass_g)
    for place, part_g in enumerate(fractions):
        operations.add_fraction(WORKER, batch, (IRON, PLASTIC)[place % 2], part_g, is_estimated=bool(place % 2))
    return batch


def a_closed() -> MaterialBatch:
    """Everything has left, today."""
    batch = a_sorted()
    operations.allocate(WORKER, batch)
    today = clock.today("Europe/Brussels")
    operations.transfer(WORKER, batch, [each.id for each in queries.fractions_of(batch)], "Galloo", "BE-77", today)
    return batch
