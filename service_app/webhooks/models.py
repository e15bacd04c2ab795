"""Endpoints, what is to be delivered to each, and each attempt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.events import Event
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to

OUTCOMES = ("taken", "gone", "refused", "unreachable", "forbidden")
REASONS = ("gone", "failing")


class WebhookEndpoint(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """An address to call. `names` are the facts it wants, none: all. `salt` and `secret_round` make its secret; until
    `former_until` the one before signs too. `reason` says why it was disabled. Until `not_before` it asked not to be called.

    The cursor: every fact up to `settled_to` has its delivery for good. `seen_to` is how far was read when the database
    had begun no transaction past `seen_before`; once all of those are over, `settled_to` moves there.
    """

    __tablename__ = "webhook_endpoint"
    __states__ = {"status": {"on": ("off", "disabled"), "off": ("on",), "disabled": ("on", "off")}}
    __table_args__ = (CheckConstraint(f"reason IN {REASONS}", name="reason"),)

    name: Mapped[str]
    url: Mapped[str]
    names: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    status: Mapped[str] = mapped_column(server_default="on", default="on")
    reason: Mapped[str | None]
    salt: Mapped[str]
    secret_round: Mapped[int] = mapped_column(server_default="1", default=1)
    former_until: Mapped[datetime | None]
    settled_to: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    seen_to: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    seen_before: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    failing_since: Mapped[datetime | None]
    last_taken_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]


class WebhookDelivery(WorkshopRow, Recorded, Stateful, Base):
    """A fact for an endpoint. `round` counts how often it was asked for: one, and one more for each replay."""

    __tablename__ = "webhook_delivery"
    __states__ = {
        "status": {
            "waiting": ("taken", "failed", "skipped"),
            "taken": ("waiting",),
            "failed": ("waiting",),
            "skipped": ("waiting",),
        }
    }
    __table_args__ = (
        points_to("webhook_endpoint", "endpoint_id"),
        points_to("event", "event_id"),
        UniqueConstraint("workshop_id", "endpoint_id", "event_id"),
        Index("ix_webhook_delivery_event", "workshop_id", "event_id"),
        Index("ix_webhook_delivery_old", "workshop_id", "created_at"),
    )

    endpoint_id: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="waiting", default="waiting")
    round: Mapped[int] = mapped_column(server_default="1", default=1)
    ended_at: Mapped[datetime | None]

    endpoint: Mapped[WebhookEndpoint] = one("WebhookEndpoint", "endpoint_id", "WebhookDelivery")
    event: Mapped[Event] = one("Event", "event_id", "WebhookDelivery")


class WebhookAttempt(WorkshopRow, Recorded, Base):
    """One call, and what came back: the answer's code and the beginning of its text, or why there was none."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (
        points_to("webhook_delivery", "delivery_id"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        Index("ix_webhook_attempt_delivery", "workshop_id", "delivery_id"),
    )

    delivery_id: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    code: Mapped[int | None]
    detail: Mapped[str] = mapped_column(server_default="", default="")
    milliseconds: Mapped[int] = mapped_column(server_default="0", default=0)
