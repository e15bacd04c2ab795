"""What comes home, through the real operations; inside a workshop's transaction."""

from __future__ import annotations

from typing import Any

from service_app.core.access import WORKER, Actor
from service_app.items.models import Item
from service_app.recovery import queries
from service_app.recovery.models import Harvest, Intake, Refurbishment
from service_app.recovery.operations import harvesting, intake, lives, refurbishing
from service_app.recovery.operations.harvesting import Taken
from service_app.recovery.operations.intake import Look
from service_app.repairs.models import Part
from service_app.takebacks import operations as takebacks
from service_app.takebacks.models import Takeback
from tests.factories.catalogue import a_product
from tests.factories.rentals import an_item
from tests.factories.repairs import a_part
from tests.factories.takebacks import a_scheduled

BENCH = Actor("staff", "Bea Bench", 1, "technician", WORKER.permissions)
EYES = Actor("staff", "Ike Eyes", 2, "technician", WORKER.permissions)
SOUND = Look("ok", "C", 33_000)


def a_collected(**facts: Any) -> Takeback:
    """On its way to us; a route must serve its zone."""
    takeback = a_scheduled(**facts)
    takebacks.collected(WORKER, takeback.id)
    return takeback


def a_graded(grade: str = "C", *, item: Item | None = None, **look: Any) -> Item:
    """Scanned in unannounced and graded, on the bench."""
    thing = item or an_item(a_product())
    opened = intake.open_intake(BENCH)
    line = intake.scan(BENCH, opened, thing.tag)
    intake.look_at(BENCH, opened, line, Look(**{"grade": grade, "mass_g": 33_000} | look))
    return thing


def an_intake() -> Intake:
    """One that is open, with nothing in it."""
    return intake.open_intake(BENCH)


def an_order(item: Item | None = None) -> Refurbishment:
    """A refurbishment of a thing at grade C, chosen as its next life."""
    thing = item or a_graded("C")
    lives.choose(BENCH, thing, "refurbish", reason_code="promise")
    order = queries.open_refurbishment_of(thing)
    assert order is not None
    refurbishing.add_step(BENCH, order, "True the wheels")
    return order


def a_harvest(item: Item | None = None, mass_g: int = 33_000) -> tuple[Harvest, Part]:
    """A donor at grade D with a part that fits it, its harvest chosen."""
    thing = item or a_graded("D", mass_g=mass_g)
    part = a_part(0, name="Motor")
    harvesting.fit(BENCH, part, thing.product)
    lives.choose(BENCH, thing, "harvest", reason_code="demand")
    harvest = queries.harvest_of(thing)
    assert harvest is not None
    return harvest, part


def a_way_home() -> None:
    """Something is here to be decided on, something is made fit, something was taken apart."""
    a_graded("B")
    refurbishing.add_time(BENCH, an_order(), 30)
    harvest, part = a_harvest()
    harvesting.take_out(BENCH, harvest, part, Taken(4_000, 900, "passed"))
    harvesting.close(BENCH, harvest, 28_900, lives.open_batch(BENCH))
