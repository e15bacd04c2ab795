"""When things are free, and taking them: the only writer of `allocation`.

The exclusion constraint is what makes a double booking impossible; everything here is about giving good answers. A
booking locks its product's row (what gets scarcer, once, late, before the check), then takes the free item that leaves
the smallest gap. When none is free over the whole stretch, unpinned bookings may be moved to other items of the product
to make room. What the constraint still refuses (a writer that did not take the lock) becomes the same answer, Conflict
`availability.none` with alternatives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.errors import ExclusionViolation
from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import make_transient

from service_app.catalogue.models import Product
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items.models import Allocation, Item

BOOKABLE = ("in_stock", "out", "to_inspect", "on_bench")
SEARCH_DAYS = 60
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """A wish: [starts_at, ends_at), ends_at None for open-ended."""

    starts_at: datetime
    ends_at: datetime | None

    def __post_init__(self) -> None:
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise Invalid("availability.empty_stretch", field="ends_at")

    def with_buffers(self, product: Product) -> tuple[datetime, datetime | None]:
        """[blocked_from, blocked_until): the stretch with the product's buffers around it."""
        before = timedelta(minutes=product.buffer_before_minutes)
        after = timedelta(minutes=product.buffer_after_minutes)
        return self.starts_at - before, self.ends_at + after if self.ends_at is not None else None

    def moved(self, by: timedelta) -> Stretch:
        """The same stretch, later."""
        return Stretch(self.starts_at + by, self.ends_at + by if self.ends_at is not None else None)


@dataclass(frozen=True)
class _Block:
    """An allocation, or one imagined, on the line of time."""

    start: datetime
    end: datetime
    allocation: Allocation | None = None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


def book(
    product: Product,
    stretch: Stretch,
    *,
    kind: str,
    contract_line_id: int | None = None,
    expires_at: datetime | None = None,
    item: Item | None = None,
    note: str = "",
) -> Allocation:
    """Block an item of the product over the stretch and its buffers.

    With `item` that very item is taken and pinned; otherwise the item stays exchangeable until it is pinned. Refuses
    with Conflict `availability.none`, carrying `alternatives` (other starts, ISO instants), when nothing is free.
    """
    _lock(product)
    _drop_expired_holds(product)
    start, end = stretch.with_buffers(product)
    chosen = item or _choose(product, start, end or FAR)
    if chosen is None:
        raise Conflict("availability.none", product=product.code, alternatives=_alternatives_of(product, stretch))
    row = Allocation(
        item_id=chosen.id,
        product_id=product.id,
        kind=kind,
        starts_at=stretch.starts_at,
        ends_at=stretch.ends_at,
        blocked_from=start,
        blocked_until=end,
        is_pinned=item is not None,
        expires_at=expires_at,
        contract_line_id=contract_line_id,
        note=note,
    )
    return _insert(row, product, stretch)


def _insert(row: Allocation, product: Product, stretch: Stretch) -> Allocation:
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise Conflict(
                "availability.none", product=product.code, alternatives=_alternatives_of(product, stretch)
            ) from error
        raise
    return row


def _lock(product: Product) -> None:
    session().execute(select(Product.id).where(Product.id == product.id).with_for_update())


def _drop_expired_holds(product: Product) -> None:
    session().execute(
        delete(Allocation)
        .where(Allocation.product_id == product.id, Allocation.kind == "hold", Allocation.expires_at <= clock.now())
        .execution_options(synchronize_session=False)
    )


def _bookable_items(product: Product) -> Sequence[Item]:
    found = select(Item).where(Item.product_id == product.id, Item.status.in_(BOOKABLE))
    return session().scalars(found.order_by(Item.grade, Item.id)).all()


def _blocks_by_item(product: Product, start: datetime, end: datetime) -> dict[int, list[_Block]]:
    live = or_(Allocation.expires_at.is_(None), Allocation.expires_at > clock.now())
    found = select(Allocation).where(Allocation.product_id == product.id, live)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > start))
    if end < FAR:
        found = found.where(Allocation.blocked_from < end)
    by_item: dict[int, list[_Block]] = defaultdict(list)
    for row in session().scalars(found):
        by_item[row.item_id].append(_Block(row.blocked_from, row.blocked_until or FAR, row))
    return by_item


def _choose(product: Product, start: datetime, end: datetime) -> Item | None:
    items = _bookable_items(product)
    blocks = _blocks_by_item(product, start, end)
    free = [item for item in items if not blocks[item.id]]
    return free[0] if free else _make_room(items, blocks, start, end)


def _make_room(items: Sequence[Item], blocks: dict[int, list[_Block]], start: datetime, end: datetime) -> Item | None:
    """Free one item by moving its unpinned bookings to others, when each of them fits somewhere."""
    for item in items:
        inside = [block for block in blocks[item.id] if block.overlaps(start, end)]
        moves = _moves_out(item, inside, items, blocks, start, end)
        if moves is not None:
            for allocation, target in moves:
                _move(allocation, target)
            return item
    return None


def _moves_out(
    item: Item,
    inside: list[_Block],
    items: Sequence[Item],
    blocks: dict[int, list[_Block]],
    start: datetime,
    end: datetime,
) -> list[tuple[Allocation, Item]] | None:
    taken: dict[int, list[_Block]] = defaultdict(list)
    moves = []
    for block in inside:
        if (
            block.allocation is None
            or block.allocation.is_pinned
            or block.allocation.kind not in ("hold", "reservation")
        ):
            return None
        target = next((other for other in items if other.id != item.id and _fits(block, other, taken)), None)
        if target is None:
            return None
        taken[target.id].append(block)
        moves.append((block.allocation, target))
    return moves


def _fits(block: _Block, other: Item, taken: dict[int, list[_Block]]) -> bool:
    if any(sitting.overlaps(block.start, block.end) for sitting in taken[other.id]):
        return False
    end = None if block.end == FAR else block.end
    return not _is_taken(other, block.start, end)


def _is_taken(item: Item, start: datetime, end: datetime | None, but: int | None = None) -> bool:
    live = or_(Allocation.expires_at.is_(None), Allocation.expires_at > clock.now())
    found = select(Allocation.id).where(Allocation.item_id == item.id, live)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > start))
    if end is not None:
        found = found.where(Allocation.blocked_from < end)
    if but is not None:
        found = found.where(Allocation.id != but)
    return session().scalar(found.limit(1)) is not None


def _move(allocation: Allocation, target: Item) -> None:
    allocation.item_id = target.id
    session().flush()


def is_item_free(item: Item, stretch: Stretch, product: Product, *, but: Allocation | None = None) -> bool:
    """Whether this item is free over the stretch with buffers, not counting one allocation."""
    start, end = stretch.with_buffers(product)
    return not _is_taken(item, start, end, but.id if but is not None else None)


def count_free(product: Product, stretch: Stretch) -> int:
    """How many items of the product are free over the whole stretch with buffers, without moving any booking."""
    start, end = stretch.with_buffers(product)
    blocks = _blocks_by_item(product, start, end or FAR)
    return sum(1 for item in _bookable_items(product) if not blocks[item.id])


def free_items(product: Product, stretch: Stretch, *, but: Allocation | None = None) -> list[Item]:
    """The items of the product that are free over the whole stretch with buffers, not counting one allocation."""
    start, end = stretch.with_buffers(product)
    blocks = _blocks_by_item(product, start, end or FAR)
    return [item for item in _bookable_items(product) if _only(blocks[item.id], but)]


def _only(blocks: Sequence[_Block], but: Allocation | None) -> bool:
    return all(but is not None and block.allocation is but for block in blocks)


def alternatives(product: Product, stretch: Stretch, *, most: int = 3) -> list[Stretch]:
    """Later starts at the same hour within sixty days at which an item is free for as long."""
    start, end = stretch.with_buffers(product)
    horizon = (end or start) + timedelta(days=SEARCH_DAYS) if end is not None else FAR
    blocks = _blocks_by_item(product, start, horizon)
    items = _bookable_items(product)
    found: list[Stretch] = []
    for days in range(1, SEARCH_DAYS + 1):
        later = stretch.moved(timedelta(days=days))
        begin, until = later.with_buffers(product)
        if any(not _hit(blocks[item.id], begin, until or FAR) for item in items):
            found.append(later)
            if len(found) == most:
                break
    return found


def _hit(blocks: list[_Block], start: datetime, end: datetime) -> bool:
    return any(block.overlaps(start, end) for block in blocks)


def _alternatives_of(product: Product, stretch: Stretch) -> list[str]:
    return [later.starts_at.isoformat() for later in alternatives(product, stretch)]


def allocation_of(contract_line_id: int, *kinds: str) -> Allocation | None:
    """The allocation of a contract line of one of the kinds, or None."""
    found = select(Allocation).where(Allocation.contract_line_id == contract_line_id, Allocation.kind.in_(kinds))
    return session().scalars(found.order_by(Allocation.id.desc())).first()


def release(allocation: Allocation) -> None:
    """Give the stretch back."""
    session().delete(allocation)
    session().flush()


def confirm(allocation: Allocation) -> None:
    """A hold becomes a reservation; it no longer expires."""
    allocation.kind, allocation.expires_at = "reservation", None
    session().flush()


def pin(allocation: Allocation, item: Item, product: Product) -> None:
    """Bind the booking to this very item. Refuses with Conflict `availability.item_taken` when the item is not free."""
    if allocation.item_id != item.id:
        _lock(product)
        stretch = Stretch(allocation.starts_at, allocation.ends_at)
        if not is_item_free(item, stretch, product) and not _swap(allocation, item):
            raise Conflict("availability.item_taken", tag=item.tag)
        allocation.item_id = item.id
    allocation.is_pinned = True
    session().flush()


def _swap(allocation: Allocation, item: Item) -> bool:
    """Make way on `item` by giving its one unpinned booking of the same time the item we leave."""
    until = allocation.blocked_until
    hindering = [block.allocation for block in _blocks_by_item_of(item, allocation.blocked_from, until or FAR)]
    if len(hindering) != 1:
        return False
    other = hindering[0]
    if other is None or other.is_pinned or other.kind not in ("hold", "reservation"):
        return False
    left = session().get_one(Item, (allocation.workshop_id, allocation.item_id))
    if _is_taken(left, other.blocked_from, other.blocked_until, allocation.id):
        return False
    session().delete(allocation)
    session().flush()
    _move(other, left)
    _restore(allocation, item)
    return True


def _restore(allocation: Allocation, item: Item) -> None:
    """Write a deleted allocation again, on another item."""
    make_transient(allocation)
    allocation.id = None  # type: ignore[assignment]
    allocation.item_id = item.id
    session().add(allocation)
    session().flush()


def _blocks_by_item_of(item: Item, start: datetime, end: datetime) -> list[_Block]:
    found = select(Allocation).where(Allocation.item_id == item.id)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > start))
    if end < FAR:
        found = found.where(Allocation.blocked_from < end)
    return [_Block(row.blocked_from, row.blocked_until or FAR, row) for row in session().scalars(found)]


def put_in_use(allocation: Allocation, out_at: datetime) -> None:
    """The reservation becomes use from the moment of the hand-over; an earlier hand-over must itself be free."""
    allocation.kind = "use"
    if out_at < allocation.blocked_from:
        allocation.blocked_from = out_at
    if out_at < allocation.starts_at or allocation.ends_at is None or out_at < allocation.ends_at:
        allocation.starts_at = min(out_at, allocation.starts_at)
    _flush_or_refuse(allocation)


def _flush_or_refuse(allocation: Allocation) -> None:
    try:
        with session().begin_nested():
            session().flush()
    except IntegrityError as error:
        session().refresh(allocation)
        if isinstance(error.orig, ExclusionViolation):
            raise Conflict("availability.item_taken", tag=allocation.item.tag) from error
        raise


def keep_blocked(actor: Actor, allocation: Allocation) -> list[Allocation]:
    """The item is not back: block it without end. Later bookings of it are moved to other items where one is free;
    those that fit nowhere lose their item and are returned, for their contracts to be marked at risk."""
    product = session().get_one(Product, (allocation.workshop_id, allocation.product_id))
    _lock(product)
    homeless = _make_way(actor, allocation, product, FAR)
    allocation.blocked_until = None
    session().flush()
    return homeless


def _make_way(actor: Actor, allocation: Allocation, product: Product, until: datetime) -> list[Allocation]:
    homeless = []
    for block in _blocks_by_item_of(allocation.item, allocation.blocked_from, until):
        row = block.allocation
        if row is None or row.id == allocation.id or row.kind == "use":
            continue
        other = _other_item(row, product)
        if other is not None:
            _move(row, other)
            row.is_pinned = False
            events.record("allocation.displaced", actor, [row.item], {"to": other.tag})
        else:
            session().delete(row)
            session().flush()
            homeless.append(row)
    return homeless


def _other_item(row: Allocation, product: Product) -> Item | None:
    others = (item for item in _bookable_items(product) if item.id != row.item_id)
    return next((item for item in others if not _is_taken(item, row.blocked_from, row.blocked_until)), None)


def stretch_to(actor: Actor, allocation: Allocation, ends_at: datetime, product: Product) -> list[Allocation]:
    """A new end for an item in use (shorter, longer, or no longer without end), with the buffer after it. Bookings that
    stand in the way are moved; what fits nowhere is returned."""
    after = timedelta(minutes=product.buffer_after_minutes)
    _lock(product)
    homeless = _make_way(actor, allocation, product, ends_at + after)
    allocation.ends_at, allocation.blocked_until = ends_at, ends_at + after
    session().flush()
    return homeless


def give_back(actor: Actor, allocation: Allocation, in_at: datetime) -> list[Allocation]:
    """The item came back: its use ends now, and it stays blocked (kind buffer, without end) until it was inspected. When
    it is later than it was blocked for and nobody noticed yet, what stood in the way moves as in `keep_blocked`."""
    is_unnoticed = allocation.blocked_until is not None and in_at > allocation.blocked_until
    homeless = keep_blocked(actor, allocation) if is_unnoticed else []
    item_id, product_id, line_id = allocation.item_id, allocation.product_id, allocation.contract_line_id
    earliest = max(in_at, allocation.blocked_from + timedelta(seconds=1))
    allocation.ends_at = allocation.blocked_until = earliest
    session().flush()
    following = _first_after(item_id, earliest)
    row = Allocation(
        item_id=item_id,
        product_id=product_id,
        kind="buffer",
        starts_at=earliest,
        ends_at=None,
        blocked_from=earliest,
        blocked_until=following,
        is_pinned=True,
        contract_line_id=line_id,
    )
    session().add(row)
    session().flush()
    return homeless


def _first_after(item_id: int, instant: datetime) -> datetime | None:
    found = select(func.min(Allocation.blocked_from))
    return session().scalar(found.where(Allocation.item_id == item_id, Allocation.blocked_from >= instant))


def end_buffer(contract_line_id: int, at: datetime) -> None:
    """The inspection is over: the item is free again from now."""
    row = allocation_of(contract_line_id, "buffer")
    if row is not None:
        _end(row, at)


def block_for_work(item: Item, at: datetime) -> None:
    """The item is on the bench: nobody books it from now until its next booking, or without end when it has none."""
    if _is_taken(item, at, at + timedelta(seconds=1)):
        return
    following = _first_after(item.id, at)
    row = Allocation(
        item_id=item.id,
        product_id=item.product_id,
        kind="work",
        starts_at=at,
        ends_at=None,
        blocked_from=at,
        blocked_until=following,
    )
    session().add(row)
    session().flush()


def end_work(item: Item, at: datetime) -> None:
    """The item left the bench: what kept it blocked after its last return, and for the work, ends now."""
    found = select(Allocation).where(Allocation.item_id == item.id, Allocation.kind.in_(("buffer", "work")))
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > at))
    for row in session().scalars(found).all():
        _end(row, at)


def _end(row: Allocation, at: datetime) -> None:
    if row.blocked_from >= at:
        release(row)
        return
    row.ends_at = at
    row.blocked_until = at if row.blocked_until is None or row.blocked_until > at else row.blocked_until
    session().flush()


def drop_expired_holds(limit: int = 500) -> int:
    """Housekeeping: forget holds that ran out, in the current workshop."""
    expired = select(Allocation.id).where(Allocation.expires_at <= clock.now()).limit(limit)
    done: Any = session().execute(
        delete(Allocation).where(Allocation.id.in_(expired)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)


def forget(contract_line_id: int, *kinds: str) -> None:
    """Delete what a line has of these kinds: its booking is off."""
    session().execute(
        delete(Allocation)
        .where(Allocation.contract_line_id == contract_line_id, Allocation.kind.in_(kinds))
        .execution_options(synchronize_session=False)
    )
