"""Things that do not come back as things: lost and found again, bought; and things that do not work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.charges.models import USE_KINDS
from service_app.charges.pricing import Price, Terms
from service_app.contracts.allowed import is_awaited
from service_app.contracts.models import ContractLine, Outage
from service_app.contracts.operations import kits, money, outages, service
from service_app.contracts.operations.acts import Act, operation
from service_app.contracts.operations.handovers import Found, bring_in
from service_app.contracts.operations.lateness import put_at_risk
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.models import Item
from service_app.items.operations import ledger_entry, read_meter


@operation("report_lost")
def report_lost(act: Act, on: date, remark: str = "") -> None:
    """It is lost or stolen: no longer served from that day, charged at its aged value (at most the plan's late cap when
    that is higher than nothing), blocked for everybody, bookings behind it moved. Leaves line.lost."""
    line, item = act.line, _item(act.line)
    first = service.first_day(line)
    if on > act.today or (first is not None and on < first):
        raise Invalid("lost.odd_day", field="on")
    use = availability.allocation_of(line.id, "use")
    homeless = custody.keep_blocked(act.actor, use) if use is not None else []
    move(line, "lost")
    move(item, "lost")
    line.in_at = None
    service.stop_service(line, on)
    service.reckon(act.actor, line)
    kits.lose_along(item)
    price = pricing.lost(line.product.replacement_amount, item.acquired_on, on)
    money.charge_line(act.actor, line, "lost", f"{on.isoformat()}:{act.contract.version}", price)
    act.outcome = {"on": on, "remark": remark[:500], "amount": price.amount}
    put_at_risk(act.actor, homeless)
    data = {"tag": item.tag, "on": on.isoformat()}
    events.record("line.lost", act.actor, [act.contract, act.contract.customer, item, line], data)


def _item(line: ContractLine) -> Item:
    if line.item is None:
        raise Conflict("allowed.line_planned")
    return line.item


@operation("report_found")
def report_found(act: Act, is_here: bool = True) -> None:
    """It turned up: what was charged for the loss is taken off again. Back at the workshop it is inspected like any
    return; still with the customer it is served again from today. Leaves line.found."""
    line, item = act.line, _item(act.line)
    for row in charges.charges_of(act.contract.id):
        if row.contract_line_id == line.id and row.kind == "lost":
            credits.make_credit(act.actor, row, Price(row.amount, "found", {"tag": item.tag}), "found")
    act.outcome = {"is_here": is_here}
    events.record("line.found", act.actor, [act.contract, act.contract.customer, item, line], {"tag": item.tag})
    if is_here:
        bring_in(act.actor, line, Found())
        return
    if act.contract.status == "ended":
        raise Conflict("allowed.contract_ended")
    move(line, "out")
    move(item, "out")
    kits.find_along(item, "out")
    if not is_awaited(line):
        service.serve_again(line, act.today)
    service.reckon(act.actor, line)


def buy_out_price(line: ContractLine, on: date) -> Price:
    """What keeping the thing costs on a day. Refuses before the plan sells (`buy_out.too_early`) and what belongs to
    somebody else (`buy_out.not_ours`)."""
    terms, item = Terms.from_json(line.price), _item(line)
    first, least = service.first_day(line), terms.rules.buy_out_from_months
    if least is None or (first is not None and on < pricing.add_months(first, least)):
        day = pricing.add_months(first, least) if first is not None and least is not None else on
        raise Conflict("buy_out.too_early", day=day.isoformat())
    if item.owner_name:
        raise Conflict("buy_out.not_ours", tag=item.tag)
    price = pricing.buy_out(terms, line.product.replacement_amount, item.acquired_on, on, _payments(line))
    if price is None:
        raise Conflict("allowed.plan_sells_nothing")
    return price


def _payments(line: ContractLine) -> list[Decimal]:
    """What was paid for the use of the thing, over this line and those before it, the first first."""
    rows = [
        row
        for row in charges.charges_of(line.contract_id)
        if row.kind in USE_KINDS and row.kind != "late" and row.status == "settled"
    ]
    same_item = {other.id for other in line.contract.lines if other.item_id == line.item_id}
    return [credits.left_of_charge(row) for row in rows if row.contract_line_id in same_item]


@operation("buy_out")
def buy_out(act: Act, method: str) -> None:
    """The customer keeps the thing: paid at once, for ownership passes on payment only; served until yesterday, out of
    the fleet, bookings behind it moved. Leaves line.bought_out."""
    line, item = act.line, _item(act.line)
    price = buy_out_price(line, act.today)
    charge = money.charge_line(act.actor, line, "buy_out", "buy_out", price)
    if charge is not None:
        charges.settle_charge(act.actor, charge, charge.amount, method)
    service.stop_service(line, act.today)
    move(line, "bought_out")
    service.reckon(act.actor, line)
    _leave_fleet(act.actor, line, item)
    move(item, "sold")
    item.owner_name, item.custodian_customer_id = act.contract.customer.name, act.contract.customer_id
    kits.sell_along(item)
    if all(other.status in money.OVER for other in act.contract.lines):
        act.contract.end_reason = "bought_out"
    act.outcome = {"amount": price.amount, "method": method, "tag": item.tag, "rule": price.rule}
    data = {"tag": item.tag, "amount": str(price.amount)}
    fact = events.record("line.bought_out", act.actor, [act.contract, act.contract.customer, item, line], data)
    currency, source = act.contract.currency, f"buy_out:{line.id}"
    ledger_entry(item.id, act.today, "buy_out", price.amount, currency, source, event_id=fact)


def _leave_fleet(actor: Actor, line: ContractLine, item: Item) -> None:
    use = availability.allocation_of(line.id, "use")
    if use is not None:
        put_at_risk(actor, custody.keep_blocked(actor, use))


@operation("report_outage")
def report_outage(act: Act, symptom: str = "") -> None:
    """It does not do what it is for. Leaves line.out_of_order."""
    session().add(Outage(contract_line_id=act.line.id, began_at=clock.now(), symptom=symptom.strip()[:1000]))
    session().flush()
    session().expire(act.line, ["outages"])
    about = [act.contract, act.contract.customer, act.line, *([act.line.item] if act.line.item else [])]
    events.record("line.out_of_order", act.actor, about)


@operation("end_outage")
def end_outage(act: Act) -> None:
    """It works again. Past the service level this gives a credit by itself. Leaves line.works_again."""
    line = act.line
    act.outcome = {"amount": outages.close_outages(act.actor, line)}
    about = [act.contract, act.contract.customer, line, *([line.item] if line.item else [])]
    events.record("line.works_again", act.actor, about, {"amount": str(act.outcome["amount"])})


@operation("read_meter")
def note_meter(act: Act, value: int) -> None:
    """What the meter shows. Refuses a lower value than the last. Leaves line.metered."""
    item = _item(act.line)
    source = "customer" if act.actor.kind == "customer" else "staff"
    read_meter(item, value, source, contract_line_id=act.line.id)
    act.outcome = {"value": value}
    events.record("line.metered", act.actor, [act.contract, item, act.line], {"value": value})
