"""Links that let a customer in, the sessions they open, and what customers asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service_app.contracts.models import ContractLine
from service_app.core.db import Base, Recorded
from service_app.core.tenancy import WorkshopRow, one, points_to
from service_app.customers.models import Customer

REQUEST_KINDS = ("swap", "erase")


class PortalLink(WorkshopRow, Recorded, Base):
    """A letter that lets somebody in, asked for an address. An unknown address makes a row as well, with no customer, so
    that the answer and the work are the same. Token and code are derived from `salt` with the secret of the house and
    kept nowhere; `token_hash` is SHA-256 (hex) of the token, `browser_hash` that of the value in the cookie of the
    browser that asked (none: sent by the workshop, so the code is needed)."""

    __tablename__ = "portal_link"
    __table_args__ = (
        points_to("customer", "customer_id"),
        UniqueConstraint("workshop_id", "token_hash"),
        Index("ix_portal_link_browser", "workshop_id", "browser_hash", "id"),
        Index("ix_portal_link_customer", "workshop_id", "customer_id"),
    )

    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    salt: Mapped[str]
    token_hash: Mapped[str]
    browser_hash: Mapped[str | None]
    language: Mapped[str]
    wrong_codes: Mapped[int] = mapped_column(server_default="0", default=0)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PortalSession(WorkshopRow, Recorded, Base):
    """One browser in which a customer is signed in. `token_hash` is SHA-256 (hex) of the value in its cookie;
    `email_hash` that of the address the letter went to: another address ends the session."""

    __tablename__ = "portal_session"
    __table_args__ = (
        points_to("customer", "customer_id"),
        UniqueConstraint("workshop_id", "token_hash"),
        Index("ix_portal_session_customer", "workshop_id", "customer_id", "id"),
    )

    customer_id: Mapped[int] = mapped_column(BigInteger)
    token_hash: Mapped[str]
    email_hash: Mapped[str]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]

    customer: Mapped[Customer] = one("Customer", "customer_id", "PortalSession")


class CustomerRequest(WorkshopRow, Recorded, Base):
    """Something a customer asked that a person of the workshop has to do: swap a thing (`wish` says into which product and
    why), or forget them (erase). Open until somebody did it."""

    __tablename__ = "customer_request"
    __table_args__ = (
        points_to("customer", "customer_id"),
        points_to("contract_line", "contract_line_id"),
        CheckConstraint(f"kind IN {REQUEST_KINDS}", name="kind"),
        Index("ix_customer_request_customer", "workshop_id", "customer_id", "id"),
        Index("ix_customer_request_open", "workshop_id", "id", postgresql_where=text("done_at IS NULL")),
    )

    kind: Mapped[str]
    customer_id: Mapped[int] = mapped_column(BigInteger)
    contract_line_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(server_default="", default="")
    wish: Mapped[str] = mapped_column(server_default="", default="")
    remark: Mapped[str] = mapped_column(server_default="", default="")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(server_default="", default="")

    customer: Mapped[Customer] = one("Customer", "customer_id", "CustomerRequest")
    line: Mapped[ContractLine | None] = one("ContractLine", "contract_line_id", "CustomerRequest")
