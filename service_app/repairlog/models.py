"""The repairs that were tried."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.tenancy import WorkshopRow

FIXED, REPAIRABLE, END_OF_LIFE, UNKNOWN = "Fixed", "Repairable", "End of life", "Unknown"
STATUSES = (FIXED, REPAIRABLE, END_OF_LIFE, UNKNOWN)
# The schema says "Too worn out", the files say "Item too worn out"; both are the standard's, and each is kept as it came.
BARRIERS = (
    "Spare parts not available",
    "Spare parts too expensive",
    "No way to open product",
    "Repair information not available",
    "Lack of equipment",
    "Item too worn out",
    "Too worn out",
)


class PastRepair(WorkshopRow, Recorded, Base):
    """A repair that was tried, in the columns of ORDS v0.3 (`ords_id` is the standard's `id`; '' and NULL are empty).

    `as_written` is {field: cell} for the cells that the typed columns would write otherwise. `case_reference` is our own
    case it was; NULL says that it came in from elsewhere. `brand_key` (see `catalogue.brands`) and `age_band` (see
    `chance.BANDS`) are what repairs are counted by; an own repair of what the standard has no category for has none.
    """

    __tablename__ = "past_repair"
    __table_args__ = (
        UniqueConstraint("workshop_id", "ords_id"),
        CheckConstraint(f"repair_status IN {STATUSES}", name="repair_status"),
        CheckConstraint(f"repair_barrier_if_end_of_life IN {('', *BARRIERS)}", name="repair_barrier_if_end_of_life"),
        CheckConstraint(
            "case_reference IS NOT NULL OR (product_category_id IS NOT NULL AND data_provider <> '')", name="imported"
        ),
        Index(
            "uq_past_repair_case",
            "workshop_id",
            "case_reference",
            unique=True,
            postgresql_where=text("case_reference IS NOT NULL"),
        ),
        Index(
            "ix_past_repair_chance",
            "workshop_id",
            "product_category_id",
            "brand_key",
            "age_band",
            postgresql_include=["repair_status", "repair_barrier_if_end_of_life", "case_reference"],
        ),
        Index("ix_past_repair_event_date", "workshop_id", "event_date"),
    )

    ords_id: Mapped[str]
    data_provider: Mapped[str] = mapped_column(server_default="", default="")
    country: Mapped[str] = mapped_column(server_default="", default="")
    partner_product_category: Mapped[str] = mapped_column(server_default="", default="")
    product_category: Mapped[str] = mapped_column(server_default="", default="")
    product_category_id: Mapped[int | None] = mapped_column(SmallInteger)
    brand: Mapped[str] = mapped_column(server_default="", default="")
    year_of_manufacture: Mapped[int | None] = mapped_column(SmallInteger)
    product_age: Mapped[Decimal | None] = mapped_column(Numeric())
    repair_status: Mapped[str]
    repair_barrier_if_end_of_life: Mapped[str] = mapped_column(server_default="", default="")
    group_identifier: Mapped[str] = mapped_column(server_default="", default="")
    event_date: Mapped[date]
    problem: Mapped[str] = mapped_column(server_default="", default="")
    as_written: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    case_reference: Mapped[str | None]
    brand_key: Mapped[str] = mapped_column(server_default="", default="")
    age_band: Mapped[int | None] = mapped_column(SmallInteger)
