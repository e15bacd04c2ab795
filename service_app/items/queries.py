"""Reads about items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from service_app.catalogue.models import Product
from service_app.core import clock
from service_app.core.db import session
from service_app.core.errors import Invalid, NotFound
from service_app.core.money import ZERO
from service_app.core.ordering import as_read, words_as_read
from service_app.items.models import Allocation, Item, ItemEntry, ItemPhoto, MeterReading

_PRODUCT = (
    select(words_as_read(Product.name))
    .where(Product.workshop_id == Item.workshop_id, Product.id == Item.product_id)
    .scalar_subquery()
)
TAG = as_read(Item.tag)
_MORE: dict[str, Any] = {
    "product": _PRODUCT.collate("C"), "serial": as_read(Item.serial), "grade": Item.grade, "place": as_read(Item.place),
    "loops": Item.loops,
}  # fmt: skip
SORTS: dict[str, tuple[Any, ...]] = {
    "tag": (TAG,),
    "-tag": (TAG.desc(),),
    "acquired": (Item.acquired_on, Item.id),
    "-acquired": (Item.acquired_on.desc(), Item.id.desc()),
    **{name: (column, TAG) for name, column in _MORE.items()},
    **{f"-{name}": (column.desc(), TAG) for name, column in _MORE.items()},
}


def narrowed(found: Select[Any], status: str, grade: str, product: str) -> Select[Any]:
    """The items of `found` in a state, of a grade, of a product by its code; '' means all."""
    if status:
        found = found.where(Item.status == status)
    if grade:
        found = found.where(Item.grade == grade)
    if product:
        found = found.where(Item.product_id.in_(select(Product.id).where(Product.code == product)))
    return found


def get_item(tag: str) -> Item:
    """The item with this tag and its product; refuses with NotFound."""
    found = select(Item).where(Item.tag == tag.strip().upper()).options(joinedload(Item.product))
    return _found(session().scalars(found).first())


def get_by_public_code(code: str) -> Item:
    """The item of a QR code, in the scope of the workshop that stands in it; refuses with NotFound."""
    found = select(Item).where(Item.public_code == code).options(joinedload(Item.product))
    return _found(session().scalars(found).first())


def _found(item: Item | None) -> Item:
    if item is None:
        raise NotFound("not_found")
    return item


def items_of_product(product: Product, most: int = 60) -> Sequence[Item]:
    """The items of a product by tag, retired ones last."""
    found = select(Item).where(Item.product_id == product.id)
    return session().scalars(found.order_by(Item.status == "retired", TAG).limit(most)).all()


def items_with_tags(tags: Sequence[str]) -> Sequence[Item]:
    """The items with these tags, in the order of the tags."""
    found = select(Item).where(Item.tag.in_([tag.upper() for tag in tags])).options(joinedload(Item.product))
    by_tag = {item.tag: item for item in session().scalars(found)}
    return [by_tag[tag.upper()] for tag in tags if tag.upper() in by_tag]


def components_of(kit: Item) -> Sequence[Item]:
    """What belongs to a kit, by tag, with its product; retired and sold things no longer do."""
    found = select(Item).where(Item.kit_item_id == kit.id, Item.status.not_in(("retired", "sold")))
    return session().scalars(found.options(joinedload(Item.product)).order_by(TAG)).all()


def item_tagged(tag: str, field: str = "kit") -> Item:
    """The item that a form names. Refuses with Invalid `handover.no_such_item` on the field it was typed in."""
    found = session().scalars(select(Item).where(Item.tag == tag.strip().upper())).first()
    if found is None:
        raise Invalid("handover.no_such_item", field=field, tag=tag.strip())
    return found


def kit_of(item: Item) -> Item | None:
    """The kit that a thing belongs to, or None."""
    return session().get(Item, (item.workshop_id, item.kit_item_id)) if item.kit_item_id is not None else None


def photos_of(item: Item, most: int = 24) -> Sequence[ItemPhoto]:
    """The latest photos of an item, newest first."""
    found = select(ItemPhoto).where(ItemPhoto.item_id == item.id).order_by(ItemPhoto.id.desc()).limit(most)
    return session().scalars(found.options(joinedload(ItemPhoto.file))).all()


def get_photo(photo_id: int) -> ItemPhoto:
    """A photo with its file; refuses with NotFound."""
    found = select(ItemPhoto).where(ItemPhoto.id == photo_id).options(joinedload(ItemPhoto.file))
    photo = session().scalars(found).first()
    if photo is None:
        raise NotFound("not_found")
    return photo


def portrait_of(item: Item) -> ItemPhoto | None:
    """The newest portrait of an item, or None."""
    found = select(ItemPhoto).where(ItemPhoto.item_id == item.id, ItemPhoto.occasion == "portrait")
    return session().scalars(found.options(joinedload(ItemPhoto.file)).order_by(ItemPhoto.id.desc())).first()


def coming_up(item: Item, most: int = 12) -> Sequence[Allocation]:
    """What blocks an item from now on, in order of time."""
    now = clock.now()
    live = or_(Allocation.expires_at.is_(None), Allocation.expires_at > now)
    found = select(Allocation).where(Allocation.item_id == item.id, live)
    found = found.where(or_(Allocation.blocked_until.is_(None), Allocation.blocked_until > now))
    return session().scalars(found.order_by(Allocation.blocked_from).limit(most)).all()


@dataclass(frozen=True)
class Ledger:
    """What an item brought in and cost so far; `entries` are the latest, newest first."""

    entries: Sequence[ItemEntry]
    income: Decimal
    costs: Decimal

    @property
    def result(self) -> Decimal:
        """Income less costs."""
        return self.income + self.costs


def ledger_of(item: Item, most: int = 20) -> Ledger:
    """The ledger of an item."""
    entries = (
        select(ItemEntry).where(ItemEntry.item_id == item.id).order_by(ItemEntry.on_day.desc(), ItemEntry.id.desc())
    )
    sums = select(
        func.sum(ItemEntry.amount).filter(ItemEntry.amount > 0), func.sum(ItemEntry.amount).filter(ItemEntry.amount < 0)
    ).where(ItemEntry.item_id == item.id)
    income, costs = session().execute(sums).one()
    return Ledger(session().scalars(entries.limit(most)).all(), income or ZERO, costs or ZERO)


def units_used(item_id: int, start: datetime, end: datetime) -> int:
    """What the meter of an item counted between two instants: the last reading before the end less the last before the
    start (or the first one after it). Nothing was read: nothing was used; the next reading says it later."""
    readings = select(MeterReading.value).where(MeterReading.item_id == item_id)
    newest = session().scalar(readings.where(MeterReading.at < end).order_by(MeterReading.at.desc()).limit(1))
    before = session().scalar(readings.where(MeterReading.at < start).order_by(MeterReading.at.desc()).limit(1))
    if before is None:
        before = session().scalar(readings.where(MeterReading.at >= start).order_by(MeterReading.at).limit(1))
    return max((newest or 0) - (before or 0), 0) if newest is not None else 0
