"""What a customer was told, as they see it on their own pages: by whichever way it went, also what did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from service_app.core import clock
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.notifications.models import Message

# What was sent, and what was owed and could not be: it stands here although it reached nobody.
_SHOWN = or_(
    Message.status.in_(("sent", "failed", "unknown")), (Message.status == "skipped") & (Message.reason == "no_address")
)
MOST = 60


def messages_of(customer: Customer) -> Sequence[Message]:
    """What they were told, newest first."""
    return session().scalars(_of(customer).order_by(Message.id.desc()).limit(MOST)).all()


def _of(customer: Customer) -> Select[Any]:
    """With a summary only: keys to their pages have none, and are nobody's to read later."""
    return select(Message).where(Message.customer_id == customer.id, Message.summary.is_not(None), _SHOWN)


def count_unread(customer: Customer) -> int:
    """How much of it they have not seen here."""
    return (
        session().scalar(select(func.count()).select_from(_of(customer).where(Message.seen_at.is_(None)).subquery()))
        or 0
    )


def mark_seen(customer: Customer) -> int:
    """They have seen all of it; how much was new. Twice is once."""
    done = session().execute(
        update(Message)
        .where(Message.customer_id == customer.id, Message.summary.is_not(None), Message.seen_at.is_(None))
        .where(_SHOWN)
        .values(seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
