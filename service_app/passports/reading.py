"""What a passport reads of the other rooms: no customer, no account, no free text about a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from service_app.core import events
from service_app.core.db import session
from service_app.core.events import Event, EventAbout
from service_app.items.models import Item
from service_app.materials.models import MaterialBatch, MaterialFraction, MaterialLoad
from service_app.passports.models import BatteryModel, BatteryReading, PassportAccess
from service_app.recovery import queries as recovery
from service_app.recovery.models import Harvest
from service_app.takebacks.models import Takeback

MOST_FACTS = 2000


def facts_of(item: Item) -> list[Event]:
    """The facts about a thing, the first one first; a look that finished an inspection is told as that one alone."""
    facts = events.timeline(item, limit=MOST_FACTS)[::-1]
    return [fact for fact in facts if not fact.data.get("is_inspected")]


def kits_told(facts: Sequence[Event]) -> dict[int, Sequence[Item]]:
    """{event: the things it is about} of facts in which a component came or went."""
    if not facts:
        return {}
    wanted = (
        select(EventAbout.event_id, Item)
        .join(Item, (Item.workshop_id == EventAbout.workshop_id) & (Item.id == EventAbout.subject_id))
        .where(
            EventAbout.workshop_id == Item.workshop_id, EventAbout.subject == "item",
            EventAbout.event_id.in_([fact.id for fact in facts]),
        )
    )  # fmt: skip
    found: dict[int, list[Item]] = {}
    for event_id, thing in session().execute(wanted):
        found.setdefault(event_id, []).append(thing)
    return dict(found)


@dataclass(frozen=True)
class End:
    """The batch of material that a thing went into, once it is closed: when, everything with a passport that went in,
    whether there was nothing else, and (waste code, grams) of what came out."""

    batch_id: int
    at: datetime
    things: Sequence[Item]
    is_all_things: bool
    fractions: Sequence[tuple[str, int]]


def end_of(item: Item) -> End | None:
    """What became of a thing as material, or None while it is one."""
    found = (
        select(MaterialBatch)
        .join(MaterialLoad, (MaterialLoad.workshop_id == MaterialBatch.workshop_id) & (MaterialLoad.batch_id == MaterialBatch.id))
        .outerjoin(Takeback, (Takeback.workshop_id == MaterialLoad.workshop_id) & (Takeback.id == MaterialLoad.takeback_id))
        .where(or_(MaterialLoad.item_id == item.id, Takeback.item_id == item.id), MaterialBatch.status == "closed")
    )  # fmt: skip
    batch = session().scalars(found.order_by(MaterialBatch.id.desc())).first()
    if batch is None:
        return None
    loads = session().scalars(
        select(MaterialLoad).where(MaterialLoad.batch_id == batch.id)
        .options(joinedload(MaterialLoad.item), joinedload(MaterialLoad.takeback).joinedload(Takeback.item))
    ).all()  # fmt: skip
    things = [thing for load in loads if (thing := _thing_of(load)) is not None]
    out = session().execute(
        select(MaterialFraction.waste_code, func.sum(MaterialFraction.mass_g))
        .where(MaterialFraction.batch_id == batch.id)
        .group_by(MaterialFraction.waste_code).order_by(MaterialFraction.waste_code)
    )  # fmt: skip
    closed = next(fact.at for fact in events.timeline(batch) if fact.name == "material_batch.closed")
    # Of a donor only the rest went in: what came out of the batch is not all that came of it.
    is_all = len(things) == len(loads) and not _donors_among(things)
    return End(batch.id, closed, things, is_all, [(code, int(mass_g)) for code, mass_g in out])


def _thing_of(load: MaterialLoad) -> Item | None:
    return load.item or (load.takeback.item if load.takeback is not None else None)


def _donors_among(things: Sequence[Item]) -> bool:
    found = select(Harvest.id).where(Harvest.item_id.in_([thing.id for thing in things]))
    return session().scalar(found.limit(1)) is not None


def battery_of(item: Item) -> BatteryModel | None:
    """What the battery of its product says of itself."""
    return session().scalars(select(BatteryModel).where(BatteryModel.product_id == item.product_id)).first()


def reading_of(item: Item) -> BatteryReading | None:
    """What was read from its battery last."""
    found = select(BatteryReading).where(BatteryReading.item_id == item.id).order_by(BatteryReading.id.desc())
    return session().scalars(found.limit(1)).first()


def accesses_of(item: Item) -> Sequence[PassportAccess]:
    """Who was given a deeper look, the newest first."""
    found = select(PassportAccess).where(PassportAccess.item_id == item.id).order_by(PassportAccess.id.desc())
    return session().scalars(found.limit(50)).all()


def earlier_of(item: Item) -> Mapping[str, Any]:
    """What its passport took along from the member of the cluster that it came from; empty where it came from none."""
    came = recovery.came_from(item)
    if came is None:
        return {}
    return came.carried.get("passport", {}) | {name: came.carried[name] for name in ("loops", "address")}


def successor_of(item: Item) -> str:
    """The public code under which a thing goes on at another member; '' where it does not, or has not arrived."""
    passed = recovery.passed_on(item)
    return str(passed.carried.get("now", "")) if passed is not None else ""
