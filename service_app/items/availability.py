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
from sqlalchemy import delete, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import make_transient

from service_app.catalogue.models import Product
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
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
class Block:
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
    lock_product(product)
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


def lock_product(product: Product) -> None:
    """Hold the product's row until the end of the transaction: bookings of a product follow one another. Rows that only
    point to the product do not wait for it."""
    session().execute(select(Product.id).where(Product.id == product.id).with_for_update(key_share=True))


def _drop_expired_holds(product: Product) -> None:
    session().execute(
        delete(Allocation)
        .where(Allocation.product_id == product.id, Allocation.kind == "hold", Allocation.expires_at <= clock.now())
        .execution_options(synchronize_session=False)
    )


def bookable_items(product: Product) -> Sequence[Item]:
    """The items that can be promised, the best grade first. A component of a kit is never promised by itself,
    nor what care that is late holds back."""
    found = select(Item).where(
        Item.product_id == product.id, Item.status.in_(BOOKABLE), Item.kit_item_id.is_(None), Item.held_back == ""
    )
    return session().scalars(found.order_by(Item.grade, Item.id)).all()


def _blocks_by_item(product: Product, start: datetime, end: datetime) -> dict[int, list[Block]]:
    live = or_(Allocation.expires_at.is_(None), Allocation.expires_at > clock.now())
    found = select(Allocation).where(Allocation.product_id == product.id, live)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > start))
    if end < FAR:
        found = found.where(Allocation.blocked_from < end)
    by_item: dict[int, list[Block]] = defaultdict(list)
    for row in session().scalars(found):
        by_item[row.item_id].append(Block(row.blocked_from, row.blocked_until or FAR, row))
    return by_item


def _choose(product: Product, start: datetime, end: datetime) -> Item | None:
    items = bookable_items(product)
    blocks = _blocks_by_item(product, start, end)
    free = [item for item in items if not blocks[item.id]]
    return free[0] if free else _make_room(items, blocks, start, end)


def _make_room(items: Sequence[Item], blocks: dict[int, list[Block]], start: datetime, end: datetime) -> Item | None:
    """Free one item by moving its unpinned bookings to others, when each of them fits somewhere."""
    for item in items:
        inside = [block for block in blocks[item.id] if block.overlaps(start, end)]
        moves = _moves_out(item, inside, items, blocks, start, end)
        if moves is not None:
            for allocation, target in moves:
                move_to(allocation, target)
            return item
    return None


def _moves_out(
    item: Item,
    inside: list[Block],
    items: Sequence[Item],
    blocks: dict[int, list[Block]],
    start: datetime,
    end: datetime,
) -> list[tuple[Allocation, Item]] | None:
    taken: dict[int, list[Block]] = defaultdict(list)
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


def _fits(block: Block, other: Item, taken: dict[int, list[Block]]) -> bool:
    if any(sitting.overlaps(block.start, block.end) for sitting in taken[other.id]):
        return False
    end = None if block.end == FAR else block.end
    return not is_taken(other, block.start, end)


def is_taken(item: Item, start: datetime, end: datetime | None, but: int | None = None) -> bool:
    """Whether something blocks the item within [start, end), not counting the allocation with the id `but`."""
    live = or_(Allocation.expires_at.is_(None), Allocation.expires_at > clock.now())
    found = select(Allocation.id).where(Allocation.item_id == item.id, live)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > start))
    if end is not None:
        found = found.where(Allocation.blocked_from < end)
    if but is not None:
        found = found.where(Allocation.id != but)
    return session().scalar(found.limit(1)) is not None


def move_to(allocation: Allocation, target: Item) -> None:
    """Give a booking another item."""
    allocation.item_id = target.id
    session().flush()


def rebook(allocation: Allocation, stretch: Stretch, product: Product, item: Item | None = None) -> None:
    """Another stretch for a booking, on `item` when it is given, else where it is as long as that is free, else (unless its
    item was chosen) on another item of the product. Refuses with Conflict `availability.item_taken` a very item that is not
    free then, and `availability.none` with alternatives when none is."""
    lock_product(product)
    _drop_expired_holds(product)
    start, end = stretch.with_buffers(product)
    wanted = item or session().get_one(Item, (allocation.workshop_id, allocation.item_id))
    if is_taken(wanted, start, end, allocation.id):
        if item is not None or allocation.is_pinned:
            raise Conflict("availability.item_taken", field="item", tag=wanted.tag)
        free = free_items(product, stretch, but=allocation)
        if not free:
            raise Conflict("availability.none", product=product.code, alternatives=_alternatives_of(product, stretch))
        wanted = free[0]
    is_pinned = allocation.is_pinned or wanted is item
    allocation.item_id, allocation.is_pinned = wanted.id, is_pinned
    allocation.starts_at, allocation.ends_at = stretch.starts_at, stretch.ends_at
    allocation.blocked_from, allocation.blocked_until = start, end
    session().flush()
    session().expire(allocation, ["item"])


def is_item_free(item: Item, stretch: Stretch, product: Product, *, but: Allocation | None = None) -> bool:
    """Whether this item is free over the stretch with buffers, not counting one allocation."""
    start, end = stretch.with_buffers(product)
    return not is_taken(item, start, end, but.id if but is not None else None)


def count_free(product: Product, stretch: Stretch) -> int:
    """How many items of the product are free over the whole stretch with buffers, without moving any booking."""
    start, end = stretch.with_buffers(product)
    blocks = _blocks_by_item(product, start, end or FAR)
    return sum(1 for item in bookable_items(product) if not blocks[item.id])


def free_items(product: Product, stretch: Stretch, *, but: Allocation | None = None) -> list[Item]:
    """The items of the product that are free over the whole stretch with buffers, not counting one allocation."""
    start, end = stretch.with_buffers(product)
    blocks = _blocks_by_item(product, start, end or FAR)
    return [item for item in bookable_items(product) if _only(blocks[item.id], but)]


def _only(blocks: Sequence[Block], but: Allocation | None) -> bool:
    return all(but is not None and block.allocation is but for block in blocks)


def alternatives(product: Product, stretch: Stretch, *, most: int = 3) -> list[Stretch]:
    """Later starts at the same hour within sixty days at which an item is free for as long."""
    start, end = stretch.with_buffers(product)
    horizon = (end or start) + timedelta(days=SEARCH_DAYS) if end is not None else FAR
    blocks = _blocks_by_item(product, start, horizon)
    items = bookable_items(product)
    found: list[Stretch] = []
    for days in range(1, SEARCH_DAYS + 1):
        later = stretch.moved(timedelta(days=days))
        begin, until = later.with_buffers(product)
        if any(not _hit(blocks[item.id], begin, until or FAR) for item in items):
            found.append(later)
            if len(found) == most:
                break
    return found


def _hit(blocks: list[Block], start: datetime, end: datetime) -> bool:
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


_CONFIRM = text("""
    UPDATE allocation SET kind = 'reservation', expires_at = NULL
     WHERE workshop_id = :workshop_id AND contract_line_id = ANY(:line_ids) AND kind = 'hold' AND expires_at > :now
    RETURNING contract_line_id
""").execution_options(scoped_by_hand=True)


def confirm_holds(line_ids: Sequence[int]) -> set[int]:
    """The holds of these contract lines that have not run out become reservations, which do not expire; the lines that
    had one. A hold that lives needs no lock of its product: nothing is taken that was not taken already."""
    session().flush()
    given = {"workshop_id": current_workshop_id(), "line_ids": list(line_ids), "now": clock.now()}
    return set(session().scalars(_CONFIRM, given))


def pin(allocation: Allocation, item: Item, product: Product) -> None:
    """Bind the booking to this very item. Refuses with Conflict `availability.item_taken` when the item is not free."""
    if allocation.item_id != item.id:
        lock_product(product)
        stretch = Stretch(allocation.starts_at, allocation.ends_at)
        if not is_item_free(item, stretch, product) and not _swap(allocation, item):
            raise Conflict("availability.item_taken", tag=item.tag)
        allocation.item_id = item.id
    allocation.is_pinned = True
    session().flush()


def _swap(allocation: Allocation, item: Item) -> bool:
    """Make way on `item` by giving its one unpinned booking of the same time the item we leave."""
    until = allocation.blocked_until
    hindering = [block.allocation for block in blocks_of_item(item, allocation.blocked_from, until or FAR)]
    if len(hindering) != 1:
        return False
    other = hindering[0]
    if other is None or other.is_pinned or other.kind not in ("hold", "reservation"):
        return False
    left = session().get_one(Item, (allocation.workshop_id, allocation.item_id))
    if is_taken(left, other.blocked_from, other.blocked_until, allocation.id):
        return False
    session().delete(allocation)
    session().flush()
    move_to(other, left)
    _restore(allocation, item)
    return True


def _restore(allocation: Allocation, item: Item) -> None:
    """Write a deleted allocation again, on another item."""
    make_transient(allocation)
    allocation.id = None  # type: ignore[assignment]
    allocation.__dict__.pop("during", None)  # the database works it out, and takes it from nobody who read it before
    allocation.item_id = item.id
    session().add(allocation)
    session().flush()


def blocks_of_item(item: Item, start: datetime, end: datetime) -> list[Block]:
    """What blocks an item within [start, end)."""
    found = select(Allocation).where(Allocation.item_id == item.id)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > start))
    if end < FAR:
        found = found.where(Allocation.blocked_from < end)
    return [Block(row.blocked_from, row.blocked_until or FAR, row) for row in session().scalars(found)]


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
