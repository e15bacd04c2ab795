"""Reads about accounts."""

from __future__ import annotations

from sqlalchemy import select

from service_app.accounts.models import Account
from service_app.core.db import session


def find_account(email: str) -> Account | None:
    """The account with this address, or None."""
    return session().scalars(select(Account).where(Account.email == email.strip().lower())).first()
