"""One act with many things: each through the operation that does it to one, each by itself.

A refusal undoes what was begun with that one thing (a savepoint) and stops nobody else; it is told beside the thing. Things
are taken in the order of their ids, so that two batches over the same things wait for one another and never lock each
other out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import handovers
from service_app.contracts.operations.acts import ANEW, OPERATIONS
from service_app.contracts.operations.handovers import Found
from service_app.contracts.queries import get_contract
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid, Refusal
from service_app.items import availability
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.scanning import queries
from service_app.scanning.operations.whereabouts import find_item


@dataclass(frozen=True)
class Outcome:
    """What became of one thing: done, with what there is to tell (codes and figures), or refused."""

    item: Item
    line: ContractLine | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Wanted:
    """What an act needs besides the things: a place for `move`, a contract for `hand_over`."""

    place: str = ""
    contract: Contract | None = None


Act = Callable[[Actor, Item, Any], Outcome]


def do_all(actor: Actor, act: str, things: Sequence[Item], wanted: Wanted) -> list[Outcome]:
    """Do one of ACTS with each of the things; their outcomes in the order in which they were given.

    Refuses as a whole a missing right, a move without a place (`scan.place_needed`) and a hand-over without a contract
    (`scan.contract_needed`). What is refused of one thing stands on its outcome.
    """
    if act not in ACTS:
        raise Invalid("choice.unknown", field="act", value=act)
    permission, do = ACTS[act]
    actor.must(permission)
    given = _given(act, things, wanted)
    by_id = {item.id: _one(actor, item, do, given) for item in sorted(things, key=lambda item: item.id)}
    return [by_id[item.id] for item in things]


def do_one(actor: Actor, act: str, item: Item, given: Mapping[str, str]) -> Mapping[str, Any]:
    """One of ACTS with one thing of a batch that is done in the background: `given` holds what `later` said. Answers with
    the facts of the outcome; refuses as the operation does."""
    wanted: Any = given.get("place", "")
    if act == "hand_over":
        wanted = _line_of(given, item)
    return ACTS[act][1](actor, item, wanted).facts


def later(act: str, things: Sequence[Item], wanted: Wanted) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """What a batch in the background is given, and what else each thing by its tag: which line of the contract is whose is
    settled for all of them at once, before the first goes out. Refuses as a whole what `do_all` refuses so."""
    given = _given(act, things, wanted)
    if act == "move":
        return {"place": given}, {}
    if act != "hand_over" or wanted.contract is None:
        return {}, {}
    lines = {item.tag: {"position": str(given[item.id].position)} for item in things if item.id in given}
    return {"contract": wanted.contract.reference}, lines


def _line_of(given: Mapping[str, str], item: Item) -> dict[int, ContractLine]:
    contract = get_contract(given["contract"])
    line = next((line for line in contract.lines if str(line.position) == given.get("position")), None)
    return {item.id: line} if line is not None else {}


def _given(act: str, things: Sequence[Item], wanted: Wanted) -> Any:
    if act == "move":
        if not wanted.place.strip():
            raise Invalid("scan.place_needed", field="place")
        return wanted.place
    if act == "hand_over":
        if wanted.contract is None:
            raise Invalid("scan.contract_needed", field="contract")
        return lines_for(wanted.contract, things)
    return None


def _one(actor: Actor, item: Item, do: Act, given: Any) -> Outcome:
    try:
        with session().begin_nested():
            return do(actor, item, given)
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return Outcome(item, refusal=refusal)


def _take_back(actor: Actor, item: Item, _given: None) -> Outcome:
    """Each line counts its own late fee, to this instant."""
    line = queries.line_of_item(item, "out", "overdue")
    if line is None:
        raise _not_out(item)
    fee = handovers.late_fee_of(line, clock.now())
    inspection = handovers.take_back(actor, line, Found())
    facts = {"inspection": inspection.reference, "late": fee.amount if fee is not None else None}
    return Outcome(item, line, facts)


def _not_out(item: Item) -> Conflict:
    if item.kit_item_id is not None:
        return Conflict("scan.goes_with_its_kit", tag=item.tag)
    return Conflict("scan.not_out", tag=item.tag)


def lines_for(contract: Contract, things: Sequence[Item]) -> dict[int, ContractLine]:
    """Which line of a contract each thing goes out on, by the thing's id: first the lines it is reserved for, then any
    other of its product. A thing that no line is left for is not among them."""
    planned = [line for line in contract.lines if line.status == "planned"]
    meant = {line.id: availability.allocation_of(line.id, "reservation") for line in planned}
    chosen: dict[int, ContractLine] = {}
    for is_meant in (True, False):
        for item in things:
            fits = (line for line in planned if _fits(line, item, meant[line.id], is_meant))
            line = next(fits, None) if item.id not in chosen else None
            if line is not None:
                planned.remove(line)
                chosen[item.id] = line
    return chosen


def _fits(line: ContractLine, item: Item, booking: Any, is_meant: bool) -> bool:
    if is_meant:
        return booking is not None and booking.item_id == item.id
    return line.product_id == item.product_id


def _hand_over(actor: Actor, item: Item, lines: dict[int, ContractLine]) -> Outcome:
    line = lines.get(item.id)
    if line is None:
        raise Conflict("scan.not_of_the_contract", tag=item.tag)
    customer = line.contract.customer
    handovers.hand_over(actor, line, item, Found(customer_name=customer.contact_name or customer.name))
    return Outcome(item, line)


def _move(actor: Actor, item: Item, place: str) -> Outcome:
    if item.status not in queries.HERE:
        raise Conflict("scan.not_here", tag=item.tag, state=item.status)
    before = item.place
    items.move_item(actor, item, place)
    return Outcome(item, facts={"place": item.place, "before": before})


def _find(actor: Actor, item: Item, _given: None) -> Outcome:
    if item.status != "lost":
        raise Conflict("scan.not_lost", tag=item.tag)
    line = queries.line_of_item(item, "lost")
    if line is not None:
        if not actor.can("contract:write"):
            raise Conflict("scan.for_the_counter", tag=item.tag, contract=line.contract.reference)
        OPERATIONS["report_found"](actor, line, ANEW, is_here=True)
        return Outcome(item, line)
    line = queries.line_that_lost(item)
    if line is not None:
        OPERATIONS["find_component"](actor, line, ANEW, component=item)
        return Outcome(item, line)
    find_item(actor, item)
    return Outcome(item)


# The right it takes, and how it is done to one thing.
ACTS: dict[str, tuple[str, Act]] = {
    "take_back": ("contract:handover", _take_back),
    "hand_over": ("contract:handover", _hand_over),
    "move": ("item:write", _move),
    "found": ("item:write", _find),
}
