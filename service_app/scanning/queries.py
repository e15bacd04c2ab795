"""Reads about what was scanned, and about stock-takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from service_app.contracts.models import Contract, ContractLine, Handover
from service_app.core import clock, search
from service_app.core.db import current_workshop_id, kept, session
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read
from service_app.core.paging import Page, page_of
from service_app.items.models import Allocation, Item
from service_app.items.queries import TAG
from service_app.scanning.codes import Code
from service_app.scanning.models import StockTake, StockTakeEntry
from service_app.workshops.models import Workshop

# Where a thing is by the book when it should be met in the workshop.
HERE = ("in_stock", "to_inspect", "on_bench")

_BY_TAG = kept(select(Item).where(Item.tag == bindparam("code")).options(joinedload(Item.product)))
_BY_PUBLIC_CODE = kept(select(Item).where(Item.public_code == bindparam("code")).options(joinedload(Item.product)))
_BY_EARLIER_CODE = kept(select(Item).where(Item.external_ref == bindparam("code")).options(joinedload(Item.product)))


def items_of_code(code: Code) -> Sequence[Item]:
    """The items of this workshop that a code names: one by its tag or its passport; several may share a serial number."""
    tagged = session().scalars(_BY_TAG, {"code": code.text}).first()
    if tagged is not None:
        return [tagged]
    if code.is_passport:
        found = session().scalars(_BY_PUBLIC_CODE, {"code": code.text}).first()
        if found is None:  # a thing that came from another member bears their label still
            found = session().scalars(_BY_EARLIER_CODE, {"code": code.text}).first()
        return [found] if found is not None else []
    return _items_by_serial(code.text)


def _items_by_serial(text: str) -> Sequence[Item]:
    ids = search.matching("item", text)
    if ids is None:
        return []
    found = select(Item).where(Item.id.in_(ids), func.upper(Item.serial) == text).options(joinedload(Item.product))
    return session().scalars(found.order_by(TAG).limit(20)).all()


def other_workshop_of(code: Code) -> Workshop | None:
    """The member of the cluster whose passport this is, when it is another one. No row of it is read: its name stands on
    its public page, and whether it has such a thing is seen there."""
    if code.workshop_id in (None, current_workshop_id()):
        return None
    return session().get(Workshop, code.workshop_id)


_WITH_ALL = (joinedload(ContractLine.contract).joinedload(Contract.customer), joinedload(ContractLine.product))


def line_of_item(item: Item, *states: str) -> ContractLine | None:
    """The newest contract line that has the item in one of these states, with contract and customer."""
    found = select(ContractLine).where(ContractLine.item_id == item.id, ContractLine.status.in_(states))
    return session().scalars(found.options(*_WITH_ALL).order_by(ContractLine.id.desc()).limit(1)).first()


def line_to_fetch(item: Item, zone: str) -> ContractLine | None:
    """The planned line for which the item is reserved and that is fetched today, or should have been before."""
    _start, end = clock.day_bounds(clock.today(zone), zone)
    meant = select(Allocation.contract_line_id).where(Allocation.item_id == item.id, Allocation.kind == "reservation")
    found = select(ContractLine).join(ContractLine.contract).where(ContractLine.id.in_(meant))
    found = found.where(
        ContractLine.status == "planned", ContractLine.starts_at < end, Contract.status.in_(("signed", "active"))
    )
    return session().scalars(found.options(*_WITH_ALL).order_by(ContractLine.starts_at).limit(1)).first()


def line_that_lost(component: Item) -> ContractLine | None:
    """The line that brought a kit back without this component."""
    if component.kit_item_id is None:
        return None
    back = select(Handover.contract_line_id).where(
        Handover.item_id == component.kit_item_id,
        Handover.direction == "in",
        Handover.missing.contains([component.tag]),
    )
    found = select(ContractLine).where(ContractLine.id.in_(back)).options(*_WITH_ALL)
    return session().scalars(found.order_by(ContractLine.id.desc()).limit(1)).first()


def next_booking(item: Item, but: ContractLine | None = None) -> Allocation | None:
    """The next time the item is promised, not counting the line that is being fetched."""
    found = select(Allocation).where(
        Allocation.item_id == item.id,
        Allocation.kind.in_(("hold", "reservation")),
        Allocation.expires_at.is_(None) | (Allocation.expires_at > clock.now()),
        Allocation.blocked_until.is_(None) | (Allocation.blocked_until > clock.now()),
    )
    if but is not None:
        found = found.where(Allocation.contract_line_id != but.id)
    return session().scalars(found.order_by(Allocation.blocked_from).limit(1)).first()


# --- stock-takes -------------------------------------------------------------------------------------------------------


def list_takes(page: int) -> Page[StockTake]:
    """A page of takes, the newest first."""
    return page_of(select(StockTake).options(joinedload(StockTake.product)).order_by(StockTake.id.desc()), page)


def get_take(reference: str) -> StockTake:
    """The take with this reference; refuses with NotFound."""
    found = select(StockTake).where(StockTake.reference == reference.strip().upper())
    take = session().scalars(found.options(joinedload(StockTake.product))).first()
    if take is None:
        raise NotFound("not_found")
    return take


def get_entry(take: StockTake, entry_id: int) -> StockTakeEntry:
    """An entry of a take with its item; refuses with NotFound."""
    found = select(StockTakeEntry).where(StockTakeEntry.id == entry_id, StockTakeEntry.stock_take_id == take.id)
    entry = session().scalars(found.options(*_WITH_ITEM)).first()
    if entry is None:
        raise NotFound("not_found")
    return entry


def is_in_scope(take: StockTake, item: Item) -> bool:
    """Whether a take expects an item: it is of the place or product that is counted, and here by the book."""
    if item.status not in HERE:
        return False
    if take.scope == "place":
        return item.place.casefold() == take.place.casefold()
    return take.scope == "all" or item.product_id == take.product_id


def _expected(take: StockTake) -> list[ColumnElement[bool]]:
    """The same as conditions."""
    here: list[ColumnElement[bool]] = [Item.status.in_(HERE)]
    if take.scope == "place":
        here.append(func.lower(Item.place) == take.place.lower())
    elif take.scope == "product":
        here.append(Item.product_id == take.product_id)
    return here


def missing_from(take: StockTake) -> Select[Any]:
    """The items an open take expects and nobody scanned yet, where they should stand first."""
    counted = select(StockTakeEntry.item_id).where(
        StockTakeEntry.stock_take_id == take.id, StockTakeEntry.item_id.is_not(None)
    )
    return select(Item).where(*_expected(take), Item.id.not_in(counted)).order_by(as_read(Item.place), TAG)


_WITH_ITEM = (joinedload(StockTakeEntry.item).joinedload(Item.product),)


def entries_of(take: StockTake, *results: str, most: int | None = None) -> Sequence[StockTakeEntry]:
    """The entries of a take with these results, the newest first, with items and products."""
    found = select(StockTakeEntry).where(StockTakeEntry.stock_take_id == take.id, StockTakeEntry.result.in_(results))
    return session().scalars(found.options(*_WITH_ITEM).order_by(StockTakeEntry.id.desc()).limit(most)).all()


@dataclass(frozen=True)
class Standing:
    """How a take stands: figures, what was counted last, what was not expected, and what is missing (items while it is
    open, entries once it is finished; at most the first `MOST_SHOWN`)."""

    found: int
    missing: int
    unexpected: int
    latest: Sequence[StockTakeEntry]
    surprises: Sequence[StockTakeEntry]
    absent: Sequence[Any]

    @property
    def expected(self) -> int:
        """How many things should be here."""
        return self.found + self.missing


MOST_SHOWN = 100


def standing_of(take: StockTake) -> Standing:
    """How a take stands now: five statements, whatever its size."""
    counts = select(StockTakeEntry.result, func.count()).where(StockTakeEntry.stock_take_id == take.id)
    by_result = {name: number for name, number in session().execute(counts.group_by(StockTakeEntry.result)).all()}
    is_open = take.status == "open"
    absent: Sequence[Any]
    if is_open:
        wanted = missing_from(take)
        absent = session().scalars(wanted.options(joinedload(Item.product)).limit(MOST_SHOWN)).all()
        missing = session().scalar(wanted.with_only_columns(func.count(Item.id)).order_by(None)) or 0
    else:
        absent = sorted(
            entries_of(take, "missing", most=MOST_SHOWN), key=lambda row: (row.outcome, row.place, row.code)
        )
        missing = by_result.get("missing", 0)
    return Standing(
        found=by_result.get("found", 0),
        missing=missing,
        unexpected=by_result.get("unexpected", 0) + by_result.get("unknown", 0),
        latest=entries_of(take, "found", "unexpected", "unknown", most=5),
        surprises=entries_of(take, "unexpected", "unknown", most=MOST_SHOWN),
        absent=absent,
    )


def places() -> Sequence[str]:
    """The places at which something stands, for a list to choose from."""
    found = select(Item.place).where(Item.place != "", Item.status.in_(HERE)).group_by(Item.place)
    return session().scalars(found.order_by(as_read(Item.place)).limit(200)).all()
