"""The case, the thing it is about, its photos, and how a workshop repairs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.files import StoredFile
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.repairs.models.quotes import RepairQuote

WAYS = ("drop_off", "home", "pickup")
COVERAGES = ("contract", "legal_guarantee", "repair_guarantee", "insurance", "none")
# As the Open Repair Data Standard 0.3 tells them apart: a case that ends goes out as one of these.
OUTCOMES = ("fixed", "repairable", "end_of_life", "unknown")
BARRIERS = ("spare_parts_not_available", "spare_parts_too_expensive", "no_way_to_open", "repair_information_not_available",
            "lack_of_equipment", "item_too_worn_out")  # fmt: skip
OCCASIONS = ("asked", "intake", "diagnosis", "done")
HERE = ("received", "diagnosing", "quoted", "approved", "waiting_parts", "in_repair", "quality_check", "ready", "declined",
        "expired", "unrepairable", "abandoned")  # fmt: skip
OPEN = ("requested", "booked", *HERE)


class CustomerThing(WorkshopRow, Recorded, Base):
    """Something a customer owns and has repaired: what it is in plain words, who made it, how old it is. `repair_category_id`
    is a row of `catalogue.repair_categories`, NULL for what the standard has no category for or nobody said."""

    __tablename__ = "customer_thing"
    __table_args__ = (
        points_to("customer", "customer_id"),
        CheckConstraint("year_made IS NULL OR year_made BETWEEN 1850 AND 2200", name="year_made"),
        Index("ix_customer_thing_customer", "workshop_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    what: Mapped[str]
    repair_category_id: Mapped[int | None] = mapped_column(SmallInteger)
    brand: Mapped[str] = mapped_column(server_default="", default="")
    model: Mapped[str] = mapped_column(server_default="", default="")
    serial: Mapped[str] = mapped_column(server_default="", default="")
    year_made: Mapped[int | None]


class RepairCase(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """One thing's repair; an item that lies in stock has no customer. `fault` is the customer's words; `symptoms` codes of
    what was tapped; `safety` the codes of what makes it dangerous to go on using it. `limit_amount`: go ahead up to this
    without asking. `due_on`: the day it was promised for. `guarantee_until` is the last day of the repair's guarantee; for a
    fault that came back (`first_case_id`) that of the first repair, kept. `diagnosis` holds the helper's inputs and advice;
    `cost_amount` what it really cost; `loan_line_id` the line on which something was lent meanwhile."""

    __tablename__ = "repair_case"
    __states__ = {
        "status": {
            "requested": ("booked", "received", "cancelled"),
            "booked": ("received", "requested", "cancelled"),
            "received": ("diagnosing", "declined"),
            "diagnosing": ("quoted", "approved", "unrepairable", "declined"),
            "quoted": ("approved", "declined", "expired", "diagnosing", "unrepairable"),
            "approved": ("in_repair", "waiting_parts", "declined"),
            "waiting_parts": ("in_repair", "approved", "declined", "unrepairable"),
            "in_repair": ("waiting_parts", "quality_check", "ready", "quoted", "unrepairable"),
            "quality_check": ("ready", "in_repair"),
            "ready": ("handed_back", "in_repair", "abandoned"),
            "declined": ("handed_back", "given_up", "abandoned", "quoted"),
            "expired": ("handed_back", "given_up", "abandoned", "quoted"),
            "unrepairable": ("handed_back", "given_up", "abandoned"),
            "abandoned": ("handed_back", "given_up"),
            "handed_back": (),
            "given_up": (),
            "cancelled": (),
        },
        "money_status": {"none": ("due",), "due": ("paid", "waived", "none"), "paid": (), "waived": ()},
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        UniqueConstraint("workshop_id", "key"),
        points_to("customer", "customer_id"),
        points_to("item", "item_id"),
        points_to("customer_thing", "thing_id"),
        points_to("contract_line", "contract_line_id"),
        points_to("contract_line", "loan_line_id"),
        points_to("appointment", "appointment_id"),
        points_to("repair_case", "first_case_id"),
        CheckConstraint("num_nonnulls(item_id, thing_id) = 1", name="one_thing"),
        CheckConstraint("customer_id IS NOT NULL OR item_id IS NOT NULL", name="customer"),
        CheckConstraint(f"way IN {WAYS}", name="way"),
        CheckConstraint(f"coverage IN {COVERAGES}", name="coverage"),
        CheckConstraint(f"outcome IS NULL OR outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("limit_amount IS NULL OR limit_amount >= 0", name="limit"),
        CheckConstraint("due_amount >= 0 AND cost_amount >= 0", name="amounts"),
        Index("ix_repair_case_status", "workshop_id", "status", "id"),
        Index("ix_repair_case_customer", "workshop_id", "customer_id"),
        Index("ix_repair_case_item", "workshop_id", "item_id", postgresql_where=text("item_id IS NOT NULL")),
        Index("ix_repair_case_thing", "workshop_id", "thing_id", postgresql_where=text("thing_id IS NOT NULL")),
        # An item is repaired once at a time.
        Index(
            "uq_repair_case_open_item", "workshop_id", "item_id", unique=True,
            postgresql_where=text("item_id IS NOT NULL AND status NOT IN ('handed_back', 'given_up', 'cancelled')"),
        ),
    )  # fmt: skip

    reference: Mapped[str]
    key: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    thing_id: Mapped[int | None] = mapped_column(BigInteger)
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    loan_line_id: Mapped[int | None] = mapped_column(BigInteger)
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)
    first_case_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="requested", default="requested")
    money_status: Mapped[str] = mapped_column(server_default="none", default="none")
    way: Mapped[str] = mapped_column(server_default="drop_off", default="drop_off")
    fault: Mapped[str]
    symptoms: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    safety: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    accessories: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    place: Mapped[str] = mapped_column(server_default="", default="")
    is_wipe_agreed: Mapped[bool] = mapped_column(server_default="false", default=False)
    limit_amount: Mapped[Decimal | None]
    currency: Mapped[str]
    coverage: Mapped[str] = mapped_column(server_default="none", default="none")
    coverage_why: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    root_cause: Mapped[str] = mapped_column(server_default="", default="")
    barrier: Mapped[str] = mapped_column(server_default="", default="")
    diagnosis: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    tests: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    due_on: Mapped[date | None]
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(server_default="", default="")
    due_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    cost_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    paid_by: Mapped[str] = mapped_column(server_default="", default="")
    collect_reminders: Mapped[int] = mapped_column(server_default="0", default=0)
    worked_by: Mapped[str] = mapped_column(server_default="", default="")
    guarantee_until: Mapped[date | None]
    received_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    customer: Mapped[Customer | None] = one("Customer", "customer_id", "RepairCase")
    item: Mapped[Item | None] = one("Item", "item_id", "RepairCase")
    thing: Mapped[CustomerThing | None] = one("CustomerThing", "thing_id", "RepairCase")
    quotes: Mapped[list[RepairQuote]] = many("RepairQuote", "case_id", "RepairCase", order_by="RepairQuote.number")
    photos: Mapped[list[RepairPhoto]] = many("RepairPhoto", "case_id", "RepairCase", order_by="RepairPhoto.id")

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.status in OPEN

    @property
    def is_here(self) -> bool:
        """Whether the thing is in the workshop for it."""
        return self.status in HERE

    @property
    def is_free(self) -> bool:
        """Whether the customer pays nothing for it."""
        return self.coverage != "none"

    @property
    def quote(self) -> RepairQuote | None:
        """The newest quote."""
        return self.quotes[-1] if self.quotes else None


class RepairPhoto(WorkshopRow, Recorded, Base):
    """A photo of a case; those of the request stay with it."""

    __tablename__ = "repair_photo"
    __table_args__ = (
        points_to("repair_case", "case_id"),
        points_to("stored_file", "file_id"),
        CheckConstraint(f"occasion IN {OCCASIONS}", name="occasion"),
        UniqueConstraint("workshop_id", "case_id", "file_id"),
    )

    case_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(BigInteger)
    occasion: Mapped[str]

    file: Mapped[StoredFile] = one("StoredFile", "file_id", "RepairPhoto")


class RepairTerms(WorkshopRow, Versioned, Base):
    """How a workshop repairs, one row: the hour at the bench as the customer pays it and as it costs the workshop, the fee of
    a diagnosis (0: none) and whether it falls away when the quote is approved, the months a repair is guaranteed, the days
    after which storing costs and how much a day, and whether somebody else checks the work."""

    __tablename__ = "repair_terms"
    __table_args__ = (
        UniqueConstraint("workshop_id"),
        CheckConstraint(
            "hour_amount >= 0 AND hour_cost_amount >= 0 AND diagnosis_amount >= 0 AND storage_amount >= 0",
            name="amounts",
        ),
        CheckConstraint("guarantee_months BETWEEN 0 AND 120 AND storage_free_days BETWEEN 0 AND 365", name="times"),
    )

    hour_amount: Mapped[Decimal] = mapped_column(server_default="48", default=Decimal(48))
    hour_cost_amount: Mapped[Decimal] = mapped_column(server_default="30", default=Decimal(30))
    diagnosis_amount: Mapped[Decimal] = mapped_column(server_default="15", default=Decimal(15))
    is_diagnosis_in_price: Mapped[bool] = mapped_column(server_default="true", default=True)
    guarantee_months: Mapped[int] = mapped_column(server_default="6", default=6)
    storage_free_days: Mapped[int] = mapped_column(server_default="30", default=30)
    storage_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    needs_second_pair: Mapped[bool] = mapped_column(server_default="false", default=False)
