"""What vehicles carry, zones and rules; orders; plans of a day, rounds, stops and what a driver did at them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.bookings.models import Resource, Skill
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.customers.models import Customer

ORDER_KINDS = ("pickup", "delivery", "both")
NEEDS = ("cold", "two people", "tail lift")
PLACED_BY = ("pin", "server", "postcode")
# nobody, refused, not ready and access lie with the customer; the others with us or with nobody
REASONS = ("nobody", "refused", "not_ready", "access", "too_heavy", "vehicle", "weather", "time")
CUSTOMER_CAUSED = ("nobody", "refused", "not_ready", "access")
ACTS = ("arrive", "weigh", "scan", "extra", "done", "partly", "failed")
PRIORITIES = (1, 2, 3)


class RoundRules(WorkshopRow, Versioned, Recorded, Base):
    """How a workshop rides: hours of a shift and its break in local time, the hour at which tomorrow is frozen, the depot's
    pin (none: the middle of its postcode), how wide a promised window is in minutes, the days (ISO) on which no van may ride,
    and after how many days it is forgotten who rode and where exactly a door is."""

    __tablename__ = "round_rules"
    __table_args__ = (
        UniqueConstraint("workshop_id"),
        CheckConstraint("starts < ends AND (break_starts IS NULL) = (break_ends IS NULL)", name="hours"),
        CheckConstraint("window_minutes BETWEEN 60 AND 360", name="window"),
        CheckConstraint("keep_days BETWEEN 7 AND 730", name="keep"),
    )

    starts: Mapped[time] = mapped_column(default=time(8, 30))
    ends: Mapped[time] = mapped_column(default=time(16, 30))
    break_starts: Mapped[time | None] = mapped_column(default=time(12, 0))
    break_ends: Mapped[time | None] = mapped_column(default=time(12, 45))
    cut_off: Mapped[time] = mapped_column(default=time(16, 0))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    window_minutes: Mapped[int] = mapped_column(server_default="150", default=150)
    car_free_days: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    keep_days: Mapped[int] = mapped_column(server_default="90", default=90)


class RoundZone(WorkshopRow, Recorded, Base):
    """Postcodes that are ridden together, on some weekdays (0 = Monday; none: every day), with at most so many stops a day
    (none: as many as there is time for)."""

    __tablename__ = "round_zone"
    __table_args__ = (UniqueConstraint("workshop_id", "name"), CheckConstraint("most > 0", name="most"))

    name: Mapped[str]
    most: Mapped[int | None]
    postcodes: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    weekdays: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)


class RoundVehicle(WorkshopRow, Versioned, Recorded, Base):
    """What a vehicle of the planning can do: grams and litres on board, km a day, km an hour in town, what it offers (NEEDS)
    and the names of the zones it may enter (none: all). `skill` is what whoever rides it has to be able to do."""

    __tablename__ = "round_vehicle"
    __table_args__ = (
        points_to("resource", "resource_id"),
        points_to("skill", "skill_id"),
        UniqueConstraint("workshop_id", "resource_id"),
        CheckConstraint("grams > 0 AND litres > 0 AND reach_km > 0 AND speed_kmh > 0", name="figures"),
        CheckConstraint("kind IN ('cargo_bike', 'van')", name="kind"),
    )

    resource_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(server_default="cargo_bike", default="cargo_bike")
    grams: Mapped[int]
    litres: Mapped[int]
    reach_km: Mapped[int]
    speed_kmh: Mapped[int]
    offers: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    zones: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    skill_id: Mapped[int | None] = mapped_column(BigInteger)

    resource: Mapped[Resource] = one("Resource", "resource_id", "RoundVehicle")
    skill: Mapped[Skill | None] = one("Skill", "skill_id", "RoundVehicle")


class DayPlan(WorkshopRow, Recorded, Base):
    """A plan of a day as it was made: the problem and the plan as JSON, and with which seed and how many iterations, so that
    it can be made again. `metres` is its whole way, `simple_metres` that of the greedy one."""

    __tablename__ = "day_plan"
    __table_args__ = (Index("ix_day_plan_day", "workshop_id", "day", "id"),)

    day: Mapped[date]
    problem: Mapped[str]
    plan: Mapped[str]
    maker: Mapped[str]
    seed: Mapped[int]
    iterations: Mapped[int]
    metres: Mapped[int]


class Round(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A vehicle's day: its stops in order. `driver_name` is who rides it, as it was when it was published."""

    __tablename__ = "round"
    __states__ = {
        "status": {
            "planned": ("optimised", "dropped"),
            "optimised": ("published", "dropped"),
            "published": ("running", "dropped"),
            "running": ("done",),
            "done": (),
            "dropped": (),
        }
    }
    __table_args__ = (
        points_to("round_vehicle", "vehicle_id"),
        points_to("day_plan", "plan_id"),
        UniqueConstraint("workshop_id", "reference"),
        Index(
            "uq_round_vehicle_day",
            "workshop_id",
            "vehicle_id",
            "day",
            unique=True,
            postgresql_where=text("status <> 'dropped'"),
        ),
        Index("ix_round_day", "workshop_id", "day"),
    )

    reference: Mapped[str]
    day: Mapped[date]
    vehicle_id: Mapped[int] = mapped_column(BigInteger)
    plan_id: Mapped[int | None] = mapped_column(BigInteger)
    driver_name: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default="planned", default="planned")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    vehicle: Mapped[RoundVehicle] = one("RoundVehicle", "vehicle_id", "Round")
    stops: Mapped[list[RoundStop]] = many(
        "RoundStop", "round_id", "Round", order_by="RoundStop.seq", back_populates="round"
    )
    crew: Mapped[list[RoundCrew]] = many("RoundCrew", "round_id", "Round", order_by="RoundCrew.id", viewonly=True)


class RoundCrew(WorkshopRow, Recorded, Base):
    """That a person of the planning rides a round."""

    __tablename__ = "round_crew"
    __table_args__ = (
        points_to("round", "round_id"),
        points_to("resource", "resource_id"),
        UniqueConstraint("workshop_id", "round_id", "resource_id"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    resource_id: Mapped[int] = mapped_column(BigInteger)

    resource: Mapped[Resource] = one("Resource", "resource_id", "RoundCrew")


class RoundStop(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A door at which a round stops, for one order or several. `planned_at` is when service should begin; `is_locked` keeps
    it with its vehicle when the day is planned again."""

    __tablename__ = "round_stop"
    __states__ = {
        "status": {
            "waiting": ("arrived", "done", "partly", "failed"),
            "arrived": ("done", "partly", "failed"),
            "done": (),
            "partly": (),
            "failed": (),
        }
    }
    __table_args__ = (
        points_to("round", "round_id"),
        Index("ix_round_stop_round", "workshop_id", "round_id", "seq"),
    )

    round_id: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int]
    trip: Mapped[int] = mapped_column(server_default="1", default=1)
    planned_at: Mapped[datetime]
    is_locked: Mapped[bool] = mapped_column(server_default="false", default=False)
    status: Mapped[str] = mapped_column(server_default="waiting", default="waiting")
    arrived_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="", default="")

    round: Mapped[Round] = one("Round", "round_id", "RoundStop", back_populates="stops")
    orders: Mapped[list[TransportOrder]] = many(
        "TransportOrder", "stop_id", "RoundStop", order_by="TransportOrder.id", back_populates="stop"
    )


class TransportOrder(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """A thing to fetch or bring. `subject` is what it is for in another room ("takeback:17"; empty: typed here). Service
    begins within [window_start, window_end]; what was promised stands in promised_from and promised_until. `left_reason`
    is why the last plan has no place for it, `paused_at` since when the customer is the one we wait for."""

    __tablename__ = "transport_order"
    __states__ = {
        "status": {
            "open": ("planned", "called_off"),
            "planned": ("open", "promised", "called_off"),
            "promised": ("done", "partly", "failed", "open", "called_off"),
            "partly": ("open", "called_off"),
            "failed": ("open", "called_off"),
            "done": (),
            "called_off": (),
        }
    }
    __table_args__ = (
        points_to("customer", "customer_id"),
        points_to("round_stop", "stop_id"),
        UniqueConstraint("workshop_id", "reference"),
        Index(
            "uq_transport_order_subject",
            "workshop_id",
            "subject",
            unique=True,
            postgresql_where=text("subject <> '' AND status NOT IN ('done', 'called_off')"),
        ),
        CheckConstraint(f"kind IN {ORDER_KINDS}", name="kind"),
        CheckConstraint(f"placed_by IN {PLACED_BY}", name="placed_by"),
        CheckConstraint("grams >= 0 AND litres >= 0 AND service_minutes BETWEEN 1 AND 240", name="figures"),
        CheckConstraint("window_start < window_end", name="window"),
        CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
        CheckConstraint("(promised_from IS NULL) = (promised_until IS NULL)", name="promise"),
        Index("ix_transport_order_status", "workshop_id", "status", "window_start"),
        Index("ix_transport_order_customer", "workshop_id", "customer_id"),
        Index("ix_transport_order_stop", "workshop_id", "stop_id"),
    )

    reference: Mapped[str]
    subject: Mapped[str] = mapped_column(server_default="", default="")
    customer_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    address: Mapped[str]
    postcode: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    placed_by: Mapped[str]
    grams: Mapped[int]
    litres: Mapped[int]
    service_minutes: Mapped[int] = mapped_column(server_default="8", default=8)
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    must_by: Mapped[date | None]
    priority: Mapped[int] = mapped_column(server_default="2", default=2)
    needs: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    note: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default="open", default="open")
    stop_id: Mapped[int | None] = mapped_column(BigInteger)
    promised_from: Mapped[datetime | None]
    promised_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    left_reason: Mapped[str] = mapped_column(server_default="", default="")
    paused_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(server_default="", default="")

    customer: Mapped[Customer] = one("Customer", "customer_id", "TransportOrder")
    stop: Mapped[RoundStop | None] = one("RoundStop", "stop_id", "TransportOrder", back_populates="orders")


class DriverAct(WorkshopRow, Recorded, Base):
    """What a driver did at a stop: `client_key` is the device's own for it and makes it happen once; `device_at` is what the
    device's clock showed, `created_at` ours. Data: reason, grams, tags, note, items, dirty (contaminated), photos and signature
    (ids of files)."""

    __tablename__ = "driver_act"
    __table_args__ = (
        points_to("round_stop", "stop_id"),
        UniqueConstraint("workshop_id", "client_key"),
        CheckConstraint(f"kind IN {ACTS}", name="kind"),
        Index("ix_driver_act_stop", "workshop_id", "stop_id"),
    )

    stop_id: Mapped[int] = mapped_column(BigInteger)
    client_key: Mapped[str]
    kind: Mapped[str]
    device_at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(server_default="", default="")
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)
