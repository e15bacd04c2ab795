"""Duties, occurrences and visits of care."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.bookings.models import Appointment
from service_app.catalogue.models import CarePlan
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.customers.models import Customer
from service_app.items.models import Item

WAYS = ("", "workshop", "home", "self", "swap")
OPEN = ("forecast", "planned", "notified", "booked", "in_progress", "escalated")  # still to be done
UNSTARTED = ("forecast", "planned")  # of which nobody was told
GONE = ("retired", "lost", "sold")  # an item that is looked after no more


class CareDuty(WorkshopRow, Recorded, Base):
    """That a plan holds for an item: what the planner remembers of the pair between two days.

    `anchor_on` is where its days are counted from, `last_on` the last day of the rhythm that was written (before it was
    shifted to an open day), `last_number` its number. `look_on` is the day on which the planner has to look again: an index
    leads to the few that are due, however many there are. `base_meter` is what the meter had counted when it was last done.
    `last_ref` is the return that last called for it. `paused_on` is since when its contract rests.
    """

    __tablename__ = "care_duty"
    __table_args__ = (
        points_to("care_plan", "care_plan_id"),
        points_to("item", "item_id"),
        UniqueConstraint("workshop_id", "care_plan_id", "item_id"),
        Index("ix_care_duty_look", "workshop_id", "look_on", "id", postgresql_where=text("is_open")),
        Index("ix_care_duty_item", "workshop_id", "item_id"),
    )

    care_plan_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    anchor_on: Mapped[date]
    last_on: Mapped[date | None]
    last_number: Mapped[int] = mapped_column(server_default="0", default=0)
    base_meter: Mapped[int] = mapped_column(server_default="0", default=0)
    last_ref: Mapped[int | None] = mapped_column(BigInteger)
    look_on: Mapped[date]
    paused_on: Mapped[date | None]
    is_open: Mapped[bool] = mapped_column(server_default="true", default=True)

    plan: Mapped[CarePlan] = one("CarePlan", "care_plan_id", "CareDuty")
    item: Mapped[Item] = one("Item", "item_id", "CareDuty")


class CareVisit(WorkshopRow, Versioned, Recorded, Base):
    """One time that an item is looked after, for as many plans as fall together: when, how the customer wants it (`way`),
    and what was done. `results` is {key of a check: what was asked and found} (see `checks.kept`; {code: "pass" | "fail" | a
    measure} in what is old); `minutes` whole minutes; `cost_amount` what it cost the workshop, in its currency. `block_on`: it
    still lacks its time at the bench, which is looked for from that day on. `asked_at`: when its customer was asked anew, or
    somebody else was; else it was when it was written.
    `is_unseen`: its customer did it, with a remark or in part, and nobody here looked at it yet."""

    __tablename__ = "care_visit"
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("customer", "customer_id"),
        points_to("appointment", "appointment_id"),
        points_to("stored_file", "signature_file_id"),
        CheckConstraint(f"way IN {WAYS}", name="way"),
        Index("ix_care_visit_item", "workshop_id", "item_id", "ended_at"),
        Index("ix_care_visit_open", "workshop_id", "on_day", postgresql_where=text("ended_at IS NULL")),
        Index(
            "ix_care_visit_block", "workshop_id", "block_on", "id",
            postgresql_where=text("block_on IS NOT NULL AND ended_at IS NULL"),
        ),
        Index("ix_care_visit_unseen", "workshop_id", "ended_at", postgresql_where=text("is_unseen")),
        Index(
            "ix_care_visit_appointment", "workshop_id", "appointment_id",
            postgresql_where=text("appointment_id IS NOT NULL"),
        ),
    )  # fmt: skip

    item_id: Mapped[int] = mapped_column(BigInteger)
    on_day: Mapped[date]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)
    way: Mapped[str] = mapped_column(server_default="", default="")
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    called_on: Mapped[date | None]
    block_on: Mapped[date | None]
    no_shows: Mapped[int] = mapped_column(server_default="0", default=0)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    is_unseen: Mapped[bool] = mapped_column(server_default="false", default=False)
    results: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    parts: Mapped[str] = mapped_column(server_default="", default="")
    minutes: Mapped[int | None]
    cost_amount: Mapped[Decimal | None]
    meter: Mapped[int | None]
    signature_file_id: Mapped[int | None] = mapped_column(BigInteger)

    item: Mapped[Item] = one("Item", "item_id", "CareVisit")
    customer: Mapped[Customer | None] = one("Customer", "customer_id", "CareVisit")
    appointment: Mapped[Appointment | None] = one("Appointment", "appointment_id", "CareVisit")
    occurrences: Mapped[list[CareOccurrence]] = many(
        "CareOccurrence", "visit_id", "CareVisit", order_by="CareOccurrence.id", viewonly=True
    )
    photos: Mapped[list[CarePhoto]] = many("CarePhoto", "visit_id", "CareVisit", order_by="CarePhoto.id", viewonly=True)


class CarePhoto(WorkshopRow, Recorded, Base):
    """A photo taken while something was looked after, by the workshop or by the customer."""

    __tablename__ = "care_photo"
    __table_args__ = (
        points_to("care_visit", "visit_id"),
        points_to("stored_file", "file_id"),
        UniqueConstraint("workshop_id", "visit_id", "file_id"),
    )

    visit_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)


class CareOccurrence(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """The `number`-th time (from 1) an item is due for care under a plan, to be done from `window_from` to `window_until`.
    `rhythm_on` is the day of the rhythm where `due_on` was moved from it to an open one; the next ones are counted from it.
    `is_extra`: done before its window, which counts beside the rhythm. Photo and signature are asked as the plan asked when
    it was written."""

    __tablename__ = "care_occurrence"
    __begins__ = {"status": ("planned",)}
    __states__ = {
        "status": {
            "forecast": ("planned", "in_progress", "done", "skipped", "missed", "superseded"),
            "planned": ("notified", "in_progress", "done", "skipped", "missed", "superseded"),
            "notified": ("booked", "in_progress", "done", "skipped", "missed", "escalated", "superseded"),
            "booked": ("notified", "in_progress", "done", "skipped", "missed", "escalated", "superseded"),
            "in_progress": ("planned", "done", "done_partial", "superseded"),
            "missed": ("escalated",),
            "escalated": ("booked", "in_progress", "done", "skipped", "superseded"),
            "done": (),
            "done_partial": (),
            "skipped": (),
            "superseded": (),
        }
    }
    __table_args__ = (
        points_to("care_plan", "care_plan_id"),
        points_to("item", "item_id"),
        points_to("care_visit", "visit_id"),
        UniqueConstraint("workshop_id", "care_plan_id", "item_id", "number"),
        Index("ix_care_occurrence_due", "workshop_id", "status", "due_on"),
        Index("ix_care_occurrence_item", "workshop_id", "item_id"),
        Index("ix_care_occurrence_visit", "workshop_id", "visit_id", postgresql_where=text("visit_id IS NOT NULL")),
    )

    care_plan_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    due_on: Mapped[date]
    rhythm_on: Mapped[date | None]
    window_from: Mapped[date]
    window_until: Mapped[date]
    is_extra: Mapped[bool] = mapped_column(server_default="false", default=False)
    needs_photo: Mapped[bool] = mapped_column(server_default="false", default=False)
    needs_signature: Mapped[bool] = mapped_column(server_default="false", default=False)
    visit_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="forecast", default="forecast")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    remark: Mapped[str] = mapped_column(server_default="", default="")

    plan: Mapped[CarePlan] = one("CarePlan", "care_plan_id", "CareOccurrence")
    item: Mapped[Item] = one("Item", "item_id", "CareOccurrence")
    visit: Mapped[CareVisit | None] = one("CareVisit", "visit_id", "CareOccurrence")
