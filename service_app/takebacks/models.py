"""The days on which a zone is served, and what is asked to be taken back."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.customers.models import Customer
from service_app.items.models import Item

SOURCES = ("public", "portal", "passport", "contract", "swap", "hub", "staff")
WAYS = ("pickup", "drop_off")
DECISIONS = ("", "product", "waste")
HEAVIEST_G = 2_000_000


class CollectionDay(WorkshopRow, Versioned, Recorded, Base):
    """A route that serves a zone on a weekday (0 = Monday) over [starts, ends) local time, in windows of `window_minutes`.
    `postcodes` are what it serves; most_g (grams) and most_litres are what the vehicle carries in a day."""

    __tablename__ = "collection_day"
    __table_args__ = (
        UniqueConstraint("workshop_id", "zone", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6 AND starts < ends", name="shape"),
        CheckConstraint("window_minutes BETWEEN 30 AND 480", name="window"),
        CheckConstraint("most_stops > 0 AND most_g > 0 AND most_litres > 0", name="capacity"),
    )

    zone: Mapped[str]
    postcodes: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    window_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    most_stops: Mapped[int]
    most_g: Mapped[int] = mapped_column(BigInteger)
    most_litres: Mapped[int]
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)


class Takeback(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """Something comes home. Loads in grams and litres, as the customer says (`mass_g`) and as weighed here (`came_g`).
    `address_key` is what two spellings of one address have in common. A window that is only held ends at `held_until`.
    `rest_of_id`: what a partial collection left behind. `attempts` counts failed visits that the customer caused.
    `contamination` is the order at whose door a driver reported it as contaminated: such a load goes into quarantine."""

    __tablename__ = "takeback"
    __states__ = {
        "status": {
            "new": ("eligible", "refused"),
            "eligible": ("offered", "received", "cancelled"),
            "offered": ("scheduled", "eligible", "cancelled"),
            "scheduled": ("collected", "partly", "failed", "eligible", "cancelled"),
            "failed": ("eligible", "received", "cancelled"),
            "collected": ("received",),
            "partly": ("received",),
            "received": ("sorted",),
            "sorted": ("closed",),
            "closed": (),
            "refused": (),
            "cancelled": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        UniqueConstraint("workshop_id", "key"),
        points_to("customer", "customer_id"),
        points_to("item", "item_id"),
        points_to("collection_day", "collection_day_id"),
        points_to("takeback", "rest_of_id"),
        CheckConstraint(f"source IN {SOURCES}", name="source"),
        CheckConstraint(f"way IN {WAYS}", name="way"),
        CheckConstraint(f"decision IN {DECISIONS}", name="decision"),
        CheckConstraint("decision = '' OR decision_reason <> ''", name="decision_reason"),
        CheckConstraint(f"mass_g BETWEEN 0 AND {HEAVIEST_G} AND litres >= 0", name="load"),
        CheckConstraint("status <> 'offered' OR held_until IS NOT NULL", name="held"),
        CheckConstraint(
            "status NOT IN ('offered', 'scheduled') OR (window_start < window_end AND collection_day_id IS NOT NULL)",
            name="window",
        ),
        Index("ix_takeback_status", "workshop_id", "status", "id"),
        Index("ix_takeback_customer", "workshop_id", "customer_id"),
        Index("ix_takeback_window", "workshop_id", "collection_day_id", "window_start"),
    )

    reference: Mapped[str]
    key: Mapped[str | None]
    customer_id: Mapped[int] = mapped_column(BigInteger)
    item_id: Mapped[int | None] = mapped_column(BigInteger)
    rest_of_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="new", default="new")
    source: Mapped[str]
    way: Mapped[str] = mapped_column(server_default="pickup", default="pickup")
    what: Mapped[str]
    mass_g: Mapped[int] = mapped_column(BigInteger)
    litres: Mapped[int] = mapped_column(server_default="0", default=0)
    hazards: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    is_wipe_needed: Mapped[bool] = mapped_column(server_default="false", default=False)
    wiped_by: Mapped[str] = mapped_column(server_default="", default="")
    street: Mapped[str] = mapped_column(server_default="", default="")
    postcode: Mapped[str] = mapped_column(server_default="", default="")
    city: Mapped[str] = mapped_column(server_default="", default="")
    address_key: Mapped[str] = mapped_column(server_default="", default="")
    note: Mapped[str] = mapped_column(server_default="", default="")
    must_by: Mapped[date | None]
    collection_day_id: Mapped[int | None] = mapped_column(BigInteger)
    window_start: Mapped[datetime | None]
    window_end: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    reason: Mapped[str] = mapped_column(server_default="", default="")
    contamination: Mapped[str] = mapped_column(server_default="", default="")
    came_g: Mapped[int | None] = mapped_column(BigInteger)
    is_estimated: Mapped[bool] = mapped_column(server_default="false", default=False)
    decision: Mapped[str] = mapped_column(server_default="", default="")
    decision_reason: Mapped[str] = mapped_column(server_default="", default="")

    customer: Mapped[Customer] = one("Customer", "customer_id", "Takeback")
    item: Mapped[Item | None] = one("Item", "item_id", "Takeback")
    collection_day: Mapped[CollectionDay | None] = one("CollectionDay", "collection_day_id", "Takeback")


class Hub(WorkshopRow, Versioned, Recorded, Base):
    """A place where others collect for the workshop: a school, a shop, a library. The customer keeps it; `code` stands on its
    sign. It holds so many litres and grams; told full again within `again_days`, nobody is sent twice."""

    __tablename__ = "hub"
    __table_args__ = (
        UniqueConstraint("workshop_id", "code"),
        points_to("customer", "customer_id"),
        CheckConstraint(f"capacity_litres > 0 AND capacity_g BETWEEN 1 AND {HEAVIEST_G}", name="capacity"),
        CheckConstraint("again_days BETWEEN 1 AND 60", name="again"),
        Index("ix_hub_customer", "workshop_id", "customer_id"),
    )

    code: Mapped[str]
    name: Mapped[str]
    customer_id: Mapped[int] = mapped_column(BigInteger)
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str] = mapped_column(server_default="", default="")
    takes: Mapped[str] = mapped_column(server_default="", default="")
    capacity_litres: Mapped[int]
    capacity_g: Mapped[int] = mapped_column(BigInteger)
    again_days: Mapped[int] = mapped_column(server_default="3", default=3)
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)

    customer: Mapped[Customer] = one("Customer", "customer_id", "Hub")


class HubAlert(WorkshopRow, Recorded, Base):
    """That somebody who stood before a hub said it is full, the take-back that came of it, and how often it was said."""

    __tablename__ = "hub_alert"
    __table_args__ = (
        points_to("hub", "hub_id"),
        points_to("takeback", "takeback_id"),
        Index("ix_hub_alert_hub", "workshop_id", "hub_id", "id"),
    )

    hub_id: Mapped[int] = mapped_column(BigInteger)
    takeback_id: Mapped[int] = mapped_column(BigInteger)
    address_key: Mapped[str] = mapped_column(server_default="", default="")
    times: Mapped[int] = mapped_column(server_default="1", default=1)
    last_at: Mapped[datetime]

    hub: Mapped[Hub] = one("Hub", "hub_id", "HubAlert")
    takeback: Mapped[Takeback] = one("Takeback", "takeback_id", "HubAlert")
