"""What the day holds, and finding anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, func, select, union_all
from sqlalchemy.orm import joinedload

from service_app.catalogue.models import CarePlan, Product
from service_app.contracts.models import Contest, Contract, ContractLine, Inspection
from service_app.contracts.queries import FOR_A_LIST, list_to_settle
from service_app.core import beside, clock, search
from service_app.core.db import kept, session
from service_app.core.events import Event, EventAbout
from service_app.core.ordering import as_read
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.items.queries import TAG
from service_app.workorders.models import GONE, OPEN, CareOccurrence

_WITH_ALL = (
    joinedload(ContractLine.contract).joinedload(Contract.customer),
    joinedload(ContractLine.product),
    joinedload(ContractLine.item),
)


@dataclass(frozen=True)
class Kept:
    """What went round this month: how often something went out, and what those things weigh together."""

    loops: int
    mass_g: int


@dataclass(frozen=True)
class Day:
    """The tickets of Today."""

    late: Sequence[ContractLine]
    coming_back: Sequence[ContractLine]
    going_out: Sequence[ContractLine]
    at_risk: Sequence[ContractLine]
    to_call: Sequence[Contract]
    to_inspect: Sequence[Inspection]
    contested: Sequence[Contest]
    to_settle: Sequence[Contract]
    on_bench: Sequence[Item]
    care: Sequence[CareOccurrence]
    kept: Kept
    next_out: ContractLine | None

    @property
    def nobody_comes(self) -> bool:
        """Whether nothing comes, goes, waits to be inspected, decided or settled."""
        comes = self.late or self.coming_back or self.going_out or self.at_risk
        return not (comes or self.to_inspect or self.contested or self.to_settle)


def the_day(zone: str, most: int = 40) -> Day:
    """What is to do today in the current workshop: a dozen statements, whatever the size of the workshop."""
    today = clock.today(zone)
    start, end = clock.day_bounds(today, zone)
    to_inspect, contested = _to_look_at(most)
    day = Day(
        late=_lines(ContractLine.status == "overdue", order=ContractLine.due_at, most=most),
        coming_back=_lines(
            ContractLine.status == "out", ContractLine.due_at < end, order=ContractLine.due_at, most=most
        ),
        going_out=_going_out(end, most),
        at_risk=_lines(
            ContractLine.status == "planned", ContractLine.is_at_risk, order=ContractLine.starts_at, most=most
        ),
        to_call=_to_call(start, most),
        to_inspect=to_inspect,
        contested=contested,
        to_settle=list_to_settle(most),
        on_bench=_on_bench(),
        kept=_kept(clock.day_bounds(today.replace(day=1), zone)[0]),
        care=_care(today + timedelta(days=7), most),
        next_out=None,
    )
    if not day.nobody_comes:  # only an empty day says when the next hand-over is
        return day
    return replace(day, next_out=next(iter(_going_out(end + timedelta(days=60), 1)), None))


def _lines(*conditions: object, order: object, most: int) -> Sequence[ContractLine]:
    found = select(ContractLine).where(*conditions).options(*_WITH_ALL)  # type: ignore[arg-type]
    return session().scalars(found.order_by(order, ContractLine.id).limit(most)).all()  # type: ignore[arg-type]


def _going_out(until: datetime, most: int) -> Sequence[ContractLine]:
    found = select(ContractLine).join(ContractLine.contract).options(*_WITH_ALL)
    found = found.where(
        ContractLine.status == "planned", ContractLine.starts_at < until, ~ContractLine.is_at_risk,
        Contract.status.in_(("signed", "active")),
    )  # fmt: skip
    return session().scalars(found.order_by(ContractLine.starts_at, ContractLine.id).limit(most)).all()


def _to_call(start: datetime, most: int) -> Sequence[Contract]:
    """Contracts of which something is late since yesterday or longer, and whose customer nobody called today."""
    late = select(ContractLine.contract_id).where(ContractLine.status == "overdue", ContractLine.due_at < start)
    called = (
        select(EventAbout.subject_id)
        .join(Event, and_(Event.workshop_id == EventAbout.workshop_id, Event.id == EventAbout.event_id))
        .where(EventAbout.subject == "contract", Event.name == "customer.called", Event.at >= start)
    )
    found = select(Contract).where(Contract.id.in_(late), Contract.id.not_in(called)).options(*FOR_A_LIST)
    return session().scalars(found.order_by(Contract.id).limit(most)).unique().all()


@cache
def _first_look() -> Select[Any]:
    asked: list[Any] = [func.max(Event.id), *beside.signs("today").values()]
    return kept(select(*asked))


def first_look(today: date, language: str) -> tuple[str, set[str]]:
    """A tag of all that Today may show, as an ETag would be: another one as soon as anything happened here, or a sign is
    another. And the cards of later rooms that have nothing to show; one statement finds both."""
    newest, *there = session().execute(_first_look(), {"today": today}).one()
    without = {template for template, is_there in zip(beside.signs("today"), there, strict=True) if not is_there}
    signs = "-".join(f"{is_there:d}" for is_there in there)
    return f"{newest or 0}-{today.isoformat()}-{language}-{signs}", without


def _to_look_at(most: int) -> tuple[Sequence[Inspection], Sequence[Contest]]:
    """What is to be inspected, and what somebody has to look at again because the customer contests it; in one statement,
    by the two short indexes of what waits."""
    contest = and_(
        Contest.workshop_id == Inspection.workshop_id, Contest.inspection_id == Inspection.id, Contest.status == "open"
    )
    waiting = union_all(
        select(Inspection.id).where(Inspection.status == "open"),
        select(Contest.inspection_id).where(Contest.status == "open"),
    )
    found = select(Inspection, Contest).outerjoin(Contest, contest).where(Inspection.id.in_(waiting))
    line = joinedload(Inspection.line).joinedload(ContractLine.contract).joinedload(Contract.customer)
    item = joinedload(Inspection.item).joinedload(Item.product)
    rows = session().execute(found.options(line, item).order_by(Inspection.id).limit(2 * most)).all()
    open_ones = [row[0] for row in rows if row[0].status == "open"]
    return open_ones[:most], [row[1] for row in rows if row[1] is not None][:most]


def _on_bench(most: int = 8) -> Sequence[Item]:
    found = select(Item).where(Item.status == "on_bench").options(joinedload(Item.product))
    return session().scalars(found.order_by(TAG).limit(most)).all()


def _kept(since: datetime) -> Kept:
    out = select(func.count(), func.sum(Product.mass_g)).select_from(ContractLine)
    loops, mass_g = session().execute(out.join(ContractLine.product).where(ContractLine.out_at >= since)).one()
    return Kept(loops, int(mass_g or 0))


def _care(until: object, most: int) -> Sequence[CareOccurrence]:
    found = select(CareOccurrence).where(CareOccurrence.status.in_(OPEN), CareOccurrence.due_on <= until)
    found = (
        found.join(CareOccurrence.item).join(CareOccurrence.plan).where(Item.status.not_in(GONE), CarePlan.is_active)
    )
    found = found.options(joinedload(CareOccurrence.plan), joinedload(CareOccurrence.item).joinedload(Item.product))
    return session().scalars(found.order_by(CareOccurrence.due_on, CareOccurrence.id).limit(most)).all()


@dataclass(frozen=True)
class Hits:
    """What a search found, by kind."""

    contracts: Sequence[Contract]
    items: Sequence[Item]
    customers: Sequence[Customer]


def find(query: str, *, contracts: bool, items: bool, customers: bool, most: int = 6) -> Hits:
    """The first few contracts, items and customers that have words beginning with those of the query. `#` asks for codes,
    `@` for people."""
    wanted = query.strip()
    if wanted.startswith("@"):
        contracts = items = False
    if wanted.startswith("#"):
        customers = False
    return Hits(
        _contracts(wanted, most) if contracts else [],
        _items(wanted, most) if items else [],
        _customers(wanted, most) if customers else [],
    )


def _contracts(query: str, most: int) -> Sequence[Contract]:
    ids = search.matching("contract", query)
    if ids is None:
        return []
    found = select(Contract).where(Contract.id.in_(ids)).options(joinedload(Contract.customer))
    return session().scalars(found.order_by(Contract.id.desc()).limit(most)).all()


def _items(query: str, most: int) -> Sequence[Item]:
    ids = search.matching("item", query)
    if ids is None:
        return []
    found = select(Item).where(Item.id.in_(ids)).options(joinedload(Item.product))
    return session().scalars(found.order_by(TAG).limit(most)).all()


def _customers(query: str, most: int) -> Sequence[Customer]:
    ids = search.matching("customer", query)
    if ids is None:
        return []
    found = select(Customer).where(Customer.id.in_(ids), Customer.merged_into_id.is_(None))
    return session().scalars(found.order_by(as_read(Customer.name), Customer.id).limit(most)).all()
