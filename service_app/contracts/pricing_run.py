"""What a month comes to, over every line of a workshop, without writing anything: rows are read in batches and priced by
the pure module, so that it takes the same memory for fifty lines and for fifty thousand.

Two figures a line: what the months that begin in this calendar month cost for the days served, which is the same however
often it is asked, charged or not; and what of it does not stand charged yet, which is what a charging run would write.
"""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, any_, cast, func, literal, or_, select

from service_app.charges import pricing
from service_app.charges.credits import FOR_DAYS
from service_app.charges.models import Charge, Credit
from service_app.charges.pricing import Charged, Days, Terms
from service_app.contracts.models import Contract, ContractLine, Pause, ServiceStretch
from service_app.core.db import session
from service_app.core.money import ZERO

BATCH = 2000
FOREVER = date.max


@dataclass(frozen=True)
class Row:
    """A line as the run reads it."""

    line_id: int
    contract_id: int
    anchor_day: int | None
    price: str


@dataclass(frozen=True)
class Priced:
    """A line's month: the price of its served days, and what is to be charged and credited to stand there."""

    line_id: int
    days: int
    price: Decimal
    to_charge: Decimal
    to_credit: Decimal


@dataclass
class Totals:
    """The sums of a run, and a hash over the figures that do not depend on what was charged before."""

    lines: int = 0
    days: int = 0
    price: Decimal = ZERO
    to_charge: Decimal = ZERO
    to_credit: Decimal = ZERO
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, each: Priced) -> None:
        """One line more."""
        self.lines += 1
        self.days += each.days
        self.price += each.price
        self.to_charge += each.to_charge
        self.to_credit += each.to_credit
        self._hash.update(f"{each.line_id};{each.days};{each.price}\n".encode())

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) over line, days and price, in the order of the lines."""
        return str(self._hash.hexdigest())


def _of_the_month(first: date, until: date) -> Any:
    """Served at some time in the months that begin in [first, until): the last of these ends within the month after."""
    end = pricing.add_months(until, 1)
    return (ServiceStretch.from_on < end, or_(ServiceStretch.until_on.is_(None), ServiceStretch.until_on > first))


def count_lines(first: date) -> int:
    """How many lines are served in the months that begin in this calendar month, at most."""
    found = select(func.count(func.distinct(ServiceStretch.contract_line_id)))
    return session().scalar(found.where(*_of_the_month(first, pricing.add_months(first, 1)))) or 0


def price_month(first: date) -> Iterator[Priced]:
    """Every monthly line, in the order of their ids; `first` is the first of a month."""
    last_id = 0
    while rows := _batch(first, last_id):
        last_id = rows[-1].line_id
        stretches = _stretches([row.line_id for row in rows])
        pauses = _pauses([row.contract_id for row in rows])
        standing = _standing([row.line_id for row in rows], first)
        for row in rows:
            terms = _terms(row.price)
            if terms.pricing == "monthly":
                served = pricing.without(stretches[row.line_id], pauses.get(row.contract_id, ()))
                yield _priced(row, terms, served, standing.get(row.line_id, {}), first)


@lru_cache(maxsize=4096)
def _terms(price: str) -> Terms:
    return Terms.from_json(json.loads(price))


def _batch(first: date, last_id: int) -> list[Row]:
    served = select(ServiceStretch.contract_line_id).where(*_of_the_month(first, pricing.add_months(first, 1)))
    served = served.where(ServiceStretch.contract_line_id > last_id).distinct()
    ids = session().scalars(served.order_by(ServiceStretch.contract_line_id).limit(BATCH)).all()
    found = (
        select(ContractLine.id, ContractLine.contract_id, Contract.anchor_day, cast(ContractLine.price, Text))
        .join(Contract, (Contract.id == ContractLine.contract_id) & (Contract.workshop_id == ContractLine.workshop_id))
        .where(_one_of(ContractLine.id, ids))
        .order_by(ContractLine.id)
    )
    return [Row(*row) for row in session().execute(found)]


def _one_of(column: Any, ids: Sequence[int]) -> Any:
    """One parameter however many ids: a list of them is written anew into each statement."""
    return column == any_(literal(list(ids), ARRAY(BigInteger)))


def _stretches(line_ids: Sequence[int]) -> dict[int, list[Days]]:
    found = select(ServiceStretch.contract_line_id, ServiceStretch.from_on, ServiceStretch.until_on)
    found = found.where(_one_of(ServiceStretch.contract_line_id, line_ids)).order_by(ServiceStretch.from_on)
    by_line: dict[int, list[Days]] = {}
    for line_id, from_on, until_on in session().execute(found):
        by_line.setdefault(line_id, []).append((from_on, until_on or FOREVER))
    return by_line


def _pauses(contract_ids: Sequence[int]) -> dict[int, list[Days]]:
    found = select(Pause.contract_id, Pause.from_on, Pause.until_on).where(_one_of(Pause.contract_id, contract_ids))
    by_contract: dict[int, list[Days]] = {}
    for contract_id, from_on, until_on in session().execute(found):
        by_contract.setdefault(contract_id, []).append((from_on, until_on or FOREVER))
    return by_contract


def _standing(line_ids: Sequence[int], first: date) -> dict[int, dict[int, tuple[list[Days], Decimal, bool]]]:
    """By line and charge: the days that still stand, their amount, whether it was waived."""
    charges = select(
        Charge.contract_line_id, Charge.id, Charge.period_start, Charge.period_end, Charge.amount, Charge.status
    ).where(_one_of(Charge.contract_line_id, line_ids), Charge.kind == "recurring", Charge.period_end > first)
    taken = _taken(line_ids)
    found: dict[int, dict[int, tuple[list[Days], Decimal, bool]]] = {}
    for line_id, charge_id, start, end, amount, status in session().execute(charges):
        off, less = taken.get(charge_id, ([], ZERO))
        if start is not None and end is not None:
            left = (pricing.without([(start, end)], off), amount - less, status == "waived")
            found.setdefault(line_id, {})[charge_id] = left
    return found


def _taken(line_ids: Sequence[int]) -> dict[int, tuple[list[Days], Decimal]]:
    credits = select(Credit.charge_id, Credit.period_start, Credit.period_end, Credit.amount)
    credits = credits.where(_one_of(Credit.contract_line_id, line_ids), Credit.rule.in_(FOR_DAYS))
    taken: dict[int, tuple[list[Days], Decimal]] = {}
    for charge_id, start, end, amount in session().execute(credits):
        off, less = taken.get(charge_id, ([], ZERO))
        taken[charge_id] = ([*off, (start, end)] if start is not None and end is not None else off, less + amount)
    return taken


def _priced(
    row: Row, terms: Terms, served: list[Days], standing: dict[int, tuple[list[Days], Decimal, bool]], first: date
) -> Priced:
    days, price, to_charge, to_credit = 0, ZERO, ZERO, ZERO
    begin = served[0][0] if served else first
    for start, end in _months(row.anchor_day or begin.day, begin, first):
        wanted, whole = pricing.within(served, start, end), (end - start).days
        charged = {
            key: Charged(pricing.within(parts, start, end), amount)
            for key, (parts, amount, waived) in standing.items()
            if parts and not waived and start <= parts[0][0] < end
        }
        forgiven = [part for parts, _amount, waived in standing.values() if waived for part in parts]
        count = sum((b - a).days for a, b in wanted)
        days, price = days + count, price + pricing.part_of_month(terms.month_amount, count, whole)
        for piece in pricing.restate(terms, whole, charged, pricing.without(wanted, forgiven)):
            if piece.of is None:
                to_charge += piece.price.amount
            else:
                to_credit += piece.price.amount
    return Priced(row.line_id, days, price, to_charge, to_credit)


def _months(anchor: int, begin: date, first: date) -> Iterator[Days]:
    """The months [start, end) that begin in the calendar month: at the anchor, and before it for a line whose first day
    lies before the anchor."""
    start, after = _anchor_in(first, anchor), _anchor_in(pricing.add_months(first, 1), anchor)
    if first <= begin < start:
        yield _anchor_in(pricing.add_months(first, -1), anchor), start
    yield start, after


@lru_cache(maxsize=4096)
def _anchor_in(first: date, anchor: int) -> date:
    """The anchor day in the month of `first`, at most its last day."""
    return first.replace(day=min(anchor, calendar.monthrange(first.year, first.month)[1]))
