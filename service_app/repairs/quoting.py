"""What a quote says and what it costs: pure, without rows.

A quote has one to three options; an option has lines (labour, part, fee), an amount a unit and a quantity, all as the
customer pays them, VAT included. An amount is rounded once, a line: quantity x unit, half up at the cent. The price of an
option is the sum of its lines; where the price cannot be known yet (`is_estimate`), `most_amount` is the maximum it can
become, and nothing above it is ever charged.

The fee of the diagnosis was announced before; it falls away when the quote is approved where the workshop's terms say so:

    option 1: labour 0.75 h x 48.00 = 36.00, brake cable 1 x 7.50 = 7.50     price 43.50
    fee of the diagnosis 15.00, in the price when approved                   approved 43.50, declined 15.00
    the same, not in the price                                               approved 58.50, declined 15.00
    an estimate of 43.50 with a maximum of 60.00, the work came to 66.20     charged 60.00
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service_app.core.errors import Invalid
from service_app.core.money import ZERO, to_cents

LINE_KINDS = ("labour", "part", "fee")
MOST_OPTIONS, MOST_LINES, MOST_TEXT = 3, 12, 200
MOST_AMOUNT = Decimal(100_000)
ONE = Decimal(1)


@dataclass(frozen=True)
class Line:
    """What is done or fitted: `kind` labour (quantity in hours), part (pieces, `part_id` when it is one of the stock), fee."""

    kind: str
    text: str
    quantity: Decimal
    unit_amount: Decimal
    part_id: int | None = None

    @property
    def amount(self) -> Decimal:
        """What the customer pays for it."""
        return to_cents(self.quantity * self.unit_amount)


@dataclass(frozen=True)
class Option:
    """A way to mend it: what it is called, its lines, the working days it takes, the grade it has afterwards ('' when that
    says nothing), the maximum where the price is an estimate (else None), and the CO2 it avoids in grams where known."""

    title: str
    lines: tuple[Line, ...]
    days: int
    grade_after: str = ""
    most_amount: Decimal | None = None
    co2_g: int | None = None

    @property
    def amount(self) -> Decimal:
        """The price."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def is_estimate(self) -> bool:
        """Whether the price is calculated afterwards, up to its maximum."""
        return self.most_amount is not None

    @property
    def ceiling(self) -> Decimal:
        """The most that is ever charged for it."""
        return self.most_amount if self.most_amount is not None else self.amount

    @property
    def hours(self) -> Decimal:
        """The labour in it."""
        return sum((line.quantity for line in self.lines if line.kind == "labour"), Decimal(0))


@dataclass(frozen=True)
class Quote:
    """The whole of it: the defect as the customer reads it, the options, the fee of the diagnosis and whether it is in an
    approved price, and a word more."""

    defect: str
    options: tuple[Option, ...]
    diagnosis_amount: Decimal = ZERO
    is_diagnosis_in_price: bool = True
    remark: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept: amounts as text, so that what was agreed to is what stands."""
        return {
            "defect": self.defect,
            "diagnosis_amount": str(self.diagnosis_amount),
            "is_diagnosis_in_price": self.is_diagnosis_in_price,
            "remark": self.remark,
            "options": [
                {
                    "title": option.title, "days": option.days, "grade_after": option.grade_after,
                    "most_amount": str(option.most_amount) if option.most_amount is not None else None,
                    "co2_g": option.co2_g, "amount": str(option.amount),
                    "lines": [
                        {
                            "kind": line.kind, "text": line.text, "quantity": str(line.quantity),
                            "unit_amount": str(line.unit_amount), "part_id": line.part_id, "amount": str(line.amount),
                        }
                        for line in option.lines
                    ],
                }
                for option in self.options
            ],
        }  # fmt: skip

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Quote:
        """Back from how it is kept."""
        return Quote(
            defect=kept["defect"],
            options=tuple(_option(each) for each in kept["options"]),
            diagnosis_amount=Decimal(kept["diagnosis_amount"]),
            is_diagnosis_in_price=kept["is_diagnosis_in_price"],
            remark=kept["remark"],
        )

    def due(self, number: int) -> Decimal:
        """What is owed when option `number` (from 1) is approved and comes to its price."""
        extra = ZERO if self.is_diagnosis_in_price else self.diagnosis_amount
        return self.options[number - 1].amount + extra

    def ceiling(self, number: int) -> Decimal:
        """The most that is ever owed for option `number`."""
        extra = ZERO if self.is_diagnosis_in_price else self.diagnosis_amount
        return self.options[number - 1].ceiling + extra

    def due_after(self, number: int, came_to: Decimal | None) -> Decimal:
        """What is owed once the work is done: the price, or for an estimate what it came to, never above its maximum."""
        option = self.options[number - 1]
        if not option.is_estimate or came_to is None:
            return self.due(number)
        return min(self.due(number) - option.amount + to_cents(came_to), self.ceiling(number))


def _option(kept: Mapping[str, Any]) -> Option:
    lines = tuple(
        Line(line["kind"], line["text"], Decimal(line["quantity"]), Decimal(line["unit_amount"]), line["part_id"])
        for line in kept["lines"]
    )
    most = kept["most_amount"]
    return Option(
        kept["title"],
        lines,
        kept["days"],
        kept["grade_after"],
        Decimal(most) if most is not None else None,
        kept["co2_g"],
    )


def seal(kept: Mapping[str, Any]) -> str:
    """The SHA-256 (hex) of a quote as it is kept."""
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check(quote: Quote) -> Quote:
    """The quote, when a customer can be asked for it. Refuses with Invalid: no defect or option, more than three, an option
    without a title or line, a line without words, a quantity or an amount that is none, a maximum below the price."""
    if not quote.defect.strip():
        raise Invalid("repair.defect_needed", field="defect")
    if not 1 <= len(quote.options) <= MOST_OPTIONS:
        raise Invalid("repair.options", field="options", most=MOST_OPTIONS)
    for option in quote.options:
        _check_option(option)
    return quote


def _check_option(option: Option) -> None:
    if not option.title.strip():
        raise Invalid("field.required", field="options")
    if not 1 <= len(option.lines) <= MOST_LINES:
        raise Invalid("repair.lines", field="options", title=option.title, most=MOST_LINES)
    if not 0 <= option.days <= 365:
        raise Invalid("number.out_of_range", field="options", least=0, most=365)
    for line in option.lines:
        if line.kind not in LINE_KINDS or not line.text.strip():
            raise Invalid("repair.line_words", field="options", title=option.title)
        if not 0 < line.quantity <= 1000 or not 0 <= line.unit_amount <= MOST_AMOUNT:
            raise Invalid("repair.line_amount", field="options", text=line.text)
        if line.part_id is not None and line.quantity != line.quantity.to_integral_value():
            raise Invalid("repair.whole_parts", field="options", text=line.text)
    if option.most_amount is not None and option.most_amount < option.amount:
        raise Invalid("repair.most_below_price", field="options", title=option.title)
