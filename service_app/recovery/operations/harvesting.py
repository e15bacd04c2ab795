"""A donor is taken apart: its parts onto the shelf with what is known of them, the rest into a batch, to the gram."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.core import clock, events, search
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move_axes
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.items.operations import ledger_entry
from service_app.materials import balance
from service_app.materials import operations as materials
from service_app.materials.models import MaterialBatch
from service_app.recovery import queries
from service_app.recovery.models import HEAVIEST_G, TESTS, Harvest, HarvestPart, PartFit
from service_app.repairs.models import Part
from service_app.repairs.operations import stock
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

MOST_HOURS, MOST_TEXT = 1_000_000, 1000


@dataclass(frozen=True)
class Taken:
    """A part out of the donor: grams, hours it was used, what its test said, its serial number, minutes it took."""

    mass_g: int
    hours_used: int = 0
    test: str = "untested"
    serial: str = ""
    minutes: int | None = None


def open_harvest(actor: Actor, item: Item, mass_g: int | None) -> Harvest:
    """A donor on the bench, weighed. Refuses one nobody knows the mass of (`intake.weigh`). Leaves harvest.opened."""
    if mass_g is None or not 0 < mass_g <= HEAVIEST_G:
        raise Conflict("intake.weigh", what=item.tag)
    today = clock.today(get_workshop(item.workshop_id).zone)
    harvest = Harvest(reference=next_reference(f"HV-{today.year}"), item_id=item.id, in_g=mass_g, by_name=actor.name)
    session().add(harvest)
    session().flush()
    search.index("harvest", harvest.id, [harvest.reference, item.tag])
    events.record("harvest.opened", actor, [harvest, item], {"in_g": mass_g})
    return harvest


def _lock(harvest: Harvest) -> None:
    session().flush()
    found = select(Harvest).where(Harvest.id == harvest.id).with_for_update(of=Harvest)
    session().scalars(found, execution_options={"populate_existing": True}).one()
    if harvest.status == "closed":
        raise Conflict("harvest.closed", reference=harvest.reference)


def out_g(harvest: Harvest) -> int:
    """What lies on the shelf of it, in grams; a part that failed its test stays with the rest."""
    return sum(part.mass_g for part in harvest.parts if part.is_shelved)


def take_out(actor: Actor, harvest: Harvest, part: Part, taken: Taken) -> HarvestPart:
    """A part comes out; one that did not fail its test lies on the repairs' shelf with its donor. Refuses a part of another
    family (`harvest.no_fit`), more grams than are left (`harvest.mass`), hours or a test that are none. Leaves
    harvest.part_out, and part.harvested."""
    actor.must("work:write")
    _lock(harvest)
    _refuse_taken(harvest, part, taken)
    is_shelved = taken.test != "failed"
    if is_shelved:
        remark = f"{harvest.reference} {taken.hours_used} h {taken.test}"
        stock.harvest_part(
            actor, part, harvest.item, serial=taken.serial, minutes=taken.minutes, remark=remark
        )  # fmt: skip
    row = HarvestPart(
        harvest_id=harvest.id, part_id=part.id, mass_g=taken.mass_g, hours_used=taken.hours_used, test=taken.test,
        is_shelved=is_shelved, serial=taken.serial.strip()[:120], by_name=actor.name,
        value_cents=queries.cents(part.cost_amount) * queries.rates().used_share // 100 if is_shelved else 0,
    )  # fmt: skip
    session().add(row)
    session().flush()
    session().expire(harvest, ["parts"])
    data = {"code": part.code, "mass_g": taken.mass_g, "hours": taken.hours_used, "test": taken.test}
    events.record("harvest.part_out", actor, [harvest, harvest.item, part], data)
    return row


def _refuse_taken(harvest: Harvest, part: Part, taken: Taken) -> None:
    if taken.test not in TESTS:
        raise Invalid("choice.unknown", field="test", value=taken.test)
    if not 0 <= taken.hours_used <= MOST_HOURS:
        raise Invalid("number.out_of_range", field="hours_used", least=0, most=MOST_HOURS)
    if part.id not in {fit.id for fit in queries.fitting_parts(harvest.item.product)}:
        raise Invalid("harvest.no_fit", field="part", name=part.name)
    left_g = harvest.in_g - sum(each.mass_g for each in harvest.parts)
    if not 0 < taken.mass_g <= left_g:
        raise Invalid("harvest.mass", field="kg", left=left_g)


def close(actor: Actor, harvest: Harvest, rest_g: int, batch: MaterialBatch, explanation: str = "") -> None:
    """What is left of the donor goes into a batch, and the donor is no more; what parts, rest and donor differ by is the
    loss. Refuses a rest heavier than is left (`harvest.mass`), and a loss beyond the tolerance of a batch without an
    explanation (`batch.balance`). Its parts' worth stands in its ledger. Leaves harvest.closed."""
    actor.must("work:write")
    _lock(harvest)
    left_g = harvest.in_g - out_g(harvest)
    if not 0 <= rest_g <= left_g:
        raise Invalid("harvest.mass", field="kg", left=left_g)
    found = balance.of(harvest.in_g, (out_g(harvest), rest_g))
    if not found.is_within and not explanation.strip():
        raise Invalid("batch.balance", field="explanation")
    item = harvest.item
    if rest_g:
        load = f"{item.tag} {harvest.reference}"
        materials.load_by_hand(actor, batch, load, rest_g, is_estimated=False, item=item)
    items.retire_item(actor, item, harvest.reference)
    went_to = batch.id if rest_g else None
    move_axes(
        harvest, {"status": "closed"}, rest_g=rest_g, loss_g=found.loss_g, batch_id=went_to,
        explanation=explanation.strip()[:MOST_TEXT],
    )  # fmt: skip
    data = {"in_g": harvest.in_g, "rest_g": rest_g, "loss_g": harvest.loss_g}
    event_id = events.record("harvest.closed", actor, [harvest, item], data)
    worth, workshop = sum(part.value_cents for part in harvest.parts), get_workshop(item.workshop_id)
    if worth:
        amount, source = queries.amount(worth), f"harvest:{harvest.reference}"
        day = clock.today(workshop.zone)
        ledger_entry(item.id, day, "material_credit", amount, workshop.currency, source, event_id=event_id)


def fit(actor: Actor, part: Part, product: Product) -> PartFit:
    """A part fits a product; said twice it is said once. Leaves part.fitted."""
    actor.must("work:write")
    known = session().scalars(
        select(PartFit).where(PartFit.part_id == part.id, PartFit.product_id == product.id)
    ).first()  # fmt: skip
    if known is not None:
        return known
    row = PartFit(part_id=part.id, product_id=product.id)
    session().add(row)
    session().flush()
    events.record("part.fitted", actor, [part, product], {"code": part.code})
    return row
