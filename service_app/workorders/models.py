"""Occurrences of care plans."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.catalogue.models import CarePlan
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.items.models import Item


class CareOccurrence(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """The `number`-th time (from 1) an item is due for care under a plan."""

    __tablename__ = "care_occurrence"
    __states__ = {
        "status": {
            "planned": ("notified", "done", "skipped"),
            "notified": ("done", "skipped"),
            "done": (),
            "skipped": (),
        }
    }
    __table_args__ = (
        points_to("care_plan", "care_plan_id"),
        points_to("item", "item_id"),
        UniqueConstraint("workshop_id", "care_plan_id", "item_id", "number"),
        Index("ix_care_occurrence_due", "workshop_id", "status", "due_on"),
        Index("ix_care_occurrence_item", "workshop_id", "item_id"),
    )

    care_plan_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(server_default="planned", default="planned")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    remark: Mapped[str] = mapped_column(server_default="", default="")

    plan: Mapped[CarePlan] = one("CarePlan", "care_plan_id", "CareOccurrence")
    item: Mapped[Item] = one("Item", "item_id", "CareOccurrence")
