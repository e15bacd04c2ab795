"""What pages say of a proposal: its terms in words, and why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from service_app.catalogue import words as catalogue
from service_app.core.i18n import kilograms
from service_app.items.words import GRADES
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


def published(said: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """What another member reads of a thing, as rows of facts."""
    if not said:
        return []
    materials = (
        f"{catalogue.MATERIALS[row['material']]} {row['share']}\N{NO-BREAK SPACE}%" for row in said["materials"]
    )
    return [
        (_("Brand"), said["brand"]), (_("Category"), said["category"]), (_("Grade"), GRADES[said["grade"]]),
        (_("Year made"), said["year_made"]), (_("Loops"), said["loops"]),
        (_("Mass"), f"{kilograms(said['mass_g'])} kg" if said["mass_g"] else None),
        (_("Materials"), ", ".join(materials)),
        (_("Hazards"), ", ".join(str(catalogue.HAZARDS[code]) for code in said["hazards"])),
    ]  # fmt: skip
