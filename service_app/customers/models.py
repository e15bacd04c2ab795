"""Customers, addresses, notes and consent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core.db import Base, Recorded, Versioned
from service_app.core.ordering import index_over
from service_app.core.tenancy import WorkshopRow, many, points_to


class Customer(WorkshopRow, Versioned, Recorded, Base):
    """A person or an organisation. `name` is what a list shows: "Nora Lemmens" or the organisation's name.

    E-mail is lower case; `phone` is E.164; `vat_number` as stdnum compacts it (BE0123456789). `external_ref` is the key
    of the file it was imported from: importing twice finds it again. `name_key` is what two spellings of one name have
    in common (see `contact.name_key`).
    """

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("workshop_id", "reference"),
        CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
        CheckConstraint("email IS NULL OR email = lower(email)", name="email_lower"),
        points_to("customer", "merged_into_id"),
        Index(
            "uq_customer_external_ref",
            "workshop_id",
            "external_ref",
            unique=True,
            postgresql_where=text("external_ref IS NOT NULL"),
        ),
        Index("ix_customer_email", "workshop_id", "email"),
        Index("ix_customer_phone", "workshop_id", "phone"),
        Index("ix_customer_name", "workshop_id", text(index_over("name")), "id"),
        Index("ix_customer_vat", "workshop_id", "vat_number"),
        Index("ix_customer_name_key", "workshop_id", "name_key"),
    )

    reference: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="person", default="person")
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(server_default="", default="")
    contact_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    vat_number: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="fr", default="fr")
    remark: Mapped[str] = mapped_column(server_default="", default="")
    wants_reminders: Mapped[bool] = mapped_column(server_default="true", default=True)
    is_blocked: Mapped[bool] = mapped_column(server_default="false", default=False)
    external_ref: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(BigInteger)

    addresses: Mapped[list[CustomerAddress]] = many(
        "CustomerAddress", "customer_id", "Customer", order_by="CustomerAddress.id"
    )
    consents: Mapped[list[Consent]] = many("Consent", "customer_id", "Customer", order_by="Consent.given_at")
    notes: Mapped[list[CustomerNote]] = many(
        "CustomerNote", "customer_id", "Customer", order_by="CustomerNote.id.desc()"
    )


class CustomerAddress(WorkshopRow, Base):
    """A postal address of a customer; the first is the main one."""

    __tablename__ = "customer_address"
    __table_args__ = (
        points_to("customer", "customer_id"),
        Index("ix_customer_address_customer", "workshop_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(server_default="", default="")
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    country: Mapped[str] = mapped_column(server_default="BE", default="BE")


class CustomerNote(WorkshopRow, Recorded, Base):
    """Something a member of staff wrote down about a customer."""

    __tablename__ = "customer_note"
    __table_args__ = (
        points_to("customer", "customer_id"),
        Index("ix_customer_note_customer", "workshop_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    author_name: Mapped[str]
    body: Mapped[str]


class Consent(WorkshopRow, Base):
    """That a customer agreed to a purpose (news, photos), from when until when, and how we know."""

    __tablename__ = "consent"
    __table_args__ = (
        points_to("customer", "customer_id"),
        CheckConstraint("purpose IN ('news', 'photos')", name="purpose"),
        Index(
            "uq_consent_open",
            "workshop_id",
            "customer_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str]
    source: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
