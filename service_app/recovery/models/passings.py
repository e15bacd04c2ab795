"""What the cascade counts with, and things that pass between members of the cluster."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service_app.catalogue.models import Product
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item
from service_app.recovery.rates import BOUNDS, TARGETS
from service_app.workshops.models import Workshop

DIRECTIONS = ("out", "in")


class CascadeRates(WorkshopRow, Versioned, Base):
    """What a workshop lets the cascade count with, one row; see `rates.Rates`, whose usual values stand here as well."""

    __tablename__ = "cascade_rates"
    __table_args__ = (
        UniqueConstraint("workshop_id"),
        CheckConstraint(" AND ".join(f"{name} BETWEEN {least} AND {most}" for name, (least, most) in BOUNDS.items()),
                        name="bounds"),
        CheckConstraint(f"target IN {TARGETS}", name="target"),
    )  # fmt: skip

    share_a: Mapped[int]
    share_b: Mapped[int]
    share_c: Mapped[int]
    share_d: Mapped[int]
    age_share: Mapped[int]
    least_share: Mapped[int]
    loops_a: Mapped[int]
    loops_b: Mapped[int]
    loops_c: Mapped[int]
    target: Mapped[str]
    climb_share: Mapped[int]
    harvest_minutes: Mapped[int]
    used_share: Mapped[int]
    member_share: Mapped[int]
    transport_cents: Mapped[int]
    disposal_kg_cents: Mapped[int]
    material_kg_cents: Mapped[int]


class Passing(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A thing goes to another member: `out` in the books of who gives it, `in` in those of who takes it, two rows that no
    statement ever sees together. `partner_id` is the other workshop, `key` is what both call it. `published` is what is
    written down of the thing for the other to decide on, `carried` what its passport takes along when it goes. `agreed` is
    said by who takes it, and only who gives it makes it `passed`, so that it is never in two houses; `item_id` in the books
    of who takes it is the thing there."""

    __tablename__ = "passing"
    __states__ = {
        "status": {
            "planned": ("offered", "withdrawn"),
            "offered": ("agreed", "passed", "declined", "withdrawn"),
            "agreed": ("passed", "withdrawn"),
            "passed": (),
            "declined": (),
            "withdrawn": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        UniqueConstraint("workshop_id", "key", "direction"),
        points_to("item", "item_id"),
        points_to("product", "product_id"),
        CheckConstraint(f"direction IN {DIRECTIONS}", name="direction"),
        CheckConstraint("price_cents BETWEEN 0 AND 100000000", name="price"),
        CheckConstraint("status IN ('planned', 'withdrawn') OR partner_id IS NOT NULL", name="partner"),
        CheckConstraint("direction = 'in' OR item_id IS NOT NULL", name="whose"),
        CheckConstraint("status <> 'agreed' OR product_id IS NOT NULL", name="agreed"),
        Index("ix_passing_status", "workshop_id", "status", "id"),
        Index("ix_passing_item", "workshop_id", "item_id"),
        Index(
            "uq_passing_open", "workshop_id", "item_id", unique=True,
            postgresql_where=text("direction = 'out' AND status IN ('planned', 'offered')"),
        ),
    )  # fmt: skip

    reference: Mapped[str]
    direction: Mapped[str]
    key: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="planned", default="planned")
    partner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("workshop.id"))
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    product_id: Mapped[int | None] = mapped_column(BigInteger)
    price_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="", default="")
    published: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    carried: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    reason: Mapped[str] = mapped_column(server_default="", default="")
    by_name: Mapped[str] = mapped_column(server_default="", default="")

    item: Mapped[Item | None] = one("Item", "item_id", "Passing")
    product: Mapped[Product | None] = one("Product", "product_id", "Passing")
    partner: Mapped[Workshop | None] = relationship(foreign_keys="Passing.partner_id")
