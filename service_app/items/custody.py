"""An item that is out, late, back or on the bench: what that blocks, and what has to make way.

Searching and booking are in `availability`; here the allocations follow the thing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg.errors import ExclusionViolation
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from service_app.catalogue.models import Product
from service_app.core import events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.items.availability import (
    FAR,
    allocation_of,
    blocks_of_item,
    bookable_items,
    is_taken,
    lock_product,
    move_to,
    release,
)
from service_app.items.models import Allocation, Item


def refuse_held_back(item: Item, field: str | None = None) -> None:
    """What its care holds back goes to nobody, whichever the door: 'stop_lending' keeps it from somebody new, and who would
    get it now is always that; 'stop_use' from everybody. Refuses it (`handover.held_back`), on the field that named it."""
    if item.held_back:
        raise Conflict("handover.held_back", field=field, tag=item.tag)


def put_in_use(allocation: Allocation, out_at: datetime) -> None:
    """The reservation becomes use from the moment of the hand-over; an earlier hand-over must itself be free."""
    session().flush()
    try:
        with session().begin_nested():
            allocation.kind = "use"
            allocation.blocked_from = min(out_at, allocation.blocked_from)
            allocation.starts_at = min(out_at, allocation.starts_at)
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
    lock_product(product)
    homeless = _make_way(actor, allocation, product, FAR)
    allocation.blocked_until = None
    session().flush()
    return homeless


def _make_way(actor: Actor, allocation: Allocation, product: Product, until: datetime) -> list[Allocation]:
    blocks = blocks_of_item(allocation.item, allocation.blocked_from, until)
    rows = [block.allocation for block in blocks if block.allocation is not None and block.allocation.kind != "use"]
    return _displace(actor, [row for row in rows if row.id != allocation.id], product)


def _displace(actor: Actor, rows: Sequence[Allocation], product: Product) -> list[Allocation]:
    """Move bookings to other items; those that fit nowhere lose their item and are returned."""
    homeless = []
    for row in rows:
        other = _other_item(row, product)
        if other is not None:
            move_to(row, other)
            row.is_pinned = False
            events.record("allocation.displaced", actor, [row.item], {"to": other.tag})
        else:
            session().delete(row)
            session().flush()
            homeless.append(row)
    return homeless


def vacate(actor: Actor, item: Item, at: datetime) -> list[Allocation]:
    """The item is not here any more, though it is with nobody: what kept it here ends, and its bookings are moved to other
    items; those that fit nowhere lose their item and are returned, for their contracts to be marked at risk."""
    lock_product(item.product)
    end_work(item, at)
    ahead = [block.allocation for block in blocks_of_item(item, at, FAR)]
    rows = [row for row in ahead if row is not None and row.kind != "use"]
    for row in rows:
        if row.kind == "work":  # of this very item, for nobody: no other takes its place
            release(row)
    return _displace(actor, [row for row in rows if row.kind != "work"], item.product)


def _other_item(row: Allocation, product: Product) -> Item | None:
    others = (item for item in bookable_items(product) if item.id != row.item_id)
    return next((item for item in others if not is_taken(item, row.blocked_from, row.blocked_until)), None)


def stretch_to(actor: Actor, allocation: Allocation, ends_at: datetime, product: Product) -> list[Allocation]:
    """A new end for an item in use (shorter, longer, or no longer without end), with the buffer after it. Bookings that
    stand in the way are moved; what fits nowhere is returned."""
    after = timedelta(minutes=product.buffer_after_minutes)
    lock_product(product)
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
    if is_taken(item, at, at + timedelta(seconds=1)):
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


def clear_bench(actor: Actor, booking: Allocation, at: datetime) -> list[Allocation]:
    """The item of a booking is on the bench: the booking moves to one that is not, where there is one free; else it is
    taken off and returned, for its contract to be marked at risk. The work then lasts until the booking after it."""
    product = session().get_one(Product, (booking.workshop_id, booking.product_id))
    lock_product(product)
    item, homeless = booking.item, []
    ready = [each for each in bookable_items(product) if each.status != "on_bench" and each.id != item.id]
    other = next((each for each in ready if not is_taken(each, booking.blocked_from, booking.blocked_until)), None)
    if other is not None:
        move_to(booking, other)
        booking.is_pinned = False
        session().flush()
        session().expire(booking, ["item"])
        events.record("allocation.displaced", actor, [item], {"to": other.tag})
    else:
        session().delete(booking)
        session().flush()
        homeless.append(booking)
    _work_on(item, at)
    return homeless


def _work_on(item: Item, at: datetime) -> None:
    """What keeps the item blocked now lasts until its next booking, or without end."""
    found = select(Allocation).where(Allocation.item_id == item.id, Allocation.kind.in_(("buffer", "work")))
    found = found.where(Allocation.blocked_from <= at, Allocation.blocked_until > at)
    for row in session().scalars(found).all():
        row.blocked_until = _first_after(item.id, at)
    session().flush()


def end_work(item: Item, at: datetime) -> None:
    """The item left the bench: what kept it blocked after its last return, and for the work, ends now. Time kept for work
    that is still to come stays."""
    found = select(Allocation).where(Allocation.item_id == item.id, Allocation.kind.in_(("buffer", "work")))
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > at))
    found = found.where(Allocation.blocked_from <= at)
    for row in session().scalars(found).all():
        _end(row, at)


def _end(row: Allocation, at: datetime) -> None:
    if row.blocked_from >= at:
        release(row)
        return
    row.ends_at = at
    row.blocked_until = at if row.blocked_until is None or row.blocked_until > at else row.blocked_until
    session().flush()
