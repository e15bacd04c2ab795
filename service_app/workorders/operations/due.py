"""What comes near is gathered into one visit and announced; what is late holds the thing back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import joinedload

from service_app.bookings.operations import appointments
from service_app.catalogue.models import CarePlan
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Allocation, Item
from service_app.workorders.models import CareDuty, CareOccurrence, CareVisit
from service_app.workorders.planning import GONE, OPEN
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

_RESTS = select(CareDuty.id).where(
    CareDuty.care_plan_id == CareOccurrence.care_plan_id, CareDuty.item_id == CareOccurrence.item_id,
    CareDuty.paused_on.is_not(None),
)  # fmt: skip


def announce_due_care(actor: Actor, limit: int = 200) -> int:
    """Occurrences that come within their plan's notice, in the current workshop: several of one item whose windows meet
    become one visit, announced once to the workshop and to the customer who has the item; in stock, the time it takes is
    blocked. Leaves care.due for each visit; the number of occurrences announced."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    due = (
        select(CareOccurrence)
        .join(CareOccurrence.plan)
        .join(CareOccurrence.item)
        .where(
            CareOccurrence.status.in_(("forecast", "planned")), CareOccurrence.due_on - CarePlan.notice_days <= today
        )
        .where(CarePlan.is_active, Item.status.not_in(GONE), ~_RESTS.exists())
        .options(joinedload(CareOccurrence.item).joinedload(Item.product), joinedload(CareOccurrence.plan))
        .order_by(CareOccurrence.due_on, CareOccurrence.care_plan_id, CareOccurrence.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=CareOccurrence)
    )
    found = session().scalars(due).all()
    announced = 0
    for occurrence in found:
        if occurrence.status in ("forecast", "planned"):
            announced += _announce(actor, occurrence, today)
    return announced


def _announce(actor: Actor, lead: CareOccurrence, today: date) -> int:
    together = gather(lead)
    visit = open_visit(lead.item, together, today)
    for each in together:
        each.visit_id = visit.id
        if each.status == "forecast":
            move(each, "planned")
        if each.status == "planned":
            move(each, "notified")
    about: list[object] = [lead, visit, lead.item]
    if visit.customer_id is not None:
        about.append(session().get_one(Customer, (visit.workshop_id, visit.customer_id)))
    elif lead.item.status == "in_stock":
        _block_time(visit, sum(each.plan.duration_minutes for each in together), today)
    events.record("care.due", actor, about, {"tag": lead.item.tag, "due": visit.on_day.isoformat()})
    return len(together)


_STRAYED = (
    select(CareVisit)
    .join(CareVisit.item)
    .where(CareVisit.ended_at.is_(None), CareVisit.started_at.is_(None))
    .where(CareVisit.customer_id.is_distinct_from(Item.custodian_customer_id), Item.status.not_in(GONE))
    .order_by(CareVisit.id)
)


def follow_holders(actor: Actor, limit: int = 200) -> int:
    """Care that was announced follows the thing: who gave it back or swapped it is asked no more and an appointment for it is
    off; who has it now is asked, and in the workshop its time is blocked. Leaves appointment.cancelled and, where somebody
    else is asked, care.due; the number of visits."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    session().flush()
    found = session().scalars(_STRAYED.limit(limit).with_for_update(skip_locked=True, of=CareVisit)).all()
    for visit in found:
        _follow(actor, visit, today)
    return len(found)


def _follow(actor: Actor, visit: CareVisit, today: date) -> None:
    session().refresh(visit.item)
    if visit.appointment is not None and visit.appointment.status == "booked":
        appointments.cancel(WORKER, visit.appointment, reason=visit.item.tag)
    visit.customer_id, visit.appointment_id = visit.item.custodian_customer_id, None
    visit.way, visit.answered_at, visit.called_on, visit.no_shows = "", None, None, 0
    visit.version += 1
    rows = [each for each in visit.occurrences if each.status in OPEN]
    for each in rows:
        if each.status == "booked":
            move(each, "notified")
    free_time(visit)
    session().flush()
    session().expire(visit, ["customer", "appointment"])
    if visit.customer is not None:
        about: list[object] = [*rows[:1], visit, visit.item, visit.customer]
        events.record("care.due", actor, about, {"tag": visit.item.tag, "due": visit.on_day.isoformat()})
    elif visit.item.status == "in_stock":
        _block_time(visit, sum(each.plan.duration_minutes for each in rows), today)


def gather(lead: CareOccurrence) -> list[CareOccurrence]:
    """The occurrence and what else is open for its item, nobody's visit yet, and may be done on one day with it. One of a
    plan: the next of the same rhythm is another time."""
    found = (
        select(CareOccurrence)
        .where(CareOccurrence.item_id == lead.item_id, CareOccurrence.id != lead.id, CareOccurrence.visit_id.is_(None))
        .where(CareOccurrence.status.in_(("forecast", "planned")))
        .where(CareOccurrence.window_from <= lead.window_until, CareOccurrence.window_until >= lead.window_from)
        .where(~_RESTS.exists())
        .options(joinedload(CareOccurrence.plan))
        .order_by(CareOccurrence.due_on, CareOccurrence.care_plan_id, CareOccurrence.id)
    )
    together, first, last = [lead], lead.window_from, lead.window_until
    for each in session().scalars(found.with_for_update(of=CareOccurrence)).all():
        begins, ends = max(first, each.window_from), min(last, each.window_until)
        if begins <= ends and each.care_plan_id not in [one.care_plan_id for one in together]:
            together, first, last = [*together, each], begins, ends
    return together


def open_visit(item: Item, together: list[CareOccurrence], today: date) -> CareVisit:
    """A visit for these occurrences, on the earliest of their days that lies in all their windows."""
    day = max([*(each.window_from for each in together), min(each.due_on for each in together)])
    visit = CareVisit(item_id=item.id, on_day=day, customer_id=item.custodian_customer_id)
    session().add(visit)
    session().flush()
    for each in together:
        each.visit_id = visit.id
    session().flush()
    session().expire(visit, ["occurrences"])
    return visit


def _block_time(visit: CareVisit, minutes: int, today: date) -> None:
    """Keep the item at hand for the work, where nothing else was promised then; the bench list has it anyway."""
    calendar = hours.load_calendar()
    day = max(visit.on_day, today)
    opens = next((start for start, _end in calendar.hours_on(day)), None)
    if opens is None:
        return
    start = clock.at_local(day, opens, calendar.zone)
    try:
        availability.book(
            visit.item.product, Stretch(start, start + timedelta(minutes=minutes)), kind="work", item=visit.item,
            note=note_of(visit),
        )  # fmt: skip
    except Conflict:
        return


def note_of(visit: CareVisit) -> str:
    """By what the time blocked for a visit is known."""
    return f"care:{visit.id}"


def free_time(visit: CareVisit) -> None:
    """What was blocked for the visit is free again."""
    found = select(Allocation).where(Allocation.item_id == visit.item_id, Allocation.note == note_of(visit))
    for row in session().scalars(found).all():
        availability.release(row)


# Late is after its window; a recall is late from its first day.
_HELD = text("""
    WITH late AS (
        SELECT o.item_id,
               CASE WHEN bool_or(p.severity = 'stop_use') THEN 'stop_use' ELSE 'stop_lending' END AS held
          FROM care_occurrence o JOIN care_plan p ON p.workshop_id = :w AND p.id = o.care_plan_id
         WHERE o.workshop_id = :w AND o.status = ANY(:open) AND p.is_active AND p.severity IN ('stop_lending', 'stop_use')
           AND CASE WHEN p.kind = 'once' THEN o.due_on <= :today ELSE o.window_until < :today END
         GROUP BY o.item_id),
    turned AS (
        SELECT i.id, COALESCE(late.held, '') AS held
          FROM item i LEFT JOIN late ON late.item_id = i.id
         WHERE i.workshop_id = :w AND (late.held IS NOT NULL OR i.held_back <> '')
           AND i.held_back <> COALESCE(late.held, ''))
    UPDATE item i SET held_back = turned.held, version = i.version + 1
      FROM turned WHERE i.workshop_id = :w AND i.id = turned.id
    RETURNING i.id, i.held_back
""").execution_options(scoped_by_hand=True)


def hold_back_late(actor: Actor) -> int:
    """What late care does in the current workshop: a thing whose plan stops lending or use is held back, one whose care was
    done goes out again. Leaves care.held_back (whose letter reaches the holder of what may not be used) and care.let_go;
    the number of things that changed."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    session().flush()
    turned: Any = session().execute(_HELD, {"w": current_workshop_id(), "today": today, "open": list(OPEN)}).all()
    for item_id, held in turned:
        item = session().get_one(Item, (current_workshop_id(), item_id), populate_existing=True)
        about: list[object] = [item]
        if held == "stop_use" and item.custodian_customer_id is not None:
            about.append(session().get_one(Customer, (item.workshop_id, item.custodian_customer_id)))
        events.record("care.held_back" if held else "care.let_go", actor, about, {"tag": item.tag, "severity": held})
    return len(turned)
