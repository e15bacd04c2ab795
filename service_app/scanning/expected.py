"""ONE place that knows what a thing expects now: from its state, its bookings and its contract to the next act.

The act is done on the page of the room it belongs to. A thing of a kit goes with its kit, and so does what it expects.
"""

from __future__ import annotations

from dataclasses import dataclass

from service_app.contracts.models import ContractLine
from service_app.core.access import Actor
from service_app.items.models import Item
from service_app.items.queries import kit_of
from service_app.scanning import queries

# The right each act takes.
PERMISSIONS: dict[str, str] = {
    "hand_over": "contract:handover",
    "take_back": "contract:handover",
    "find_component": "contract:handover",
    "inspect": "contract:inspect",
    "found": "contract:write",
    "contract": "contract:write",
    "here": "item:write",
    "in_stock": "item:write",
    "move": "item:write",
}


@dataclass(frozen=True)
class Step:
    """The next act with a thing: a key of PERMISSIONS, the item it is done to (of a component its kit), the contract line
    it is about, and whether this person may do it."""

    act: str
    item: Item
    line: ContractLine | None = None
    is_allowed: bool = True


def next_step(actor: Actor, item: Item, zone: str) -> Step | None:
    """What the thing expects now; None for what goes out no more."""
    act, about, line = _expects(item, zone)
    if not act:
        return None
    step = Step(act, about, line, actor.can(PERMISSIONS[act]))
    if act == "contract" and not step.is_allowed and actor.can(PERMISSIONS["move"]):
        return Step("move", about)
    return step


def _expects(item: Item, zone: str) -> tuple[str, Item, ContractLine | None]:
    kit = kit_of(item)
    if item.status == "lost":
        return _of_a_lost_one(item, kit)
    if kit is not None and item.status == kit.status:
        return _expects(kit, zone)
    if item.status == "in_stock":
        line = queries.line_to_fetch(item, zone)
        return ("hand_over", item, line) if line is not None else ("contract", item, None)
    if item.status == "out":
        line = queries.line_of_item(item, "out", "overdue")
        return ("take_back", item, line) if line is not None else ("", item, None)
    if item.status == "to_inspect":
        line = queries.line_of_item(item, "returned")
        return ("inspect", item, line) if line is not None else ("", item, None)
    return ("in_stock", item, None) if item.status == "on_bench" else ("", item, None)


def _of_a_lost_one(item: Item, kit: Item | None) -> tuple[str, Item, ContractLine | None]:
    """Lost with a contract it is found there, which gives back what was charged; lost here it is simply here again."""
    line = queries.line_of_item(item, "lost")
    if line is None and kit is not None and kit.status == "lost":
        line = queries.line_of_item(kit, "lost")
    if line is not None:
        return "found", item, line
    line = queries.line_that_lost(item)
    return ("find_component", item, line) if line is not None else ("here", item, None)
