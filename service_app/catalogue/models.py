"""Products, plans with price tiers, and care plans. Texts that customers read are {language: text}."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.tenancy import WorkshopRow, many, one, points_to

CIRCULAR_MODELS = ("circular_supply", "resource_recovery", "eco_design", "better_use")
END_OF_LIFE_ROUTES = ("redeploy", "refurbish", "harvest", "donate", "recycle")


class Product(WorkshopRow, Versioned, Recorded, Base):
    """A type of thing.

    `materials` is [{"material": code, "share": percent}], `recoverable_parts` [{"part": name, "share": percent}],
    `fractions` [{"fraction": code, "mass_g": int}]; products of one `exchange_group` may be swapped for each other;
    `out_checklist` and `in_checklist` [{"code", "text": {lang: …}}]; `repair_prices` [{"part": name, "amount": "35.00"}],
    what it costs to put a part right. `repair_category_id` is its row in `repair_categories`, None for what the standard
    does not know (a bicycle, a chair).
    """

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("workshop_id", "code"),
        points_to("stored_file", "photo_file_id"),
        CheckConstraint(f"circular_model IN {CIRCULAR_MODELS}", name="circular_model"),
        CheckConstraint(f"end_of_life_route IN {END_OF_LIFE_ROUTES}", name="end_of_life_route"),
        Index(
            "uq_product_external_ref",
            "workshop_id",
            "external_ref",
            unique=True,
            postgresql_where=text("external_ref IS NOT NULL"),
        ),
    )

    code: Mapped[str]
    name: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    brand: Mapped[str] = mapped_column(server_default="", default="")
    category: Mapped[str] = mapped_column(server_default="", default="")
    repair_category_id: Mapped[int | None] = mapped_column(SmallInteger)
    circular_model: Mapped[str] = mapped_column(server_default="better_use", default="better_use")
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)
    # geometry
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    mass_g: Mapped[int | None]
    storage_volume_ml: Mapped[int | None]
    # chemical and physical properties
    materials: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    hazard_classes: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    # function
    function: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    service_unit: Mapped[str] = mapped_column(server_default="", default="")
    # production facilities
    bench: Mapped[str] = mapped_column(server_default="", default="")
    tools: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    skills: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    # end of life
    end_of_life_route: Mapped[str] = mapped_column(server_default="redeploy", default="redeploy")
    recoverable_parts: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    fractions: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    # handling
    buffer_before_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    replacement_amount: Mapped[Decimal | None]
    meter_unit: Mapped[str | None]
    accessories: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    out_checklist: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    in_checklist: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    exchange_group: Mapped[str] = mapped_column(server_default="", default="")
    repair_prices: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    photo_file_id: Mapped[int | None] = mapped_column(BigInteger)
    external_ref: Mapped[str | None]

    plans: Mapped[list[Plan]] = many("Plan", "product_id", "Product", order_by="Plan.code", back_populates="product")


class Plan(WorkshopRow, Versioned, Recorded, Base):
    """What a product is offered on: unit of price, tiers or a recurring price, deposit, late fee. Amounts are what the
    customer pays, VAT included, in the workshop's currency.

    `pricing` is 'tiers' (by day, the whole rental at the tier its length reaches) or 'monthly' (recurring on an anchor
    day; with a price per use in its rules, also that, after each month). `late_amount` is per started chargeable day
    after due + grace, up to `late_cap_amount`. `rules` is a `catalogue.rules.PlanRules`.
    """

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("workshop_id", "code"),
        points_to("product", "product_id"),
        CheckConstraint("pricing IN ('tiers', 'monthly')", name="pricing"),
        CheckConstraint("pricing <> 'monthly' OR monthly_amount IS NOT NULL", name="monthly_amount"),
        Index("ix_plan_product", "workshop_id", "product_id"),
    )

    product_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str]
    name: Mapped[dict[str, str]]
    pricing: Mapped[str]
    monthly_amount: Mapped[Decimal | None]
    deposit_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    min_days: Mapped[int | None]
    max_days: Mapped[int | None]
    min_term_months: Mapped[int | None]
    notice_days: Mapped[int | None]
    late_amount: Mapped[Decimal] = mapped_column(server_default="0", default=Decimal(0))
    late_grace_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    late_open_days_only: Mapped[bool] = mapped_column(server_default="true", default=True)
    late_cap_amount: Mapped[Decimal | None]
    rules: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)

    product: Mapped[Product] = one("Product", "product_id", "Plan", back_populates="plans")
    tiers: Mapped[list[PlanTier]] = many("PlanTier", "plan_id", "Plan", order_by="PlanTier.from_days")


class PlanTier(WorkshopRow, Base):
    """From this many days on, each day costs `day_amount`."""

    __tablename__ = "plan_tier"
    __table_args__ = (
        points_to("plan", "plan_id"),
        UniqueConstraint("workshop_id", "plan_id", "from_days"),
        CheckConstraint("from_days >= 1 AND day_amount >= 0", name="shape"),
    )

    plan_id: Mapped[int] = mapped_column(BigInteger)
    from_days: Mapped[int]
    day_amount: Mapped[Decimal]


CARE_KINDS = ("time", "return", "meter", "season", "condition", "once")
CARE_UNITS = ("day", "week", "month")
CARE_BASES = ("fixed", "completion")
CARE_PLACES = ("workshop", "home", "self")
CARE_SEVERITIES = ("none", "warn", "stop_lending", "stop_use")


class CarePlan(WorkshopRow, Versioned, Recorded, Base):
    """How often something is looked after: each item of a product, one very item, or what a contract has out.

    `kind` time: every `every` `unit`s from the item's first day (or `starts_on`), and with a `meter_step` also when the
    meter went that far, whichever comes first; return: after each return; meter: every `meter_step`; season: on the days
    of the year in `season` ("03-15"); condition: at `grade` or worse, without one after a failed check; once: on
    `starts_on`, a recall, of the serials from `serial_from` to `serial_to`. `basis` fixed keeps the rhythm whenever it is
    done, completion counts from when it was. It may be done `early_days` before to `late_days` after its day; it is written
    `horizon_days` ahead and announced `notice_days` before. `excluded` and `included` are ISO days.
    `checklist` is [{"code", "text": {lang: …}, "kind": "tick" | "measure"}]. `severity` is what being late does.
    """

    __tablename__ = "care_plan"
    __table_args__ = (
        points_to("product", "product_id"),
        points_to("item", "item_id"),
        points_to("contract", "contract_id"),
        points_to("skill", "skill_id"),
        CheckConstraint("num_nonnulls(product_id, item_id, contract_id) = 1", name="of_one"),
        CheckConstraint(f"kind IN {CARE_KINDS}", name="kind"),
        CheckConstraint(f"unit IN {CARE_UNITS}", name="unit"),
        CheckConstraint(f"basis IN {CARE_BASES}", name="basis"),
        CheckConstraint(f"place IN {CARE_PLACES}", name="place"),
        CheckConstraint(f"severity IN {CARE_SEVERITIES}", name="severity"),
        CheckConstraint("kind <> 'time' OR every BETWEEN 1 AND 1000", name="every"),
        CheckConstraint("kind <> 'meter' OR meter_step > 0", name="meter_step"),
        CheckConstraint("kind <> 'once' OR starts_on IS NOT NULL", name="once"),
        Index("ix_care_plan_product", "workshop_id", "product_id"),
        Index("ix_care_plan_item", "workshop_id", "item_id", postgresql_where=text("item_id IS NOT NULL")),
        Index("ix_care_plan_contract", "workshop_id", "contract_id", postgresql_where=text("contract_id IS NOT NULL")),
    )

    product_id: Mapped[int | None] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    contract_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[dict[str, str]]
    kind: Mapped[str] = mapped_column(server_default="time", default="time")
    every: Mapped[int | None]
    unit: Mapped[str] = mapped_column(server_default="month", default="month")
    meter_step: Mapped[int | None]
    season: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    grade: Mapped[str | None]
    basis: Mapped[str] = mapped_column(server_default="fixed", default="fixed")
    starts_on: Mapped[date | None]
    early_days: Mapped[int] = mapped_column(server_default="14", default=14)
    late_days: Mapped[int] = mapped_column(server_default="14", default=14)
    horizon_days: Mapped[int] = mapped_column(server_default="90", default=90)
    notice_days: Mapped[int] = mapped_column(server_default="14", default=14)
    duration_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    is_shifted_later: Mapped[bool] = mapped_column(server_default="false", default=False)
    excluded: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    included: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    checklist: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    skill_id: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[str] = mapped_column(server_default="workshop", default="workshop")
    severity: Mapped[str] = mapped_column(server_default="warn", default="warn")
    is_kept_in_pause: Mapped[bool] = mapped_column(server_default="false", default=False)
    needs_photo: Mapped[bool] = mapped_column(server_default="false", default=False)
    needs_signature: Mapped[bool] = mapped_column(server_default="false", default=False)
    serial_from: Mapped[str] = mapped_column(server_default="", default="")
    serial_to: Mapped[str] = mapped_column(server_default="", default="")
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)

    product: Mapped[Product | None] = one("Product", "product_id", "CarePlan")
