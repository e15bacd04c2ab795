"""An amount and why, what is foreseen, and the questions every act asks of its subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from service_app.charges.explained import explain
from service_app.charges.pricing import Price
from service_app.contracts.allowed import Subject
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import endings
from service_app.core import clock
from service_app.core.i18n import exact, money, words
from service_app.core.money import ZERO
from service_app.workshops.queries import get_workshop

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """An amount and why; negative: the customer gets it back."""

    label: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True)
class Foreseen:
    """Amounts, facts (term, value), notes (tone, sentence), and what the sum is called when it is nothing paid or given
    back."""

    rows: Sequence[Row] = ()
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[tuple[str, str]] = ()
    sum_word: str = ""

    @property
    def total(self) -> Decimal:
        """What the customer pays more; negative: gets back."""
        return sum((row.amount for row in self.rows), ZERO)


def nothing(_subject: Subject, _body: Body) -> Foreseen:
    """Nothing to foresee."""
    return Foreseen()


def line_of(subject: Subject) -> ContractLine:
    if subject.line is None:
        raise ValueError("this is about a line")
    return subject.line


def zone_of(subject: Subject) -> str:
    return get_workshop(subject.contract.workshop_id).zone


def today_of(subject: Subject) -> date:
    return clock.today(zone_of(subject))


def priced(subject: Subject, label: str, price: Price, sign: int = 1) -> Row:
    return Row(label, price.amount * sign, explain(price.rule, price.figures, subject.contract.currency))


def in_money(subject: Subject, amount: Decimal) -> str:
    return money(amount, subject.contract.currency)


def costs_nothing() -> tuple[str, str]:
    return "ok", gettext("This costs nothing more.")


def unused(line: ContractLine, until: date) -> list[Row]:
    amount = endings.unused_after(line, until)
    text = gettext("%(what)s, paid ahead and not used", what=words(line.product.name))
    return [Row(text, -amount, gettext("from %(day)s on", day=exact(until)))] if amount else []
