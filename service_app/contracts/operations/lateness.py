"""Dates that did not hold: overdue, things on the bench when they should go out, and bookings left without an item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import or_, select

from service_app.charges import pricing
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import alone, service
from service_app.contracts.operations.money import refresh_money
from service_app.contracts.operations.offers import in_lock_order
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.availability import Stretch
from service_app.items.models import Allocation, Item

PREPARED_BEFORE = timedelta(days=1)


def mark_overdue(actor: Actor, limit: int = 100) -> int:
    """Lines past their due hour, in the current workshop: their items block without end, bookings behind them move to
    other items or are marked at risk. Leaves line.overdue and line.at_risk."""
    due = select(ContractLine).where(ContractLine.status == "out", ContractLine.due_at <= clock.now())
    due = due.where(ContractLine.contract_id.not_in(alone.resting("mark_overdue")))
    lines = session().scalars(due.order_by(ContractLine.id).limit(limit).with_for_update(skip_locked=True)).all()
    return alone.each_alone("mark_overdue", in_lock_order(lines), partial(_mark_overdue, actor))


def _mark_overdue(actor: Actor, line: ContractLine) -> None:
    use = availability.allocation_of(line.id, "use")
    homeless = custody.keep_blocked(actor, use) if use is not None else []
    move(line, "overdue")
    if pricing.Terms.from_json(line.price).rules.bill_until_return:
        service.keep_serving(actor, line)
        refresh_money(line.contract)
    about = [line.contract, line.contract.customer, line, *([line.item] if line.item else [])]
    events.record("line.overdue", actor, about, _overdue_data(line))
    put_at_risk(actor, homeless)


def _overdue_data(line: ContractLine) -> dict[str, str | None]:
    due = line.due_at.isoformat() if line.due_at else None
    return {"due": due, "tag": line.item.tag if line.item is not None else None}


def clear_benches(actor: Actor, limit: int = 50) -> int:
    """Bookings that begin within a day and whose item is on the bench, or held back by its care: another item takes its
    place, or the line is at risk, never silently (workflows 5.1); so it is known before the customer stands there. Leaves
    allocation.displaced or line.at_risk."""
    near = (
        select(ContractLine)
        .join(Contract, (Contract.workshop_id == ContractLine.workshop_id) & (Contract.id == ContractLine.contract_id))
        .join(
            Allocation,
            (Allocation.workshop_id == ContractLine.workshop_id) & (Allocation.contract_line_id == ContractLine.id),
        )
        .join(Item, (Item.workshop_id == Allocation.workshop_id) & (Item.id == Allocation.item_id))
        .where(ContractLine.status == "planned", ContractLine.starts_at <= clock.now() + PREPARED_BEFORE)
        .where(Contract.status.in_(("signed", "active")), Allocation.kind == "reservation")
        .where(or_(Item.status == "on_bench", Item.held_back != ""))
        .where(Contract.id.not_in(alone.resting("clear_benches")))
    )
    lines = session().scalars(near.order_by(ContractLine.starts_at, ContractLine.id).limit(limit)).all()
    return alone.each_alone("clear_benches", in_lock_order(lines), partial(_clear_bench, actor))


def _clear_bench(actor: Actor, line: ContractLine) -> bool:
    booking = availability.allocation_of(line.id, "reservation")
    if booking is None or (booking.item.status != "on_bench" and not booking.item.held_back):
        return False
    homeless = custody.clear_bench(actor, booking, clock.now())
    line.item_id = None
    session().flush()
    session().expire(line, ["item"])
    put_at_risk(actor, homeless)
    return True


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
    at_risk = at_risk.where(ContractLine.contract_id.not_in(alone.resting("rescue_lines")))
    lines = session().scalars(at_risk.order_by(ContractLine.starts_at).limit(limit)).all()
    return alone.each_alone("rescue_lines", in_lock_order(lines), _rescue)


def _rescue(line: ContractLine) -> bool:
    if line.contract.status not in ("sent", "signed", "active"):
        return False
    stretch = Stretch(line.starts_at, line.held_until)
    if not availability.count_free(line.product, stretch):
        return False
    availability.book(line.product, stretch, kind="reservation", contract_line_id=line.id)
    line.is_at_risk = False
    return True
