"""From what the customer says until the thing lies on the shelf with its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from service_app.bookings import operations as appointments
from service_app.bookings.models import Appointment
from service_app.catalogue.repair_categories import BY_ID
from service_app.contracts.operations import losses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock, events, files, search
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.repairs import coverage, queries
from service_app.repairs.models import WAYS, CustomerThing, RepairCase, RepairPhoto
from service_app.repairs.words import SAFETY, SYMPTOMS
from service_app.workorders.models import CareVisit
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop

MOST_FAULT, MOST_LINE, MOST_PHOTOS = 2000, 120, 8
SAME_DAY = timedelta(hours=12)
Photo = tuple[bytes, str]


@dataclass(frozen=True)
class Owned:
    """Something a customer brings that is not the workshop's."""

    what: str
    repair_category_id: int | None = None
    brand: str = ""
    model: str = ""
    serial: str = ""
    year_made: int | None = None


@dataclass(frozen=True)
class Ask:
    """What is wrong and what the customer wants: the words, the codes tapped, what makes it dangerous, how it comes here,
    how much may be spent without asking (None: ask), whether data on it may be wiped."""

    fault: str
    symptoms: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    way: str = "drop_off"
    limit_amount: Decimal | None = None
    is_wipe_agreed: bool = False
    photos: tuple[Photo, ...] = ()


def keep_thing(customer: Customer, owned: Owned) -> CustomerThing:
    """What the customer owns; the same once more is the same thing. Refuses one without a word of what it is."""
    if not owned.what.strip():
        raise Invalid("field.required", field="what")
    this_year = clock.now().year
    if owned.year_made is not None and not 1850 <= owned.year_made <= this_year:
        raise Invalid("number.out_of_range", field="year_made", least=1850, most=this_year)
    if owned.repair_category_id not in (None, *BY_ID):
        raise Invalid("choice.unknown", field="category", value=owned.repair_category_id)
    facts = {
        "what": owned.what.strip()[:MOST_LINE], "repair_category_id": owned.repair_category_id,
        "brand": owned.brand.strip()[:MOST_LINE], "model": owned.model.strip()[:MOST_LINE],
        "serial": owned.serial.strip()[:MOST_LINE], "year_made": owned.year_made,
    }  # fmt: skip
    for known in queries.things_of(customer):
        if all(getattr(known, name) == value for name, value in facts.items()):
            return known
    thing = CustomerThing(customer_id=customer.id, **facts)
    session().add(thing)
    session().flush()
    return thing


def ask_repair(
    actor: Actor, customer: Customer | None, thing: Item | CustomerThing, ask: Ask, *, key: str | None = None
) -> RepairCase:
    """A case in the state requested. The same key again finds the case that is there. Who pays is decided and kept.

    Refuses a fault without words (`repair.fault_needed`), codes that are none, a way that is none, a limit below zero, a
    thing that is in repair already (`repair.open_already`), a customer's thing without its customer. Leaves repair.asked.
    """
    known = queries.case_of_key(key) if key else None
    if known is not None:
        return known
    _refuse_ask(ask)
    if customer is None and not isinstance(thing, Item):
        raise Invalid("field.required", field="customer")
    if isinstance(thing, Item):
        _refuse_twice(thing)
    workshop = get_workshop(thing.workshop_id)
    decided = coverage.decide(queries.facts_of(thing), clock.today(workshop.zone))
    line = queries.held_line(thing) if isinstance(thing, Item) else None
    case = RepairCase(
        reference=next_reference(f"R-{clock.today(workshop.zone).year}"), key=key,
        customer_id=customer.id if customer is not None else None,
        item_id=thing.id if isinstance(thing, Item) else None,
        thing_id=None if isinstance(thing, Item) else thing.id,
        contract_line_id=line.id if line is not None else None,
        way=ask.way, fault=ask.fault.strip()[:MOST_FAULT], symptoms=list(ask.symptoms), safety=list(ask.safety),
        is_wipe_agreed=ask.is_wipe_agreed, limit_amount=ask.limit_amount, currency=workshop.currency,
        coverage=decided.code, coverage_why=decided.why, first_case_id=decided.first_case_id,
        guarantee_until=decided.guarantee_kept,
    )  # fmt: skip
    session().add(case)
    session().flush()
    add_photos(case, ask.photos, "asked")
    _index(case, customer, thing)
    events.record("repair.asked", actor, about(case), {"coverage": case.coverage, "is_unsafe": bool(case.safety)})
    return case


def add_finding(actor: Actor, case: RepairCase, visit: CareVisit, fault: str) -> bool:
    """More was found at a visit of the care while the thing is in repair: it is written under what is wrong. Nothing when the
    case is over meanwhile; whether it was written. Leaves repair.found_more."""
    queries.lock_case(case)
    if case.ended_at is not None:
        return False
    case.fault = f"{case.fault}\n{fault.strip()[:MOST_FAULT]}".strip()
    case.version += 1
    # Not about the item: its timeline says already that the check failed.
    events.record("repair.found_more", actor, [case, visit])
    return True


def _refuse_ask(ask: Ask) -> None:
    if not ask.fault.strip() and not ask.symptoms:
        raise Invalid("repair.fault_needed", field="fault")
    if unknown := [code for code in ask.symptoms if code not in SYMPTOMS]:
        raise Invalid("choice.unknown", field="symptoms", value=unknown[0])
    if unknown := [code for code in ask.safety if code not in SAFETY]:
        raise Invalid("choice.unknown", field="safety", value=unknown[0])
    if ask.way not in WAYS:
        raise Invalid("choice.unknown", field="way", value=ask.way)
    if ask.safety and ask.way == "pickup":
        raise Invalid("repair.not_by_courier", field="way")
    if ask.limit_amount is not None and ask.limit_amount < 0:
        raise Invalid("amount.negative", field="limit_amount")


def _refuse_twice(item: Item) -> None:
    there = queries.open_case_of(item)
    if there is not None:
        raise Conflict("repair.open_already", field="item", tag=item.tag, reference=there.reference)
    if item.status in ("retired", "lost"):
        raise Conflict("repair.not_here", field="item", tag=item.tag)


def _index(case: RepairCase, customer: Customer | None, thing: Item | CustomerThing) -> None:
    mine = [thing.tag] if isinstance(thing, Item) else [thing.what, thing.brand, thing.model, thing.serial]
    search.index("repair_case", case.id, [case.reference, customer.name if customer else "", *mine])


def about(case: RepairCase) -> list[object]:
    """What a fact about a case is told beside."""
    return [each for each in (case, case.customer, case.item) if each is not None]


def add_photos(case: RepairCase, photos: Sequence[Photo], occasion: str) -> None:
    """Keep photos with a case; the same picture twice is one. Refuses more than eight at once."""
    if len(photos) > MOST_PHOTOS:
        raise Invalid("repair.too_many_photos", field="photos", most=MOST_PHOTOS)
    there = {photo.file_id for photo in case.photos}
    for content, name in photos:
        stored = files.store_picture(content, name)
        if stored.id not in there:
            session().add(RepairPhoto(case_id=case.id, file_id=stored.id, occasion=occasion))
            there.add(stored.id)
    session().flush()
    session().expire(case, ["photos"])


def attach(case: RepairCase, file_ids: Sequence[int], occasion: str) -> None:
    """Photos that were stored before there was a case."""
    there = {photo.file_id for photo in case.photos}
    for file_id in dict.fromkeys(file_ids):
        if file_id not in there:
            session().add(RepairPhoto(case_id=case.id, file_id=file_id, occasion=occasion))
    session().flush()
    session().expire(case, ["photos"])


def bring_to(case: RepairCase, appointment: Appointment) -> None:
    """The customer comes with it at an appointment."""
    if case.status == "requested":
        case.appointment_id = appointment.id
        move(case, "booked")


def call_off_with(appointment_id: int) -> None:
    """The appointment is off, and so is the case that was to come with it. The customer was told of the appointment; one
    letter is enough. Leaves repair.cancelled."""
    case = queries.case_of_appointment(appointment_id)
    if case is not None and case.status == "booked":
        case.ended_at = clock.now()
        move(case, "cancelled")
        events.record("repair.cancelled", WORKER, about(case))


@dataclass(frozen=True)
class Received:
    """What came over the counter: what was left with it, the shelf it lies on, photos, and what staff saw."""

    accessories: tuple[str, ...] = ()
    place: str = ""
    photos: tuple[Photo, ...] = ()


def receive(actor: Actor, case: RepairCase, received: Received) -> None:
    """It lies here now. A thing on a contract is out of order from now on, so that its days cost nothing past the service
    level; one of the stock goes to the bench. Refuses a thing marked as dangerous without a place away from the others
    (`repair.place_needed`). Leaves repair.received."""
    actor.must("work:write")
    queries.lock_case(case)
    if case.safety and not received.place.strip():
        raise Invalid("repair.place_needed", field="place")
    case.accessories = [text.strip()[:MOST_LINE] for text in received.accessories if text.strip()][:20]
    case.place = received.place.strip()[:MOST_LINE]
    case.received_at = clock.now()
    add_photos(case, received.photos, "intake")
    _out_of_order(actor, case)
    _they_came(actor, case)
    move(case, "received")
    events.record("repair.received", actor, about(case), {"accessories": len(case.accessories)})


def _they_came(actor: Actor, case: RepairCase) -> None:
    """With the thing on the counter its appointment is kept; one that lies further ahead is not needed any more, and its hour
    is free for who waits."""
    appointment = queries.appointment_of(case)
    if appointment is None or appointment.status != "booked" or not actor.can("appointment:write"):
        return
    if appointment.starts_at - clock.now() <= SAME_DAY:
        appointments.arrive(actor, appointment)
    else:
        appointments.cancel(actor, appointment)


def _out_of_order(actor: Actor, case: RepairCase) -> None:
    if case.item is None:
        return
    line = queries.held_line(case.item)
    if line is not None and not any(outage.ended_at is None for outage in line.outages):
        losses.report_outage(WORKER, line, ANEW, symptom=case.fault)
    elif line is None and case.item.status in ("in_stock", "to_inspect"):
        items.put_on_bench(actor, case.item)


def cancel_repair(actor: Actor, case: RepairCase, reason: str = "") -> None:
    """It does not come, and its appointment of today or later is off with it, however late: nobody waits at the counter for
    who does not come. One whose day is past stays as it was: somebody says whether they came.
    Refuses a thing that is here already: then it is declined and given back. Leaves repair.cancelled and, where one was
    booked, appointment.cancelled, whose letter is the one the customer gets."""
    queries.lock_case(case)
    case.ended_at, case.reason = clock.now(), reason.strip()[:MOST_FAULT]
    move(case, "cancelled")
    appointment = queries.appointment_of(case)
    today = clock.today(get_workshop(case.workshop_id).zone)
    since = clock.day_bounds(today, get_workshop(case.workshop_id).zone)[0]
    if appointment is not None and appointment.status == "booked" and appointment.starts_at >= since:
        appointments.cancel(WORKER, appointment, reason=case.reference)
    events.record("repair.cancelled", actor, about(case))


def change_coverage(actor: Actor, case: RepairCase, code: str, reason: str) -> None:
    """Who pays, as it is seen at the bench: misuse, or goodwill. Refuses without a reason, and once a quote was approved.
    Leaves repair.coverage_changed."""
    actor.must("work:write")
    queries.lock_case(case)
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    if case.status not in ("requested", "booked", "received", "diagnosing"):
        raise Conflict("repair.too_late", reference=case.reference)
    before, case.coverage = case.coverage, code
    case.coverage_why = {**case.coverage_why, "reason": reason.strip()[:MOST_FAULT]}
    case.version += 1
    events.record("repair.coverage_changed", actor, about(case), {"before": before, "coverage": code})
