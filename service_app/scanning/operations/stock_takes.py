"""A stock-take from its start to what became of what was missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, select, update
from sqlalchemy.dialects.postgresql import insert

from service_app.catalogue.models import Product
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.scanning import queries
from service_app.scanning.codes import Code
from service_app.scanning.models import SCOPES, StockTake, StockTakeEntry
from service_app.scanning.operations.whereabouts import find_item, lose_item
from service_app.workshops.operations import next_reference

MOST_PLACE = 100


def start_take(actor: Actor, scope: str, place: str = "", product: Product | None = None) -> StockTake:
    """Begin to count: all, one place, or one product. Refuses a place or product that is not named
    (`scan.place_needed`, `scan.product_needed`). Leaves stock_take.started."""
    actor.must("item:write")
    if scope not in SCOPES:
        raise Invalid("choice.unknown", field="scope", value=scope)
    wanted = place.strip()[:MOST_PLACE] if scope == "place" else ""
    if scope == "place" and not wanted:
        raise Invalid("scan.place_needed", field="place")
    if scope == "product" and product is None:
        raise Invalid("scan.product_needed", field="product")
    product_id = product.id if scope == "product" and product is not None else None
    take = StockTake(
        reference=next_reference("ST"), scope=scope, place=wanted, product_id=product_id, started_by=actor.name
    )
    session().add(take)
    session().flush()
    events.record("stock_take.started", actor, [take], {"reference": take.reference})
    return take


@dataclass(frozen=True)
class Counted:
    """What a scan came to: the entry, and whether it is new or was there already."""

    entry: StockTakeEntry
    is_new: bool


def count(actor: Actor, take: StockTake, code: Code, place: str = "") -> Counted:
    """Count what a code names, once however often it is sent. Refuses a take that is over (`scan.take_over`), and a serial
    number that several things have (`scan.several`)."""
    actor.must("item:write")
    _hold_open(take)
    named = queries.items_of_code(code)
    if len(named) > 1:
        raise Conflict("scan.several", serial=code.text, tags=[item.tag for item in named])
    item = named[0] if named else None
    result = "unknown" if item is None else "found" if queries.is_in_scope(take, item) else "unexpected"
    values: dict[str, Any] = {
        "workshop_id": current_workshop_id(), "stock_take_id": take.id, "item_id": item.id if item is not None else None,
        "code": item.tag if item is not None else code.text, "result": result, "by_name": actor.name,
        "place": take.place or place.strip()[:MOST_PLACE], "created_at": clock.now(),
    }  # fmt: skip
    statement = insert(StockTakeEntry).values(values).on_conflict_do_nothing().returning(StockTakeEntry.id)
    made = session().execute(statement, execution_options={"scoped_by_hand": True}).scalar()
    return Counted(_entry(take, values), made is not None)


def _hold_open(take: StockTake) -> None:
    """Nobody finishes the take while something is counted into it."""
    found = select(StockTake.status).where(StockTake.id == take.id).with_for_update(read=True)
    if session().scalar(found) != "open":
        raise Conflict("scan.take_over", reference=take.reference)


def _entry(take: StockTake, values: dict[str, Any]) -> StockTakeEntry:
    found = select(StockTakeEntry).where(StockTakeEntry.stock_take_id == take.id)
    if values["item_id"] is not None:
        found = found.where(StockTakeEntry.item_id == values["item_id"])
    else:
        found = found.where(StockTakeEntry.code == values["code"], StockTakeEntry.item_id.is_(None))
    return session().scalars(found).one()


def uncount(actor: Actor, take: StockTake, entry: StockTakeEntry) -> None:
    """Take a scan back. Refuses a take that is over."""
    actor.must("item:write")
    _hold_open(take)
    session().delete(entry)
    session().flush()


def finish_take(actor: Actor, take: StockTake, *, set_places: bool = False) -> None:
    """The count is over: what is missing is written down, and every thing gets its fact. With `set_places`, what was seen
    somewhere else than the book has it stands there from now on. What an earlier take missed and this one found is
    settled. Refuses a take that is over. Leaves stock_take.finished, item.counted and item.missing, and item.moved."""
    actor.must("item:write")
    _lock(take)
    missing = session().scalars(queries.missing_from(take)).all()
    _write_missing(take, missing)
    take.ended_at, take.ended_by = clock.now(), actor.name
    move(take, "finished")
    entries = queries.entries_of(take, "found", "unexpected")
    counted = [entry.item for entry in entries if entry.item is not None]
    for entry in entries if set_places else ():
        if entry.item is not None and entry.place and entry.item.status in queries.HERE:
            items.move_item(actor, entry.item, entry.place)
    _settle_earlier(take, counted)
    data = {"reference": take.reference}
    events.record("stock_take.finished", actor, [take], data)
    if counted:
        events.record("item.counted", actor, [*counted, take], data)
    if missing:
        events.record("item.missing", actor, [*missing, take], data)


def _lock(take: StockTake) -> None:
    session().refresh(take, with_for_update={"of": StockTake})
    if take.status != "open":
        raise Conflict("scan.take_over", reference=take.reference)


def _write_missing(take: StockTake, missing: Sequence[Item]) -> None:
    if not missing:
        return
    rows = [
        {
            "workshop_id": take.workshop_id, "stock_take_id": take.id, "item_id": item.id, "code": item.tag,
            "result": "missing", "place": item.place, "created_at": clock.now(),
        }
        for item in missing
    ]  # fmt: skip
    statement: Insert = insert(StockTakeEntry)
    session().execute(statement, rows)


def _settle_earlier(take: StockTake, counted: Sequence[Item]) -> None:
    """What an earlier take missed is looked for no more once it was counted."""
    earlier = (
        update(StockTakeEntry)
        .where(StockTakeEntry.item_id.in_([item.id for item in counted]), StockTakeEntry.stock_take_id < take.id)
        .where(StockTakeEntry.result == "missing", StockTakeEntry.outcome == "")
    )
    session().execute(
        earlier.values(outcome="here", settled_at=clock.now()).execution_options(synchronize_session=False)
    )


def cancel_take(actor: Actor, take: StockTake) -> None:
    """Begun by mistake: nothing of it is written on any thing. Refuses a take that is over. Leaves
    stock_take.cancelled."""
    actor.must("item:write")
    _lock(take)
    take.ended_at, take.ended_by = clock.now(), actor.name
    move(take, "cancelled")
    events.record("stock_take.cancelled", actor, [take], {"reference": take.reference})


def settle_missing(actor: Actor, entry: StockTakeEntry, outcome: str) -> None:
    """A missing thing is `here` after all, or given up as `lost`. Refuses one that is settled (`scan.settled`), and as
    `lose_item` and `find_item` do. Leaves item.counted or item.lost."""
    actor.must("item:write")
    session().refresh(entry, with_for_update={"of": StockTakeEntry})
    if entry.result != "missing" or entry.outcome or entry.item is None:
        raise Conflict("scan.settled", tag=entry.code)
    if outcome == "lost":
        lose_item(actor, entry.item)
    elif outcome == "here":
        if entry.item.status == "lost":
            find_item(actor, entry.item)
        events.record("item.counted", actor, [entry.item, entry.take], {"reference": entry.take.reference})
    else:
        raise Invalid("choice.unknown", field="outcome", value=outcome)
    entry.outcome, entry.settled_at = outcome, clock.now()
    session().flush()
