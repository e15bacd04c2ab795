"""The lanes of items, by product: what blocks each of them, from the allocations, and when care is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import contains_eager

from service_app.board.lanes import Bar, Lane, LaneKind, LanePage, Wanted, add
from service_app.board.window import Window
from service_app.board.words import CARE, DISPLACED, NOT_FETCHED, OVER, STATES, Said
from service_app.catalogue.models import CarePlan, Product
from service_app.contracts.models import Contract, ContractLine
from service_app.core import clock, search
from service_app.core.db import session
from service_app.core.i18n import lazy as _l
from service_app.core.i18n import words
from service_app.core.ordering import as_read
from service_app.core.paging import Page, page_of
from service_app.customers.models import Customer
from service_app.items.models import Allocation, Item
from service_app.items.queries import TAG
from service_app.items.words import STATES as ITEM_STATES
from service_app.workorders.models import OPEN, CareOccurrence

GONE = ("retired", "sold")
AWAY = ("lost", *GONE)
MOVABLE = ("signed", "active", "notice")


def load(window: Window, wanted: Wanted) -> LanePage:
    """A page of items with what is on them: four statements, however many there are."""
    page = _items(window, wanted)
    by_id = {
        item.id: Lane(
            item.tag, item.place, _address(item.tag), item.product.code, words(item.product.name), _unusual(item.status)
        )
        for item in page.rows
    }
    state_of = {item.id: item.status for item in page.rows}
    for row in _bookings(window, list(by_id)):
        by_id[row.item_id].bars.append(_bar(row, state_of[row.item_id], window.zone))
    for item_id, bar in _care(window, list(by_id)):
        by_id[item_id].bars.append(bar)
    for lane in by_id.values():
        lane.stack()
    return LanePage(list(by_id.values()), page.total)


def _address(tag: str) -> str:
    """The page of an item, from where the board is: short, for there are hundreds."""
    return f"items/{quote(tag, safe='')}"


def _unusual(status: str) -> tuple[str, Any] | None:
    """The state of a thing that is neither here nor out as it should be."""
    return ITEM_STATES[status] if status in ("to_inspect", "on_bench", "lost") else None


def _items(window: Window, wanted: Wanted) -> Page[Item]:
    found = select(Item).join(Item.product).where(Item.status.not_in(GONE), Item.kit_item_id.is_(None))
    ids = search.matching("item", wanted.text)
    if ids is not None:
        found = found.where(Item.id.in_(ids))
    if wanted.product:
        found = found.where(Product.code == wanted.product)
    if wanted.category:
        found = found.where(Product.category == wanted.category)
    if wanted.place:
        found = found.where(Item.place == wanted.place)
    if wanted.booked:
        same = (Allocation.workshop_id == Item.workshop_id, Allocation.item_id == Item.id)
        found = found.where(exists().where(*same, *_inside(window)))
    found = found.options(contains_eager(Item.product).load_only(Product.code, Product.name))
    return page_of(found.order_by(as_read(Product.code), TAG), wanted.page, wanted.size)


def _inside(window: Window) -> tuple[ColumnElement[bool], ...]:
    """What lives and overlaps the window."""
    return (
        or_(Allocation.expires_at.is_(None), Allocation.expires_at > clock.now()),
        Allocation.blocked_from < window.end,
        or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > window.start),
    )


def _bookings(window: Window, item_ids: Sequence[int]) -> Sequence[Any]:
    """Plain columns: hundreds of rows of which a bar needs a dozen values each."""
    own = ContractLine.workshop_id == Allocation.workshop_id
    found = (
        select(
            Allocation.item_id, Allocation.kind, Allocation.starts_at, Allocation.ends_at, Allocation.blocked_from,
            Allocation.blocked_until, Allocation.is_pinned, ContractLine.position, ContractLine.status,
            ContractLine.starts_at.label("line_starts_at"), Contract.reference,
            Contract.status.label("contract_status"), Contract.version, Customer.name,
        )
        .outerjoin(ContractLine, and_(own, ContractLine.id == Allocation.contract_line_id))
        .outerjoin(Contract, and_(Contract.workshop_id == ContractLine.workshop_id, Contract.id == ContractLine.contract_id))
        .outerjoin(Customer, and_(Customer.workshop_id == Contract.workshop_id, Customer.id == Contract.customer_id))
        .where(Allocation.item_id.in_(item_ids), *_inside(window))
        .order_by(Allocation.blocked_from)
    )  # fmt: skip
    return session().execute(found).all()


def _bar(row: Any, item_status: str, zone: str) -> Bar:
    tone, word = _said(row)
    bar = Bar(row.starts_at, row.ends_at, tone, row.kind, str(word), row.reference or "", row.name or "")
    if row.reference is not None:
        bar.key = f"{row.reference}/{row.position}"
        bar.url, bar.version = f"board/{bar.key}", row.version
    if row.kind == "use":
        _out(bar, row, zone)
    elif row.kind == "reservation":
        _promised(bar, row, item_status)
    else:
        bar.end = row.blocked_until
    bar.tails = _tails(bar, row)
    return bar


def _said(row: Any) -> Said:
    """The state of a stretch: what was given back or is over is said so, however it was drawn before."""
    if row.kind == "use" and row.status in ("overdue", "lost"):
        return STATES[row.status]
    is_past = row.blocked_until is not None and row.blocked_until <= clock.now()
    is_over = row.status != "out" if row.kind == "use" else is_past
    return OVER[row.kind] if is_over and row.kind in OVER else STATES[row.kind]


def _tails(bar: Bar, row: Any) -> list[tuple[datetime, datetime | None]]:
    """The buffers, and what is blocked without end behind something late."""
    found: list[tuple[datetime, datetime | None]] = []
    if row.blocked_from < bar.start:
        found.append((row.blocked_from, bar.start))
    if bar.end is not None and (row.blocked_until is None or bar.end < row.blocked_until):
        found.append((bar.end, row.blocked_until))
    return found


def _out(bar: Bar, row: Any, zone: str) -> None:
    """What is out ends when it is due; what is late reaches to now, and blocks on and on. A new end is counted from today
    then, at the hour that was agreed."""
    if row.ends_at is None or row.status not in ("out", "overdue"):
        return
    bar.moves, bar.at = "end", row.ends_at
    if row.status == "overdue":
        bar.end = max(row.ends_at, clock.now())
        agreed = clock.local(row.ends_at, zone).time()
        bar.at = max(row.ends_at, clock.at_local(clock.today(zone), agreed, zone))


def _promised(bar: Bar, row: Any, item_status: str) -> None:
    """What is reserved: unpinned it may still change its item; outlined when that is gone, or when nobody came."""
    bar.moves = "whole" if row.contract_status in MOVABLE and row.status == "planned" else ""
    bar.at = row.line_starts_at
    bar.is_open = not row.is_pinned
    if item_status in AWAY:
        bar.is_conflict, bar.word = True, str(DISPLACED)
    elif row.starts_at < clock.now():
        bar.is_conflict, bar.word = True, str(NOT_FETCHED)


def _care(window: Window, item_ids: Sequence[int]) -> Iterator[tuple[int, Bar]]:
    """Care due on a day of the window, or overdue since before it: a bar of one day."""
    found = (
        select(CareOccurrence.item_id, CareOccurrence.due_on, CarePlan.name, Item.tag)
        .join(CareOccurrence.plan)
        .join(CareOccurrence.item)
        .where(CareOccurrence.item_id.in_(item_ids), CareOccurrence.status.in_(OPEN))
        .where(CarePlan.is_active, CareOccurrence.due_on >= window.first, CareOccurrence.due_on <= window.last)
        .order_by(CareOccurrence.due_on, CareOccurrence.id)
    )
    tone, word = CARE
    for row in session().execute(found):
        start, end = clock.day_bounds(row.due_on, window.zone)
        at_noon = start + (end - start) / 2
        hour = timedelta(hours=3)
        bar = Bar(at_noon - hour, at_noon + hour, tone, "care", str(word), words(row.name), url=_address(row.tag))
        yield row.item_id, bar


add(LaneKind("items", _l("Items"), "item:read", load))
