"""Messages, each attempt to deliver them, and letters kept when there is no mail server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.contracts.models import Contract
from service_app.core.db import Base, Recorded
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.customers.models import Customer


class Message(WorkshopRow, Stateful, Recorded, Base):
    """Something told to somebody. `about_key` is the business fact ("contract:17:due:2026-12-01:7"); `payload` holds the
    ids from which the letter is rendered when it is sent."""

    __tablename__ = "message"
    __states__ = {
        "status": {
            "queued": ("sent", "failed", "skipped", "expired", "unknown"),
            "unknown": ("sent", "failed", "queued"),
            "failed": ("queued",),
            "sent": (),
            "skipped": (),
            "expired": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "kind", "about_key", "channel", "recipient"),
        points_to("customer", "customer_id"),
        points_to("contract", "contract_id"),
        CheckConstraint("channel IN ('mail')", name="channel"),
        CheckConstraint("audience IN ('customer', 'staff')", name="audience"),
        Index("ix_message_customer", "workshop_id", "customer_id", "id"),
        Index("ix_message_contract", "workshop_id", "contract_id", "id"),
        Index("ix_message_status", "workshop_id", "status", "id"),
    )

    kind: Mapped[str]
    about_key: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="mail", default="mail")
    audience: Mapped[str]
    recipient: Mapped[str]
    language: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    contract_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
    status: Mapped[str] = mapped_column(server_default="queued", default="queued")
    reason: Mapped[str | None]
    subject: Mapped[str | None]
    not_after: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    customer: Mapped[Customer | None] = one("Customer", "customer_id", "Message")
    contract: Mapped[Contract | None] = one("Contract", "contract_id", "Message")


class Delivery(WorkshopRow, Recorded, Base):
    """One attempt to deliver a message, and what the other side answered."""

    __tablename__ = "delivery"
    __table_args__ = (
        points_to("message", "message_id"),
        CheckConstraint("outcome IN ('sent', 'kept', 'refused', 'deferred', 'unknown')", name="outcome"),
        Index("ix_delivery_message", "workshop_id", "message_id"),
    )

    message_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    code: Mapped[str | None]
    detail: Mapped[str] = mapped_column(server_default="", default="")


class KeptLetter(WorkshopRow, Recorded, Base):
    """A letter as it would have gone out, kept because no mail server is configured."""

    __tablename__ = "kept_letter"
    __table_args__ = (points_to("message", "message_id"), UniqueConstraint("workshop_id", "message_id"))

    message_id: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str]
