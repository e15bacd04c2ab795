"""Messages, each attempt to deliver them, what came back or was answered, addresses that are written to no more, and
letters kept when there is no mail server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.contracts.models import Contract
from service_app.core.db import Base, Recorded
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.customers.models import Customer


class Message(WorkshopRow, Stateful, Recorded, Base):
    """Something told to somebody. `about_key` is the business fact ("contract:17:due:2026-12-01:7"); `payload` holds the
    ids from which the letter is rendered when it is sent, and under `again` how often somebody pressed Send again. A server
    that took it may send it back days later: `sent` becomes `failed`. `told_at`: when a person told the customer otherwise
    what a letter that failed would have said.

    `channel` and `recipient` are part of its identity; `via` and `via_address` are where it goes, chosen when it is sent (see
    `choosing`): a letter to the address its customer has by then, `mailed_to`. `segments`: of a text message, once its cost
    is counted. `summary` is what it says in short, for the customer's own list, and `seen_at` when they saw it there."""

    __tablename__ = "message"
    __states__ = {
        "status": {
            "queued": ("sent", "failed", "skipped", "expired", "unknown"),
            "unknown": ("sent", "failed", "queued"),
            "failed": ("queued",),
            "sent": ("failed",),
            "skipped": (),
            "expired": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "kind", "about_key", "channel", "recipient"),
        points_to("customer", "customer_id"),
        points_to("contract", "contract_id"),
        CheckConstraint("channel IN ('mail')", name="channel"),
        CheckConstraint("via IN ('mail', 'sms', 'push')", name="via"),
        CheckConstraint("audience IN ('customer', 'staff')", name="audience"),
        Index("ix_message_customer", "workshop_id", "customer_id", "id"),
        Index("ix_message_contract", "workshop_id", "contract_id", "id"),
        Index("ix_message_status", "workshop_id", "status", "id"),
        Index("ix_message_recipient", "workshop_id", "recipient", "id"),
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
    told_at: Mapped[datetime | None]
    via: Mapped[str] = mapped_column(server_default="mail", default="mail")
    via_address: Mapped[str | None]
    segments: Mapped[int | None]
    summary: Mapped[str | None]
    seen_at: Mapped[datetime | None]

    customer: Mapped[Customer | None] = one("Customer", "customer_id", "Message")
    contract: Mapped[Contract | None] = one("Contract", "contract_id", "Message")

    @property
    def again(self) -> int:
        """How often somebody pressed Send again; 0 at its first sending."""
        return int(self.payload.get("again", 0))

    @property
    def mailed_to(self) -> str:
        """The e-mail address it went to, or goes to as far as is known."""
        return self.via_address if self.via == "mail" and self.via_address else self.recipient


class Delivery(WorkshopRow, Recorded, Base):
    """One attempt to deliver a message and what the other side answered, at once or, by a letter of its own, later."""

    __tablename__ = "delivery"
    __table_args__ = (
        points_to("message", "message_id"),
        CheckConstraint(
            "outcome IN ('sent', 'kept', 'refused', 'deferred', 'unknown', 'bounced', 'bounced_softly', 'complained',"
            " 'delivered', 'undelivered')",
            name="outcome",
        ),
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


class Suppression(WorkshopRow, Base):
    """An address (lower case) that is written to no more. `source` names the letter that showed it: "message:17"."""

    __tablename__ = "suppression"
    __table_args__ = (
        UniqueConstraint("workshop_id", "address"),
        CheckConstraint("reason IN ('hard_bounce', 'soft_bounces', 'complaint')", name="reason"),
        CheckConstraint("address = lower(address)", name="address_lower"),
    )

    address: Mapped[str]
    reason: Mapped[str]
    since: Mapped[datetime]
    source: Mapped[str]


class InboundMessage(WorkshopRow, Recorded, Base):
    """What a customer answered to a message. `key` is what makes the same letter the same however often it is handed in;
    `attachments` counts what came with it and is not kept."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        points_to("message", "message_id"),
        points_to("customer", "customer_id"),
        points_to("contract", "contract_id"),
        UniqueConstraint("workshop_id", "key"),
        Index("ix_inbound_message_customer", "workshop_id", "customer_id", "id"),
        Index("ix_inbound_message_unread", "workshop_id", "id", postgresql_where=text("read_at IS NULL")),
    )

    message_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    contract_id: Mapped[int | None] = mapped_column(BigInteger)
    key: Mapped[str]
    sender: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    attachments: Mapped[int] = mapped_column(server_default="0", default=0)
    read_at: Mapped[datetime | None]

    customer: Mapped[Customer] = one("Customer", "customer_id", "InboundMessage")
    contract: Mapped[Contract | None] = one("Contract", "contract_id", "InboundMessage")
