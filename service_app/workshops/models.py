"""Clusters, workshops, members, invitations, opening hours, terms, reference numbers."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service_app.accounts.models import Account
from service_app.core.access import ROLES
from service_app.core.db import Base, Recorded, Versioned
from service_app.core.tenancy import WorkshopRow

CLUSTER_ROLES = ("coordinator",)


class Cluster(Recorded, Base):
    """The network the workshops belong to."""

    __tablename__ = "cluster"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]


class ClusterMember(Recorded, Base):
    """An account with a role in the cluster itself: the coordinator."""

    __tablename__ = "cluster_member"
    __table_args__ = (CheckConstraint("role IN ('coordinator')", name="role"),)

    cluster_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cluster.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), primary_key=True)
    role: Mapped[str]


class Workshop(Versioned, Recorded, Base):
    """A member workshop, the tenant. `slug` stands in every address; `name_second` is the plate's second line.

    `gs1_prefix` and `gln` are its GS1 company prefix and its location number, '' for none; `waste_number` is its
    registration as collector of waste. One that left the cluster has `left_on`, and the workshop in `heir_id` answers for
    the things it left behind."""

    __tablename__ = "workshop"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,39}$'", name="slug"),
        CheckConstraint("gs1_prefix ~ '^([0-9]{4,12})?$'", name="gs1"),
        Index("uq_workshop_gs1_prefix", "gs1_prefix", unique=True, postgresql_where=text("gs1_prefix <> ''")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    cluster_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cluster.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_second: Mapped[str | None]
    craft: Mapped[str] = mapped_column(server_default="")
    zone: Mapped[str] = mapped_column(server_default="Europe/Brussels")
    language: Mapped[str] = mapped_column(server_default="fr")
    currency: Mapped[str] = mapped_column(server_default="EUR")
    brand: Mapped[str | None]
    email: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    street: Mapped[str] = mapped_column(server_default="")
    postcode: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    vat_number: Mapped[str | None]
    offer_days: Mapped[int] = mapped_column(server_default="7")
    gs1_prefix: Mapped[str] = mapped_column(server_default="", default="")
    gln: Mapped[str] = mapped_column(server_default="", default="")
    waste_number: Mapped[str] = mapped_column(server_default="", default="")
    left_on: Mapped[date | None]
    heir_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("workshop.id"))


class Member(WorkshopRow, Versioned, Recorded, Base):
    """A person in a workshop, in one role."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("workshop_id", "account_id"),
        CheckConstraint(f"role IN {tuple(ROLES)}", name="role"),
    )

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), index=True)
    role: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default="true", default=True)

    account: Mapped[Account] = relationship()
    workshop: Mapped[Workshop] = relationship(primaryjoin="foreign(Member.workshop_id) == Workshop.id", viewonly=True)


class Invitation(WorkshopRow, Recorded, Base):
    """An invitation by e-mail to join in a role; `token_hash` is the SHA-256 (hex) of the value in the link."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint(f"role IN {tuple(ROLES)}", name="role"),)

    email: Mapped[str]
    role: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="fr")
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[str] = mapped_column(server_default="")
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class OpeningHours(WorkshopRow, Base):
    """An open stretch of a weekday (0 = Monday) in local time; several a day are possible."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint("workshop_id", "weekday", "opens"),
        CheckConstraint("weekday BETWEEN 0 AND 6 AND opens < closes", name="shape"),
    )

    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class OpeningException(WorkshopRow, Base):
    """A dated exception that replaces the weekday's hours: closed when `opens` is NULL."""

    __tablename__ = "opening_exception"
    __table_args__ = (
        UniqueConstraint("workshop_id", "day"),
        CheckConstraint("(opens IS NULL) = (closes IS NULL) AND (opens IS NULL OR opens < closes)", name="shape"),
    )

    day: Mapped[date]
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    note: Mapped[str] = mapped_column(server_default="")


class Terms(WorkshopRow, Recorded, Base):
    """A version of the general terms, never edited: text per language, and the SHA-256 of each."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("workshop_id", "number"),)

    number: Mapped[int]
    body: Mapped[dict[str, str]]
    sha256: Mapped[dict[str, str]]


class HouseDefaults(WorkshopRow, Versioned, Recorded, Base):
    """What a workshop wants otherwise than the house: one row, once something was set. Minutes kept free around a use and
    checklists [{"code", "text": {lang: …}}] of a new product (a list NULL: the house's own); what letters to customers
    begin with ({name} stands for theirs), close with and say at their foot, by language. `start_skipped` are the steps of
    the guided start that were passed over; it is shown until `start_put_away_at`."""

    __tablename__ = "house_defaults"
    __table_args__ = (
        UniqueConstraint("workshop_id"),
        CheckConstraint("buffer_before_minutes >= 0 AND buffer_after_minutes >= 0", name="buffers"),
    )

    buffer_before_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    buffer_after_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    out_checklist: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    in_checklist: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    letter_greeting: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    letter_closing: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    letter_footer: Mapped[dict[str, str]] = mapped_column(server_default="{}", default=dict)
    start_skipped: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    start_put_away_at: Mapped[datetime | None]


class ReferenceCounter(Base):
    """The last number given out per workshop and series (C-2026, K, …); a human reference, not a legal number."""

    __tablename__ = "reference_counter"

    workshop_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("workshop.id"), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
