"""Intakes and their lines, whose hand a thing is in, next lives with their reasons, refurbishments, harvests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, Index, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, column_property, mapped_column

from service_app.catalogue.models import Product
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.customers.models import Customer
from service_app.items.models import GRADES, Item, ItemEntry
from service_app.recovery.models.passings import CascadeRates, Passing
from service_app.repairs.models import Part

__all__ = [
    "CascadeRates", "CascadeReason", "CustodyStretch", "Harvest", "HarvestPart", "Intake", "IntakeLine", "NextLife", "PartFit",
    "Passing", "Refurbishment", "RefurbishmentWork",
]  # fmt: skip

SOURCES = ("takeback", "contract", "round", "unknown")
FINDINGS = ("", "ok", "damaged", "other")
DIFFERENCES = ("", "missing", "extra", "other", "damaged")
HANDS = ("driver", "hub")
STEPS = ("redeploy", "refurbish", "harvest", "other_member", "donate", "recycle")
TESTS = ("passed", "failed", "untested")
HEAVIEST_G = 2_000_000


class Intake(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """What came in together: by a take-back, a contract, a round, or unannounced."""

    __tablename__ = "intake"
    __states__ = {"status": {"open": ("closed",), "closed": ()}}
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        points_to("takeback", "takeback_id"),
        points_to("contract", "contract_id"),
        points_to("round", "round_id"),
        points_to("customer", "customer_id"),
        CheckConstraint(f"source IN {SOURCES}", name="source"),
        CheckConstraint("num_nonnulls(takeback_id, contract_id, round_id) <= 1", name="one_source"),
        Index("ix_intake_status", "workshop_id", "status", "id"),
        Index(
            "uq_intake_takeback", "workshop_id", "takeback_id", unique=True,
            postgresql_where=text("takeback_id IS NOT NULL"),
        ),
    )  # fmt: skip

    reference: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    source: Mapped[str]
    takeback_id: Mapped[int | None] = mapped_column(BigInteger)
    contract_id: Mapped[int | None] = mapped_column(BigInteger)
    round_id: Mapped[int | None] = mapped_column(BigInteger)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(server_default="", default="")
    closed_by: Mapped[str] = mapped_column(server_default="", default="")
    closed_at: Mapped[datetime | None]

    customer: Mapped[Customer | None] = one("Customer", "customer_id", "Intake")
    lines: Mapped[list[IntakeLine]] = many(
        "IntakeLine", "intake_id", "Intake", order_by="IntakeLine.id", back_populates="intake"
    )


class IntakeLine(WorkshopRow, Versioned, Recorded, Base):
    """A thing of an intake: announced, here (`came_at`), or both. `item_id` NULL is a thing without a tag of ours; `code` is
    what was scanned. `difference` is written when the intake is closed. Grams. `batch_id`: the batch in quarantine."""

    __tablename__ = "intake_line"
    __table_args__ = (
        points_to("intake", "intake_id"),
        points_to("item", "item_id"),
        points_to("takeback", "takeback_id"),
        points_to("material_batch", "batch_id"),
        UniqueConstraint("workshop_id", "intake_id", "item_id"),
        CheckConstraint(f"finding IN {FINDINGS}", name="finding"),
        CheckConstraint(f"difference IN {DIFFERENCES}", name="difference"),
        CheckConstraint(f"grade IS NULL OR grade IN {GRADES}", name="grade"),
        CheckConstraint("is_announced OR came_at IS NOT NULL", name="somewhere"),
        CheckConstraint("finding = '' OR came_at IS NOT NULL", name="found_here"),
        CheckConstraint(f"mass_g IS NULL OR mass_g BETWEEN 1 AND {HEAVIEST_G}", name="mass"),
        CheckConstraint("(wipe_certificate = '') = (wiped_by = '')", name="wipe"),
    )

    intake_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    takeback_id: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(server_default="", default="")
    what: Mapped[str]
    is_announced: Mapped[bool] = mapped_column(server_default="false", default=False)
    came_at: Mapped[datetime | None]
    came_by: Mapped[str] = mapped_column(server_default="", default="")
    finding: Mapped[str] = mapped_column(server_default="", default="")
    difference: Mapped[str] = mapped_column(server_default="", default="")
    grade: Mapped[str | None]
    mass_g: Mapped[int | None] = mapped_column(BigInteger)
    hazards: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    is_wipe_needed: Mapped[bool] = mapped_column(server_default="false", default=False)
    wiped_by: Mapped[str] = mapped_column(server_default="", default="")
    wipe_certificate: Mapped[str] = mapped_column(server_default="", default="")
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    given_back_to: Mapped[str] = mapped_column(server_default="", default="")
    remark: Mapped[str] = mapped_column(server_default="", default="")

    intake: Mapped[Intake] = one("Intake", "intake_id", "IntakeLine", back_populates="lines")
    item: Mapped[Item | None] = one("Item", "item_id", "IntakeLine")


class CustodyStretch(WorkshopRow, Recorded, Base):
    """Whose hand a thing is in on its way home, from the driver's until its next life is chosen; `until` NULL is now. Two
    stretches of one thing never overlap. `event_id` is the fact that began it."""

    __tablename__ = "custody_stretch"
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("event", "event_id"),
        CheckConstraint(f"hand IN {HANDS}", name="hand"),
        CheckConstraint("until_at IS NULL OR since_at <= until_at", name="order"),
        ExcludeConstraint(
            (func.int8range(text("item_id"), text("item_id"), text("'[]'")), "="),
            ("during", "&&"),
            name="one_hand",
            using="gist",
        ),
        Index("ix_custody_stretch_item", "workshop_id", "item_id", "id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    hand: Mapped[str]
    event_id: Mapped[int] = mapped_column(BigInteger)
    since_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    during: Mapped[Range[Any]] = mapped_column(
        TSTZRANGE, Computed("tstzrange(since_at, until_at, '[)')", persisted=True)
    )


class CascadeReason(WorkshopRow, Recorded, Base):
    """Why somebody may choose lower than the best: a code and {language: words}."""

    __tablename__ = "cascade_reason"
    __table_args__ = (UniqueConstraint("workshop_id", "code"),)

    code: Mapped[str]
    words: Mapped[dict[str, str]]
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)


class NextLife(WorkshopRow, Recorded, Base):
    """A choice of the cascade, append-only: the inputs as they stood, what each step was worth in cents, the best one, the
    chosen one, and the reason where it was lower."""

    __tablename__ = "next_life"
    __table_args__ = (
        points_to("item", "item_id"),
        points_to("intake_line", "intake_line_id"),
        CheckConstraint(f"best IN {STEPS} AND chosen IN {STEPS}", name="step"),
        Index("ix_next_life_item", "workshop_id", "item_id", "id"),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    intake_line_id: Mapped[int | None] = mapped_column(BigInteger)
    inputs: Mapped[dict[str, Any]]
    ranked: Mapped[list[Any]]
    best: Mapped[str]
    chosen: Mapped[str]
    reason_code: Mapped[str] = mapped_column(server_default="", default="")
    remark: Mapped[str] = mapped_column(server_default="", default="")
    by_name: Mapped[str] = mapped_column(server_default="", default="")


class Refurbishment(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A thing is made fit again. `steps` is [{"what", "by"}], by '' until it is done. Whole cents: what it may cost
    (estimate), what it cost so far, and its value before and after. `was_passed` once the cost passed the value it makes."""

    __tablename__ = "refurbishment"
    __states__ = {
        "status": {
            "planned": ("working", "cancelled"),
            "working": ("check", "done", "cancelled"),
            "check": ("done", "working"),
            "done": (),
            "cancelled": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        points_to("item", "item_id"),
        CheckConstraint(f"grade_before IN {GRADES} AND grade_target IN {GRADES}", name="grades"),
        CheckConstraint("estimate_cents >= 0 AND cost_cents >= 0 AND before_cents >= 0 AND after_cents >= 0", name="cents"),
        Index("ix_refurbishment_status", "workshop_id", "status", "id"),
        Index(
            "uq_refurbishment_open", "workshop_id", "item_id", unique=True,
            postgresql_where=text("status NOT IN ('done', 'cancelled')"),
        ),
    )  # fmt: skip

    reference: Mapped[str]
    item_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="planned", default="planned")
    steps: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    grade_before: Mapped[str]
    grade_target: Mapped[str]
    estimate_cents: Mapped[int] = mapped_column(BigInteger)
    cost_cents: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    before_cents: Mapped[int] = mapped_column(BigInteger)
    after_cents: Mapped[int] = mapped_column(BigInteger)
    was_passed: Mapped[bool] = mapped_column(server_default="false", default=False)
    worked_by: Mapped[str] = mapped_column(server_default="", default="")
    checked_by: Mapped[str] = mapped_column(server_default="", default="")
    reason: Mapped[str] = mapped_column(server_default="", default="")
    ended_at: Mapped[datetime | None]

    item: Mapped[Item] = one("Item", "item_id", "Refurbishment")

    @property
    def gain_cents(self) -> int:
        """The value it makes."""
        return self.after_cents - self.before_cents

    @property
    def left_cents(self) -> int:
        """What may still be spent before it costs more than it makes; negative when it does."""
        return self.gain_cents - self.cost_cents


class RefurbishmentWork(WorkshopRow, Recorded, Base):
    """What went into a refurbishment: minutes of somebody, or pieces of a part, with their cost in cents."""

    __tablename__ = "refurbishment_work"
    __table_args__ = (
        points_to("refurbishment", "refurbishment_id"),
        points_to("part", "part_id"),
        CheckConstraint("num_nonnulls(part_id, minutes) = 1", name="one_kind"),
        CheckConstraint("(part_id IS NULL) = (quantity IS NULL)", name="pieces"),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 6000", name="minutes"),
        Index("ix_refurbishment_work_of", "workshop_id", "refurbishment_id"),
    )

    refurbishment_id: Mapped[int] = mapped_column(BigInteger)
    part_id: Mapped[int | None] = mapped_column(BigInteger)
    quantity: Mapped[int | None]
    minutes: Mapped[int | None]
    cost_cents: Mapped[int] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(server_default="", default="")

    part: Mapped[Part | None] = one("Part", "part_id", "RefurbishmentWork")


class Harvest(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A donor is taken apart: grams in, and when it is closed what was lost; the remainder went into a batch. `explanation`:
    why more is lost than scales err."""

    __tablename__ = "harvest"
    __states__ = {"status": {"open": ("closed",), "closed": ()}}
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        UniqueConstraint("workshop_id", "item_id"),
        points_to("item", "item_id"),
        points_to("material_batch", "batch_id"),
        CheckConstraint(f"in_g BETWEEN 1 AND {HEAVIEST_G}", name="mass"),
        CheckConstraint("status = 'open' OR (rest_g IS NOT NULL AND loss_g IS NOT NULL)", name="balanced"),
        CheckConstraint("(coalesce(rest_g, 0) = 0) = (batch_id IS NULL)", name="rest"),
        Index("ix_harvest_status", "workshop_id", "status", "id"),
    )

    reference: Mapped[str]
    item_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    in_g: Mapped[int] = mapped_column(BigInteger)
    rest_g: Mapped[int | None] = mapped_column(BigInteger)
    loss_g: Mapped[int | None] = mapped_column(BigInteger)
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    explanation: Mapped[str] = mapped_column(server_default="", default="")
    by_name: Mapped[str] = mapped_column(server_default="", default="")

    item: Mapped[Item] = one("Item", "item_id", "Harvest")
    parts: Mapped[list[HarvestPart]] = many("HarvestPart", "harvest_id", "Harvest", order_by="HarvestPart.id")


class HarvestPart(WorkshopRow, Recorded, Base):
    """A part out of a donor: grams, the hours it was used, what its test said. Only what passed, or was left untested on
    purpose, lies on the shelf; one that failed goes with the remainder (`is_shelved` false)."""

    __tablename__ = "harvest_part"
    __table_args__ = (
        points_to("harvest", "harvest_id"),
        points_to("part", "part_id"),
        CheckConstraint(f"test IN {TESTS}", name="test"),
        CheckConstraint("is_shelved = (test <> 'failed')", name="shelved"),
        CheckConstraint(f"mass_g BETWEEN 1 AND {HEAVIEST_G} AND hours_used >= 0", name="figures"),
        Index("ix_harvest_part_of", "workshop_id", "harvest_id"),
    )

    harvest_id: Mapped[int] = mapped_column(BigInteger)
    part_id: Mapped[int] = mapped_column(BigInteger)
    mass_g: Mapped[int] = mapped_column(BigInteger)
    hours_used: Mapped[int]
    test: Mapped[str]
    is_shelved: Mapped[bool]
    serial: Mapped[str] = mapped_column(server_default="", default="")
    value_cents: Mapped[int] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(server_default="", default="")

    part: Mapped[Part] = one("Part", "part_id", "HarvestPart")


class PartFit(WorkshopRow, Recorded, Base):
    """A part fits a product: the family that a component goes round in."""

    __tablename__ = "part_fit"
    __table_args__ = (
        points_to("part", "part_id"),
        points_to("product", "product_id"),
        UniqueConstraint("workshop_id", "part_id", "product_id"),
        Index("ix_part_fit_product", "workshop_id", "product_id"),
    )

    part_id: Mapped[int] = mapped_column(BigInteger)
    product_id: Mapped[int] = mapped_column(BigInteger)

    part: Mapped[Part] = one("Part", "part_id", "PartFit")
    product: Mapped[Product] = one("Product", "product_id", "PartFit")


def _sum_of_product(what: Any) -> Any:
    """A figure of the ledger over all items of a product, inside the statement that lists products."""
    found = select(func.coalesce(what, 0)).where(
        ItemEntry.workshop_id == Product.workshop_id, Item.workshop_id == Product.workshop_id,
        ItemEntry.item_id == Item.id, Item.product_id == Product.id,
    )  # fmt: skip
    return column_property(found.correlate(Product).scalar_subquery(), deferred=True)


ZERO = Decimal(0)
Product.ledger_income = _sum_of_product(func.sum(ItemEntry.amount).filter(ItemEntry.amount > ZERO))
Product.ledger_costs = _sum_of_product(func.sum(ItemEntry.amount).filter(ItemEntry.amount < ZERO))
Product.ledger_result = _sum_of_product(func.sum(ItemEntry.amount))
Product.items_owned = column_property(
    select(func.count(Item.id))
    .where(Item.workshop_id == Product.workshop_id, Item.product_id == Product.id)
    .correlate_except(Item)
    .scalar_subquery(),
    deferred=True,
)
Product.loops_made = column_property(
    select(func.coalesce(func.sum(Item.loops), 0))
    .where(Item.workshop_id == Product.workshop_id, Item.product_id == Product.id)
    .correlate_except(Item)
    .scalar_subquery(),
    deferred=True,
)
