"""Charges, what settled them, and deposits. `contract_line` is named by its table: contracts stand above this room."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, points_to

CHARGE_KINDS = (
    "rent",
    "recurring",
    "use",
    "one_off",
    "late",
    "damage",
    "missing",
    "cleaning",
    "fee",
    "lost",
    "buy_out",
)
USE_KINDS = ("rent", "recurring", "use", "late")
METHODS = ("cash", "card", "transfer", "deposit", "credit")


class Charge(WorkshopRow, Stateful, Recorded, Base):
    """An amount owed for a line of a contract. `rule` is the code of the algorithm's rule, `figures` what it counted
    with; `key` makes it unique per line and kind, so a run repeated charges once. [period_start, period_end) are civil
    days."""

    __tablename__ = "charge"
    __states__ = {"status": {"open": ("settled", "waived"), "settled": (), "waived": ()}}
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("contract_line", "contract_line_id"),
        UniqueConstraint("workshop_id", "contract_line_id", "kind", "key"),
        CheckConstraint(f"kind IN {CHARGE_KINDS}", name="kind"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_charge_contract", "workshop_id", "contract_id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    key: Mapped[str]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    rule: Mapped[str]
    figures: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    status: Mapped[str] = mapped_column(server_default="open", default="open")

    settlements: Mapped[list[Settlement]] = many("Settlement", "charge_id", "Charge", order_by="Settlement.id")


class Settlement(WorkshopRow, Recorded, Base):
    """Money that settled a charge, wholly or in part: received at the counter or taken from the deposit."""

    __tablename__ = "settlement"
    __table_args__ = (
        points_to("charge", "charge_id"),
        points_to("credit", "credit_id"),
        CheckConstraint(f"method IN {METHODS}", name="method"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(method = 'credit') = (credit_id IS NOT NULL)", name="credit"),
        Index("ix_settlement_charge", "workshop_id", "charge_id"),
        Index("ix_settlement_credit", "workshop_id", "credit_id", postgresql_where=text("credit_id IS NOT NULL")),
    )

    charge_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal]
    method: Mapped[str]
    credit_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(server_default="", default="")


class Credit(WorkshopRow, Recorded, Base):
    """An amount taken off a charge, for the civil days [period_start, period_end) or for the reason in `rule`;
    append-only. What its charge still owes is set off at once (a settlement by `credit`); what is left is set off
    against other charges of the contract or paid back. Σ credits of a charge never exceed it."""

    __tablename__ = "credit"
    __table_args__ = (
        points_to("contract", "contract_id"),
        points_to("contract_line", "contract_line_id"),
        points_to("charge", "charge_id"),
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("workshop_id", "charge_id", "key"),
        Index("ix_credit_contract", "workshop_id", "contract_id"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[int] = mapped_column(BigInteger)
    charge_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    rule: Mapped[str]
    figures: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]

    uses: Mapped[list[Settlement]] = many("Settlement", "credit_id", "Credit", order_by="Settlement.id")
    refunds: Mapped[list[Refund]] = many("Refund", "credit_id", "Credit", order_by="Refund.id")


class Refund(WorkshopRow, Recorded, Base):
    """Money paid back out of a credit; append-only."""

    __tablename__ = "refund"
    __table_args__ = (
        points_to("credit", "credit_id"),
        CheckConstraint("amount > 0 AND method IN ('cash', 'card', 'transfer')", name="shape"),
        Index("ix_refund_credit", "workshop_id", "credit_id"),
    )

    credit_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal]
    method: Mapped[str]
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(server_default="", default="")


class Deposit(WorkshopRow, Versioned, Stateful, Recorded, Base):
    """The deposit of a contract: a liability towards the customer, never income until it is retained. `amount` is what
    is asked; it may rise or fall with the contract, and then what is missing falls due again."""

    __tablename__ = "deposit"
    __states__ = {
        "status": {
            "due": ("held", "cancelled"),
            "held": ("released", "partly_retained", "retained", "due"),
            "released": (),
            "partly_retained": (),
            "retained": (),
            "cancelled": (),
        }
    }
    __table_args__ = (
        points_to("contract", "contract_id"),
        UniqueConstraint("workshop_id", "contract_id"),
        CheckConstraint("amount > 0", name="amount"),
    )

    contract_id: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal]
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="due", default="due")

    movements: Mapped[list[DepositMovement]] = many(
        "DepositMovement", "deposit_id", "Deposit", order_by="DepositMovement.id"
    )


class DepositMovement(WorkshopRow, Recorded, Base):
    """Received, retained for a charge, or released; append-only."""

    __tablename__ = "deposit_movement"
    __table_args__ = (
        points_to("deposit", "deposit_id"),
        points_to("charge", "charge_id"),
        CheckConstraint("kind IN ('received', 'retained', 'released')", name="kind"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_deposit_movement_deposit", "workshop_id", "deposit_id"),
    )

    deposit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    amount: Mapped[Decimal]
    method: Mapped[str] = mapped_column(server_default="", default="")
    charge_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(server_default="", default="")
