"""Stock-takes and their entries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.catalogue.models import Product
from service_app.core.db import Base, Recorded
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item

SCOPES = ("all", "place", "product")
RESULTS = ("found", "unexpected", "unknown", "missing")


class StockTake(WorkshopRow, Recorded, Stateful, Base):
    """A count of what is here: of the whole workshop, of one place, or of one product. Several people may count into it
    for as long as it is open; `started_by` and `ended_by` are names as they were then."""

    __tablename__ = "stock_take"
    __states__ = {"status": {"open": ("finished", "cancelled"), "finished": (), "cancelled": ()}}
    __table_args__ = (
        points_to("product", "product_id"),
        UniqueConstraint("workshop_id", "reference"),
        CheckConstraint(f"scope IN {SCOPES}", name="scope"),
        CheckConstraint(
            "(scope = 'place') = (place <> '') AND (scope = 'product') = (product_id IS NOT NULL)", name="scope_names"
        ),
        Index("ix_stock_take_recent", "workshop_id", "id"),
    )

    reference: Mapped[str]
    scope: Mapped[str]
    place: Mapped[str] = mapped_column(server_default="", default="")
    product_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    started_by: Mapped[str] = mapped_column(server_default="", default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(server_default="", default="")

    product: Mapped[Product | None] = one("Product", "product_id", "StockTake")


class StockTakeEntry(WorkshopRow, Recorded, Base):
    """An item in a take, once however often it is scanned: found (it was expected), unexpected (it should be elsewhere by
    the book), or missing (written when the take is finished). A code that names nothing here is unknown and has no item.
    `place` is where it was seen. `outcome` is what became of a missing one: '' while it is looked for, here, lost."""

    __tablename__ = "stock_take_entry"
    __table_args__ = (
        points_to("stock_take", "stock_take_id"),
        points_to("item", "item_id"),
        UniqueConstraint("workshop_id", "stock_take_id", "item_id"),
        CheckConstraint(f"result IN {RESULTS}", name="result"),
        CheckConstraint("(result = 'unknown') = (item_id IS NULL)", name="unknown"),
        CheckConstraint("outcome IN ('', 'here', 'lost')", name="outcome"),
        Index("ix_stock_take_entry_item", "workshop_id", "item_id"),
        Index(
            "uq_stock_take_entry_unknown",
            "workshop_id",
            "stock_take_id",
            "code",
            unique=True,
            postgresql_where=text("item_id IS NULL"),
        ),
    )

    stock_take_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str]
    result: Mapped[str]
    place: Mapped[str] = mapped_column(server_default="", default="")
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    outcome: Mapped[str] = mapped_column(server_default="", default="")
    settled_at: Mapped[datetime | None]

    take: Mapped[StockTake] = one("StockTake", "stock_take_id", "StockTakeEntry")
    item: Mapped[Item | None] = one("Item", "item_id", "StockTakeEntry")
