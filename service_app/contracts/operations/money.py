"""The money axis of a contract: deposit, charges, settling up, recurring periods, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.charges.models import USE_KINDS, Charge, Credit, Deposit
from service_app.contracts import contested
from service_app.contracts.models import Contract, ContractLine
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items.operations import ledger_entry
from service_app.workshops.queries import get_workshop

OVER = ("closed", "cancelled", "replaced", "bought_out")


@dataclass(frozen=True)
class Balance:
    """What a contract comes to: charged, credited, paid (all ways), still open; what is to be given back; the deposit
    still asked and held. `contested` is the part of what is open that nobody collects before it is decided."""

    charged: Decimal
    credited: Decimal
    paid: Decimal
    open: Decimal
    to_give_back: Decimal
    deposit_due: Decimal
    deposit_held: Decimal
    contested: Decimal = ZERO

    @property
    def to_collect(self) -> Decimal:
        """What is open and not contested."""
        return self.open - self.contested

    @property
    def deposit_free(self) -> Decimal:
        """What of the deposit is held for nothing that is contested."""
        return max(self.deposit_held - self.contested, ZERO)


def balance(contract: Contract) -> Balance:
    """The figures of the money axis, from the rows."""
    return balance_of(charges.charges_of(contract.id), credits.credits_of(contract.id), charges.deposit_of(contract.id))


def balance_of(made: Sequence[Charge], taken: Sequence[Credit], deposit: Deposit | None) -> Balance:
    """`balance` of rows that were read already."""
    rows = [row for row in made if row.status != "waived"]
    charged = sum((row.amount for row in rows), ZERO)
    credited = sum((row.amount for row in taken), ZERO)
    still_open = sum((charges.open_amount(row) for row in rows), ZERO)
    left = sum((credits.left_of_credit(row) for row in taken), ZERO)
    held = charges.held_amount(deposit) if deposit is not None else ZERO
    due = deposit.amount - held if deposit is not None and deposit.status == "due" else ZERO
    waits = contested.held_back(rows)
    waiting = sum((charges.open_amount(row) for row in rows if row.id in waits), ZERO)
    return Balance(charged, credited, charged - still_open - credited + left, still_open, left, due, held, waiting)


@dataclass(frozen=True)
class Mark:
    """How the money of a contract stood at a moment: its last charge and credit, and the deposit asked."""

    charge_id: int
    credit_id: int
    deposit: Decimal


def mark(contract: Contract) -> Mark:
    """The mark of now."""
    last_charge = max((row.id for row in charges.charges_of(contract.id)), default=0)
    last_credit = max((row.id for row in credits.credits_of(contract.id)), default=0)
    deposit = charges.deposit_of(contract.id)
    return Mark(last_charge, last_credit, deposit.amount if deposit is not None else ZERO)


def brought_since(contract: Contract, before: Mark) -> dict[str, Any]:
    """What came after a mark: the ids of charges and credits, and the deposit asked [before, now]; what did not change
    is left out."""
    deposit = charges.deposit_of(contract.id)
    now = deposit.amount if deposit is not None else ZERO
    found: dict[str, Any] = {
        "charges": [row.id for row in charges.charges_of(contract.id) if row.id > before.charge_id],
        "credits": [row.id for row in credits.credits_of(contract.id) if row.id > before.credit_id],
        "deposit": [before.deposit, now] if now != before.deposit else [],
    }
    return {name: value for name, value in found.items() if value}


def refresh_money(contract: Contract) -> None:
    """Use what credits are left for what is owed and not contested, then bring `money_status` in step with the rows: due
    while anything is owed by either side, settled when something was and is not."""
    made, taken = charges.charges_of(contract.id), credits.credits_of(contract.id)
    deposit = charges.deposit_of(contract.id)
    waits = contested.held_back(made)
    credits.set_off(WORKER, taken, [row for row in made if row.id not in waits])
    now = balance_of(made, taken, deposit)
    if now.open > ZERO or now.deposit_due > ZERO or now.to_give_back > ZERO:
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
    if made is not None and line.item_id is not None and kind in USE_KINDS:
        day = clock.today(get_workshop(line.workshop_id).zone)
        fact = events.latest_of(made)
        ledger_entry(line.item_id, day, "revenue", made.amount, made.currency, f"charge:{made.id}", event_id=fact)
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
    """Let a charge of the contract go. Refuses one that is contested: a second person decides, or who inspected gives in."""
    if charge.id in contested.held_back([charge]):
        raise Conflict("charge.contested")
    charges.waive_charge(actor, charge, reason)
    refresh_money(contract)
    end_if_done(actor, contract)


def settle_up(actor: Actor, contract: Contract, *, method: str, use_deposit: bool, release_method: str = "") -> None:
    """Everything owed is settled: out of the deposit as far as it reaches when `use_deposit`, the rest by `method`; what
    is left of credits is paid back by `release_method`. Once every line is over the deposit's remainder is given back by
    `release_method` and the contract ends. What is contested is left alone, and as much of the deposit stays held."""
    _one_at_a_time(contract)
    _ask_no_more(actor, contract)
    deposit = charges.deposit_of(contract.id)
    held = deposit is not None and deposit.status == "held"
    made = charges.charges_of(contract.id)
    waits = contested.held_back(made)
    for charge in made:
        owed = charges.open_amount(charge) if charge.id not in waits else ZERO
        if use_deposit and deposit is not None and held and owed > ZERO:
            part = min(owed, charges.held_amount(deposit))
            if part > ZERO:
                charges.retain_for(actor, deposit, charge, part)
            owed -= part
        if owed > ZERO:
            charges.settle_charge(actor, charge, owed, method)
    if balance(contract).to_give_back > ZERO:
        credits.pay_back(actor, contract.id, release_method or method)
    if deposit is not None and held and _all_closed(contract.lines):
        _release(actor, contract, deposit, release_method or method)
    refresh_money(contract)
    end_if_done(actor, contract)


def _release(actor: Actor, contract: Contract, deposit: Deposit, method: str) -> None:
    """The deposit goes back; as much as is contested waits until that is decided."""
    now = balance(contract)
    if now.contested == ZERO:
        charges.release_rest(actor, deposit, method)
    elif now.deposit_free > ZERO:
        charges.release_part(actor, deposit, now.deposit_free, method)


def return_deposit(actor: Actor, contract: Contract, method: str) -> None:
    """Give the whole deposit back before anything went out, so that the contract can be cancelled."""
    deposit = charges.deposit_of(contract.id)
    if deposit is None or contract.status not in ("signed",):
        raise Conflict("deposit.none")
    charges.release_rest(actor, deposit, method)
    refresh_money(contract)


def _all_closed(lines: Sequence[ContractLine]) -> bool:
    return all(line.status in (*OVER, "lost") for line in lines) and not any(map(_has_days_to_come, lines))


def _has_days_to_come(line: ContractLine) -> bool:
    """Whether a month is still to be charged of what came back before its last day, on a plan that gives nothing back."""
    if line.status != "closed" or line.billed_until is None or not line.stretches:
        return False
    until = line.stretches[-1].until_on
    return until is not None and until > line.billed_until


def _ask_no_more(actor: Actor, contract: Contract) -> None:
    """Once every line is over, what is missing of the deposit is no longer asked."""
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status == "due" and _all_closed(contract.lines):
        charges.keep_what_is_held(actor, deposit)
        refresh_money(contract)


def end_if_done(actor: Actor, contract: Contract) -> None:
    """The contract ends when every line is over (or lost for good), nothing is owed by either side and no deposit is held.
    Leaves contract.ended."""
    if contract.status not in ("active", "paused", "notice") or not _all_closed(contract.lines):
        return
    _ask_no_more(actor, contract)
    now = balance(contract)
    if now.open > ZERO or now.to_give_back > ZERO or now.deposit_held > ZERO:
        return
    is_lost = any(line.status == "lost" for line in contract.lines)
    contract.end_reason = contract.end_reason or ("lost" if is_lost else "planned")
    contract.ended_on = clock.today(get_workshop(contract.workshop_id).zone)
    move(contract, "ended")
    events.record("contract.ended", actor, [contract, contract.customer])
