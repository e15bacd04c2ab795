"""What later rooms show beside a thing of an earlier one: the contracts of a customer, the items of a product.

The earlier room knows nobody above it. The later one registers a template and a function when its face is imported:
`beside.add("customer", "contracts/customer_card.html", facts)`, where `facts(customer)` gives the template its values, or
None when there is nothing to show or the reader may not see it. A function and a list, instead of a signal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Callable[[Any], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Card:
    """A template and what it shows, as `card` in the template."""

    template: str
    values: Mapping[str, Any]


_slots: dict[str, dict[str, Facts]] = {}


def add(slot: str, template: str, facts: Facts) -> None:
    """Show `template` beside every thing of `slot` (customer, product, item); registered twice is shown once."""
    _slots.setdefault(slot, {})[template] = facts


def cards(slot: str, thing: Any) -> list[Card]:
    """The cards beside a thing, in the order in which the rooms were opened."""
    found = ((template, facts(thing)) for template, facts in _slots.get(slot, {}).items())
    return [Card(template, values) for template, values in found if values is not None]


def count(slot: str) -> int:
    """How many rooms show something in a slot: each may ask the database once."""
    return len(_slots.get(slot, {}))
