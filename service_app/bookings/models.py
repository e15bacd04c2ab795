"""Resources with skills, hours and absences; services; appointments, what they occupy, and who waits for one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core import clock
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.states import Stateful
from service_app.core.tenancy import WorkshopRow, many, one, points_to
from service_app.customers.models import Customer
from service_app.workshops.models import Member

RESOURCE_KINDS = ("person", "bench", "room", "vehicle")
NEEDS = ("bench", "room", "vehicle")
SERVICE_KINDS = ("repair", "return", "care", "other")
PLACES = ("drop_off", "home", "pickup")
NO_SHOW_RULES = ("nothing", "call", "block")
# What people say; another room has its own way to take a resource, and gives it back itself.
ABSENCE_REASONS = ("ill", "leave", "training", "broken", "other")
TAKEN = "round"
SOURCES = ("staff", "public", "portal")


class Resource(WorkshopRow, Versioned, Recorded, Base):
    """Something of which there is only so much. A person may be a member; `feed_round` stands in the secret address of its
    calendar, so that a higher one closes the old address."""

    __tablename__ = "resource"
    __table_args__ = (
        points_to("member", "member_id"),
        UniqueConstraint("workshop_id", "member_id"),
        CheckConstraint(f"kind IN {RESOURCE_KINDS}", name="kind"),
        CheckConstraint("member_id IS NULL OR kind = 'person'", name="member"),
        Index("ix_resource_kind", "workshop_id", "kind", "is_active"),
    )

    kind: Mapped[str]
    name: Mapped[str]
    member_id: Mapped[int | None] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)
    feed_round: Mapped[int] = mapped_column(server_default="1", default=1)

    member: Mapped[Member | None] = one("Member", "member_id", "Resource")
    skills: Mapped[list[ResourceSkill]] = many("ResourceSkill", "resource_id", "Resource", order_by="ResourceSkill.id")
    hours: Mapped[list[ResourceHours]] = many(
        "ResourceHours", "resource_id", "Resource", order_by="ResourceHours.weekday, ResourceHours.opens"
    )
    absences: Mapped[list[ResourceAbsence]] = many(
        "ResourceAbsence", "resource_id", "Resource", order_by="ResourceAbsence.starts_at"
    )


class Skill(WorkshopRow, Recorded, Base):
    """Something a person can do, more or less well."""

    __tablename__ = "skill"
    __table_args__ = (UniqueConstraint("workshop_id", "name"),)

    name: Mapped[str]


class ResourceSkill(WorkshopRow, Base):
    """How well: 1 with help, 2 alone, 3 teaches others."""

    __tablename__ = "resource_skill"
    __table_args__ = (
        points_to("resource", "resource_id"),
        points_to("skill", "skill_id"),
        UniqueConstraint("workshop_id", "resource_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
    )

    resource_id: Mapped[int] = mapped_column(BigInteger)
    skill_id: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[int]

    skill: Mapped[Skill] = one("Skill", "skill_id", "ResourceSkill")


class ResourceHours(WorkshopRow, Base):
    """A stretch of a weekday (0 = Monday) in local time. A resource without any keeps the workshop's opening hours."""

    __tablename__ = "resource_hours"
    __table_args__ = (
        points_to("resource", "resource_id"),
        UniqueConstraint("workshop_id", "resource_id", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6 AND opens < closes", name="shape"),
    )

    resource_id: Mapped[int] = mapped_column(BigInteger)
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class ResourceAbsence(WorkshopRow, Recorded, Base):
    """A person is not there, a bench or a vehicle cannot be used, over [starts_at, ends_at)."""

    __tablename__ = "resource_absence"
    __table_args__ = (
        points_to("resource", "resource_id"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint(f"reason IN {(*ABSENCE_REASONS, TAKEN)}", name="reason"),
        Index("ix_resource_absence_resource", "workshop_id", "resource_id", "ends_at"),
        Index("ix_resource_absence_ends", "workshop_id", "ends_at"),
    )

    resource_id: Mapped[int] = mapped_column(BigInteger)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default="other", default="other")
    note: Mapped[str] = mapped_column(server_default="", default="")


class Service(WorkshopRow, Versioned, Recorded, Base):
    """What one can come for. `code` stands in addresses. Minutes: `minutes` it takes, `before_minutes` and `after_minutes`
    that are kept free around it, `step_minutes` between two starts, `lead_minutes` between booking and start,
    `change_minutes` before the start until which a customer may move or cancel, `late_minutes` after which who has not come
    counts as not coming. `needs` are the kinds of which it occupies one each, beside a person. `no_show` is what staying
    away means: nothing, the workshop calls, or no booking online for a while."""

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("workshop_id", "code"),
        points_to("skill", "skill_id"),
        CheckConstraint(f"kind IN {SERVICE_KINDS}", name="kind"),
        CheckConstraint(f"place IN {PLACES}", name="place"),
        CheckConstraint(f"no_show IN {NO_SHOW_RULES}", name="no_show"),
        CheckConstraint("minutes BETWEEN 5 AND 1440 AND step_minutes BETWEEN 5 AND 1440", name="length"),
        CheckConstraint("before_minutes BETWEEN 0 AND 1440 AND after_minutes BETWEEN 0 AND 1440", name="buffers"),
        CheckConstraint("lead_minutes >= 0 AND change_minutes >= 0 AND late_minutes >= 0", name="rules"),
        CheckConstraint("horizon_days BETWEEN 1 AND 366", name="horizon"),
        CheckConstraint("skill_level BETWEEN 1 AND 3", name="skill_level"),
    )

    code: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="other", default="other")
    name: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    place: Mapped[str] = mapped_column(server_default="drop_off", default="drop_off")
    minutes: Mapped[int]
    step_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    before_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    after_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    lead_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    horizon_days: Mapped[int] = mapped_column(server_default="60", default=60)
    skill_id: Mapped[int | None] = mapped_column(BigInteger)
    skill_level: Mapped[int] = mapped_column(server_default="1", default=1)
    needs: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    is_public: Mapped[bool] = mapped_column(server_default="true", default=True)
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)
    lets_choose: Mapped[bool] = mapped_column(server_default="false", default=False)
    change_minutes: Mapped[int] = mapped_column(server_default="720", default=720)
    late_minutes: Mapped[int] = mapped_column(server_default="15", default=15)
    no_show: Mapped[str] = mapped_column(server_default="call", default="call")

    skill: Mapped[Skill | None] = one("Skill", "skill_id", "Service")


class Appointment(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """Somebody comes for a service over [starts_at, ends_at). A held one has no customer yet and runs out at `expires_at`;
    with `replaces_id` it is a proposal to move that appointment. `is_chosen`: the person was wished for by name.
    `sequence` and `changed_at` are what calendars compare (RFC 5545 SEQUENCE, LAST-MODIFIED). `note` is what the customer
    says, `address` where one has to go. `is_forgiven`: a no-show that no longer counts. `known_to` are the ids of all
    resources that ever had it, the person who has it now first: calendars are told when it is no longer theirs."""

    __tablename__ = "appointment"
    __states__ = {
        "status": {
            "held": ("booked", "expired", "cancelled"),
            "booked": ("arrived", "cancelled", "no_show"),
            "arrived": ("done", "booked"),
            "no_show": ("arrived", "booked"),
            "done": ("arrived",),
            "cancelled": (),
            "expired": (),
        }
    }
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        points_to("service", "service_id"),
        points_to("customer", "customer_id"),
        points_to("appointment", "replaces_id"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("status IN ('held', 'expired', 'cancelled') OR customer_id IS NOT NULL", name="customer"),
        CheckConstraint("status <> 'held' OR expires_at IS NOT NULL", name="hold_expires"),
        CheckConstraint(f"source IN {SOURCES}", name="source"),
        Index("ix_appointment_starts", "workshop_id", "starts_at"),
        Index("ix_appointment_status", "workshop_id", "status", "starts_at"),
        Index("ix_appointment_customer", "workshop_id", "customer_id", "starts_at"),
        Index(
            "ix_appointment_replaces", "workshop_id", "replaces_id", postgresql_where=text("replaces_id IS NOT NULL")
        ),
        Index("ix_appointment_expiry", "workshop_id", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    reference: Mapped[str]
    service_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(server_default="held", default="held")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    is_chosen: Mapped[bool] = mapped_column(server_default="false", default=False)
    source: Mapped[str] = mapped_column(server_default="staff", default="staff")
    language: Mapped[str] = mapped_column(server_default="fr", default="fr")
    note: Mapped[str] = mapped_column(server_default="", default="")
    address: Mapped[str] = mapped_column(server_default="", default="")
    reason: Mapped[str] = mapped_column(server_default="", default="")
    replaces_id: Mapped[int | None] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(server_default="0", default=0)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, server_default=text("now()"))
    arrived_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    is_forgiven: Mapped[bool] = mapped_column(server_default="false", default=False)
    known_to: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)

    service: Mapped[Service] = one("Service", "service_id", "Appointment")
    customer: Mapped[Customer | None] = one("Customer", "customer_id", "Appointment")
    occupations: Mapped[list[Occupation]] = many(
        "Occupation", "appointment_id", "Appointment", order_by="Occupation.id", viewonly=True
    )


class Occupation(WorkshopRow, Recorded, Base):
    """A resource taken by an appointment over [blocked_from, blocked_until), buffers included. A hold has `expires_at`.

    Made like `allocation`: plain columns beside the range, because their comparisons are leakproof and an index serves
    them under row-level security; the constraint needs the range.
    """

    __tablename__ = "occupation"
    __table_args__ = (
        points_to("resource", "resource_id"),
        points_to("appointment", "appointment_id"),
        CheckConstraint("blocked_from < blocked_until", name="order"),
        ExcludeConstraint(
            (func.int8range(text("resource_id"), text("resource_id"), text("'[]'")), "="),
            ("during", "&&"),
            name="no_double_occupation",
            using="gist",
        ),
        Index("ix_occupation_resource", "workshop_id", "resource_id", "blocked_until"),
        Index("ix_occupation_appointment", "workshop_id", "appointment_id"),
        Index("ix_occupation_expiry", "workshop_id", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    resource_id: Mapped[int] = mapped_column(BigInteger)
    appointment_id: Mapped[int] = mapped_column(BigInteger)
    blocked_from: Mapped[datetime]
    blocked_until: Mapped[datetime]
    during: Mapped[Range[Any]] = mapped_column(
        TSTZRANGE, Computed("tstzrange(blocked_from, blocked_until, '[)')", persisted=True)
    )
    expires_at: Mapped[datetime | None]

    resource: Mapped[Resource] = one("Resource", "resource_id", "Occupation")


class WaitingEntry(WorkshopRow, Versioned, Recorded, Stateful, Base):
    """Somebody waits for a service between two days, both included. `appointment_id` is the held slot that is offered."""

    __tablename__ = "waiting_entry"
    __states__ = {
        "status": {
            "waiting": ("offered", "left", "over"),
            "offered": ("taken", "passed", "left"),
            "taken": (),
            "passed": (),
            "left": (),
            "over": (),
        }
    }
    __table_args__ = (
        points_to("service", "service_id"),
        points_to("customer", "customer_id"),
        points_to("appointment", "appointment_id"),
        CheckConstraint("first_day <= last_day", name="order"),
        CheckConstraint("status <> 'offered' OR appointment_id IS NOT NULL", name="offer"),
        Index("ix_waiting_entry_status", "workshop_id", "status", "id"),
        Index("ix_waiting_entry_customer", "workshop_id", "customer_id"),
    )

    service_id: Mapped[int] = mapped_column(BigInteger)
    customer_id: Mapped[int] = mapped_column(BigInteger)
    first_day: Mapped[date]
    last_day: Mapped[date]
    language: Mapped[str] = mapped_column(server_default="fr", default="fr")
    note: Mapped[str] = mapped_column(server_default="", default="")
    status: Mapped[str] = mapped_column(server_default="waiting", default="waiting")
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)

    service: Mapped[Service] = one("Service", "service_id", "WaitingEntry")
    customer: Mapped[Customer] = one("Customer", "customer_id", "WaitingEntry")
    appointment: Mapped[Appointment | None] = one("Appointment", "appointment_id", "WaitingEntry")


class BookingDraft(WorkshopRow, Recorded, Base):
    """What somebody has answered so far on the public page: {step: answers}, and the slot held for them. Forgotten after a
    day, with what is in it."""

    __tablename__ = "booking_draft"
    __table_args__ = (
        points_to("service", "service_id"),
        points_to("appointment", "appointment_id"),
        Index("ix_booking_draft_old", "workshop_id", "created_at"),
    )

    service_id: Mapped[int] = mapped_column(BigInteger)
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)
    answers: Mapped[dict[str, Any]] = mapped_column(server_default="{}", default=dict)

    service: Mapped[Service] = one("Service", "service_id", "BookingDraft")
    appointment: Mapped[Appointment | None] = one("Appointment", "appointment_id", "BookingDraft")
