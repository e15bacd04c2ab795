"""What later rooms show beside a thing of an earlier one: the contracts of a customer, the items of a product.

The earlier room knows nobody above it. The later one registers a template and a function when its face is imported:
`beside.add("customer", "contracts/customer_card.html", facts)`, where `facts(customer)` gives the template its values, or
None when there is nothing to show or the reader may not see it. A function and a list, instead of a signal.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

Facts = Callable[[Any], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Card:
    """A template and what it shows, as `card` in the template."""

    template: str
    values: Mapping[str, Any]


_slots: dict[str, dict[str, Facts]] = {}
_signs: dict[str, dict[str, ColumnElement[Any]]] = {}


def add(slot: str, template: str, facts: Facts, sign: ColumnElement[Any] | None = None) -> None:
    """Show `template` beside every thing of `slot` (customer, product, item); registered twice is shown once. `sign` says
    whether there is anything to show at all, as a column of a statement that the page asks anyway (its date is the parameter
    `today`): a workshop that does without the room asks nothing more. A number says it too, and another one that what is shown
    is another."""
    _slots.setdefault(slot, {})[template] = facts
    if sign is not None:
        _signs.setdefault(slot, {})[template] = sign


def signs(slot: str) -> Mapping[str, ColumnElement[Any]]:
    """The signs of a slot, by the template that each is for."""
    return _signs.get(slot, {})


def cards(slot: str, thing: Any, without: Collection[str] = ()) -> list[Card]:
    """The cards beside a thing, in the order in which the rooms were opened; but those whose sign said no."""
    wanted = [(template, facts) for template, facts in _slots.get(slot, {}).items() if template not in without]
    found = ((template, facts(thing)) for template, facts in wanted)
    return [Card(template, values) for template, values in found if values is not None]


def count(slot: str) -> int:
    """How many rooms show something in a slot: each may ask the database once."""
    return len(_slots.get(slot, {}))
