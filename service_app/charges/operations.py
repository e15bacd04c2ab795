"""Making, settling and waiving charges; receiving, retaining and releasing a deposit. The contract's money axis is kept
by `contracts`, which calls these."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from service_app.charges.models import METHODS, Charge, Deposit, DepositMovement, Settlement
from service_app.charges.pricing import Price
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import append, current_workshop_id, kept, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move


def make_charge(
    actor: Actor,
    *,
    contract_id: int,
    line_id: int,
    kind: str,
    key: str,
    price: Price,
    currency: str,
    period: tuple[date, date] | None = None,
) -> Charge | None:
    """Write a charge with its reason; None when the line has one of this kind and key already, or the amount is zero.
    Leaves charge.made."""
    if price.amount == ZERO:
        return None
    values = {
        "workshop_id": current_workshop_id(),
        "contract_id": contract_id,
        "contract_line_id": line_id,
        "kind": kind,
        "key": key,
        "amount": price.amount,
        "currency": currency,
        "rule": price.rule,
        "figures": price.figures,
        "period_start": period[0] if period else None,
        "period_end": period[1] if period else None,
        "status": "open",
    }
    statement = insert(Charge).values(values).on_conflict_do_nothing().returning(Charge.id)
    made = session().execute(statement, execution_options={"scoped_by_hand": True}).scalar()
    if made is None:
        return None
    charge = session().get_one(Charge, (current_workshop_id(), made))
    events.record("charge.made", actor, [charge], {"kind": kind, "amount": str(price.amount), "contract": contract_id})
    return charge


def open_amount(charge: Charge) -> Decimal:
    """What is still owed of a charge."""
    if charge.status != "open":
        return ZERO
    return charge.amount - sum((row.amount for row in charge.settlements), ZERO)


def settle_charge(actor: Actor, charge: Charge, amount: Decimal, method: str) -> None:
    """Write down money for a charge; settled when nothing is left. Refuses more than is owed. Leaves charge.settled."""
    if method not in METHODS or method == "credit":
        raise Invalid("settlement.unknown_method", field="method")
    if not ZERO < amount <= open_amount(charge):
        raise Conflict("settlement.more_than_owed", owed=str(open_amount(charge)))
    row = Settlement(charge_id=charge.id, amount=amount, method=method, at=clock.now(), by_name=actor.name)
    take_down(actor, charge, row)


def take_down(actor: Actor, charge: Charge, settlement: Settlement) -> None:
    """Write a settlement down; the charge is settled when nothing is left. Leaves charge.settled then."""
    session().add(settlement)
    session().flush()
    session().refresh(charge, ["settlements"])
    if charge.amount == sum((row.amount for row in charge.settlements), ZERO):
        move(charge, "settled")
        events.record("charge.settled", actor, [charge], {"method": settlement.method})


def waive_charge(actor: Actor, charge: Charge, reason: str) -> None:
    """Let a charge go, with the reason; refused once money came in for it. Leaves charge.waived."""
    if not reason.strip():
        raise Invalid("charge.reason_needed", field="reason")
    if charge.settlements:
        raise Conflict("charge.partly_settled")
    move(charge, "waived")
    events.record("charge.waived", actor, [charge], {"reason": reason.strip()[:300]})


_CHARGES = kept(
    select(Charge)
    .where(Charge.contract_id == bindparam("contract_id"))
    .order_by(Charge.id)
    .options(selectinload(Charge.settlements))
)
_DEPOSIT = kept(select(Deposit).where(Deposit.contract_id == bindparam("contract_id")))


def charges_of(contract_id: int) -> list[Charge]:
    """The charges of a contract in the order they were made."""
    return list(session().scalars(_CHARGES, {"contract_id": contract_id}))


def deposit_of(contract_id: int) -> Deposit | None:
    """The deposit of a contract, or None."""
    return session().scalars(_DEPOSIT, {"contract_id": contract_id}).first()


def ask_deposit(contract_id: int, amount: Decimal, currency: str) -> None:
    """A deposit becomes due; none when the amount is zero."""
    if amount > ZERO:
        append(Deposit, contract_id=contract_id, amount=amount, currency=currency)


def receive_deposit(actor: Actor, deposit: Deposit, method: str) -> None:
    """What is missing of the deposit came in. Leaves deposit.received."""
    _refuse_method(method, "method")
    missing = deposit.amount - held_amount(deposit)
    move(deposit, "held")
    _note(actor, deposit, "received", missing, method)
    events.record("deposit.received", actor, [deposit], {"amount": str(missing), "method": method})


def _refuse_method(method: str, field: str) -> None:
    if method not in METHODS or method in ("deposit", "credit"):
        raise Invalid("settlement.unknown_method", field=field)


def change_deposit(actor: Actor, deposit: Deposit, amount: Decimal, method: str = "transfer") -> None:
    """Another amount is asked: what is missing falls due, what is too much is given back by `method` at once. Leaves
    deposit.changed."""
    if amount == deposit.amount or deposit.status not in ("due", "held"):
        return
    if amount <= ZERO:
        raise Invalid("amount.negative", field="deposit")
    before, deposit.amount = deposit.amount, amount
    session().flush()
    held = held_amount(deposit)
    if deposit.status == "held" and held < amount:
        move(deposit, "due")
    elif held > amount:
        _refuse_method(method, "release_method")
        _note(actor, deposit, "released", held - amount, method)
    if deposit.status == "due" and held >= amount:
        move(deposit, "held")
    events.record("deposit.changed", actor, [deposit], {"before": str(before), "amount": str(amount)})


def keep_what_is_held(actor: Actor, deposit: Deposit) -> None:
    """What is missing of a deposit is no longer asked: what came in is all of it, or nothing did. Leaves deposit.changed
    or deposit.cancelled."""
    held = held_amount(deposit)
    if held > ZERO:
        change_deposit(actor, deposit, held)
    else:
        cancel_deposit(actor, deposit)


def cancel_deposit(actor: Actor, deposit: Deposit) -> None:
    """The deposit is no longer asked. Leaves deposit.cancelled."""
    move(deposit, "cancelled")
    events.record("deposit.cancelled", actor, [deposit])


def retain_for(actor: Actor, deposit: Deposit, charge: Charge, amount: Decimal) -> None:
    """Settle a charge out of the deposit. Refuses more than is held. Leaves deposit.retained."""
    if amount > held_amount(deposit):
        raise Conflict("deposit.not_enough", held=str(held_amount(deposit)))
    _note(actor, deposit, "retained", amount, "", charge)
    settle_charge(actor, charge, amount, "deposit")
    events.record("deposit.retained", actor, [deposit, charge], {"amount": str(amount)})


def release_rest(actor: Actor, deposit: Deposit, method: str) -> Decimal:
    """Give back what is left of a held deposit and close it; the amount given back. Leaves deposit.released."""
    rest = held_amount(deposit)
    if rest > ZERO:
        _refuse_method(method, "release_method")
        _note(actor, deposit, "released", rest, method)
    is_whole = not any(row.kind == "retained" for row in deposit.movements)
    move(deposit, "released" if is_whole else "retained" if rest == ZERO else "partly_retained")
    events.record("deposit.released", actor, [deposit], {"amount": str(rest)})
    return rest


def release_part(actor: Actor, deposit: Deposit, amount: Decimal, method: str) -> None:
    """Give back a part of a held deposit; the rest stays held. Leaves deposit.partly_released."""
    _refuse_method(method, "release_method")
    if amount > held_amount(deposit):
        raise Conflict("deposit.not_enough", held=str(held_amount(deposit)))
    _note(actor, deposit, "released", amount, method)
    events.record("deposit.partly_released", actor, [deposit], {"amount": str(amount)})


def held_amount(deposit: Deposit) -> Decimal:
    """What is held now: received less retained and released."""
    signs = {"received": 1, "retained": -1, "released": -1}
    return sum((signs[row.kind] * row.amount for row in deposit.movements), ZERO)


def _note(
    actor: Actor, deposit: Deposit, kind: str, amount: Decimal, method: str, charge: Charge | None = None
) -> None:
    session().add(
        DepositMovement(
            deposit_id=deposit.id,
            kind=kind,
            amount=amount,
            method=method,
            at=clock.now(),
            by_name=actor.name,
            charge_id=charge.id if charge is not None else None,
        )
    )
    session().flush()
    session().refresh(deposit, ["movements"])
