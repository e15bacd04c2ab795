"""What was reported about a thing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded
from service_app.core.files import StoredFile
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item

KINDS = ("found", "broken")


class ItemReport(WorkshopRow, Recorded, Stateful, Base):
    """A report of somebody on the street, in their words and language. `place` is where the thing is, `contact` how they
    can be reached, '' when they did not say or it is forgotten. `key` is the stamp of the form: one form, one report."""

    __tablename__ = "item_report"
    __states__ = {"status": {"new": ("handled",), "handled": ("new",)}}
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("stored_file", "photo_id"),
        UniqueConstraint("workshop_id", "key"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index("ix_item_report_item", "workshop_id", "item_id", "id"),
        Index("ix_item_report_status", "workshop_id", "status", "id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    remark: Mapped[str] = mapped_column(server_default="", default="")
    place: Mapped[str] = mapped_column(server_default="", default="")
    contact: Mapped[str] = mapped_column(server_default="", default="")
    language: Mapped[str]
    photo_id: Mapped[int | None] = mapped_column(BigInteger)
    key: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="new", default="new")
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(server_default="", default="")

    item: Mapped[Item] = one("Item", "item_id", "ItemReport")
    photo: Mapped[StoredFile | None] = one("StoredFile", "photo_id", "ItemReport")
