"""Products, plans with price tiers, and care plans. Texts that customers read are {language: text}."""

from __future__ import annotations

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


class CarePlan(WorkshopRow, Versioned, Recorded, Base):
    """That each item of a product is looked after every N months from the day it came in."""

    __tablename__ = "care_plan"
    __table_args__ = (
        points_to("product", "product_id"),
        CheckConstraint("every_months BETWEEN 1 AND 120", name="every_months"),
        Index("ix_care_plan_product", "workshop_id", "product_id"),
    )

    product_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[dict[str, str]]
    every_months: Mapped[int]
    notice_days: Mapped[int] = mapped_column(server_default="14", default=14)
    duration_minutes: Mapped[int] = mapped_column(server_default="60", default=60)
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)

    product: Mapped[Product] = one("Product", "product_id", "CarePlan")
