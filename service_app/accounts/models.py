"""Accounts, their sessions, and the count of failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service_app.core.db import Base, Recorded


class Account(Recorded, Base):
    """A person who can sign in; `email` is lower case and unique over the cluster."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="fr")
    theme: Mapped[str] = mapped_column(server_default="auto")
    single_keys: Mapped[bool] = mapped_column(server_default="true", default=True)
    is_suspended: Mapped[bool] = mapped_column(server_default="false")
    password_changed_at: Mapped[datetime | None]


class SignInSession(Recorded, Base):
    """One signed-in browser. `token_hash` is the SHA-256 (hex) of the random value in the cookie."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), index=True)
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ip: Mapped[str | None]
    user_agent: Mapped[str | None]

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class SignInAttempt(Base):
    """A failed try to sign in, counted per address and per IP over a sliding window."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]
