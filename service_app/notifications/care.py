"""Whom the letters about care go to, and the reminders of what waits for an answer."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from sqlalchemy import func, select

from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.notifications import operations
from service_app.notifications.models import Message
from service_app.workorders.models import CareVisit
from service_app.workorders.queries import RESTS, visits_with
from service_app.workshops.queries import get_workshop

REMINDER = "care_reminder"
REMINDER_DAYS = (21, 7, 1)
REMINDERS_FROM = time(8, 0)


def _held_back(about: str, facts: dict[str, Any]) -> int:
    """To the holder of what may not be used, or may be used again though it is lent to nobody else yet; what is only not lent
    is the workshop's own matter."""
    if not facts.get("customer_id"):
        return 0
    item = session().get_one(Item, (current_workshop_id(), facts["item_id"]))
    return _tell("care_let_go" if item.held_back == "stop_lending" else "care_held_back", about, facts)


def _let_go(about: str, facts: dict[str, Any]) -> int:
    return _tell("care_let_go", about, facts) if facts.get("customer_id") else 0


def _tell(kind: str, about: str, facts: dict[str, Any]) -> int:
    customer = session().get_one(Customer, (current_workshop_id(), facts["customer_id"]))
    return operations.write(kind, about, facts, customer.email or "", customer.language, "customer")


operations.add_writer("care_held_back", _held_back)
operations.add_writer("care_let_go", _let_go)


def plan_reminders(limit: int = 200) -> int:
    """Write, in the current workshop, the reminders of care whose customer has not answered: 21, 7 and 1 days before, from
    eight in the morning; none while its contract rests. After an outage only the latest that is due is written, once; it
    expires with its day. The invitation itself stands for the reminder of its own day."""
    workshop = get_workshop(current_workshop_id())
    if clock.local(clock.now(), workshop.zone).time() < REMINDERS_FROM:
        return 0
    today = clock.today(workshop.zone)
    morning, tonight = clock.day_bounds(today, workshop.zone)
    open_one = visits_with("notified").where(RESTS.is_(None))
    found = (
        select(CareVisit, Customer)
        .join(CareVisit.customer)
        .where(CareVisit.ended_at.is_(None), CareVisit.answered_at.is_(None), CareVisit.id.in_(open_one))
        .where(CareVisit.on_day > today, CareVisit.on_day <= today + timedelta(days=REMINDER_DAYS[0]))
        .where(func.coalesce(CareVisit.asked_at, CareVisit.created_at) < morning, Customer.wants_reminders)
        .order_by(CareVisit.on_day, CareVisit.id)
    )
    due = {_key(visit, today): (visit, customer) for visit, customer in session().execute(found.limit(2000)).all()}
    known = select(Message.about_key).where(Message.kind == REMINDER, Message.about_key.in_(due))
    for key in session().scalars(known).all():
        del due[key]
    written = 0
    for key, (visit, customer) in list(due.items())[:limit]:
        if _stage_began(visit, today) <= clock.local(visit.asked_at or visit.created_at, workshop.zone).date():
            continue  # the invitation went out within this stage, or they were asked anew
        facts = {"care_visit_id": visit.id, "customer_id": customer.id, "item_id": visit.item_id}
        written += operations.write(REMINDER, key, facts, customer.email or "", customer.language, "customer", tonight)
    return written


def _stage(visit: CareVisit, today: Any) -> int:
    return min(days for days in REMINDER_DAYS if visit.on_day - timedelta(days=days) <= today)


def _stage_began(visit: CareVisit, today: Any) -> Any:
    return visit.on_day - timedelta(days=_stage(visit, today))


def _key(visit: CareVisit, today: Any) -> str:
    return f"care:{visit.id}:{visit.on_day.isoformat()}:{_stage(visit, today)}"
