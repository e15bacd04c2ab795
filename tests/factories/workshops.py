"""A cluster, workshops that can rent something out, and people in them."""

from __future__ import annotations

import hashlib
from datetime import time
from itertools import count

from sqlalchemy import select

from service_app.accounts import operations as accounts
from service_app.core import tenancy
from service_app.core.db import Database, narrow, session
from service_app.workshops.models import Cluster, Member, OpeningHours, Terms, Workshop

PASSWORD = "quatre velos et un tandem"
_numbers = count(1)


def make_workshop(database: Database, *, slug: str, name: str, name_second: str | None = None) -> Workshop:
    """A workshop open Monday to Saturday 9 to 18, with terms in three languages."""
    with database.transaction(tenancy.platform("test world")):
        cluster = session().scalars(select(Cluster)).first() or Cluster(name="Brussels")
        session().add(cluster)
        session().flush()
        workshop = Workshop(cluster_id=cluster.id, slug=slug, name=name, name_second=name_second)
        session().add(workshop)
        session().flush()
        session().refresh(workshop)
        narrow(workshop.id)
        session().add_all([OpeningHours(weekday=day, opens=time(9), closes=time(18)) for day in range(6)])
        body = {"fr": "Conditions générales", "nl": "Algemene voorwaarden", "en": "General terms"}
        digests = {code: hashlib.sha256(text.encode()).hexdigest() for code, text in body.items()}
        session().add(Terms(number=1, body=body, sha256=digests))
        return workshop


def make_member(database: Database, workshop: Workshop, role: str, *, email: str | None = None) -> str:
    """A new person in a role; returns the address they sign in with (the password is PASSWORD)."""
    address = email or f"{role}-{next(_numbers)}@example.be"
    with database.transaction(tenancy.workshop(workshop.id)):
        account = accounts.create_account(email=address, name=f"{role.title()} Test", password=PASSWORD, language="en")
        session().add(Member(account_id=account.id, role=role))
    return address
