"""Dates that did not hold: overdue, extended, and bookings left without an item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from service_app.charges import operations as charges
from service_app.charges import pricing
from service_app.charges.models import Charge
from service_app.contracts.models import ContractLine
from service_app.contracts.operations.money import charge_line, refresh_money
from service_app.contracts.operations.offers import in_lock_order
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.availability import Stretch
from service_app.items.models import Allocation
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop


def mark_overdue(actor: Actor, limit: int = 100) -> int:
    """Lines past their due hour, in the current workshop: their items block without end, bookings behind them move to
    other items or are marked at risk. Leaves line.overdue and line.at_risk."""
    due = select(ContractLine).where(ContractLine.status == "out", ContractLine.due_at <= clock.now())
    lines = session().scalars(due.order_by(ContractLine.id).limit(limit).with_for_update(skip_locked=True)).all()
    for line in in_lock_order(lines):
        use = availability.allocation_of(line.id, "use")
        homeless = custody.keep_blocked(actor, use) if use is not None else []
        move(line, "overdue")
        about = [line.contract, line.contract.customer, line, *([line.item] if line.item else [])]
        events.record("line.overdue", actor, about, _overdue_data(line))
        put_at_risk(actor, homeless)
    return len(lines)


def _overdue_data(line: ContractLine) -> dict[str, str | None]:
    due = line.due_at.isoformat() if line.due_at else None
    return {"due": due, "tag": line.item.tag if line.item is not None else None}


def put_at_risk(actor: Actor, homeless: Sequence[Allocation]) -> None:
    """Mark the lines whose booking lost its item."""
    for allocation in homeless:
        if allocation.contract_line_id is None:
            continue
        line = session().get_one(ContractLine, (allocation.workshop_id, allocation.contract_line_id))
        line.is_at_risk, line.item_id = True, None
        session().flush()
        session().expire(line, ["item"])
        events.record("line.at_risk", actor, [line.contract, line])


def rescue_lines(actor: Actor, limit: int = 50) -> int:
    """Give lines at risk an item again where one has become free; the number rescued."""
    at_risk = select(ContractLine).where(ContractLine.status == "planned", ContractLine.is_at_risk)
    rescued = 0
    for line in in_lock_order(session().scalars(at_risk.order_by(ContractLine.starts_at).limit(limit)).all()):
        if line.contract.status not in ("sent", "signed", "active"):
            continue
        stretch = Stretch(line.starts_at, line.held_until)
        if availability.count_free(line.product, stretch):
            availability.book(line.product, stretch, kind="reservation", contract_line_id=line.id)
            line.is_at_risk = False
            rescued += 1
    return rescued


def extend_line(actor: Actor, line: ContractLine, ends_at: datetime) -> Charge | None:
    """A later end for a line that is out: only what comes after the present end is checked, with the buffer; a booking
    in the way is moved to another item, else refused with Conflict `availability.none`. The further days are charged at
    the tier the whole length reaches. An overdue line is on time again. Leaves contract.changed."""
    if line.status not in ("out", "overdue") or line.item is None or line.ends_at is None:
        raise Conflict("state.not_allowed", thing="contract_line", axis="status", state=line.status, to="out")
    if ends_at <= line.ends_at:
        raise Conflict("contract.not_later")
    use = availability.allocation_of(line.id, "use")
    due_at = hours.load_calendar().due_end(ends_at)
    if use is None or custody.stretch_to(actor, use, due_at, line.product):
        raise Conflict("availability.none", product=line.product.code, alternatives=[])
    line.ends_at, line.due_at = ends_at, due_at
    contract = line.contract
    contract.ends_at = max(ends_at, contract.ends_at or ends_at)
    if line.status == "overdue":
        move(line, "out")
    made = _charge_further_days(actor, line)
    refresh_money(contract)
    events.record("contract.changed", actor, [contract, line], {"ends_at": ends_at.isoformat()})
    return made


def price_of_extension(line: ContractLine, ends_at: datetime) -> pricing.Price | None:
    """What a later end would cost, or None when nothing is added; shown before it is agreed."""
    terms = pricing.Terms.from_json(line.price)
    if terms.pricing != "tiers":
        return None
    zone = get_workshop(line.workshop_id).zone
    whole = pricing.rent(terms, pricing.rental_days(line.starts_at, ends_at, zone))
    rows = [row for row in charges.charges_of(line.contract_id) if row.contract_line_id == line.id]
    so_far = sum((row.amount for row in rows if row.kind == "rent" and row.status != "waived"), ZERO)
    further = whole.amount - so_far
    if further <= ZERO:
        return None
    return pricing.Price(further, "further_days", whole.figures | {"whole": str(whole.amount), "so_far": str(so_far)})


def _charge_further_days(actor: Actor, line: ContractLine) -> Charge | None:
    if line.ends_at is None:
        return None
    price = price_of_extension(line, line.ends_at)
    if price is None:
        return None
    day = clock.local(line.ends_at, get_workshop(line.workshop_id).zone).date()
    return charge_line(actor, line, "rent", f"until:{day.isoformat()}", price)
