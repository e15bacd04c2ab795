"""Versions of a quote."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.files import StoredFile
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to


class RepairQuote(WorkshopRow, Stateful, Recorded, Base):
    """The `number`-th version of a case's quote. `content` is `quoting.Quote.to_json()`, written once and never again (a
    trigger refuses it after it was sent); `sha256` is over it. `option` (from 1) is what was approved, by whom, how (link,
    counter, phone, limit, coverage) and when. `file_id`: the European Repair Information Form made from it, of what `stood`
    when it was sent: the letterhead (`contracts.standing`) and `good`, what it was about in the customer's language."""

    __tablename__ = "repair_quote"
    __states__ = {
        "status": {
            "draft": ("sent", "superseded"),
            "sent": ("viewed", "approved", "declined", "expired", "superseded"),
            "viewed": ("approved", "declined", "expired", "superseded"),
            "approved": ("superseded",),
            "declined": (),
            "expired": ("superseded",),
            "superseded": (),
        }
    }
    __table_args__ = (
        points_to("repair_case", "case_id"),
        points_to("stored_file", "file_id"),
        UniqueConstraint("workshop_id", "case_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(status = 'approved') <= (option IS NOT NULL)", name="option"),
        Index("ix_repair_quote_status", "workshop_id", "status", "valid_until"),
    )

    case_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="draft", default="draft")
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(server_default="", default="")
    sent_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(server_default="0", default=0)
    option: Mapped[int | None]
    approved_amount: Mapped[Decimal | None]
    answered_at: Mapped[datetime | None]
    answered_name: Mapped[str] = mapped_column(server_default="", default="")
    answered_how: Mapped[str] = mapped_column(server_default="", default="")
    answered_ip: Mapped[str] = mapped_column(server_default="", default="")
    remark: Mapped[str] = mapped_column(server_default="", default="")
    file_id: Mapped[int | None] = mapped_column(BigInteger)
    stood: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)

    file: Mapped[StoredFile | None] = one("StoredFile", "file_id", "RepairQuote")
