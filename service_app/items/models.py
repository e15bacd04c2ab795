"""Items, photos, ledger entries and allocations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from service_app.catalogue.models import Product
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.files import StoredFile
from service_app.core.ordering import index_over
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to

GRADES = ("A", "B", "C", "D")
ENTRY_KINDS = (
    "acquisition",
    "revenue",
    "repair",
    "maintenance",
    "cleaning",
    "transport",
    "refurbishment",
    "write_down",
    "grant",
    "buy_out",
    "resale",
    "material_credit",
    "disposal",
)
ALLOCATION_KINDS = ("hold", "reservation", "use", "buffer", "work", "transit")


class Item(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """One thing with a tag. Owner, custodian and whereabouts are three facts: `owner_name` NULL means the workshop owns
    it; `custodian_customer_id` is who has it now, NULL the workshop; `place` says where in the workshop it is kept.
    `held_back` is why it may not go out: '' nothing, 'stop_lending' or 'stop_use' care that is late. `meter_offset` is what
    earlier meters of it counted, so that meter + offset never goes back.
    `kit_item_id` is the thing it belongs to: a component goes where its kit goes and is never promised by itself."""

    __tablename__ = "item"
    __states__ = {
        "status": {
            "in_stock": ("out", "on_bench", "lost", "retired"),
            "out": ("to_inspect", "lost", "sold"),
            "to_inspect": ("in_stock", "on_bench", "retired"),
            "on_bench": ("in_stock", "lost", "retired"),
            "lost": ("to_inspect", "out", "retired"),
            "retired": (),
            "sold": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "tag"),
        points_to("product", "product_id"),
        points_to("customer", "custodian_customer_id"),
        points_to("item", "kit_item_id"),
        CheckConstraint("kit_item_id IS NULL OR kit_item_id <> id", name="kit"),
        CheckConstraint(f"grade IN {GRADES}", name="grade"),
        Index("ix_item_tag", "workshop_id", text(index_over("tag"))),
        Index("ix_item_product", "workshop_id", "product_id", "status"),
        Index("ix_item_status", "workshop_id", "status"),
        Index("ix_item_custodian", "workshop_id", "custodian_customer_id"),
        Index("ix_item_kit", "workshop_id", "kit_item_id", postgresql_where=text("kit_item_id IS NOT NULL")),
        Index(
            "uq_item_external_ref",
            "workshop_id",
            "external_ref",
            unique=True,
            postgresql_where=text("external_ref IS NOT NULL"),
        ),
    )

    tag: Mapped[str]
    public_code: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[int] = mapped_column(BigInteger)
    serial: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default="in_stock", default="in_stock")
    grade: Mapped[str] = mapped_column(server_default="B", default="B")
    owner_name: Mapped[str | None]
    custodian_customer_id: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(server_default="", default="")
    remark: Mapped[str] = mapped_column(server_default="", default="")
    acquired_on: Mapped[date]
    year_made: Mapped[int | None]
    meter: Mapped[int | None]
    kit_item_id: Mapped[int | None] = mapped_column(BigInteger)
    loops: Mapped[int] = mapped_column(server_default="0", default=0)
    meter_offset: Mapped[int] = mapped_column(server_default="0", default=0)
    held_back: Mapped[str] = mapped_column(server_default="", default="")
    external_ref: Mapped[str | None]

    product: Mapped[Product] = one("Product", "product_id", "Item")


class ItemPhoto(WorkshopRow, Recorded, Base):
    """A photo of an item at a moment of its life; `occasion` is portrait, hand_over, return or inspection. `twin_id` is
    the photo of the same side when it went out."""

    __tablename__ = "item_photo"
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("stored_file", "file_id"),
        points_to("item_photo", "twin_id"),
        CheckConstraint("occasion IN ('portrait', 'hand_over', 'return', 'inspection')", name="occasion"),
        Index("ix_item_photo_item", "workshop_id", "item_id", "id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)
    occasion: Mapped[str]
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    caption: Mapped[str] = mapped_column(server_default="", default="")
    twin_id: Mapped[int | None] = mapped_column(BigInteger)

    file: Mapped[StoredFile] = one("StoredFile", "file_id", "ItemPhoto")


class MeterReading(WorkshopRow, Recorded, Base):
    """What the meter of an item showed; append-only. `source` is hand_over, return, staff or customer."""

    __tablename__ = "meter_reading"
    __table_args__ = (
        points_to("item", "item_id"),
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("source IN ('hand_over', 'return', 'staff', 'customer')", name="source"),
        Index("ix_meter_reading_item", "workshop_id", "item_id", "at"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    value: Mapped[int]
    source: Mapped[str]


class ItemEntry(WorkshopRow, Recorded, Base):
    """A ledger entry, append-only: money in is positive, money out negative. Lifetime profit is the sum. `event_id` is the
    fact it comes from, which makes at most one entry of a kind for an item."""

    __tablename__ = "item_entry"
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("event", "event_id"),
        CheckConstraint(f"kind IN {ENTRY_KINDS}", name="kind"),
        UniqueConstraint("workshop_id", "item_id", "source"),
        UniqueConstraint("workshop_id", "event_id", "kind", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    on_day: Mapped[date]
    kind: Mapped[str]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    source: Mapped[str]
    event_id: Mapped[int] = mapped_column(BigInteger)


class Allocation(WorkshopRow, Recorded, Base):
    """An item blocked over [blocked_from, blocked_until), and why. `blocked_until` NULL means without end.

    The stretch includes the buffers; `starts_at` and `ends_at` are the booking itself. A hold has `expires_at`.
    The plain columns exist beside the range because their comparisons are leakproof, so that an index serves them
    under row-level security; the constraint needs the range.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("product", "product_id"),
        CheckConstraint(f"kind IN {ALLOCATION_KINDS}", name="kind"),
        CheckConstraint("NOT isempty(during)", name="not_empty"),
        CheckConstraint("blocked_until IS NULL OR blocked_from < blocked_until", name="order"),
        CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name="hold_expires"),
        ExcludeConstraint(
            (func.int8range(text("item_id"), text("item_id"), text("'[]'")), "="),
            ("during", "&&"),
            name="no_double_booking",
            using="gist",
        ),
        Index("ix_allocation_item", "workshop_id", "item_id", "blocked_from"),
        Index("ix_allocation_product", "workshop_id", "product_id", "blocked_until"),
        Index("ix_allocation_line", "workshop_id", "contract_line_id"),
        Index("ix_allocation_expiry", "workshop_id", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    product_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    blocked_from: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
    during: Mapped[Range[Any]] = mapped_column(
        TSTZRANGE, Computed("tstzrange(blocked_from, blocked_until, '[)')", persisted=True)
    )
    is_pinned: Mapped[bool] = mapped_column(server_default="false", default=False)
    expires_at: Mapped[datetime | None]
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(server_default="", default="")

    item: Mapped[Item] = one("Item", "item_id", "Allocation")
