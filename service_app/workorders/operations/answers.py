"""What the customer answers to an invitation, and what becomes of it: a slot at the workshop or at home, care by themselves
with a photo, another thing instead. Nothing here ends a contract: who never answers is called."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from service_app.bookings import operations as bookings
from service_app.bookings import queries as slots
from service_app.bookings.models import Appointment, Service
from service_app.catalogue.models import CarePlan
from service_app.charges import operations as charges
from service_app.charges.pricing import Price, Terms
from service_app.contracts.operations import money
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import Event, EventAbout
from service_app.core.states import move
from service_app.workorders.models import CareOccurrence, CareVisit
from service_app.workorders.operations.doing import Done, Photo, finish_visit
from service_app.workorders.operations.due import ask_anew
from service_app.workorders.queries import line_out, went_by
from service_app.workshops.queries import get_workshop

TWICE = 2
SHOWN = 6
LOOK_DAYS = 28


def service_for(way: str) -> Service | None:
    """The service of care that comes home, or that one comes to the workshop for; None when the workshop offers none."""
    found = select(Service).where(Service.kind == "care", Service.is_active, Service.is_public)
    found = found.where(Service.place == "home" if way == "home" else Service.place == "drop_off")
    return session().scalars(found.order_by(Service.id).limit(1)).first()


def free_slots(visit: CareVisit, service: Service) -> Sequence[datetime]:
    """A few starts around the day of the visit, one a day, the first free of each, inside the windows of all that is open:
    who comes before them comes for nothing that was asked. When none is free there (any more), the first after them: late
    care still counts. None of a visit of which nothing is open."""
    rows = open_of(visit)
    if not rows:
        return []
    today = clock.today(get_workshop(current_workshop_id()).zone)
    near = min(visit.on_day - timedelta(days=7), today + timedelta(days=service.horizon_days - 1))
    first = max(today, near, *(each.window_from for each in rows))
    last = max(first, min(each.window_until for each in rows))
    inside = _first_of_days(service, first, min(last, first + timedelta(days=LOOK_DAYS)))
    return inside or _first_of_days(service, last + timedelta(days=1), last + timedelta(days=LOOK_DAYS))


def _first_of_days(service: Service, first: date, last: date) -> Sequence[datetime]:
    by_day: dict[date, datetime] = {}
    for slot in slots.find_slots(service, first, last):
        by_day.setdefault(slot.starts_at.date(), slot.starts_at)
    return list(by_day.values())[:SHOWN]


def choose_slot(actor: Actor, visit: CareVisit, way: str, starts_at: datetime, address: str = "") -> Appointment:
    """The customer comes, or is visited, then. Refuses what is over, a way that is not offered, and a slot that somebody
    took (`booking.slot_taken`). Leaves appointment.booked and care.answered."""
    _refuse_over(visit)
    service = service_for(way)
    if service is None or visit.customer is None:
        raise Invalid("choice.unknown", field="way")
    if visit.appointment is not None and visit.appointment.status == "booked":
        if visit.appointment.starts_at == starts_at:
            return visit.appointment  # a second press
        raise Conflict("care.answered_already")
    held = bookings.hold_slot(actor, service, starts_at)
    appointment = bookings.book(actor, held, visit.customer, note=visit.item.tag, address=address)
    visit.appointment_id = appointment.id
    _answer(actor, visit, way, appointment)
    _book_open(visit)
    return appointment


def _book_open(visit: CareVisit) -> None:
    for each in open_of(visit):
        if each.status in ("notified", "escalated"):
            move(each, "booked")
    session().expire(visit, ["appointment"])


def ask_for(actor: Actor, visit: CareVisit, way: str) -> None:
    """The customer wants it this way, and the workshop calls them about it: another thing instead, or a moment that no slot
    offers. Refuses to swap a thing of their own (`choice.unknown`), and what
    is booked (`care.answered_already`). Leaves care.answered."""
    _refuse_over(visit)
    if visit.appointment is not None and visit.appointment.status == "booked":
        raise Conflict("care.answered_already")  # from a page opened before: nobody would be told of the wish
    if way not in ("workshop", "home", "swap") or (way == "swap" and line_out(visit) is None):
        raise Invalid("choice.unknown", field="way")
    _answer(actor, visit, way)


def agree(actor: Actor, visit: CareVisit, appointment: Appointment) -> None:
    """The workshop agreed with the customer, by telephone or at the counter, that they come or are visited then: it is as if
    they had chosen it. Refuses what is over, somebody else's appointment (`care.other_customer`), and a visit of which one is
    still to come (`care.answered_already`). Leaves care.answered."""
    actor.must("appointment:write")
    _refuse_over(visit)
    before = visit.appointment
    if before is not None and before.status in ("booked", "arrived") and not went_by(before):
        raise Conflict("care.answered_already")
    if visit.customer is None or appointment.customer_id != visit.customer_id:
        name = visit.customer.name if visit.customer is not None else ""
        raise Invalid("care.other_customer", field="customer", name=name)
    visit.appointment_id = appointment.id
    _answer(actor, visit, _way_of(appointment), appointment)
    _book_open(visit)


def no_longer_wanted(actor: Actor, visit: CareVisit) -> None:
    """Another thing, or a call, is wished for no more: the customer chooses anew. Told again it changes nothing. Refuses what
    is over, and what is booked (`care.answered_already`). Leaves care.asked_anew."""
    actor.must("work:write")
    _refuse_over(visit)
    if visit.appointment_id is not None:
        raise Conflict("care.answered_already")
    if not visit.way:
        return
    way = visit.way
    ask_anew(visit)
    about = [visit, visit.item, *([visit.customer] if visit.customer is not None else [])]
    events.record("care.asked_anew", actor, about, {"tag": visit.item.tag, "way": way})


def done_at_home(
    actor: Actor, visit: CareVisit, photos: Sequence[Photo], remark: str, done: Sequence[str], meter: int | None = None
) -> None:
    """The customer did it: the checks they ticked passed, and its meter shows `meter`. Refuses a plan that is not for them
    (`choice.unknown`), no photo (`care.photo_needed`), a lower meter than last time (`handover.meter_lower`), and what is
    over. Leaves care.answered and care.done."""
    _refuse_over(visit)
    rows = open_of(visit)
    if any(each.plan.place != "self" for each in rows):
        raise Invalid("choice.unknown", field="way")
    if not photos:
        raise Invalid("care.photo_needed", field="photos")
    _answer(actor, visit, "self")
    finish_visit(actor, visit, Done(results=dict.fromkeys(done, "pass"), photos=photos, remark=remark, meter=meter))
    # It is over without anybody of the workshop: what was left out or written is for somebody to look at.
    session().expire(visit, ["occurrences"])
    visit.is_unseen = bool(remark.strip()) or any(each.status == "done_partial" for each in visit.occurrences)


def _answer(actor: Actor, visit: CareVisit, way: str, booked: Appointment | None = None) -> None:
    visit.way, visit.answered_at = way, clock.now()
    visit.version += 1
    session().flush()
    about = [each for each in (visit, visit.item, booked, visit.customer) if each is not None]
    both = {"visit": visit.id, "appointment": booked.id} if booked is not None else {}
    events.record("care.answered", actor, about, {"tag": visit.item.tag, "way": way, **both})


def open_of(visit: CareVisit) -> Sequence[CareOccurrence]:
    """What of the visit is still to be done; not what a plan asked that is followed no more."""
    states = ("planned", "notified", "booked", "in_progress", "escalated")
    found = select(CareOccurrence).where(CareOccurrence.visit_id == visit.id, CareOccurrence.status.in_(states))
    found = found.join(CareOccurrence.plan).where(CarePlan.is_active)
    return session().scalars(found.order_by(CareOccurrence.id)).all()


def _refuse_over(visit: CareVisit) -> None:
    session().refresh(visit, with_for_update={"of": CareVisit})
    if visit.ended_at is not None or not open_of(visit):
        raise Conflict("care.over")


def note_call(actor: Actor, visit: CareVisit) -> None:
    """Somebody called the customer about it today. Leaves care.called."""
    actor.must("work:write")
    visit.called_on = clock.today(get_workshop(current_workshop_id()).zone)
    visit.version += 1
    about = [visit, visit.item, *([visit.customer] if visit.customer is not None else [])]
    events.record("care.called", actor, about, {"tag": visit.item.tag})


def note_seen(actor: Actor, visit: CareVisit) -> None:
    """Somebody looked at what a customer did at home. A second press changes nothing. Leaves care.seen."""
    actor.must("work:write")
    session().refresh(visit, with_for_update={"of": CareVisit})
    if visit.is_unseen:
        visit.is_unseen = False
        visit.version += 1
        events.record("care.seen", actor, [visit, visit.item], {"tag": visit.item.tag})


def stayed_away(actor: Actor, appointment_id: int) -> None:
    """Nobody came to the appointment of a visit: it is to be chosen anew; the second time it is a matter for people (leaves
    care.escalated) and costs what the contract asks of who does not come; it never ends a contract by itself. Told again it
    changes nothing. What holds is how the appointment stands by now: where they came after all it is as `came_after_all`."""
    appointment = session().get_one(Appointment, (current_workshop_id(), appointment_id))
    session().refresh(appointment)
    if appointment.status != "no_show":
        came_after_all(actor, appointment)
        return
    visit = _visit_of(appointment_id)
    if visit is None:
        return
    visit.no_shows += 1
    ask_anew(visit)
    if visit.no_shows < TWICE:
        return
    for each in open_of(visit):
        if each.may_move("escalated"):
            move(each, "escalated")
    _charge_no_show(actor, visit)
    about = [visit, visit.item, *([visit.customer] if visit.customer is not None else [])]
    events.record("care.escalated", actor, about, {"tag": visit.item.tag, "times": visit.no_shows})


def _charge_no_show(actor: Actor, visit: CareVisit) -> None:
    """Once for a visit, to the line by which the customer has the thing; a thing of their own has none."""
    line = line_out(visit)
    if line is not None:
        fee = Terms.from_json(line.price).rules.no_show_amount
        price = Price(fee, "care_no_show", {"amount": str(fee)})
        money.charge_line(actor, line, "fee", f"care:{visit.id}", price)
        money.refresh_money(line.contract)


def came_after_all(actor: Actor, appointment: Appointment) -> None:
    """Who was put down as not come did, or it was put down by mistake: the visit has its appointment again, unless something
    else was answered meanwhile; it counts against them no more, and the fee for it is let go unless money came in for it.
    Of an appointment that is still its visit's it changes nothing. Leaves charge.waived."""
    visit = _answered_by(appointment)
    if visit is None or visit.appointment_id == appointment.id or visit.customer_id != appointment.customer_id:
        return
    # Counted, not taken down by one: told again, or in another order, it is the same.
    visit.no_shows = _missed(visit)
    if visit.way == "" and appointment.status in ("booked", "arrived", "done"):
        visit.appointment_id, visit.way, visit.answered_at = appointment.id, _way_of(appointment), clock.now()
        session().flush()
        _book_open(visit)
    visit.version += 1
    if visit.no_shows < TWICE:
        _waive_no_show(actor, visit, appointment.reference)


def _way_of(appointment: Appointment) -> str:
    return "home" if appointment.service.place == "home" else "workshop"


def _answered_by(appointment: Appointment) -> CareVisit | None:
    """The open visit that an appointment was booked for, whether it is still its own or not."""
    numbers = _noted_with(appointment, "visit")
    found = select(CareVisit).where(CareVisit.id.in_(numbers), CareVisit.ended_at.is_(None))
    return session().scalars(found.with_for_update(of=CareVisit)).first() if numbers else None


def _missed(visit: CareVisit) -> int:
    """How many appointments of a visit its customer did not come to, as they stand now."""
    found = select(func.count()).where(Appointment.id.in_(_noted_with(visit, "appointment")))
    found = found.where(Appointment.status == "no_show", Appointment.customer_id == visit.customer_id)
    return session().scalar(found) or 0


def _noted_with(thing: Appointment | CareVisit, key: str) -> list[int]:
    """What care.answered noted beside an appointment or a visit: it remembers both when the visit has let go of it."""
    facts = select(EventAbout.event_id).where(
        EventAbout.workshop_id == thing.workshop_id, EventAbout.subject == thing.__tablename__,
        EventAbout.subject_id == thing.id,
    )  # fmt: skip
    found = select(Event.data).where(Event.id.in_(facts), Event.name == "care.answered").order_by(Event.id.desc())
    return [data[key] for data in session().scalars(found) if key in data]


def _waive_no_show(actor: Actor, visit: CareVisit, reason: str) -> None:
    line = line_out(visit)
    if line is None:
        return
    for charge in charges.charges_of(line.contract_id):
        is_it = charge.contract_line_id == line.id and charge.kind == "fee" and charge.key == f"care:{visit.id}"
        if is_it and charge.status == "open" and not charge.settlements:
            money.waive(actor, line.contract, charge, reason)


def called_off(appointment_id: int) -> None:
    """The appointment of a visit is off: it is to be chosen anew."""
    visit = _visit_of(appointment_id)
    if visit is not None:
        ask_anew(visit)


def _visit_of(appointment_id: int) -> CareVisit | None:
    found = select(CareVisit).where(CareVisit.appointment_id == appointment_id, CareVisit.ended_at.is_(None))
    return session().scalars(found.with_for_update(of=CareVisit)).first()
