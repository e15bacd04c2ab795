"""What the workshop asks of whoever sold it a thing or a part that failed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to

REMEDIES = ("replacement", "refund", "repair")


class SupplierClaim(WorkshopRow, Stateful, Recorded, Base):
    """A claim (RMA) on a supplier that hangs on a case; at most one of a case is open. `remedy`: what is asked, and after the
    answer what was granted; `their_number` is how the supplier calls it. What came of it: `came_amount` in the workshop's
    currency, or `pieces` of a part that went on the shelf, or the thing itself mended."""

    __tablename__ = "supplier_claim"
    __states__ = {
        "status": {
            "asked": ("accepted", "refused", "withdrawn"),
            "accepted": ("settled", "refused", "withdrawn"),
            "settled": (),
            "refused": (),
            "withdrawn": (),
        }
    }
    __table_args__ = (
        points_to("repair_case", "case_id"),
        points_to("part", "part_id"),
        UniqueConstraint("workshop_id", "reference"),
        CheckConstraint(f"remedy IN {REMEDIES}", name="remedy"),
        CheckConstraint("supplier <> '' AND reason <> ''", name="words"),
        CheckConstraint("came_amount >= 0 AND pieces >= 0", name="amounts"),
        Index(
            "uq_supplier_claim_open", "workshop_id", "case_id", unique=True,
            postgresql_where=text("status IN ('asked', 'accepted')"),
        ),
        Index("ix_supplier_claim_case", "workshop_id", "case_id"),
    )  # fmt: skip

    case_id: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str]
    supplier: Mapped[str]
    reason: Mapped[str]
    remedy: Mapped[str]
    answer_by: Mapped[date]
    their_number: Mapped[str] = mapped_column(server_default="", default="")
    answer: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default="asked", default="asked")
    ended_on: Mapped[date | None]
    came_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    part_id: Mapped[int | None] = mapped_column(BigInteger)
    pieces: Mapped[int] = mapped_column(server_default="0", default=0)

    case: Mapped[object] = one("RepairCase", "case_id", "SupplierClaim")

    @property
    def is_open(self) -> bool:
        """Whether something is still to come of it."""
        return self.status in ("asked", "accepted")
