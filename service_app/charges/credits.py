"""Taking off what was charged, setting it off, paying it back; and which days stand charged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from service_app.charges.models import Charge, Credit, Refund, Settlement
from service_app.charges.operations import open_amount, take_down
from service_app.charges.pricing import Days, Price, without
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import kept, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO

FOR_DAYS = ("unserved_days", "rounding", "not_served", "fewer_days")


@dataclass(frozen=True)
class Standing:
    """A charge for days, the civil days of it that no credit has taken off, and what these stand at: the charge less what
    was credited for days. A credit for another reason (a service level) does not make days cheaper."""

    charge: Charge
    days: Sequence[Days]
    amount: Decimal


_CREDITS = kept(
    select(Credit)
    .where(Credit.contract_id == bindparam("contract_id"))
    .order_by(Credit.id)
    .options(selectinload(Credit.uses), selectinload(Credit.refunds))
)


def credits_of(contract_id: int) -> list[Credit]:
    """The credits of a contract in the order they were made."""
    return list(session().scalars(_CREDITS, {"contract_id": contract_id}))


def standing_of(line_id: int, kind: str) -> list[Standing]:
    """The charges of a line of one kind that cover days, each with the days that still stand. A waived charge keeps its
    days: they were served and forgiven."""
    charges = select(Charge).where(Charge.contract_line_id == line_id, Charge.kind == kind)
    charges = charges.where(Charge.period_start.is_not(None)).order_by(Charge.id)
    credits = select(Credit).where(Credit.contract_line_id == line_id, Credit.rule.in_(FOR_DAYS))
    taken: dict[int, list[Credit]] = {}
    for row in session().scalars(credits):
        taken.setdefault(row.charge_id, []).append(row)
    return [_standing(row, taken.get(row.id, ())) for row in session().scalars(charges)]


def _standing(charge: Charge, taken: Sequence[Credit]) -> Standing:
    whole = _days_of(charge)
    days = without(whole, [days for row in taken for days in _days_of(row)])
    return Standing(charge, days, charge.amount - sum((row.amount for row in taken), ZERO))


def _days_of(row: Charge | Credit) -> list[Days]:
    if row.period_start is None or row.period_end is None:
        return []
    return [(row.period_start, row.period_end)]


def left_of_charge(charge: Charge) -> Decimal:
    """What a charge stands at: its amount less its credits; nothing once it is waived."""
    if charge.status == "waived":
        return ZERO
    taken = session().scalars(select(Credit.amount).where(Credit.charge_id == charge.id)).all()
    return charge.amount - sum(taken, ZERO)


def make_credit(
    actor: Actor, charge: Charge, price: Price, key: str, days: tuple[date, date] | None = None
) -> Credit | None:
    """Take an amount off a charge, at most what it still stands at; None when nothing is left to take, or the charge has
    a credit with this key. What the charge still owes is set off at once. Leaves credit.made."""
    amount = min(price.amount, left_of_charge(charge))
    known = session().scalar(select(Credit.id).where(Credit.charge_id == charge.id, Credit.key == key))
    if amount <= ZERO or known is not None:
        return None
    credit = Credit(
        contract_id=charge.contract_id, contract_line_id=charge.contract_line_id, charge_id=charge.id, key=key,
        amount=amount, currency=charge.currency, rule=price.rule, figures=price.figures,
        period_start=days[0] if days else None, period_end=days[1] if days else None,
    )  # fmt: skip
    session().add(credit)
    session().flush()
    _use(actor, credit, charge)
    events.record("credit.made", actor, [charge], {"amount": str(amount), "rule": price.rule})
    return credit


def left_of_credit(credit: Credit) -> Decimal:
    """What of a credit was neither set off nor paid back."""
    spent = [row.amount for row in credit.uses] + [row.amount for row in credit.refunds]
    return credit.amount - sum(spent, ZERO)


def _use(actor: Actor, credit: Credit, charge: Charge) -> None:
    part = min(left_of_credit(credit), open_amount(charge))
    if part > ZERO:
        take_down(
            actor,
            charge,
            Settlement(charge_id=charge.id, amount=part, method="credit", credit_id=credit.id, at=clock.now()),
        )
        session().refresh(credit, ["uses"])


def set_off(actor: Actor, credits: Sequence[Credit], charges: Sequence[Charge]) -> Decimal:
    """Use what credits are left for what is owed, the oldest first; what is left of them then."""
    left = ZERO
    for credit in credits:
        for charge in charges:
            if left_of_credit(credit) > ZERO and open_amount(charge) > ZERO:
                _use(actor, credit, charge)
        left += left_of_credit(credit)
    return left


def pay_back(actor: Actor, contract_id: int, method: str) -> Decimal:
    """Pay back all that is left of the credits of a contract; the amount. Leaves credit.refunded."""
    if method not in ("cash", "card", "transfer"):
        raise Invalid("settlement.unknown_method", field="release_method")
    whole = ZERO
    for credit in credits_of(contract_id):
        left = left_of_credit(credit)
        if left > ZERO:
            session().add(Refund(credit_id=credit.id, amount=left, method=method, at=clock.now(), by_name=actor.name))
            whole += left
            session().flush()
            session().refresh(credit, ["refunds"])
            charge = session().get_one(Charge, (credit.workshop_id, credit.charge_id))
            events.record("credit.refunded", actor, [charge], {"amount": str(left), "method": method})
    if whole == ZERO:
        raise Conflict("credit.none")
    return whole
