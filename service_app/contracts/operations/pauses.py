"""Monthly service that rests for a while."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import or_, select

from service_app.charges import pricing
from service_app.charges.pricing import Terms
from service_app.contracts.models import Contract, Pause
from service_app.contracts.operations import alone, service
from service_app.contracts.operations.acts import Act, lock, operation
from service_app.contracts.operations.money import refresh_money
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.workshops.queries import get_workshop

YEAR = timedelta(days=365)


@operation("pause")
def pause_contract(act: Act, from_on: date, until_on: date | None = None) -> None:
    """The days [from_on, until_on) of the monthly lines are not charged; without an end until it is resumed, and then no
    longer than the plan allows in a year. The minimum term does not move.

    Refuses days before today, the wrong way round, and more days than the plan allows in any twelve months
    (`pause.too_long`). Leaves contract.paused when it begins today, else contract.pause_planned.
    """
    if from_on < act.today:
        raise Invalid("contract.in_the_past", field="from_on")
    if until_on is not None and until_on <= from_on:
        raise Invalid("pause.wrong_order", field="until_on")
    left = days_left(act.contract, from_on)
    if left <= 0 or (until_on is not None and (until_on - from_on).days > left):
        raise Conflict("pause.too_long", field="until_on", left=max(left, 0))
    until = until_on or from_on + timedelta(days=left)
    if any(row.from_on < until and from_on < (row.until_on or date.max) for row in service.pauses_of(act.contract)):
        raise Conflict("pause.twice", field="from_on")
    session().add(Pause(contract_id=act.contract.id, from_on=from_on, until_on=until))
    session().flush()
    act.outcome = {"from_on": from_on, "until_on": until}
    if from_on == act.today:
        move(act.contract, "paused")
        events.record("contract.paused", act.actor, [act.contract, act.contract.customer], {"until": until.isoformat()})
    else:
        data = {"from": from_on.isoformat(), "until": until.isoformat()}
        events.record("contract.pause_planned", act.actor, [act.contract, act.contract.customer], data)
    reckon_all(act.actor, act.contract)


def days_left(contract: Contract, on: date) -> int:
    """How many more days may be paused in the year before and the year after `on`, whichever is fuller."""
    allowed = [Terms.from_json(line.price).rules.pause_days_per_year for line in contract.lines if line.status in OUT]
    around = [
        (row.until_on - row.from_on).days
        for row in service.pauses_of(contract)
        if row.until_on is not None and on - YEAR < row.until_on and row.from_on < on + YEAR
    ]
    return min((days for days in allowed if days), default=0) - sum(around)


OUT = ("out", "overdue")


def saved_by(contract: Contract, from_on: date, until_on: date) -> Decimal:
    """What the monthly lines would not be charged for resting over [from_on, until_on); shown before it is agreed."""
    saved = ZERO
    for line in contract.lines:
        terms, first = Terms.from_json(line.price), service.first_day(line)
        if terms.pricing != "monthly" or line.status not in OUT or first is None:
            continue
        for start, end in service.months(line, first, until_on):
            days = (min(end, until_on) - max(start, from_on)).days
            if days > 0:
                whole = pricing.whole_days(end, service.anchor_of(line))
                served = max((end - start).days - days, 0)
                before = pricing.part_of_month(terms.month_amount, (end - start).days, whole)
                saved += before - pricing.part_of_month(terms.month_amount, served, whole)
    return saved


@operation("resume")
def resume_contract(act: Act) -> None:
    """Served and charged again from today; a pause that was only planned is off. Leaves contract.resumed."""
    for row in service.pauses_of(act.contract):
        if row.from_on >= act.today:
            session().delete(row)
        elif row.until_on is None or row.until_on > act.today:
            row.until_on = act.today
    session().flush()
    if act.contract.status == "paused":
        move(act.contract, "active")
    act.outcome = {"on": act.today}
    events.record("contract.resumed", act.actor, [act.contract, act.contract.customer])
    reckon_all(act.actor, act.contract)


def reckon_all(actor: Actor, contract: Contract) -> None:
    """Bring the charges of every line in step."""
    for line in contract.lines:
        service.reckon(actor, line)


def turn_pauses(actor: Actor, limit: int = 100) -> int:
    """Pauses that begin or are over today, in the current workshop. Leaves contract.paused and contract.resumed."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    runs = Pause.from_on <= today, or_(Pause.until_on.is_(None), Pause.until_on > today)
    resting = select(Pause.contract_id).where(*runs)
    wrong = select(Contract).where(
        or_(
            Contract.status.in_(("active",)) & Contract.id.in_(resting),
            Contract.status.in_(("paused",)) & Contract.id.not_in(resting),
        )
    )
    wrong = wrong.where(Contract.id.not_in(alone.resting("turn_pauses")))
    found = session().scalars(wrong.order_by(Contract.id).limit(limit)).all()
    return alone.each_alone("turn_pauses", found, partial(_turn, actor))


def _turn(actor: Actor, contract: Contract) -> None:
    lock(contract)
    if contract.status == "active":
        move(contract, "paused")
        events.record("contract.paused", actor, [contract, contract.customer])
    elif contract.status == "paused":
        move(contract, "active")
        events.record("contract.resumed", actor, [contract, contract.customer])
    reckon_all(actor, contract)
    refresh_money(contract)
