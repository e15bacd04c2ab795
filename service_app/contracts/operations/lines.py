"""What a contract is about, changed while it runs: a line more or less, other holders, another customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from service_app.charges import operations as charges
from service_app.charges.pricing import Price, Terms
from service_app.contracts.models import Contract, ContractHolder, ContractLine
from service_app.contracts.operations import face_to_face, kits, money, offers, service
from service_app.contracts.operations.acts import Act, operation
from service_app.contracts.operations.offers import Signing, Wish
from service_app.contracts.operations.swaps import carry_deposit, flat_terms
from service_app.core import clock, events
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Holder:
    """A person who may use the things of a contract beside its customer."""

    name: str
    email: str | None = None
    phone: str | None = None


@operation("add_line")
def add_line(act: Act, wish: Wish) -> None:
    """One thing more, reserved at once; the deposit rises with it. Refuses what a draft refuses, and with Conflict
    `availability.none` what is not free. Leaves line.added."""
    contract = act.contract
    offers.check_wish(wish, get_workshop(contract.workshop_id))
    position = max((line.position for line in contract.lines), default=0) + 1
    line = offers.new_line(contract, position, wish)
    line.change_reason = "added"
    stretch = Stretch(line.starts_at, line.held_until)
    availability.book(wish.product, stretch, kind="reservation", contract_line_id=line.id)
    session().expire(contract, ["lines"])
    carry_deposit(act.actor, contract)
    act.outcome = {"position": position, "product": wish.product.code, "plan": wish.plan.code}
    act.outcome |= {"terms": line.price, "starts_at": line.starts_at, "ends_at": line.ends_at}
    events.record("line.added", act.actor, [contract, contract.customer, line], {"product": wish.product.code})


@operation("remove_line")
def remove_line(act: Act) -> None:
    """One planned thing less; the last one is not taken away but the contract cancelled. Leaves line.removed."""
    line, contract = act.line, act.contract
    if all(other.id == line.id or other.status == "cancelled" for other in contract.lines):
        raise Conflict("line.the_last")
    availability.forget(line.id, "hold", "reservation")
    move(line, "cancelled")
    carry_deposit(act.actor, contract)
    act.outcome = {"position": line.position}
    events.record("line.removed", act.actor, [contract, contract.customer, line], {"product": line.product.code})


@operation("no_show")
def no_show(act: Act) -> None:
    """Nobody came for it: the thing is free again, the fee of the plan is charged; a contract of which nothing is left is
    cancelled, with the deposit kept until the fee is settled. Leaves line.not_fetched."""
    line, contract = act.line, act.contract
    availability.forget(line.id, "hold", "reservation")
    move(line, "cancelled")
    line.change_reason = "no_show"
    fee = Terms.from_json(line.price).rules.no_show_amount
    charged = money.charge_line(act.actor, line, "fee", "no_show", Price(fee, "no_show", {"amount": str(fee)}))
    if contract.status == "signed" and all(other.status == "cancelled" for other in contract.lines):
        deposit = charges.deposit_of(contract.id)
        if deposit is not None and deposit.status == "due":
            charges.cancel_deposit(act.actor, deposit)
        move(contract, "cancelled")
    else:
        carry_deposit(act.actor, contract)
    act.outcome = {"fee": fee if charged is not None else ZERO}
    events.record("line.not_fetched", act.actor, [contract, contract.customer, line], {"product": line.product.code})


@operation("change_holders")
def change_holders(act: Act, holders: Sequence[Holder]) -> None:
    """Who else may fetch, bring back and use the things. Refuses a holder without a name. Leaves contract.holders."""
    if any(len(holder.name.strip()) < 2 for holder in holders):
        raise Invalid("holder.name_needed", field="holders")
    gone = delete(ContractHolder).where(ContractHolder.contract_id == act.contract.id)
    session().execute(gone.execution_options(synchronize_session=False))
    session().add_all(
        ContractHolder(
            contract_id=act.contract.id,
            name=holder.name.strip(),
            email=holder.email or None,
            phone=holder.phone or None,
        )
        for holder in holders
    )
    session().flush()
    act.outcome = {"number": len(holders)}
    events.record("contract.holders", act.actor, [act.contract], {"number": len(holders)})


@operation("transfer")
def transfer_contract(act: Act, customer: Customer, signing: Signing) -> None:
    """Somebody else takes it over, with both agreeing: a new contract of the other customer, signed now, whose lines
    follow ours from today with the same things at the same prices and the same term. The deposit is asked of the new
    customer and given back to the old one when everything is settled. Leaves contract.transferred."""
    old = act.contract
    if customer.id == old.customer_id:
        raise Invalid("transfer.same_customer", field="customer")
    if customer.is_blocked:
        raise Conflict("contract.customer_blocked", customer=customer.reference)
    if any(line.status == "planned" for line in old.lines):
        raise Conflict("transfer.planned_lines")
    moving = [line for line in old.lines if line.status == "out"]
    new = _take_over(act, customer, signing)
    for position, line in enumerate(moving, start=1):
        _follow(act, line, new, position)
    session().expire(new, ["lines"])
    old.end_reason = "transferred"
    move(new, "active")
    for line in new.lines:
        service.reckon(act.actor, line)
    money.refresh_money(new)
    act.outcome = {"to": customer.reference, "contract": new.reference}
    about = [old, old.customer, new, customer]
    events.record("contract.transferred", act.actor, about, {"from": old.reference, "to": new.reference})


def _take_over(act: Act, customer: Customer, signing: Signing) -> Contract:
    old = act.contract
    new = face_to_face.draw_up(
        customer, currency=old.currency, starts_at=clock.now(), ends_at=old.ends_at, kind=old.kind,
        anchor_day=old.anchor_day, min_term_until=old.min_term_until, renews_on=old.renews_on, renewals=old.renewals,
        predecessor_id=old.id,
    )  # fmt: skip
    face_to_face.sign(new, signing)
    deposit = sum((Terms.from_json(line.price).deposit_amount for line in old.lines if line.status == "out"), ZERO)
    charges.ask_deposit(new.id, deposit, new.currency)
    return new


def _follow(act: Act, line: ContractLine, new: Contract, position: int) -> None:
    """The thing stays out and changes hands today: the day belongs to the new line."""
    is_monthly = Terms.from_json(line.price).pricing == "monthly"
    price = line.price if is_monthly else flat_terms(line).to_json()
    first, until = act.today, line.stretches[-1].until_on if line.stretches else act.today
    successor = ContractLine(
        contract_id=new.id, position=position, product_id=line.product_id, plan_id=line.plan_id, item_id=line.item_id,
        price=price, starts_at=line.starts_at, ends_at=line.ends_at, due_at=line.due_at, out_at=clock.now(),
        planned_ends_at=line.planned_ends_at, predecessor_id=line.id, change_reason="transfer",
        next_plan_id=line.next_plan_id, next_plan_on=line.next_plan_on,
    )  # fmt: skip
    session().add(successor)
    session().flush()
    use = availability.allocation_of(line.id, "use")
    if use is not None:
        use.contract_line_id = successor.id
    line.next_plan_id = line.next_plan_on = None
    service.stop_service(line, act.today)
    move(line, "replaced")
    service.reckon(act.actor, line)
    if until is None or until > first:
        service.begin_service(successor, first, until)
    move(successor, "out")
    if line.item is not None:
        line.item.custodian_customer_id = new.customer_id
        kits.follow(line.item, new.customer_id)
    session().flush()
