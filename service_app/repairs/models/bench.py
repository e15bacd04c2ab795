"""Parts and their stock, and the time spent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item

MOVE_KINDS = ("received", "harvested", "used", "put_back", "corrected")
TASKS = ("diagnosis", "repair", "check", "cleaning")


class Part(WorkshopRow, Versioned, Recorded, Base):
    """A spare part: what it costs the workshop and what the customer pays, how many lie on the shelf (the sum of its moves,
    kept beside them), and how many there should be at least."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("workshop_id", "code"),
        CheckConstraint("on_hand >= 0 AND least >= 0", name="stock"),
        CheckConstraint("cost_amount >= 0 AND unit_amount >= 0", name="amounts"),
    )

    code: Mapped[str]
    name: Mapped[str]
    place: Mapped[str] = mapped_column(server_default="", default="")
    cost_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    unit_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    on_hand: Mapped[int] = mapped_column(server_default="0", default=0)
    least: Mapped[int] = mapped_column(server_default="0", default=0)


class PartMove(WorkshopRow, Recorded, Base):
    """A change of a part's stock, append-only. A harvested one names the thing it came from and how long it took."""

    __tablename__ = "part_move"
    __table_args__ = (
        points_to("part", "part_id"),
        points_to("repair_case", "case_id"),
        points_to("item", "donor_item_id"),
        CheckConstraint(f"kind IN {MOVE_KINDS}", name="kind"),
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("(kind = 'harvested') = (donor_item_id IS NOT NULL)", name="donor"),
        Index("ix_part_move_part", "workshop_id", "part_id", "id"),
    )

    part_id: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int]
    kind: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    donor_item_id: Mapped[int | None] = mapped_column(BigInteger)
    serial: Mapped[str] = mapped_column(server_default="", default="")
    minutes: Mapped[int | None]
    remark: Mapped[str] = mapped_column(server_default="", default="")
    by_name: Mapped[str] = mapped_column(server_default="", default="")

    part: Mapped[Part] = one("Part", "part_id", "PartMove")
    donor: Mapped[Item | None] = one("Item", "donor_item_id", "PartMove")


class PartUse(WorkshopRow, Recorded, Stateful, Base):
    """What a case needs of a part: wanted while there is none, reserved, used, or released again. `expected_on`: when a
    wanted one is to come."""

    __tablename__ = "part_use"
    __states__ = {
        "status": {
            "wanted": ("reserved", "released"),
            "reserved": ("used", "released", "wanted"),
            "used": ("released",),
            "released": (),
        }
    }
    __table_args__ = (
        points_to("repair_case", "case_id"),
        points_to("part", "part_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_part_use_case", "workshop_id", "case_id"),
        Index("ix_part_use_part", "workshop_id", "part_id", "status"),
    )

    case_id: Mapped[int] = mapped_column(BigInteger)
    part_id: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="wanted", default="wanted")
    expected_on: Mapped[date | None]
    serial: Mapped[str] = mapped_column(server_default="", default="")

    part: Mapped[Part] = one("Part", "part_id", "PartUse")


# How many pieces of a part are promised to cases; read where it is asked for.
Part.promised = column_property(
    select(func.coalesce(func.sum(PartUse.quantity), 0))
    .where(PartUse.workshop_id == Part.workshop_id, PartUse.part_id == Part.id, PartUse.status == "reserved")
    .correlate_except(PartUse)
    .scalar_subquery(),
    deferred=True,
)


class WorkTime(WorkshopRow, Recorded, Base):
    """Somebody's time on a case: `ended_at` NULL while the clock runs, which it does for one case a person. What a learner
    did is countersigned by somebody else."""

    __tablename__ = "work_time"
    __table_args__ = (
        points_to("repair_case", "case_id"),
        CheckConstraint(f"task IN {TASKS}", name="task"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="order"),
        Index("ix_work_time_case", "workshop_id", "case_id"),
        Index(
            "uq_work_time_running", "workshop_id", "account_id", unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int] = mapped_column(BigInteger)
    by_name: Mapped[str]
    task: Mapped[str]
    skill: Mapped[str] = mapped_column(server_default="", default="")
    is_learner: Mapped[bool] = mapped_column(server_default="false", default=False)
    countersigned_by: Mapped[str] = mapped_column(server_default="", default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    case: Mapped[object] = one("RepairCase", "case_id", "WorkTime")
