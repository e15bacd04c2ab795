"""Reads of cases, quotes and parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from service_app.bookings.models import Appointment
from service_app.contracts.models import Contract, ContractLine
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.core.events import Event, EventAbout
from service_app.core.i18n import money
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.repairlog.chance import Chance
from service_app.repairlog.queries import chance_of
from service_app.repairs.coverage import Facts
from service_app.repairs.models import (
    CustomerThing,
    Part,
    PartMove,
    PartUse,
    RepairCase,
    RepairPhoto,
    RepairQuote,
    RepairTerms,
    SupplierClaim,
    WorkTime,
)
from service_app.workorders.models import CareVisit
from service_app.workshops.queries import get_workshop

LEGAL_YEARS = 2
FOR_A_LIST = (
    joinedload(RepairCase.customer).load_only(Customer.name, Customer.phone, Customer.reference),
    joinedload(RepairCase.item).joinedload(Item.product),
    joinedload(RepairCase.thing),
)
_WHOLE = (*FOR_A_LIST, selectinload(RepairCase.quotes), selectinload(RepairCase.photos))


def get_case(reference: str) -> RepairCase:
    """A case by its reference, with all that hangs on it. Refuses with NotFound."""
    return _found(
        session().scalars(select(RepairCase).where(RepairCase.reference == reference).options(*_WHOLE)).first()
    )


def get_case_by_id(case_id: int) -> RepairCase:
    """The same by its id."""
    return _found(session().scalars(select(RepairCase).where(RepairCase.id == case_id).options(*_WHOLE)).first())


def _found(case: RepairCase | None) -> RepairCase:
    if case is None:
        raise NotFound("not_found")
    return case


def case_of_key(key: str) -> RepairCase | None:
    """The case that a form made already."""
    return session().scalars(select(RepairCase).where(RepairCase.key == key)).first()


# The facts that bind an open repair to the visits of care that found more.
_FOUND = select(EventAbout.event_id).join(Event, (Event.workshop_id == EventAbout.workshop_id) & (
    Event.id == EventAbout.event_id)).where(Event.name == "repair.found_more")  # fmt: skip


def case_of_visit(visit_id: int) -> RepairCase | None:
    """The repair of what failed at a visit of care: the one that it began, or the open one that it was written into."""
    about = _FOUND.where(EventAbout.subject == "care_visit", EventAbout.subject_id == visit_id)
    into = select(EventAbout.subject_id).where(EventAbout.subject == "repair_case", EventAbout.event_id.in_(about))
    mine = (RepairCase.key == f"care:{visit_id}") | RepairCase.id.in_(into)
    return session().scalars(select(RepairCase).where(mine).order_by(RepairCase.id).limit(1)).first()


def visits_of(case: RepairCase) -> Sequence[CareVisit]:
    """The visits of care that found what is wrong, or some of it, the oldest first."""
    about = _FOUND.where(EventAbout.subject == "repair_case", EventAbout.subject_id == case.id)
    found = select(EventAbout.subject_id).where(EventAbout.subject == "care_visit", EventAbout.event_id.in_(about))
    mine: ColumnElement[bool] = CareVisit.id.in_(found)
    began = (case.key or "").removeprefix("care:")
    if began != case.key and began.isdecimal():
        mine |= (CareVisit.id == int(began)) & (CareVisit.item_id == case.item_id)
    return session().scalars(select(CareVisit).where(mine).order_by(CareVisit.id)).all()


def case_of_appointment(appointment_id: int) -> RepairCase | None:
    """The case somebody comes with at an appointment."""
    return session().scalars(select(RepairCase).where(RepairCase.appointment_id == appointment_id)).first()


def appointment_of(case: RepairCase) -> Appointment | None:
    """When it is to come, or came."""
    if case.appointment_id is None:
        return None
    return session().get_one(Appointment, (case.workshop_id, case.appointment_id))


def held_by(customer: Customer, tag: str) -> Item | None:
    """The thing with this tag, when the customer has it on a contract."""
    if not tag:
        return None
    item = session().scalars(select(Item).where(Item.tag == tag, Item.custodian_customer_id == customer.id)).first()
    return item if item is not None and open_case_of(item) is None else None


def in_currency(amount: Decimal) -> str:
    """An amount of the workshop, as people read it."""
    return money(amount, get_workshop(current_workshop_id()).currency)


def lock_case(case: RepairCase) -> None:
    """Hold the case until the end of the transaction and read it anew: what happens to one follows one another."""
    session().flush()
    found = select(RepairCase).where(RepairCase.id == case.id).with_for_update(key_share=True)
    session().scalars(found, execution_options={"populate_existing": True}).one()
    session().expire(case, ["quotes"])


def get_thing(thing_id: int) -> CustomerThing:
    """Something a customer owns. Refuses with NotFound."""
    thing = session().scalars(select(CustomerThing).where(CustomerThing.id == thing_id)).first()
    if thing is None:
        raise NotFound("not_found")
    return thing


def things_of(customer: Customer) -> Sequence[CustomerThing]:
    """What a customer had repaired, the newest first."""
    found = select(CustomerThing).where(CustomerThing.customer_id == customer.id)
    return session().scalars(found.order_by(CustomerThing.id.desc()).limit(50)).all()


def open_case_of(item: Item) -> RepairCase | None:
    """The repair an item is in."""
    found = select(RepairCase).where(RepairCase.item_id == item.id, RepairCase.ended_at.is_(None))
    return session().scalars(found.order_by(RepairCase.id.desc()).limit(1)).first()


def cases_of(about: Customer | Item, most: int = 8) -> Sequence[RepairCase]:
    """The repairs of a customer or of an item, newest first."""
    mine = RepairCase.customer_id == about.id if isinstance(about, Customer) else RepairCase.item_id == about.id
    return (
        session()
        .scalars(select(RepairCase).where(mine).options(*FOR_A_LIST).order_by(RepairCase.id.desc()).limit(most))
        .all()
    )


def list_in(*states: str, most: int = 60) -> Sequence[RepairCase]:
    """The cases in some states, the one promised first on top."""
    found = (
        select(RepairCase).where(RepairCase.status.in_(states)).options(*FOR_A_LIST, selectinload(RepairCase.quotes))
    )
    return session().scalars(found.order_by(RepairCase.due_on.nulls_last(), RepairCase.id).limit(most)).all()


def count_in(*states: str) -> int:
    """How many cases are in some states."""
    return session().scalar(select(func.count(RepairCase.id)).where(RepairCase.status.in_(states))) or 0


def held_line(item: Item) -> ContractLine | None:
    """The line of the contract on which somebody has the item now."""
    found = select(ContractLine).where(ContractLine.item_id == item.id, ContractLine.status.in_(("out", "overdue")))
    return session().scalars(found.order_by(ContractLine.id.desc()).options(joinedload(ContractLine.contract))).first()


def facts_of(thing: Item | CustomerThing) -> Facts:
    """What the coverage is decided by."""
    last = _last_mended(thing)
    known = Facts()
    if last is not None:
        known = Facts(
            repaired=last.reference,
            repaired_id=last.first_case_id or last.id,
            repair_guaranteed_until=last.guarantee_until,
        )
    if isinstance(thing, CustomerThing):
        return known
    if thing.status == "sold":
        return replace(known, legally_guaranteed_until=_legal_end(thing))
    line = held_line(thing)
    return replace(known, contract=line.contract.reference if line else "", is_ours=line is None)


def _last_mended(thing: Item | CustomerThing) -> RepairCase | None:
    mine = RepairCase.item_id == thing.id if isinstance(thing, Item) else RepairCase.thing_id == thing.id
    found = select(RepairCase).where(mine, RepairCase.status == "handed_back", RepairCase.outcome == "fixed")
    return session().scalars(found.order_by(RepairCase.id.desc()).limit(1)).first()


def _legal_end(item: Item) -> date | None:
    bought = select(func.max(ContractLine.in_at)).join(Contract, Contract.id == ContractLine.contract_id)
    at = session().scalar(bought.where(ContractLine.item_id == item.id, ContractLine.status == "bought_out"))
    return (at + relativedelta(years=LEGAL_YEARS)).date() if at is not None else None


def chance_for(case: RepairCase) -> Chance | None:
    """How often such things come right, from our own repairs and those of others; None where nothing is known."""
    thing = case.thing or case.item
    if thing is None:
        return None
    product = case.item.product if case.item is not None else None
    category = (
        case.thing.repair_category_id if case.thing is not None else product.repair_category_id if product else None
    )
    brand = case.thing.brand if case.thing is not None else product.brand if product else ""
    age = clock.now().year - thing.year_made if thing.year_made else None
    return chance_of(category, brand, age)


def terms() -> RepairTerms:
    """How the workshop repairs; what a new one begins with when it never said."""
    kept = session().scalars(select(RepairTerms)).first()
    return kept or RepairTerms(
        hour_amount=Decimal("48.00"), hour_cost_amount=Decimal("30.00"), diagnosis_amount=Decimal("15.00"),
        is_diagnosis_in_price=True, guarantee_months=6, storage_free_days=30, storage_amount=Decimal("0.00"),
        needs_second_pair=False, version=0,
    )  # fmt: skip


def get_part(code: str) -> Part:
    """A part by its code. Refuses with NotFound."""
    part = session().scalars(select(Part).where(Part.code == code)).first()
    if part is None:
        raise NotFound("not_found")
    return part


def list_parts(most: int = 500) -> Sequence[Part]:
    """All parts by their code, to choose from."""
    return session().scalars(select(Part).order_by(Part.code).limit(most)).all()


def reserved_of(part_ids: Sequence[int]) -> dict[int, int]:
    """How many of each part are promised to cases."""
    found = select(PartUse.part_id, func.sum(PartUse.quantity)).where(
        PartUse.part_id.in_(part_ids), PartUse.status == "reserved"
    )
    return {part_id: int(number) for part_id, number in session().execute(found.group_by(PartUse.part_id))}


def moves_of(part: Part, most: int = 40) -> Sequence[PartMove]:
    """What became of a part, newest first."""
    found = select(PartMove).where(PartMove.part_id == part.id).options(joinedload(PartMove.donor))
    return session().scalars(found.order_by(PartMove.id.desc()).limit(most)).all()


def parts_of(case: RepairCase) -> Sequence[PartUse]:
    """What a case needs of the stock."""
    found = select(PartUse).where(PartUse.case_id == case.id, PartUse.status != "released")
    return session().scalars(found.options(joinedload(PartUse.part)).order_by(PartUse.id)).all()


def get_use(case: RepairCase, use_id: int) -> PartUse:
    """One of them. Refuses with NotFound."""
    use = session().scalars(select(PartUse).where(PartUse.case_id == case.id, PartUse.id == use_id)).first()
    if use is None:
        raise NotFound("not_found")
    return use


def times_of(case: RepairCase) -> Sequence[WorkTime]:
    """Who worked on a case and when."""
    return session().scalars(select(WorkTime).where(WorkTime.case_id == case.id).order_by(WorkTime.started_at)).all()


def running_of(account_id: int) -> WorkTime | None:
    """The clock a person has running."""
    return (
        session()
        .scalars(select(WorkTime).where(WorkTime.account_id == account_id, WorkTime.ended_at.is_(None)))
        .first()
    )


def photo_of(case: RepairCase, photo_id: int) -> RepairPhoto:
    """A photo of a case. Refuses with NotFound."""
    found = select(RepairPhoto).where(RepairPhoto.case_id == case.id, RepairPhoto.id == photo_id)
    photo = session().scalars(found.options(joinedload(RepairPhoto.file))).first()
    if photo is None:
        raise NotFound("not_found")
    return photo


@dataclass(frozen=True)
class Worked:
    """The time on a case, as it adds up."""

    rows: Sequence[WorkTime]

    @property
    def minutes(self) -> int:
        """Minutes so far, a running clock up to now."""
        return int(
            sum(((row.ended_at or clock.now()) - row.started_at for row in self.rows), timedelta()).total_seconds()
            // 60
        )


# Something is still to come from a supplier.
CLAIMED = RepairCase.id.in_(select(SupplierClaim.case_id).where(SupplierClaim.status.in_(("asked", "accepted"))))


def narrowed(found: Select[Any], status: str, coverage: str, who: str = "") -> Select[Any]:
    """The cases of `found` in a state ('open': not ended, 'due': with something to pay, 'claimed': with an open claim on a
    supplier) and under a coverage; '' means all."""
    if status == "open":
        found = found.where(RepairCase.ended_at.is_(None))
    elif status == "due":
        found = found.where(RepairCase.money_status == "due")
    elif status == "claimed":
        found = found.where(CLAIMED)
    elif status:
        found = found.where(RepairCase.status == status)
    if who:
        found = found.where(RepairCase.worked_by == who)
    return found.where(RepairCase.coverage == coverage) if coverage else found


def loan_of(case: RepairCase) -> ContractLine | None:
    """The line on which something was lent for the time of the repair, out still or not."""
    if case.loan_line_id is None:
        return None
    return session().get_one(ContractLine, (case.workshop_id, case.loan_line_id))


def loan_out(case: RepairCase) -> ContractLine | None:
    """The same while it is out."""
    line = loan_of(case)
    return line if line is not None and line.status in ("out", "overdue") else None


def claims_of(case: RepairCase) -> Sequence[SupplierClaim]:
    """The claims on suppliers that hang on a case, the oldest first."""
    found = select(SupplierClaim).where(SupplierClaim.case_id == case.id)
    return session().scalars(found.order_by(SupplierClaim.id)).all()


def open_claim(case: RepairCase) -> SupplierClaim | None:
    """The one something is still to come of."""
    return next((claim for claim in claims_of(case) if claim.is_open), None)


def holds_until(quote: RepairQuote) -> date | None:
    """The last day on which a quote can be answered, on the workshop's calendar, as pages, letters and papers name it; None
    before it is sent. `valid_until` is the instant at which that day is over, which is already the next one."""
    if quote.valid_until is None:
        return None
    return clock.local(quote.valid_until - timedelta(microseconds=1), get_workshop(quote.workshop_id).zone).date()
