"""What may be done with a contract and each of its lines, as menus: what is possible first, then what is not, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from service_app import refusals
from service_app.contracts import allowed
from service_app.contracts.models import Contract
from service_app.contracts.staff.faces import FACES
from service_app.core.access import Actor

# Each takes another one back: while there is nothing to take back, nobody misses them.
ANSWERS = (
    "call_off", "resume", "withdraw_notice", "keep_plan", "end_outage", "report_found", "find_component", "swap_component",
    "contest", "decide_contest", "give_in",
)  # fmt: skip
# What stands as a button of its own wherever it is possible.
OUTSTANDING = ("resume", "end_outage", "report_found", "decide_contest", "give_in")


@dataclass(frozen=True)
class Entry:
    """An operation in a menu; `reason` says why it is not possible now, '' when it is."""

    operation: str
    word: Any
    icon: str
    is_direct: bool
    is_grave: bool
    reason: str = ""

    @property
    def slug(self) -> str:
        """The operation as its address names it."""
        return self.operation.replace("_", "-")


@dataclass
class Menu:
    """The operations about one thing, in the order in which they are shown."""

    possible: list[Entry] = field(default_factory=list)
    impossible: list[Entry] = field(default_factory=list)

    @property
    def outstanding(self) -> list[Entry]:
        """Those that stand as a button of their own."""
        return [entry for entry in self.possible if entry.operation in OUTSTANDING]


def menus(actor: Actor, contract: Contract) -> dict[int, Menu]:
    """A menu for each line by its position, and under 0 the contract's own."""
    order = {name: place for place, name in enumerate(FACES)}
    found: dict[int, Menu] = defaultdict(Menu)
    known = [choice for choice in allowed.choices(actor, contract) if choice.operation in FACES]
    for choice in sorted(known, key=lambda choice: order[choice.operation]):
        face, menu = FACES[choice.operation], found[choice.line.position if choice.line is not None else 0]
        reason = refusals.say(*choice.reason) if choice.reason is not None else ""
        entry = Entry(choice.operation, face.word, face.icon, face.is_direct, face.is_grave, reason)
        if not reason:
            menu.possible.append(entry)
        elif choice.operation not in ANSWERS:
            menu.impossible.append(entry)
    return {position: menu for position, menu in found.items() if menu.possible or contract.status in allowed.LIVING}
