"""Reads about care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from service_app.bookings.models import Appointment, Resource, ResourceSkill
from service_app.catalogue.models import CarePlan, Product
from service_app.contracts.models import Contract, ContractLine, Outage
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.core.files import StoredFile
from service_app.customers.models import Customer
from service_app.items.models import Item, ItemEntry
from service_app.items.queries import TAG
from service_app.workorders.models import GONE, OPEN, CareDuty, CareOccurrence, CarePhoto, CareVisit
from service_app.workshops.queries import get_workshop

WITH_ALL = (
    joinedload(CareOccurrence.plan),
    joinedload(CareOccurrence.item).joinedload(Item.product),
    joinedload(CareOccurrence.visit),
)

# Since when a duty rests with its contract: asked row by row through the key of its duty.
RESTS = (
    select(CareDuty.paused_on)
    .where(CareDuty.care_plan_id == CareOccurrence.care_plan_id, CareDuty.item_id == CareOccurrence.item_id)
    .correlate(CareOccurrence)
    .scalar_subquery()
)

# What asks for a hand now though its contract may rest, as `operations.holding` has it: a recall never rests, and what was
# late before the rest stays so.
AWAKE: Any = or_(CarePlan.kind == "once", RESTS.is_(None), CareOccurrence.window_until < RESTS)

# Open is what still asks for a hand: not what was retired meanwhile, or whose plan is no longer followed.
STATE: Any = case(
    (CareOccurrence.status == "done_partial", "done"),
    (CareOccurrence.status.not_in(OPEN), CareOccurrence.status),
    (and_(Item.status.not_in(GONE), CarePlan.is_active), "open"),
    else_="gone",
)
SORTS: dict[str, tuple[Any, ...]] = {
    "due": (CareOccurrence.due_on, CareOccurrence.id),
    "-due": (CareOccurrence.due_on.desc(), CareOccurrence.id.desc()),
    "tag": (TAG, CareOccurrence.id),
    "-tag": (TAG.desc(), CareOccurrence.id),
    "done": (CareOccurrence.done_at.asc().nulls_last(), CareOccurrence.id),
    "-done": (CareOccurrence.done_at.desc().nulls_last(), CareOccurrence.id),
}


def every_occurrence() -> Select[Any]:
    """All care there is, with its item and plan at hand."""
    return select(CareOccurrence).join(CareOccurrence.item).join(CareOccurrence.plan)


def narrowed(found: Select[Any], state: str) -> Select[Any]:
    """The occurrences of `found` that are open, done or skipped; '' means all."""
    return found.where(state == STATE) if state else found


def get_occurrence(occurrence_id: int) -> CareOccurrence:
    """An occurrence with its plan and item; refuses with NotFound."""
    found = select(CareOccurrence).where(CareOccurrence.id == occurrence_id).options(*WITH_ALL)
    occurrence = session().scalars(found).first()
    if occurrence is None:
        raise NotFound("not_found")
    return occurrence


def care_of_item(item: Item, most: int = 8, before: int = 3) -> Sequence[CareOccurrence]:
    """What of an item is to be looked after, the nearest first, then the latest that is over: `most` together, of which up to
    `before` are over however much is to come."""
    found = select(CareOccurrence).where(CareOccurrence.item_id == item.id, CareOccurrence.status != "superseded")
    found, is_open = found.options(joinedload(CareOccurrence.plan)).limit(most), CareOccurrence.status.in_(OPEN)
    to_come = session().scalars(found.where(is_open).order_by(CareOccurrence.due_on, CareOccurrence.id)).all()
    over = session().scalars(
        found.where(~is_open).order_by(CareOccurrence.due_on.desc(), CareOccurrence.id.desc())
    ).all()  # fmt: skip
    shown = to_come[: most - min(before, len(over))]
    return [*shown, *over[: most - len(shown)]]


def unfit(item: Item) -> Sequence[CareOccurrence]:
    """What was done in part of an item and holds it back, the newest first: each visit is where it is said to be fit again."""
    after = aliased(CareOccurrence)
    later = select(after.id).where(
        after.care_plan_id == CareOccurrence.care_plan_id, after.item_id == CareOccurrence.item_id,
        after.status == "done", after.done_at > CareOccurrence.done_at,
    )  # fmt: skip
    found = select(CareOccurrence).join(CareOccurrence.plan).where(
        CareOccurrence.item_id == item.id, CareOccurrence.status == "done_partial", ~later.exists(),
        CarePlan.is_active, CarePlan.severity.in_(("stop_lending", "stop_use")),
    )  # fmt: skip
    ordered = found.order_by(CareOccurrence.done_at.desc(), CareOccurrence.id)
    return session().scalars(ordered.options(joinedload(CareOccurrence.plan))).all() if item.held_back else []


_OF_VISIT = (
    joinedload(CareVisit.item).joinedload(Item.product), joinedload(CareVisit.customer),
    joinedload(CareVisit.appointment), selectinload(CareVisit.occurrences).joinedload(CareOccurrence.plan),
    selectinload(CareVisit.photos),
)  # fmt: skip


def get_visit(visit_id: int) -> CareVisit:
    """A visit with all that its page shows; refuses with NotFound."""
    visit = session().scalars(select(CareVisit).where(CareVisit.id == visit_id).options(*_OF_VISIT)).first()
    if visit is None:
        raise NotFound("not_found")
    return visit


def get_photo(photo_id: int) -> StoredFile:
    """The file of a photo of care; refuses with NotFound."""
    found = select(StoredFile).join(CarePhoto, and_(
        CarePhoto.workshop_id == StoredFile.workshop_id, CarePhoto.file_id == StoredFile.id
    ))  # fmt: skip
    stored = session().scalars(found.where(CarePhoto.id == photo_id)).first()
    if stored is None:
        raise NotFound("not_found")
    return stored


def get_signature(visit: CareVisit) -> StoredFile:
    """The file of the signature under a visit; refuses with NotFound."""
    stored = session().scalars(select(StoredFile).where(StoredFile.id == visit.signature_file_id)).first()
    if stored is None:
        raise NotFound("not_found")
    return stored


def list_plans() -> Sequence[CarePlan]:
    """All plans, those in use first."""
    found = select(CarePlan).options(joinedload(CarePlan.product))
    return session().scalars(found.order_by(CarePlan.is_active.desc(), CarePlan.kind, CarePlan.id)).all()


def get_plan(plan_id: int) -> CarePlan:
    """A plan; refuses with NotFound."""
    plan = (
        session().scalars(select(CarePlan).where(CarePlan.id == plan_id).options(joinedload(CarePlan.product))).first()
    )
    if plan is None:
        raise NotFound("not_found")
    return plan


def plans_of(thing: Product | Item | Contract) -> Sequence[CarePlan]:
    """The plans of a product, an item or a contract; an item is under those of its product too."""
    found = select(CarePlan).where(getattr(CarePlan, f"{thing.__tablename__}_id") == thing.id)
    if isinstance(thing, Item):
        found = select(CarePlan).where((CarePlan.item_id == thing.id) | (CarePlan.product_id == thing.product_id))
    return session().scalars(found.order_by(CarePlan.is_active.desc(), CarePlan.id)).all()


def today_here() -> date:
    """The civil day of the current workshop."""
    return clock.today(get_workshop(current_workshop_id()).zone)


_ASKED = ("notified", "escalated")


def visits_with(*states: str) -> Select[Any]:
    """The ids of the visits of which something is in one of these states, under a plan that is followed."""
    found = select(CareOccurrence.visit_id).join(CareOccurrence.plan)
    return found.where(CareOccurrence.status.in_(states), CarePlan.is_active)


def is_done(visit: CareVisit) -> bool:
    """Whether anything of a visit was done: one that is over without is off."""
    return any(each.status in _DONE for each in visit.occurrences)


def visits_booked(appointment: Appointment) -> Sequence[CareVisit]:
    """What an appointment is for: the care of a thing, or of more."""
    found = select(CareVisit).where(CareVisit.appointment_id == appointment.id).options(*_OF_VISIT)
    return session().scalars(found.order_by(CareVisit.id)).all()


def went_by(appointment: Appointment) -> bool:
    """Whether an appointment is over, as it was said or because its day is: what is still open of its care is then solved by
    people. As in `to_call`."""
    began = clock.day_bounds(today_here(), get_workshop(current_workshop_id()).zone)[0]
    return appointment.status == "done" or appointment.starts_at < began


def to_call(most: int = 40) -> Sequence[CareVisit]:
    """Whom to call about care, the oldest first: who has not answered and the day is tomorrow or past; who wants what no slot
    offers; who stayed away twice; and who came or was to come, with the care still open. Not who was called today, nor who
    has the thing no more, nor whose contract rests, unless they asked for it."""
    today = today_here()
    open_one, twice = visits_with(*_ASKED), visits_with("escalated")
    awake = visits_with(*_ASKED).where(RESTS.is_(None))
    began = clock.day_bounds(today, get_workshop(current_workshop_id()).zone)[0]
    went_by = and_(
        or_(Appointment.status == "done", Appointment.starts_at < began), CareVisit.id.in_(visits_with("booked"))
    )
    found = (
        select(CareVisit)
        .join(CareVisit.item)
        .outerjoin(CareVisit.appointment)
        .where(CareVisit.ended_at.is_(None))
        .where(and_(CareVisit.appointment_id.is_(None), CareVisit.id.in_(open_one)) | went_by)
        .where(CareVisit.customer_id == Item.custodian_customer_id)
        .where((CareVisit.on_day <= today + timedelta(days=1)) | (CareVisit.way != "") | CareVisit.id.in_(twice))
        .where((CareVisit.way != "") | CareVisit.id.in_(awake))
        .where((CareVisit.called_on.is_(None)) | (CareVisit.called_on < today))
        .options(*_OF_VISIT)
    )
    return session().scalars(found.order_by(CareVisit.on_day, CareVisit.id).limit(most)).all()


def to_look_at(most: int = 40) -> Sequence[CareVisit]:
    """What customers did at home with a remark or in part, and nobody here looked at yet, the oldest first."""
    found = select(CareVisit).where(CareVisit.is_unseen).options(*_OF_VISIT)
    return session().scalars(found.order_by(CareVisit.ended_at, CareVisit.id).limit(most)).all()


def count_near() -> int:
    """Of how many things the care waits in the week to come, or is late; not of what rests with its contract."""
    found = select(func.count(CareOccurrence.item_id.distinct())).join(CareOccurrence.plan).join(CareOccurrence.item)
    soon = CareOccurrence.due_on <= today_here() + timedelta(days=7)
    return session().scalar(found.where(STATE == "open", soon, AWAKE)) or 0


def line_out(visit: CareVisit) -> ContractLine | None:
    """The line by which the customer of a visit has the thing; None of a thing of their own."""
    return _lines_out([visit]).get(visit.id)


def _lines_out(visits: Sequence[CareVisit]) -> Mapping[int, ContractLine]:
    """By visit, the line by which its customer has the thing, where there is one."""
    items = [each.item_id for each in visits if each.customer_id is not None]
    found = select(ContractLine).where(ContractLine.item_id.in_(items), ContractLine.status.in_(("out", "overdue")))
    lines = session().scalars(found.options(joinedload(ContractLine.contract))).all() if items else []
    by_item = {line.item_id: line for line in lines}
    found_for = ((each, by_item.get(each.item_id)) for each in visits)
    return {each.id: line for each, line in found_for if line and line.contract.customer_id == each.customer_id}


def swaps_asked(visits: Sequence[CareVisit]) -> Mapping[int, ContractLine]:
    """By visit, the line of what its customer would rather swap than have looked after."""
    return _lines_out([each for each in visits if each.way == "swap" and each.ended_at is None])


def unanswered(customer: Customer) -> Sequence[CareVisit]:
    """The visits a customer is asked about or has booked."""
    open_one = visits_with(*_ASKED, "booked")
    found = select(CareVisit).where(
        CareVisit.customer_id == customer.id, CareVisit.ended_at.is_(None), CareVisit.id.in_(open_one)
    )
    return session().scalars(found.options(*_OF_VISIT).order_by(CareVisit.on_day, CareVisit.id)).all()


def visits_of(customer: Customer, most: int = 40) -> Sequence[CareVisit]:
    """What was announced to a customer and what was done of theirs: what is to come first, then the latest."""
    to_come = visits_with(*_ASKED, "booked", "in_progress")
    done = select(CareOccurrence.visit_id).where(CareOccurrence.status.in_(_DONE))
    found = select(CareVisit).where(CareVisit.customer_id == customer.id)
    found = found.where(CareVisit.id.in_(to_come) | CareVisit.id.in_(done))
    ordered = found.order_by(CareVisit.ended_at.desc().nulls_first(), CareVisit.on_day, CareVisit.id)
    return session().scalars(ordered.options(*_OF_VISIT).limit(most)).all()


_DONE = ("done", "done_partial")


def last_and_next(item: Item) -> tuple[date | None, date | None]:
    """(the day an item was last looked after, the day it is next due), as far as there are such days."""
    zone = get_workshop(item.workshop_id).zone
    is_next = CareOccurrence.status.in_(OPEN)
    found = (
        select(
            func.max(CareOccurrence.done_at).filter(CareOccurrence.status.in_(_DONE)),
            func.min(CareOccurrence.due_on).filter(is_next, CarePlan.is_active),
        )
        .join(CareOccurrence.plan)
        .where(CareOccurrence.item_id == item.id)
    )
    last, following = session().execute(found).one()
    return (clock.local(last, zone).date() if last is not None else None), following


def unplannable(most: int = 40) -> Sequence[CareOccurrence]:
    """What is coming and nobody here has the skill for."""
    can = select(ResourceSkill.skill_id).join(Resource, and_(
        Resource.workshop_id == ResourceSkill.workshop_id, Resource.id == ResourceSkill.resource_id
    )).where(Resource.is_active)  # fmt: skip
    found = every_occurrence().where(
        CareOccurrence.status.in_(OPEN), CarePlan.skill_id.is_not(None), CarePlan.skill_id.not_in(can),
        Item.status.not_in(GONE), CarePlan.is_active,
    )  # fmt: skip
    return session().scalars(found.options(*WITH_ALL).order_by(CareOccurrence.due_on).limit(most)).all()


@dataclass(frozen=True)
class Report:
    """How care goes over a year: `on_time` of `counted` occurrences done wholly inside their window (what was done in part,
    was missed or is late counts against it), what it cost per loop, `late` {severity: how many}, days between failures of a
    thing (None: no thing failed twice)."""

    counted: int
    on_time: int
    cost: Decimal
    loops: int
    late: Mapping[str, int]
    days_between: int | None

    @property
    def compliance(self) -> int | None:
        """Percent in time; None when nothing was due."""
        return round(100 * self.on_time / self.counted) if self.counted else None

    @property
    def per_loop(self) -> Decimal | None:
        """What care costs for each time a thing went out."""
        return (self.cost / self.loops).quantize(Decimal("0.01")) if self.loops else None


def report() -> Report:
    """The report of the last 365 days of the current workshop: five statements."""
    today = today_here()
    since = today - timedelta(days=365)
    zone = get_workshop(current_workshop_id()).zone
    done_on = cast(func.timezone(zone, CareOccurrence.done_at), Date)
    is_over = CareOccurrence.status.in_((*_DONE, "missed"))
    # Late is what somebody is to do: nothing of a thing that is gone, of a plan put away, or that rests.
    is_late = and_(STATE == "open", CareOccurrence.window_until < today, AWAKE)
    in_time = and_(CareOccurrence.status == "done", done_on <= CareOccurrence.window_until)
    mine = select(func.count(), func.count().filter(in_time)).join(CareOccurrence.plan).join(CareOccurrence.item)
    mine = mine.where(CareOccurrence.due_on >= since, ~CareOccurrence.is_extra, or_(is_over, is_late))
    counted, on_time = session().execute(mine).one()
    late = select(CarePlan.severity, func.count()).join(CareOccurrence.plan).join(CareOccurrence.item)
    late = late.where(is_late).group_by(CarePlan.severity)
    entries = select(func.coalesce(func.sum(-ItemEntry.amount), 0))
    cost = session().scalar(entries.where(ItemEntry.kind == "maintenance", ItemEntry.on_day >= since)) or Decimal(0)
    began, _end = clock.day_bounds(since, zone)
    loops = session().scalar(select(func.count()).select_from(ContractLine).where(ContractLine.out_at >= began)) or 0
    by_severity = {severity: number for severity, number in session().execute(late)}
    return Report(counted, on_time, Decimal(cost), loops, by_severity, _days_between(began))


def _days_between(since: datetime) -> int | None:
    """Mean days between two failures of the same thing: from one report of an outage to the next."""
    before = func.lag(Outage.began_at).over(partition_by=ContractLine.item_id, order_by=Outage.began_at)
    line = and_(ContractLine.workshop_id == Outage.workshop_id, ContractLine.id == Outage.contract_line_id)
    gaps = select((Outage.began_at - before).label("gap")).join(ContractLine, line).where(Outage.began_at >= since)
    mean = session().scalar(select(func.avg(gaps.subquery().c.gap)))
    return mean.days if mean is not None else None


def named(tag_or_code: str, of: str) -> Product | Item | Contract:
    """The product, item or contract that a form names; refuses with NotFound."""
    wanted: dict[str, tuple[Any, Any]] = {
        "product": (Product, Product.code), "item": (Item, Item.tag), "contract": (Contract, Contract.reference),
    }  # fmt: skip
    if of not in wanted:
        raise NotFound("not_found")
    model, column = wanted[of]
    found = session().scalars(select(model).where(column == tag_or_code)).first()
    if found is None:
        raise NotFound("not_found")
    thing: Product | Item | Contract = found
    return thing
