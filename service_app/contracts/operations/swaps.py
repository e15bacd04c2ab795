"""Another thing, or another plan, for a line: the line ends and its successor goes on, with neither gap nor overlap.

The day of the change belongs to the new line (workflows 5.3). Three ways to swap: at once, the new thing first (the old
one follows within the plan's days, and is charged again when it does not), or the old thing first (its successor is
reserved and handed over like any planned line).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import func, select

from service_app.catalogue.models import Plan
from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.contracts.allowed import is_awaited, live_lines
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.contracts.operations import alone, handovers, outages, service
from service_app.contracts.operations.acts import Act, lock, operation
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.money import charge_line, refresh_money
from service_app.contracts.operations.offers import terms_of
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

MODES = ("simultaneous", "advance", "return_first")
DEFECTS = ("defect", "recall", "planned_service")
REASONS = (*DEFECTS, "size", "upgrade", "downgrade", "wish")
YEAR = timedelta(days=365)


@operation("swap")
def swap_item(
    act: Act,
    item: Item,
    reason: str,
    mode: str = "simultaneous",
    plan: Plan | None = None,
    found: Found | None = None,
    is_fetched: bool = False,
) -> None:
    """Another item for a line that is out. Like for like keeps the price that was signed; another product needs its own
    plan and costs what that costs from today. The deposit carries over, up or down with the lines; an outage ends, with
    its credit. `is_fetched`: the new one goes first and the old one is fetched (a take-back hears of it).

    Refuses an unknown reason or mode, an item that is held back or not in stock, a product neither the same nor of the same
    exchange group, and, unless something is wrong with the thing, while money is owed, before the plan's least time, more
    often than it allows in twelve months, and under notice. Leaves line.swapped.
    """
    line = act.line
    _refuse_swap(act, item, reason, mode)
    plan = plan or (line.plan if item.product_id == line.product_id else None)
    if plan is None or plan.product_id != item.product_id:
        raise Invalid("swap.plan_needed", field="plan")
    _lock_things(line, item)
    outages.close_outages(act.actor, line)
    new = _successor(line, plan, "swap", _terms_after_swap(line, plan))
    act.outcome = {"mode": mode, "reason": reason, "old": _tag(line), "new": item.tag, "successor": new.position}
    act.outcome |= {"price": line.price, "terms": new.price}
    data: dict[str, Any] = {"reason": reason, "mode": mode, "tag": item.tag, "before": _tag(line)}
    if is_fetched and mode == "advance":
        data["is_fetched"] = True
    if mode != "advance":
        _bring_back(act, line, found or Found())
    if mode == "return_first":
        _reserve(new, item, clock.now())
    else:
        _hand_over(act, line, new, item)
    if mode == "advance":
        _await_return(act, line)
    _charge_fee(act, new, reason)
    carry_deposit(act.actor, act.contract)
    events.record("line.swapped", act.actor, [act.contract, act.contract.customer, item, line, new], data)


def _lock_things(line: ContractLine, item: Item) -> None:
    """Both products, always in the same order, so that two swaps never wait for each other; then the item once more."""
    for product in sorted({line.product, item.product}, key=lambda each: each.id):
        availability.lock_product(product)
    session().refresh(item)
    if item.status != "in_stock":
        raise Conflict("handover.not_in_stock", field="tag", tag=item.tag, state=item.status)
    custody.refuse_held_back(item, "tag")


def _tag(line: ContractLine) -> str:
    return line.item.tag if line.item is not None else ""


def _refuse_swap(act: Act, item: Item, reason: str, mode: str) -> None:
    line, product = act.line, item.product
    if reason not in REASONS:
        raise Invalid("choice.unknown", field="reason", value=reason)
    if mode not in MODES:
        raise Invalid("choice.unknown", field="mode", value=mode)
    if item.status != "in_stock":
        raise Conflict("handover.not_in_stock", field="tag", tag=item.tag, state=item.status)
    same_group = product.exchange_group and product.exchange_group == line.product.exchange_group
    if item.product_id != line.product_id and not same_group:
        raise Conflict("swap.other_group", field="tag", tag=item.tag)
    if reason not in DEFECTS:
        _refuse_wish(act, line)


def _refuse_wish(act: Act, line: ContractLine) -> None:
    """What may keep a customer from swapping for a reason of their own; a defect knows none of it."""
    rules = pricing.Terms.from_json(line.price).rules
    if act.contract.status != "active":
        raise Conflict("swap.only_defects")
    owed = sum((charges.open_amount(row) for row in charges.charges_of(act.contract.id)), ZERO)
    if owed > ZERO:
        raise Conflict("allowed.something_owed", amount=str(owed))
    first = service.first_day(line)
    if first is not None and (act.today - first).days < rules.swap_min_days:
        raise Conflict("swap.too_soon", days=rules.swap_min_days)
    if rules.swaps_per_year is not None and _swaps_of(act.contract) >= rules.swaps_per_year:
        raise Conflict("swap.none_left", most=rules.swaps_per_year)


def _swaps_of(contract: Contract) -> int:
    """Swaps in the last twelve months that count: defects do not."""
    found = select(func.count()).select_from(ContractAct).where(ContractAct.contract_id == contract.id)
    found = found.where(ContractAct.operation == "swap", ContractAct.at > clock.now() - YEAR)
    return session().scalar(found.where(ContractAct.outcome["reason"].astext.not_in(DEFECTS))) or 0


def _terms_after_swap(line: ContractLine, plan: Plan) -> pricing.Terms:
    """Like for like: the figures that were signed. A rental by the day was priced by its whole length: both lines go on
    at what a day of it cost, so that the swap changes no price."""
    terms = pricing.Terms.from_json(line.price)
    if plan.id != line.plan_id:
        return replace(terms_of(plan, terms.currency), late_cap_amount=terms.late_cap_amount)
    return terms if terms.pricing == "monthly" else flat_terms(line)


def flat_terms(line: ContractLine) -> pricing.Terms:
    """The terms of a rental by the day at what a day of it cost; the line itself goes on at them."""
    terms, parts = pricing.Terms.from_json(line.price), service.served(line)
    if not parts:
        return terms
    charged = sum((credits.left_of_charge(row.charge) for row in credits.standing_of(line.id, "rent")), ZERO)
    rules = replace(terms.rules, closed_days_free=False)
    flat = replace(
        terms, tiers=((1, charged / (parts[-1][1] - parts[0][0]).days),), reduction="", reduction_percent=0, rules=rules
    )
    line.price = flat.to_json()
    return flat


def _successor(line: ContractLine, plan: Plan, reason: str, terms: pricing.Terms) -> ContractLine:
    now = clock.now()
    ends_at = line.planned_ends_at if line.status == "overdue" else line.ends_at
    if ends_at is not None and ends_at <= now:
        ends_at = now + timedelta(days=1)
    new = ContractLine(
        contract_id=line.contract_id,
        position=max(other.position for other in line.contract.lines) + 1,
        product_id=plan.product_id,
        plan_id=plan.id,
        price=terms.to_json(),
        starts_at=_from_today(line, terms, ends_at),
        ends_at=ends_at,
        due_at=hours.load_calendar().due_end(ends_at) if ends_at is not None else None,
        planned_ends_at=line.planned_ends_at,
        predecessor_id=line.id,
        change_reason=reason,
    )
    session().add(new)
    session().flush()
    session().expire(line.contract, ["lines"])
    return new


def _from_today(line: ContractLine, terms: pricing.Terms, ends_at: datetime | None) -> datetime:
    """Now; a rental by the day goes on at the hour it began, so that its days are those that were left."""
    now, zone = clock.now(), get_workshop(line.workshop_id).zone
    if terms.pricing == "monthly" or ends_at is None:
        return now
    same_hour = clock.at_local(clock.today(zone), clock.local(line.starts_at, zone).time(), zone)
    return same_hour if same_hour < ends_at else now


def _bring_back(act: Act, line: ContractLine, found: Found) -> None:
    """The old thing comes back today: its service ends before today, for the day belongs to the new line."""
    _stop(act, line)
    handovers.bring_in(act.actor, line, found)


def _stop(act: Act, line: ContractLine) -> None:
    """Not served from today on; a line that went out today was served for nothing, and is not charged."""
    service.stop_service(line, act.today)
    service.reckon(act.actor, line)


def _reserve(new: ContractLine, item: Item, from_at: datetime) -> None:
    stretch = Stretch(from_at, new.held_until)
    availability.book(new.product, stretch, kind="reservation", contract_line_id=new.id, item=item)
    new.item_id = item.id
    session().flush()
    session().expire(new, ["item"])


def _hand_over(act: Act, line: ContractLine, new: ContractLine, item: Item) -> None:
    """The new thing goes out now, whatever is still owed: the contract runs already, and there is nothing left to do
    in the buffer before."""
    _reserve(new, item, clock.now() + timedelta(minutes=new.product.buffer_before_minutes))
    handovers.give_out(act.actor, new, item, Found(customer_name=act.contract.customer.name))


def _await_return(act: Act, line: ContractLine) -> None:
    """Swapped in advance: the old thing is due within the plan's days and not charged until then."""
    days = pricing.Terms.from_json(line.price).rules.advance_days
    back_on = clock.at_local(act.today + timedelta(days=days), clock.local(clock.now(), act.zone).time(), act.zone)
    service.await_return(act.actor, line, back_on)
    _stop(act, line)


def _charge_fee(act: Act, new: ContractLine, reason: str) -> None:
    fee = pricing.Terms.from_json(new.price).rules.swap_fee_amount
    if reason not in DEFECTS and fee > ZERO:
        charge_line(act.actor, new, "fee", "swap", pricing.Price(fee, "swap_fee", {"amount": str(fee)}))


def carry_deposit(actor: Actor, contract: Contract, method: str = "transfer") -> None:
    """The deposit is what the live lines ask together."""
    deposit = charges.deposit_of(contract.id)
    live = [line for line in live_lines(contract) if not is_awaited(line)]
    whole = sum((pricing.Terms.from_json(line.price).deposit_amount for line in live), ZERO)
    if deposit is not None and whole > ZERO:
        charges.change_deposit(actor, deposit, whole, method)
    elif deposit is None:
        charges.ask_deposit(contract.id, whole, contract.currency)


@operation("change_plan")
def change_plan(act: Act, plan: Plan, when: str = "period_end") -> None:
    """Another plan for the same thing: at the end of the month that runs, or now with a credit for the days left of it,
    never both (workflows 5.3). The price is the one of the day it is asked, with the customer's tariff. Refuses a plan of
    another product, one not by the month, and the one it has. Leaves line.plan_changed or line.plan_change_planned."""
    line = act.line
    if plan.product_id != line.product_id:
        raise Invalid("contract.plan_of_other_product", field="plan", plan=plan.code)
    if plan.id == line.plan_id or plan.pricing != "monthly":
        raise Invalid("plan.same_or_daily", field="plan")
    if when not in ("now", "period_end"):
        raise Invalid("choice.unknown", field="when", value=when)
    terms = _like(line, plan)
    act.outcome = {
        "plan": plan.code,
        "before": line.plan.code,
        "when": when,
        "terms": terms.to_json(),
        "price": line.price,
    }
    if when == "now":
        _take_plan(act.actor, line, plan, act.today, terms)
        return
    line.next_plan_id, line.next_plan_on = plan.id, next_period(line, act.today)
    session().flush()
    session().expire(line, ["next_plan"])
    act.outcome["on"] = line.next_plan_on
    data: dict[str, Any] = {"plan": plan.code, "on": line.next_plan_on.isoformat()}
    events.record("line.plan_change_planned", act.actor, [act.contract, act.contract.customer, line], data)


def _like(line: ContractLine, plan: Plan) -> pricing.Terms:
    """The plan's figures as they stand now, with the tariff that the line has."""
    terms = pricing.Terms.from_json(line.price)
    return terms_of(plan, terms.currency).reduced(terms.reduction, terms.reduction_percent)


def next_period(line: ContractLine, today: date) -> date:
    """The first day of the month after the one that runs."""
    first = service.first_day(line) or today
    ends = [end for _start, end in service.months(line, first, today)]
    return ends[-1] if ends else today


def _take_plan(actor: Actor, line: ContractLine, plan: Plan, on: date, terms: pricing.Terms) -> None:
    """The line is replaced by one on the other plan, with the same thing, from this day on."""
    new = _successor(line, plan, "plan", terms)
    line.next_plan_id = line.next_plan_on = None
    use = availability.allocation_of(line.id, "use")
    new.item_id, new.out_at = line.item_id, clock.now()
    if use is not None:
        use.contract_line_id = new.id
    service.stop_service(line, on)
    move(line, "replaced")
    service.reckon(actor, line)
    move(new, "out")
    service.begin_service(new, on, service.planned_days(new)[1])
    service.reckon(actor, new)
    carry_deposit(actor, line.contract)
    session().expire(new, ["item"])
    events.record("line.plan_changed", actor, [line.contract, line.contract.customer, line, new], {"plan": plan.code})


@operation("keep_plan")
def keep_plan(act: Act) -> None:
    """The change that was planned is off. Leaves line.plan_kept."""
    act.outcome = {"on": act.line.next_plan_on}
    act.line.next_plan_id = act.line.next_plan_on = None
    session().flush()
    events.record("line.plan_kept", act.actor, [act.contract, act.line])


def apply_plan_changes(actor: Actor = WORKER, limit: int = 100) -> int:
    """Plans that change today, in the current workshop."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    due = select(ContractLine).where(ContractLine.next_plan_on <= today)
    due = due.where(ContractLine.contract_id.not_in(alone.resting("apply_plan_changes")))
    lines = session().scalars(due.order_by(ContractLine.id).limit(limit)).all()
    return alone.each_alone("apply_plan_changes", lines, partial(_apply_plan_change, actor))


def _apply_plan_change(actor: Actor, line: ContractLine) -> bool:
    lock(line.contract)
    if line.next_plan is None or line.next_plan_on is None:
        return False
    if line.status in ("out", "overdue"):
        _take_plan(actor, line, line.next_plan, line.next_plan_on, _asked_for(line, line.next_plan))
    else:
        line.next_plan_id = line.next_plan_on = None
    line.contract.version += 1
    session().flush()
    refresh_money(line.contract)
    return True


def _asked_for(line: ContractLine, plan: Plan) -> pricing.Terms:
    """The figures that were agreed when the change was asked for."""
    found = select(ContractAct.outcome).where(
        ContractAct.contract_line_id == line.id, ContractAct.operation == "change_plan"
    )
    outcome = session().scalars(found.order_by(ContractAct.id.desc()).limit(1)).first()
    return pricing.Terms.from_json(outcome["terms"]) if outcome else _like(line, plan)


@operation("substitute")
def substitute_item(act: Act, item: Item) -> None:
    """Another product of the same exchange group for a planned line, at the price that was signed. Leaves
    line.substituted."""
    line = act.line
    before = line.product
    if item.product_id != line.product_id:
        group = before.exchange_group
        if not group or item.product.exchange_group != group:
            raise Conflict("swap.other_group", field="tag", tag=item.tag)
        availability.forget(line.id, "reservation", "hold")
        line.product_id = item.product_id
        session().flush()
        session().expire(line, ["product"])
    handovers.bind_item(act.actor, line, item)
    act.outcome = {"tag": item.tag, "product": item.product.code, "before": before.code}
    data = {"tag": item.tag, "before": before.code}
    events.record("line.substituted", act.actor, [act.contract, act.contract.customer, item, line], data)


def price_of_swap(line: ContractLine, plan: Plan, on: date) -> Decimal:
    """What swapping to this plan on this day would cost in the month that runs: the days left at the new price less the
    days left at the old; shown before it is agreed (workflows 5.3, step 3)."""
    old, new = pricing.Terms.from_json(line.price), terms_of(plan, line.contract.currency)
    if old.pricing != "monthly" or new.pricing != "monthly":
        return ZERO
    end = next_period(line, on)
    whole, days = pricing.whole_days(end, service.anchor_of(line)), (end - on).days
    so_far = whole - days
    credit = old.month_amount - pricing.part_of_month(old.month_amount, so_far, whole)
    return pricing.part_of_month(new.month_amount, days, whole) - credit


__all__ = [
    "MODES",
    "REASONS",
    "apply_plan_changes",
    "carry_deposit",
    "change_plan",
    "flat_terms",
    "is_awaited",
    "keep_plan",
    "next_period",
    "price_of_swap",
    "substitute_item",
    "swap_item",
]
