"""What an act would cost, by doing it and undoing it: the very operation runs in a savepoint that is rolled back. So the
figures shown before are those charged afterwards, and a refusal is known before anybody decides. Instead of a second
computation beside the first, which would drift from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts.models import Contract
from service_app.contracts.operations import money
from service_app.core.db import session
from service_app.core.errors import Refusal
from service_app.core.money import ZERO


@dataclass(frozen=True)
class Row:
    """One amount that the act would make: a charge (positive) or a credit (negative), with its reason."""

    kind: str
    amount: Decimal
    rule: str
    figures: dict[str, Any]


@dataclass(frozen=True)
class Rehearsed:
    """What an act would make: new charges and credits, the deposit asked more (or less), what is owed before and after; or
    the refusal."""

    rows: Sequence[Row] = ()
    owed_before: Decimal = ZERO
    owed_after: Decimal = ZERO
    deposit_more: Decimal = ZERO
    refusal: Refusal | None = None
    outcome: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """What it costs now; negative: what is given back."""
        return sum((row.amount for row in self.rows), ZERO)


class _Undone(Exception):
    """Everything was seen: roll back."""


def rehearse(contract: Contract, do: Callable[[], Any]) -> Rehearsed:
    """Do it, look, and undo it."""
    found: list[Rehearsed] = []
    try:
        with session().begin_nested():
            before = _standing(contract)
            act = do()
            found.append(_difference(contract, before, dict(act.outcome)))
            raise _Undone
    except _Undone:
        return found[0]
    except Refusal as refusal:
        return Rehearsed(refusal=refusal)
    finally:
        session().expire_all()  # what `move` wrote past the unit of work is not taken back with the savepoint


@dataclass(frozen=True)
class _Standing:
    charges: frozenset[int]
    credits: frozenset[int]
    owed: Decimal
    deposit: Decimal


def _standing(contract: Contract) -> _Standing:
    session().flush()
    now = money.balance(contract)
    deposit = charges.deposit_of(contract.id)
    return _Standing(
        frozenset(row.id for row in charges.charges_of(contract.id)),
        frozenset(row.id for row in credits.credits_of(contract.id)),
        now.open - now.to_give_back,
        deposit.amount if deposit is not None and deposit.status != "cancelled" else ZERO,
    )


def _difference(contract: Contract, before: _Standing, outcome: dict[str, Any]) -> Rehearsed:
    after = _standing(contract)
    made = [row for row in charges.charges_of(contract.id) if row.id not in before.charges]
    taken = [row for row in credits.credits_of(contract.id) if row.id not in before.credits]
    rows = [Row(row.kind, row.amount, row.rule, dict(row.figures)) for row in made]
    rows += [Row("credit", -row.amount, row.rule, dict(row.figures)) for row in taken]
    return Rehearsed(rows, before.owed, after.owed, after.deposit - before.deposit, None, outcome)
