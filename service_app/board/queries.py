"""Reads of the board beside its lanes: what waits for a thing, what it can be narrowed to, what else would be possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from service_app.board.window import Window
from service_app.catalogue.models import Product
from service_app.contracts.models import Contract, ContractLine
from service_app.core import clock
from service_app.core.db import session
from service_app.core.errors import Refusal
from service_app.core.i18n import words
from service_app.core.ordering import as_read, key
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Allocation, Item

SOON = timedelta(days=2)


def unassigned(window: Window, most: int = 12) -> Sequence[ContractLine]:
    """Signed lines for which a thing is still to be found or chosen: those at risk in the window first, then those that go
    out within two days and have no item of their own yet. One more than `most` when there are more."""
    soon = ContractLine.starts_at < clock.now() + SOON
    at_risk = ContractLine.is_at_risk & (ContractLine.starts_at < window.end)
    found = (
        select(ContractLine)
        .join(ContractLine.contract)
        .where(ContractLine.status == "planned", ContractLine.item_id.is_(None), or_(at_risk, soon))
        .where(Contract.status.in_(("signed", "active", "notice")))
        .where(or_(ContractLine.ends_at.is_(None), ContractLine.ends_at > window.start))
        .options(
            joinedload(ContractLine.product).load_only(Product.code, Product.name),
            joinedload(ContractLine.contract).load_only(Contract.reference, Contract.version, Contract.customer_id),
            joinedload(ContractLine.contract).joinedload(Contract.customer).load_only(Customer.name),
        )
        .order_by(ContractLine.is_at_risk.desc(), ContractLine.starts_at, ContractLine.id)
    )
    return session().scalars(found.limit(most + 1)).all()


@dataclass(frozen=True)
class Narrowings:
    """What the lanes can be narrowed to, as (value, label): products, categories, places."""

    products: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    places: list[tuple[str, str]]


def narrowings() -> Narrowings:
    """From the products that are there and the places where things are kept: two statements."""
    products = session().execute(
        select(Product.code, Product.name, Product.category).where(Product.is_active).order_by(as_read(Product.code))
    ).all()  # fmt: skip
    places = select(Item.place).where(Item.place != "", Item.status.not_in(("retired", "sold"))).group_by(Item.place)
    return Narrowings(
        [(row.code, f"{row.code} · {words(row.name)}") for row in products],
        [(name, name) for name in sorted({row.category for row in products if row.category}, key=key)],
        [(name, name) for name in session().scalars(places.order_by(as_read(Item.place)))],
    )


def booking_of(line: ContractLine) -> Allocation | None:
    """What a line has on the board, or None when it lost its item."""
    return availability.allocation_of(line.id, "use", "reservation", "hold")


@dataclass(frozen=True)
class WaysOut:
    """What would be possible instead of what was refused: other things over the days that were wished for, or other days
    for as long."""

    wished: Stretch
    items: Sequence[Item] = ()
    stretches: Sequence[Stretch] = ()


def ways_out(line: ContractLine, wished: Stretch, refusal: Refusal) -> WaysOut:
    """The ways out of a refusal that says that something is not free; of any other there are none."""
    if refusal.code not in ("availability.none", "availability.item_taken"):
        return WaysOut(wished)
    free = availability.free_items(line.product, wished, but=booking_of(line))
    return WaysOut(wished, free[:6], [] if free else availability.alternatives(line.product, wished))


def free_for(line: ContractLine, most: int = 60) -> list[Item]:
    """The things that a planned line can be given as its dates stand, its own among them, by tag."""
    booking = booking_of(line)
    free = availability.free_items(line.product, Stretch(line.starts_at, line.held_until), but=booking)
    if booking is not None and all(item.id != booking.item_id for item in free):
        free = [booking.item, *free]
    return sorted(free, key=lambda item: key(item.tag))[:most]
