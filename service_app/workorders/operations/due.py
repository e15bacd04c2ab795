"""What comes near is gathered into one visit and announced; what is off is over, and what is announced follows its thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select, text
from sqlalchemy.orm import joinedload, selectinload

from service_app.bookings.models import Appointment
from service_app.bookings.operations import appointments
from service_app.catalogue.models import CarePlan
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.models import Allocation, Item
from service_app.workorders.models import GONE, OPEN, UNSTARTED, CareOccurrence, CareVisit
from service_app.workorders.operations import bench
from service_app.workorders.planning import plans_alone
from service_app.workorders.queries import RESTS
from service_app.workorders.statements import run
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

# What each asks of its plan, its thing and its duty is asked by their keys, row by row of the index of days: joined, a day on
# which nobody had counted the tables yet went through all of them for each row.
_DUE = text("""
    SELECT o.id FROM care_occurrence o
     WHERE o.workshop_id = :w AND o.status IN ('forecast', 'planned')
       AND o.due_on <= :today + COALESCE((SELECT max(notice_days) FROM care_plan WHERE workshop_id = :w), 0)
       AND o.due_on <= :today + (SELECT p.notice_days FROM care_plan p
                                  WHERE p.workshop_id = :w AND p.id = o.care_plan_id AND p.is_active)
       AND (SELECT i.status FROM item i WHERE i.workshop_id = :w AND i.id = o.item_id) <> ALL(:gone)
       AND (SELECT d.paused_on FROM care_duty d
             WHERE d.workshop_id = :w AND d.care_plan_id = o.care_plan_id AND d.item_id = o.item_id) IS NULL
     ORDER BY o.due_on, o.care_plan_id, o.id LIMIT :most
""")


def announce_due_care(actor: Actor, limit: int = 200) -> int:
    """Occurrences that come within their plan's notice, in the current workshop: several of one item whose windows meet
    become one visit, announced once to the workshop and to the customer who has the item; in stock, the time it takes is
    blocked. What comes up behind that and fits the day of a visit that waits for its answer is done with it. Leaves care.due
    for each visit, care.joined for what came to one; the number of occurrences announced."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    session().flush()
    if not plans_alone():
        return 0
    due: list[int] = list(run(_DUE, today=today, most=limit).scalars())
    if not due:
        return 0
    gathered = _gathered(due)
    calendar = hours.load_calendar()
    waiting = _waiting_visits({together[0].item_id for together in gathered})
    given: dict[int, set[int]] = {}
    joined = [_fitting(together, waiting.get(together[0].item_id, ()), today, given) for together in gathered]
    visits = [
        visit or _visit_of(together, together[0].item, calendar)
        for visit, together in zip(joined, gathered, strict=True)
    ]
    session().add_all(visits)
    session().flush()
    _told(visits, gathered)
    for visit, together in zip(visits, gathered, strict=True):
        if visit in joined:
            _join(actor, visit, together, today, calendar)
        else:
            _announce(actor, visit, together, today, calendar)
    return sum(len(together) for together in gathered)


def _waiting_visits(items: set[int]) -> dict[int, list[CareVisit]]:
    """The visits of some things that are announced, neither answered nor begun; of each thing, oldest first."""
    found = select(CareVisit).where(
        CareVisit.item_id.in_(items), CareVisit.ended_at.is_(None), CareVisit.started_at.is_(None),
        CareVisit.answered_at.is_(None), CareVisit.appointment_id.is_(None),
    )  # fmt: skip
    found = found.options(selectinload(CareVisit.occurrences).joinedload(CareOccurrence.plan)).order_by(CareVisit.id)
    waiting: dict[int, list[CareVisit]] = {}
    for visit in session().scalars(found.with_for_update(of=CareVisit)).all():
        waiting.setdefault(visit.item_id, []).append(visit)
    return waiting


def _fitting(
    together: list[CareOccurrence], visits: Sequence[CareVisit], today: date, given: dict[int, set[int]]
) -> CareVisit | None:
    """The visit that these can be done with, on its day: of no plan of theirs, and no recall, which has a word of its own. Of a
    customer one that they will still be reminded of, or nobody would tell them of these; and not what the workshop does with
    what they do themselves. `given`: the plans of those that a visit was found for before."""
    plans, item = {each.care_plan_id for each in together}, together[0].item
    if any(each.plan.kind == "once" for each in together):
        return None
    for visit in visits:
        rows = [each for each in visit.occurrences if each.status in OPEN and each.plan.is_active]
        day = max(visit.on_day, today)
        fits = all(each.window_from <= day <= each.window_until for each in together)
        is_other = plans.isdisjoint({each.care_plan_id for each in rows} | given.get(visit.id, set()))
        is_told = visit.customer_id is None or visit.on_day > today
        is_alike = len({each.plan.place == "self" for each in [*rows, *together]}) == 1
        if rows and fits and is_other and is_told and is_alike and visit.customer_id == item.custodian_customer_id:
            given.setdefault(visit.id, set()).update(plans)
            return visit
    return None


def _join(
    actor: Actor, visit: CareVisit, together: list[CareOccurrence], today: date, calendar: hours.Calendar
) -> None:
    visit.version += 1
    session().flush()
    session().expire(visit, ["occurrences"])
    if visit.customer_id is None:
        free_time(visit)
        rows = [each for each in visit.occurrences if each.status in OPEN and each.plan.is_active]
        minutes = sum(each.plan.duration_minutes for each in rows)
        bench.keep_time(visit, minutes, today, calendar)
    lead = together[0]
    events.record(
        "care.joined", actor, [lead, visit, lead.item], {"tag": lead.item.tag, "due": visit.on_day.isoformat()}
    )


def _gathered(due: list[int]) -> list[list[CareOccurrence]]:
    """What is announced together, of the occurrences that are due: read at once, with what else is open for their things."""
    things = select(CareOccurrence.item_id).where(CareOccurrence.id.in_(due)).distinct()
    items = session().scalars(things).all()
    found = _open_for(items).options(joinedload(CareOccurrence.item).joinedload(Item.product))
    pool: dict[int, list[CareOccurrence]] = {}
    for each in session().scalars(found.with_for_update(of=CareOccurrence)).all():
        pool.setdefault(each.item_id, []).append(each)
    known = {each.id: each for rows in pool.values() for each in rows}
    gathered: list[list[CareOccurrence]] = []
    taken: set[int] = set()
    for lead in (known[number] for number in due if number in known):
        if lead.id not in taken:
            together = _together(lead, [each for each in pool[lead.item_id] if each.id not in taken])
            taken.update(each.id for each in together)
            gathered.append(together)
    return gathered


# A row of these is told of, as two steps where it was only foreseen.
_TELL = """
    UPDATE care_occurrence o SET {what} FROM unnest(CAST(:ids AS bigint[]), CAST(:visits AS bigint[])) AS r(id, visit_id)
     WHERE o.workshop_id = :w AND o.id = r.id AND o.status = {left}
"""
_FORESEEN = text(_TELL.format(what="status = 'planned', version = o.version + 1", left="'forecast'"))
_TOLD = text(_TELL.format(what="status = 'notified', visit_id = r.visit_id, version = o.version + 1", left="'planned'"))


def _told(visits: list[CareVisit], gathered: list[list[CareOccurrence]]) -> None:
    rows = [(each, visit.id) for visit, together in zip(visits, gathered, strict=True) for each in together]
    known = {"ids": [each.id for each, _id in rows], "visits": [number for _each, number in rows]}
    if any(each.status == "forecast" for each, _id in rows):
        run(_FORESEEN, **known)
    run(_TOLD, **known)
    for each, _id in rows:
        session().expire(each, ["status", "version", "visit_id", "visit"])


def _announce(
    actor: Actor, visit: CareVisit, together: list[CareOccurrence], today: date, calendar: hours.Calendar
) -> None:
    lead = together[0]
    about: list[object] = [lead, visit, lead.item]
    if visit.customer_id is not None:
        about.append(session().get_one(Customer, (visit.workshop_id, visit.customer_id)))
    else:
        bench.keep_time(visit, sum(each.plan.duration_minutes for each in together), today, calendar)
    events.record("care.due", actor, about, {"tag": lead.item.tag, "due": visit.on_day.isoformat()})


# Something of a visit is still to be done: what was passed by a newer one and what fell away ask nothing of anybody, nor does
# a plan that is followed no more.
_IS_ASKED = (
    select(CareOccurrence.id)
    .join(CareOccurrence.plan)
    .where(CareOccurrence.visit_id == CareVisit.id, CareOccurrence.status.in_(OPEN), CarePlan.is_active)
    .correlate(CareVisit)
    .exists()
)
# Asked visit by visit through the keys, as above.
_END = text("""
    UPDATE care_visit v SET ended_at = :now, version = v.version + 1
     WHERE v.workshop_id = :w AND v.id = ANY (ARRAY(
           SELECT e.id FROM care_visit e
            WHERE e.workshop_id = :w AND e.ended_at IS NULL
              AND (SELECT o.id FROM care_occurrence o
                    WHERE o.workshop_id = :w AND o.visit_id = e.id AND o.status = ANY(:open) LIMIT 1) IS NULL
            ORDER BY e.on_day, e.id LIMIT :most FOR UPDATE OF e SKIP LOCKED))
    RETURNING v.id
""")


def end_visit(visit: CareVisit, after: datetime | None = None) -> None:
    """It is over: the time kept for it is free, and what is booked for it and begins after that moment (None: now) is off, of
    which its customer is told. Leaves appointment.cancelled."""
    visit.ended_at = visit.ended_at or clock.now()
    free_time(visit)
    _call_off(visit, after or clock.now())


def end_visits(limit: int = 200) -> int:
    """The visits of which nothing is open any more, because a newer one passed it or it fell away with its thing: over, as
    `end_visit` leaves one. What is booked for plans that are followed no more is off too, but such a visit stays, and asks
    anew when they are followed again. Leaves appointment.cancelled; the number of visits."""
    session().flush()
    ended = run(_END, now=clock.now(), most=limit).scalars().all()
    return (_free_all(ended) if ended else 0) + _call_off_put_away(limit)


def _free_all(ended: Sequence[int]) -> int:
    found = select(CareVisit).where(CareVisit.id.in_(ended)).options(
        joinedload(CareVisit.item), joinedload(CareVisit.appointment)
    )  # fmt: skip
    visits = session().scalars(found.execution_options(populate_existing=True)).all()
    free_time(*visits)
    for visit in visits:
        _call_off(visit, clock.now())
    return len(visits)


def _call_off_put_away(limit: int) -> int:
    found = select(CareVisit).join(CareVisit.appointment).where(
        CareVisit.ended_at.is_(None), CareVisit.started_at.is_(None), ~_IS_ASKED,
        Appointment.status == "booked", Appointment.starts_at > clock.now(),
    )  # fmt: skip
    found = found.order_by(CareVisit.id).limit(limit).with_for_update(skip_locked=True, of=CareVisit)
    visits = session().scalars(found).all()
    for visit in visits:
        _call_off(visit, clock.now())
        ask_anew(visit)
    return len(visits)


def ask_anew(visit: CareVisit) -> None:
    """What its customer answered or booked is so no longer: they are to choose anew."""
    visit.appointment_id, visit.way, visit.answered_at, visit.asked_at = None, "", None, clock.now()
    visit.version += 1
    booked = select(CareOccurrence).where(CareOccurrence.visit_id == visit.id, CareOccurrence.status == "booked")
    for each in session().scalars(booked.order_by(CareOccurrence.id)).all():
        move(each, "notified")
    session().flush()
    session().expire(visit, ["appointment"])


def _call_off(visit: CareVisit, after: datetime) -> None:
    """What is booked for the visit and begins after that moment is off. Leaves appointment.cancelled."""
    booked = visit.appointment
    if booked is not None and booked.status == "booked" and booked.starts_at > after:
        appointments.cancel(WORKER, booked, reason=visit.item.tag)


_STRAYED = (
    select(CareVisit)
    .join(CareVisit.item)
    .where(CareVisit.ended_at.is_(None), CareVisit.started_at.is_(None), _IS_ASKED)
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
    _call_off(visit, clock.now())  # who brings the thing has come: what began is not off
    visit.customer_id, visit.called_on, visit.no_shows = visit.item.custodian_customer_id, None, 0
    ask_anew(visit)
    rows = [each for each in visit.occurrences if each.status in OPEN]
    free_time(visit)
    session().expire(visit, ["customer"])
    if visit.customer is not None:
        about: list[object] = [*rows[:1], visit, visit.item, visit.customer]
        events.record("care.due", actor, about, {"tag": visit.item.tag, "due": visit.on_day.isoformat()})
        visit.block_on = None
    else:
        bench.keep_time(visit, sum(each.plan.duration_minutes for each in rows), today, hours.load_calendar())


_LACKS_TIME = (
    select(CareVisit)
    .join(CareVisit.item)
    .where(CareVisit.ended_at.is_(None), CareVisit.started_at.is_(None), CareVisit.customer_id.is_(None), _IS_ASKED)
    .where(Item.status == "in_stock")
    .order_by(CareVisit.block_on, CareVisit.id)
    .options(joinedload(CareVisit.item).joinedload(Item.product))
    .options(selectinload(CareVisit.occurrences).joinedload(CareOccurrence.plan))
)


def keep_bench_time(limit: int = 200) -> int:
    """What is to be looked after in the workshop and has no time at the bench yet, because it was not in stock when it was
    announced or nothing was free: the time is kept now. One that finds none is asked for again tomorrow and not before; the
    number of visits that were looked at."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    session().flush()
    found = _LACKS_TIME.where(CareVisit.block_on <= today).limit(limit)
    visits = session().scalars(found.with_for_update(skip_locked=True, of=CareVisit)).all()
    calendar = hours.load_calendar() if visits else None
    for visit in visits:
        if calendar is not None:
            rows = [each for each in visit.occurrences if each.status in OPEN]
            bench.keep_time(visit, sum(each.plan.duration_minutes for each in rows), today, calendar)
    session().flush()
    return len(visits)


def gather(lead: CareOccurrence) -> list[CareOccurrence]:
    """The occurrence and what else is open for its item, nobody's visit yet, and may be done on one day with it. One of a
    plan: the next of the same rhythm is another time."""
    found = session().scalars(_open_for([lead.item_id]).with_for_update(of=CareOccurrence)).all()
    return _together(lead, found)


def _open_for(items: Sequence[int]) -> Select[CareOccurrence]:
    """What is to come of some things and is in no visit yet, by day; not what rests."""
    found = select(CareOccurrence).where(CareOccurrence.item_id.in_(items), CareOccurrence.visit_id.is_(None))
    found = found.where(CareOccurrence.status.in_(UNSTARTED), RESTS.is_(None)).options(joinedload(CareOccurrence.plan))
    return found.order_by(CareOccurrence.due_on, CareOccurrence.care_plan_id, CareOccurrence.id)


def _together(lead: CareOccurrence, others: Sequence[CareOccurrence]) -> list[CareOccurrence]:
    together, first, last = [lead], lead.window_from, lead.window_until
    for each in others:
        begins, ends = max(first, each.window_from), min(last, each.window_until)
        if begins <= ends and each.care_plan_id not in [one.care_plan_id for one in together]:
            together, first, last = [*together, each], begins, ends
    return together


def open_visit(item: Item, together: list[CareOccurrence], today: date) -> CareVisit:
    """A visit for these occurrences, on the earliest of their days that lies in all their windows."""
    visit = _visit_of(together, item, hours.load_calendar())
    session().add(visit)
    session().flush()
    for each in together:
        each.visit_id = visit.id
    session().flush()
    session().expire(visit, ["occurrences"])
    return visit


def _visit_of(together: list[CareOccurrence], item: Item, calendar: hours.Calendar) -> CareVisit:
    day = max([*(each.window_from for each in together), min(each.due_on for each in together)])
    if len(together) > 1:  # each has its open day; the one they share is another
        last = min(each.window_until for each in together)
        days = (day + timedelta(days=away) for away in range((last - day).days + 1))
        day = next((each for each in days if calendar.is_open_day(each)), day)
    return CareVisit(item_id=item.id, on_day=day, customer_id=item.custodian_customer_id)


def free_time(*visits: CareVisit) -> None:
    """What was blocked for the visits is free again."""
    items, notes = [visit.item_id for visit in visits], [bench.note_of(visit) for visit in visits]
    found = select(Allocation).where(Allocation.item_id.in_(items), Allocation.note.in_(notes))
    for row in session().scalars(found).all():
        availability.release(row)
