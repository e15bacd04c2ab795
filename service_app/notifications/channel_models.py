"""What decides by which channel somebody is told: a workshop's own words, what customers chose, the account for text
messages and what it spent, keys, browsers that take pushes, what providers reported, digests of the staff.

No secret stands in the database in the clear: keys are derived from the house's key and a salt (`channel_key`), a token that
a provider gave us is sealed with a key derived likewise (`core.sealed`).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.tenancy import WorkshopRow, points_to


class LetterText(WorkshopRow, Versioned, Recorded, Base):
    """A workshop's own words for a kind of letter in a language; an empty one is the house's. Plain text with {fields}."""

    __tablename__ = "letter_text"
    __table_args__ = (
        UniqueConstraint("workshop_id", "kind", "language"),
        CheckConstraint("language IN ('fr', 'nl', 'en')", name="language"),
    )

    kind: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str] = mapped_column(server_default="", default="")
    intro: Mapped[str] = mapped_column(server_default="", default="")
    closing: Mapped[str] = mapped_column(server_default="", default="")


class MessageChoice(WorkshopRow, Recorded, Base):
    """By which channel a customer wants a topic; without a row by e-mail."""

    __tablename__ = "message_choice"
    __table_args__ = (
        points_to("customer", "customer_id"),
        UniqueConstraint("workshop_id", "customer_id", "topic"),
        CheckConstraint("channel IN ('mail', 'sms', 'push', 'none')", name="channel"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str]
    channel: Mapped[str]


class SmsAccount(WorkshopRow, Versioned, Recorded, Base):
    """By whom a workshop's text messages go out, to which countries, and how much a day may cost. `url`: where the provider
    is asked; `secret_sealed`: its token; amounts in cents of the workshop's currency."""

    __tablename__ = "sms_account"
    __table_args__ = (
        UniqueConstraint("workshop_id"),
        CheckConstraint("daily_count >= 0 AND daily_cents >= 0 AND cents_per_segment >= 0", name="budget"),
    )

    provider: Mapped[str]
    url: Mapped[str]
    username: Mapped[str] = mapped_column(server_default="", default="")
    secret_sealed: Mapped[str] = mapped_column(server_default="", default="")
    sender: Mapped[str]
    countries: Mapped[list[str]] = mapped_column(server_default='["BE"]')
    daily_count: Mapped[int] = mapped_column(server_default="50", default=50)
    daily_cents: Mapped[int] = mapped_column(server_default="500", default=500)
    cents_per_segment: Mapped[int] = mapped_column(server_default="8", default=8)
    is_on: Mapped[bool] = mapped_column(server_default="true", default=True)


class SmsDay(WorkshopRow, Base):
    """What a day's text messages were and cost; `spent_at`: when the budget first did not suffice."""

    __tablename__ = "sms_day"
    __table_args__ = (UniqueConstraint("workshop_id", "on_day"),)

    on_day: Mapped[date]
    messages: Mapped[int] = mapped_column(server_default="0", default=0)
    segments: Mapped[int] = mapped_column(server_default="0", default=0)
    cents: Mapped[int] = mapped_column(server_default="0", default=0)
    spent_at: Mapped[datetime | None]


class ChannelKey(WorkshopRow, Recorded, Base):
    """What a key of a workshop is derived from: for pushes (VAPID) or for what providers report (HMAC)."""

    __tablename__ = "channel_key"
    __table_args__ = (
        UniqueConstraint("workshop_id", "purpose"),
        CheckConstraint("purpose IN ('push', 'notices')", name="purpose"),
    )

    purpose: Mapped[str]
    salt: Mapped[str]
    secret_round: Mapped[int] = mapped_column(server_default="1", default=1)
    former_until: Mapped[datetime | None]


class PushSubscription(WorkshopRow, Recorded, Base):
    """A browser of a customer that takes pushes (RFC 8030): where it is reached, its public key and its secret (both as in
    RFC 8291, base64url). `endpoint_hash`: SHA-256 (hex) of the address."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        points_to("customer", "customer_id"),
        UniqueConstraint("workshop_id", "endpoint_hash"),
        Index("ix_push_subscription_customer", "workshop_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    endpoint: Mapped[str]
    endpoint_hash: Mapped[str]
    p256dh: Mapped[str]
    auth_sealed: Mapped[str]
    user_agent: Mapped[str] = mapped_column(server_default="", default="")
    last_sent_at: Mapped[datetime | None]


class ProviderNotice(WorkshopRow, Recorded, Base):
    """That a provider reported something, by its own key: reported twice, it follows once."""

    __tablename__ = "provider_notice"
    __table_args__ = (
        points_to("message", "message_id"),
        UniqueConstraint("workshop_id", "source", "key"),
        CheckConstraint("source IN ('mail', 'sms')", name="source"),
        Index("ix_provider_notice_message", "workshop_id", "message_id"),
    )

    source: Mapped[str]
    key: Mapped[str]
    outcome: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(BigInteger)


class StaffDigest(WorkshopRow, Recorded, Base):
    """Whether somebody of the staff wants the day's digest."""

    __tablename__ = "staff_digest"
    __table_args__ = (points_to("member", "member_id"), UniqueConstraint("workshop_id", "member_id"))

    member_id: Mapped[int] = mapped_column(BigInteger)
    is_on: Mapped[bool] = mapped_column(server_default="false", default=False)
