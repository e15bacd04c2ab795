"""Who may look deeper into a passport, and what a battery says of itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item

BATTERY_STATES = ("original", "repurposed", "reused", "remanufactured", "waste")


class PassportAccess(WorkshopRow, Recorded, Base):
    """That somebody outside may see a thing's passport as a repairer or recycler does, until an instant, or until it is
    revoked. `for_whom` and `given_by` are for the workshop's own eyes."""

    __tablename__ = "passport_access"
    __table_args__ = (
        points_to("item", "item_id"),
        CheckConstraint("layer IN ('repairer', 'recycler')", name="layer"),
        Index("ix_passport_access_item", "workshop_id", "item_id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    layer: Mapped[str]
    for_whom: Mapped[str]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    given_by: Mapped[str] = mapped_column(server_default="", default="")

    item: Mapped[Item] = one("Item", "item_id", "PassportAccess")


class BatteryModel(WorkshopRow, Versioned, Recorded, Base):
    """The battery that a product is or has: Regulation (EU) 2023/1542, annex XIII, for light means of transport. What point
    1 makes public, and from `composition` on what point 2 keeps for people with a legitimate interest. Units stand in the
    names; '' and None: not known, which is said so."""

    __tablename__ = "battery_model"
    __table_args__ = (
        points_to("product", "product_id"),
        UniqueConstraint("workshop_id", "product_id"),
        CheckConstraint("mass_g > 0 AND capacity_mah > 0 AND recycled_percent BETWEEN 0 AND 100", name="shape"),
    )

    product_id: Mapped[int] = mapped_column(BigInteger)
    maker: Mapped[str] = mapped_column(server_default="", default="")
    model: Mapped[str] = mapped_column(server_default="", default="")
    chemistry: Mapped[str] = mapped_column(server_default="", default="")
    made_in: Mapped[str] = mapped_column(server_default="", default="")
    critical_materials: Mapped[str] = mapped_column(server_default="", default="")
    hazardous: Mapped[str] = mapped_column(server_default="", default="")
    extinguishing: Mapped[str] = mapped_column(server_default="", default="")
    declaration: Mapped[str] = mapped_column(server_default="", default="")
    waste_advice: Mapped[str] = mapped_column(server_default="", default="")
    composition: Mapped[str] = mapped_column(server_default="", default="")
    dismantling: Mapped[str] = mapped_column(server_default="", default="")
    safety: Mapped[str] = mapped_column(server_default="", default="")
    parts: Mapped[str] = mapped_column(server_default="", default="")
    mass_g: Mapped[int | None]
    capacity_mah: Mapped[int | None]
    voltage_mv: Mapped[int | None]
    voltage_min_mv: Mapped[int | None]
    voltage_max_mv: Mapped[int | None]
    cycles: Mapped[int | None]
    coldest_c: Mapped[int | None]
    hottest_c: Mapped[int | None]
    warranty_months: Mapped[int | None]
    recycled_percent: Mapped[int | None]


class BatteryReading(WorkshopRow, Recorded, Base):
    """What was read from the battery of a thing on a day; append-only, the last one stands. `health_percent` is what is
    left of the rated capacity."""

    __tablename__ = "battery_reading"
    __table_args__ = (
        points_to("item", "item_id"),
        CheckConstraint("health_percent BETWEEN 0 AND 100 AND cycles >= 0", name="shape"),
        CheckConstraint(f"status IN {BATTERY_STATES}", name="status"),
        Index("ix_battery_reading_item", "workshop_id", "item_id", "id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    on_day: Mapped[date]
    health_percent: Mapped[int | None]
    cycles: Mapped[int | None]
    status: Mapped[str] = mapped_column(server_default="original", default="original")
