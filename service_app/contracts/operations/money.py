"""The money axis of a contract: deposit, charges, settling up, recurring periods, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from service_app.charges import operations as charges
from service_app.charges import pricing
from service_app.charges.models import Charge
from service_app.contracts.models import Contract, ContractLine
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items.operations import ledger_entry
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Balance:
    """What a contract comes to: charged, paid (all ways), still open; the deposit asked and held."""

    charged: Decimal
    paid: Decimal
    open: Decimal
    deposit_due: Decimal
    deposit_held: Decimal


def balance(contract: Contract) -> Balance:
    """The figures of the money axis, from the rows."""
    rows = [row for row in charges.charges_of(contract.id) if row.status != "waived"]
    charged = sum((row.amount for row in rows), ZERO)
    still_open = sum((charges.open_amount(row) for row in rows), ZERO)
    deposit = charges.deposit_of(contract.id)
    due = deposit.amount if deposit is not None and deposit.status == "due" else ZERO
    held = charges.held_amount(deposit) if deposit is not None and deposit.status == "held" else ZERO
    return Balance(charged, charged - still_open, still_open, due, held)


def refresh_money(contract: Contract) -> None:
    """Bring `money_status` in step with the rows: due while anything is owed, settled when something was and is not."""
    now = balance(contract)
    deposit = charges.deposit_of(contract.id)
    if now.open > ZERO or now.deposit_due > ZERO:
        wanted = "due"
    elif now.charged > ZERO or (deposit is not None and deposit.status != "cancelled"):
        wanted = "settled"
    else:
        wanted = "clear"
    if contract.money_status != wanted:
        if contract.money_status == "settled" and wanted == "clear":
            return
        move(contract, wanted, "money_status")


def charge_line(
    actor: Actor, line: ContractLine, kind: str, key: str, price: pricing.Price, period: tuple[date, date] | None = None
) -> Charge | None:
    """Charge a line and enter the income in the item's ledger."""
    made = charges.make_charge(
        actor,
        contract_id=line.contract_id,
        line_id=line.id,
        kind=kind,
        key=key,
        price=price,
        currency=line.price["currency"],
        period=period,
    )
    if made is not None and line.item_id is not None and kind in ("rent", "recurring", "late"):
        day = clock.today(get_workshop(line.workshop_id).zone)
        ledger_entry(line.item_id, day, "revenue", made.amount, made.currency, f"charge:{made.id}")
    return made


def _one_at_a_time(contract: Contract) -> None:
    """Two people at two tills settle one after the other."""
    session().execute(select(Contract.id).where(Contract.id == contract.id).with_for_update())


def receive_deposit(actor: Actor, contract: Contract, method: str) -> None:
    """The deposit came in."""
    _one_at_a_time(contract)
    deposit = charges.deposit_of(contract.id)
    if deposit is None:
        raise Conflict("deposit.none")
    charges.receive_deposit(actor, deposit, method)
    refresh_money(contract)


def waive(actor: Actor, contract: Contract, charge: Charge, reason: str) -> None:
    """Let a charge of the contract go."""
    charges.waive_charge(actor, charge, reason)
    refresh_money(contract)
    end_if_done(actor, contract)


def settle_up(actor: Actor, contract: Contract, *, method: str, use_deposit: bool, release_method: str = "") -> None:
    """Everything owed is settled: out of the deposit as far as it reaches when `use_deposit`, the rest by `method`.
    Once every line is closed the deposit's remainder is given back by `release_method` and the contract ends."""
    _one_at_a_time(contract)
    deposit = charges.deposit_of(contract.id)
    held = deposit is not None and deposit.status == "held"
    for charge in charges.charges_of(contract.id):
        owed = charges.open_amount(charge)
        if use_deposit and deposit is not None and held and owed > ZERO:
            part = min(owed, charges.held_amount(deposit))
            if part > ZERO:
                charges.retain_for(actor, deposit, charge, part)
            owed -= part
        if owed > ZERO:
            charges.settle_charge(actor, charge, owed, method)
    if deposit is not None and held and _all_closed(contract.lines):
        charges.release_rest(actor, deposit, release_method or method)
    refresh_money(contract)
    end_if_done(actor, contract)


def return_deposit(actor: Actor, contract: Contract, method: str) -> None:
    """Give the whole deposit back before anything went out, so that the contract can be cancelled."""
    deposit = charges.deposit_of(contract.id)
    if deposit is None or contract.status not in ("signed",):
        raise Conflict("deposit.none")
    charges.release_rest(actor, deposit, method)
    refresh_money(contract)


def _all_closed(lines: Sequence[ContractLine]) -> bool:
    return all(line.status in ("closed", "cancelled") for line in lines)


def end_if_done(actor: Actor, contract: Contract) -> None:
    """The contract ends when every line is closed, nothing is owed and no deposit is held. Leaves contract.ended."""
    now = balance(contract)
    if contract.status != "active" or not _all_closed(contract.lines):
        return
    if now.open > ZERO or now.deposit_held > ZERO:
        return
    contract.ended_on = clock.today(get_workshop(contract.workshop_id).zone)
    move(contract, "ended")
    events.record("contract.ended", actor, [contract, contract.customer])


def charge_recurring(actor: Actor, limit: int = 200) -> int:
    """Charge every monthly period that has begun, in the current workshop; running it again charges nothing twice."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    due = select(ContractLine).where(
        ContractLine.status.in_(("out", "overdue")),
        ContractLine.billed_until.is_not(None),
        ContractLine.billed_until <= today,
    )
    lines = session().scalars(due.order_by(ContractLine.id).limit(limit).with_for_update(skip_locked=True)).all()
    for line in lines:
        charge_periods(actor, line)
        refresh_money(line.contract)
    return len(lines)


def charge_periods(actor: Actor, line: ContractLine) -> None:
    """Charge the periods of a monthly line that have begun by today and note until when it is charged."""
    terms = pricing.Terms.from_json(line.price)
    if terms.pricing != "monthly" or line.out_at is None:
        return
    zone = get_workshop(line.workshop_id).zone
    first, today = clock.local(line.out_at, zone).date(), clock.today(zone)
    anchor = line.contract.anchor_day or first.day
    last_day = clock.local(line.ends_at, zone).date() if line.ends_at is not None else None
    number = 0
    while pricing.nth_anchor(first, anchor, number) <= today:
        start, end = pricing.period(first, anchor, number)
        if line.billed_until is None or end > line.billed_until:
            price = pricing.recurring(terms, first, anchor, number, last_day if line.status == "out" else None)
            charge_line(actor, line, "recurring", start.isoformat(), price, (start, end))
            line.billed_until = end
        number += 1
    session().flush()
