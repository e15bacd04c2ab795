"""Care: the next occurrence of each plan for each item, made due, done or skipped."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from service_app.catalogue.models import CarePlan
from service_app.charges.pricing import nth_anchor
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.workorders.models import CareOccurrence
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

OPEN = ("planned", "notified")
GONE = ("retired", "lost")
SHIFT_DAYS = 6


def plan_care(limit: int = 500) -> int:
    """Write the next occurrence of every active care plan for every item in use that has none open, in the current
    workshop; the number written. The n-th is due n times the interval after the item came in, counted from that day and
    never chained, moved to the day before when the workshop is closed. Of occurrences already passed only the latest is
    written, not a flood. Running it again writes nothing twice."""
    workshop_id = current_workshop_id()
    today = clock.today(get_workshop(workshop_id).zone)
    open_one = select(CareOccurrence.id).where(
        CareOccurrence.care_plan_id == CarePlan.id, CareOccurrence.item_id == Item.id, CareOccurrence.status.in_(OPEN)
    )
    mine = (CareOccurrence.care_plan_id == CarePlan.id, CareOccurrence.item_id == Item.id)
    last = select(func.coalesce(func.max(CareOccurrence.number), 0)).where(*mine).scalar_subquery()
    last_due = select(func.max(CareOccurrence.due_on)).where(*mine).scalar_subquery()
    due = (
        select(CarePlan.id, CarePlan.every_months, Item.id, Item.acquired_on, last, last_due)
        .join(Item, (Item.product_id == CarePlan.product_id) & (Item.workshop_id == CarePlan.workshop_id))
        .where(CarePlan.is_active, Item.status.not_in(GONE), ~open_one.exists())
        .order_by(Item.id, CarePlan.id)
        .limit(limit)
    )
    calendar = hours.load_calendar()
    rows = []
    for plan_id, every_months, item_id, acquired_on, done, done_due in session().execute(due).all():
        day = _open_day(calendar, _next_day(acquired_on, every_months, done_due, today))
        rows.append({"care_plan_id": plan_id, "item_id": item_id, "number": done + 1, "due_on": day})
    if not rows:
        return 0
    values = [row | {"workshop_id": workshop_id, "status": "planned"} for row in rows]
    statement = insert(CareOccurrence).values(values).on_conflict_do_nothing().returning(CareOccurrence.id)
    return len(session().execute(statement, execution_options={"scoped_by_hand": True}).all())


def _next_day(acquired_on: date, every_months: int, last_due: date | None, today: date) -> date:
    """The first day of the rhythm after the last one that was written, whatever the rhythm was then; of days already
    passed the latest."""
    nearest = last_due + timedelta(days=SHIFT_DAYS) if last_due is not None else acquired_on
    number = 1
    while _nth(acquired_on, every_months, number) <= nearest:
        number += 1
    while _nth(acquired_on, every_months, number + 1) <= today:
        number += 1
    return _nth(acquired_on, every_months, number)


def _nth(acquired_on: date, every_months: int, number: int) -> date:
    return nth_anchor(acquired_on, acquired_on.day, number * every_months)


def _open_day(calendar: hours.Calendar, day: date) -> date:
    """The day itself, or the last open one of the six days before it."""
    found = (day - timedelta(days=back) for back in range(SHIFT_DAYS + 1))
    return next((one for one in found if calendar.is_open_day(one)), day)


def announce_due_care(actor: Actor, limit: int = 200) -> int:
    """Occurrences that come within their plan's notice, in the current workshop: announced once to the workshop, and to
    the customer who has the item. Leaves care.due; the number announced."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    due = (
        select(CareOccurrence)
        .join(CareOccurrence.plan)
        .join(CareOccurrence.item)
        .where(CareOccurrence.status == "planned", CareOccurrence.due_on - CarePlan.notice_days <= today)
        .where(CarePlan.is_active, Item.status.not_in(GONE))
        .options(joinedload(CareOccurrence.item))
        .order_by(CareOccurrence.due_on, CareOccurrence.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=CareOccurrence)
    )
    found = session().scalars(due).all()
    for occurrence in found:
        move(occurrence, "notified")
        about: list[object] = [occurrence, occurrence.item]
        holder = occurrence.item.custodian_customer_id
        if holder is not None:
            about.append(session().get_one(Customer, (occurrence.workshop_id, holder)))
        events.record("care.due", actor, about, {"tag": occurrence.item.tag, "due": occurrence.due_on.isoformat()})
    return len(found)


def do_care(actor: Actor, occurrence: CareOccurrence, remark: str = "") -> None:
    """It was done now. Leaves care.done."""
    actor.must("work:write")
    move(occurrence, "done")
    occurrence.done_at, occurrence.done_by, occurrence.remark = clock.now(), actor.name, remark.strip()[:1000]
    events.record("care.done", actor, [occurrence, occurrence.item], {"tag": occurrence.item.tag})


def skip_care(actor: Actor, occurrence: CareOccurrence, reason: str) -> None:
    """Not this time. Refuses without a reason. Leaves care.skipped."""
    actor.must("work:write")
    if not reason.strip():
        raise Invalid("care.reason_needed", field="reason")
    move(occurrence, "skipped")
    occurrence.done_at, occurrence.done_by, occurrence.remark = clock.now(), actor.name, reason.strip()[:1000]
    events.record("care.skipped", actor, [occurrence, occurrence.item], {"tag": occurrence.item.tag})
