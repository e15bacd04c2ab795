"""A thing that is with nobody and not here; and one of those that turned up."""

from __future__ import annotations

from service_app.contracts.operations.lateness import put_at_risk
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.items import custody
from service_app.items.models import Item
from service_app.scanning import queries


def lose_item(actor: Actor, item: Item) -> None:
    """It should stand here and does not: nobody can book it, and what was booked on it goes to another item or is marked at
    risk. Refuses what is with a customer or waits for its inspection (`state.not_allowed`): those are lost on their
    contract. Leaves item.lost."""
    actor.must("item:write")
    if item.status not in ("in_stock", "on_bench"):
        raise Conflict("state.not_allowed", thing="item", axis="status", state=item.status, to="lost")
    move(item, "lost")
    put_at_risk(actor, custody.vacate(actor, item, clock.now()))
    events.record("item.lost", actor, [item], {"tag": item.tag})


def find_item(actor: Actor, item: Item) -> None:
    """It is here after all, and goes to the bench to be looked at. Refuses what is not lost, and with Conflict
    `scan.lost_on_contract` what was lost on a contract, where finding it gives money back. Leaves item.found."""
    actor.must("item:write")
    line = queries.line_of_item(item, "lost") or queries.line_that_lost(item)
    if line is not None:
        raise Conflict("scan.lost_on_contract", tag=item.tag, contract=line.contract.reference)
    move(item, "to_inspect")
    move(item, "on_bench")
    item.custodian_customer_id = None
    custody.block_for_work(item, clock.now())
    events.record("item.found", actor, [item], {"tag": item.tag})
