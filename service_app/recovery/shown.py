"""What pages say of a proposal: its terms in words, and why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service_app.recovery import queries, words
from service_app.recovery.cascade import Proposal


@dataclass(frozen=True)
class Row:
    """A term as a row of money: what, how often, how much."""

    label: Any
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True)
class Shown:
    """A proposal as it is read: the step, its worth, its terms, or why it cannot be."""

    step: str
    label: Any
    amount: Decimal
    rows: tuple[Row, ...]
    blocked: Any = ""
    is_best: bool = False


def of(proposals: list[Proposal], currency_of: Any) -> list[Shown]:
    """The proposals, the best first, with their sums explained."""
    return [
        Shown(
            each.step, words.STEPS[each.step], queries.amount(each.cents),
            tuple(
                Row(words.TERMS[name], queries.amount(cents * times),
                    f"{times} × {currency_of(queries.amount(cents))}" if times != 1 else "")
                for name, cents, times in each.terms if cents
            ),
            words.BLOCKED.get(each.blocked, ""), is_best=place == 0 and not each.blocked,
        )
        for place, each in enumerate(proposals)
    ]  # fmt: skip
