"""Contracts and lines, what is served and paused, what was done, who else holds the things, what does not work."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.rules import KINDS
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.customers.models import Customer
from service_app.items.models import Item

if TYPE_CHECKING:
    from service_app.contracts.models.papers import ContractDocument, Signature

END_REASONS = ("planned", "notice", "withdrawn", "for_cause", "by_us", "transferred", "bought_out", "lost")


class Contract(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """An agreement with a customer, of one of the kinds of `catalogue.rules`. `starts_at`/`ends_at` are the planned stretch
    over its lines (ends NULL: open-ended); `offer_round` counts sendings, so that a link to an older offer no longer
    signs; `anchor_day` (1-31) is the day of the month on which recurring periods begin. `min_term_until` is the first day
    on which it may end freely; under notice `ends_on` is the first day it no longer runs. `predecessor_id` is the contract
    it was transferred from."""

    __tablename__ = "contract"
    __states__ = {
        "status": {
            "draft": ("sent", "cancelled"),
            "sent": ("signed", "draft", "expired", "cancelled"),
            "expired": ("draft", "cancelled"),
            "signed": ("active", "cancelled"),
            "active": ("paused", "notice", "ended"),
            "paused": ("active", "notice", "ended"),
            "notice": ("active", "ended"),
            "ended": (),
            "cancelled": (),
        },
        "money_status": {"clear": ("due", "settled"), "due": ("settled", "clear"), "settled": ("due",)},
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        points_to("customer", "customer_id"),
        points_to("terms", "terms_id"),
        points_to("contract", "predecessor_id"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"end_reason IS NULL OR end_reason IN {END_REASONS}", name="end_reason"),
        CheckConstraint("status <> 'notice' OR ends_on IS NOT NULL", name="notice"),
        CheckConstraint("anchor_day BETWEEN 1 AND 31", name="anchor_day"),
        Index("ix_contract_status", "workshop_id", "status", "starts_at", "id"),
        Index("ix_contract_customer", "workshop_id", "customer_id", "id"),
        Index("ix_contract_recent", "workshop_id", "id"),
        Index(
            "ix_contract_late_money",
            "workshop_id",
            "id",
            postgresql_where=text("status = 'ended' AND money_status = 'due'"),
        ),
        Index("ix_contract_notice", "workshop_id", "ends_on", postgresql_where=text("status = 'notice'")),
        Index("ix_contract_renewal", "workshop_id", "renews_on", postgresql_where=text("renews_on IS NOT NULL")),
        Index(
            "ix_contract_before", "workshop_id", "predecessor_id", postgresql_where=text("predecessor_id IS NOT NULL")
        ),
        Index("ix_contract_expiry", "workshop_id", "offer_expires_at", postgresql_where=text("status = 'sent'")),
        Index(
            "uq_contract_external_ref",
            "workshop_id",
            "external_ref",
            unique=True,
            postgresql_where=text("external_ref IS NOT NULL"),
        ),
    )

    reference: Mapped[str]
    customer_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(server_default="rental", default="rental")
    status: Mapped[str] = mapped_column(server_default="draft", default="draft")
    money_status: Mapped[str] = mapped_column(server_default="clear", default="clear")
    language: Mapped[str]
    currency: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    min_term_until: Mapped[date | None]
    renews_on: Mapped[date | None]
    renewals: Mapped[int] = mapped_column(server_default="0", default=0)
    noticed_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    end_reason: Mapped[str | None]
    is_distance: Mapped[bool] = mapped_column(server_default="false", default=False)
    predecessor_id: Mapped[int | None] = mapped_column(BigInteger)
    anchor_day: Mapped[int | None]
    terms_id: Mapped[int | None] = mapped_column(BigInteger)
    terms_sha256: Mapped[str | None]
    offer_round: Mapped[int] = mapped_column(server_default="0", default=0)
    offer_expires_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(server_default="", default="")
    external_ref: Mapped[str | None]

    customer: Mapped[Customer] = one("Customer", "customer_id", "Contract")
    lines: Mapped[list[ContractLine]] = many(
        "ContractLine", "contract_id", "Contract", order_by="ContractLine.position", back_populates="contract"
    )
    signatures: Mapped[list[Signature]] = many("Signature", "contract_id", "Contract", order_by="Signature.id")
    documents: Mapped[list[ContractDocument]] = many(
        "ContractDocument", "contract_id", "Contract", order_by="ContractDocument.id"
    )


class ContractLine(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """One product on one plan, later one item. A swap, a change of plan and a transfer close a line and open its
    successor, so that a line has one item and one price for all its life. `price` is the snapshot of the plan's figures
    at the time of the offer (see charges.pricing.Terms); planned and actual dates are both kept. `due_at` is the planned
    end moved to the end of an open day; late counting starts there. `planned_ends_at` keeps the end that was signed."""

    __tablename__ = "contract_line"
    __states__ = {
        "status": {
            "planned": ("out", "cancelled"),
            "out": ("overdue", "returned", "replaced", "lost", "bought_out"),
            "overdue": ("out", "returned", "replaced", "lost", "bought_out"),
            "lost": ("out", "returned", "closed"),
            "returned": ("closed",),
            "replaced": (),
            "bought_out": (),
            "closed": (),
            "cancelled": (),
        }
    }
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("product", "product_id"),
        points_to("plan", "plan_id"),
        points_to("item", "item_id"),
        points_to("contract_line", "predecessor_id"),
        points_to("plan", "next_plan_id"),
        CheckConstraint("(next_plan_id IS NULL) = (next_plan_on IS NULL)", name="next_plan"),
        UniqueConstraint("workshop_id", "contract_id", "position"),
        CheckConstraint("ends_at IS NULL OR starts_at < ends_at", name="order"),
        Index("ix_contract_line_due", "workshop_id", "status", "due_at"),
        Index("ix_contract_line_start", "workshop_id", "status", "starts_at"),
        Index("ix_contract_line_item", "workshop_id", "item_id"),
        Index("ix_contract_line_before", "workshop_id", "predecessor_id"),
        Index(
            "ix_contract_line_next", "workshop_id", "next_plan_on", postgresql_where=text("next_plan_on IS NOT NULL")
        ),
        Index("ix_contract_line_product", "workshop_id", "product_id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int]
    product_id: Mapped[int] = mapped_column(BigInteger)
    plan_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="planned", default="planned")
    price: Mapped[dict[str, Any]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    in_at: Mapped[datetime | None]
    is_at_risk: Mapped[bool] = mapped_column(server_default="false", default=False)
    billed_until: Mapped[date | None]
    planned_ends_at: Mapped[datetime | None]
    predecessor_id: Mapped[int | None] = mapped_column(BigInteger)
    change_reason: Mapped[str | None]
    next_plan_id: Mapped[int | None] = mapped_column(BigInteger)
    next_plan_on: Mapped[date | None]

    @property
    def held_until(self) -> datetime | None:
        """Until when an item is held for the line: the hour it is due, which a closed door moves past the planned end."""
        return self.due_at or self.ends_at

    contract: Mapped[Contract] = one("Contract", "contract_id", "ContractLine", back_populates="lines")
    product: Mapped[Product] = one("Product", "product_id", "ContractLine")
    plan: Mapped[Plan] = one("Plan", "plan_id", "ContractLine")
    next_plan: Mapped[Plan | None] = one("Plan", "next_plan_id", "ContractLine")
    item: Mapped[Item | None] = one("Item", "item_id", "ContractLine")
    outages: Mapped[list[Outage]] = many("Outage", "contract_line_id", "ContractLine", order_by="Outage.id")
    stretches: Mapped[list[ServiceStretch]] = many(
        "ServiceStretch", "contract_line_id", "ContractLine", order_by="ServiceStretch.from_on"
    )


class ServiceStretch(WorkshopRow, Recorded, Base):
    """Civil days [from_on, until_on) during which a line is served and so charged; until NULL: goes on. One from the
    hand-over, a further one when something that should have come back was kept. Never two over one day."""

    __tablename__ = "service_stretch"
    __table_args__ = (
        points_to("contract_line", "contract_line_id"),
        CheckConstraint("until_on IS NULL OR from_on < until_on", name="order"),
        ExcludeConstraint(
            (func.int8range(text("contract_line_id"), text("contract_line_id"), text("'[]'")), "="),
            (func.daterange(text("from_on"), text("until_on"), text("'[)'")), "&&"),
            name="served_once",
            using="gist",
        ),
        Index("ix_service_stretch_line", "workshop_id", "contract_line_id"),
    )

    contract_line_id: Mapped[int] = mapped_column(BigInteger)
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Pause(WorkshopRow, Recorded, Base):
    """Civil days [from_on, until_on) during which the monthly lines of a contract are not charged; until NULL: until it
    is resumed. Never two over one day."""

    __tablename__ = "pause"
    __table_args__ = (
        points_to("contract", "contract_id"),
        CheckConstraint("until_on IS NULL OR from_on < until_on", name="order"),
        ExcludeConstraint(
            (func.int8range(text("contract_id"), text("contract_id"), text("'[]'")), "="),
            (func.daterange(text("from_on"), text("until_on"), text("'[)'")), "&&"),
            name="paused_once",
            using="gist",
        ),
        Index("ix_pause_contract", "workshop_id", "contract_id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class ContractAct(WorkshopRow, Base):
    """One operation done on a contract, by whom, with what was asked (codes, dates and figures) and what it did;
    append-only. `key` makes a repeat harmless: the same key with the same `body_sha256` finds this row again. `stood`: what
    its papers are drawn from (see `standing`), empty where it has none and on rows of before."""

    __tablename__ = "contract_act"
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("contract_line", "contract_line_id"),
        UniqueConstraint("workshop_id", "key"),
        Index("ix_contract_act_contract", "workshop_id", "contract_id", "id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    operation: Mapped[str]
    key: Mapped[str | None]
    body_sha256: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    outcome: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    stood: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    at: Mapped[datetime]
    by_kind: Mapped[str]
    by_name: Mapped[str] = mapped_column(server_default="", default="")


class ContractHolder(WorkshopRow, Recorded, Base):
    """A person beside the customer who may fetch, bring back and use the things of a contract (shared custody)."""

    __tablename__ = "contract_holder"
    __table_args__ = (
        points_to("contract", "contract_id"),
        Index("ix_contract_holder_contract", "workshop_id", "contract_id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]


class Outage(WorkshopRow, Recorded, Base):
    """The thing of a line does not do what it is for, from when it was reported until it worked again. Past the service
    level of its plan this gives a credit by itself."""

    __tablename__ = "outage"
    __table_args__ = (
        points_to("contract_line", "contract_line_id"),
        CheckConstraint("ended_at IS NULL OR began_at <= ended_at", name="order"),
        Index("ix_outage_line", "workshop_id", "contract_line_id"),
        Index(
            "uq_outage_open", "workshop_id", "contract_line_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    contract_line_id: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    symptom: Mapped[str] = mapped_column(server_default="", default="")
