"""What a day's text messages may cost: counted once for each message, before it is sent, under a lock, so that two workers
never spend the same cent."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.db import current_workshop_id, session
from service_app.notifications.channel_models import SmsAccount, SmsDay
from service_app.notifications.models import Message
from service_app.workshops.queries import get_workshop


def spend(message: Message, account: SmsAccount, segments: int) -> bool:
    """Count a message of so many segments to today; False when the day's budget does not suffice. Counted once: another
    attempt of the same message costs nothing. Leaves sms.budget_spent the first time on a day."""
    if message.segments is not None:
        return True
    workshop = get_workshop(current_workshop_id())
    row = _of_today(clock.today(workshop.zone))
    cents = segments * account.cents_per_segment
    if row.messages + 1 > account.daily_count or row.cents + cents > account.daily_cents:
        if row.spent_at is None:
            row.spent_at = clock.now()
            session().flush()
            events.record("sms.budget_spent", WORKER, [workshop], {"messages": row.messages, "cents": row.cents})
        return False
    row.messages, row.segments, row.cents = row.messages + 1, row.segments + segments, row.cents + cents
    message.segments = segments
    session().flush()
    return True


def _of_today(day: date) -> SmsDay:
    values = {"workshop_id": current_workshop_id(), "on_day": day}
    statement = insert(SmsDay).values(values).on_conflict_do_nothing()
    session().execute(statement, execution_options={"scoped_by_hand": True})
    found = select(SmsDay).where(SmsDay.on_day == day).with_for_update().execution_options(populate_existing=True)
    return session().scalars(found).one()


def today(zone: str) -> SmsDay | None:
    """What was spent today, or None."""
    return session().scalars(select(SmsDay).where(SmsDay.on_day == clock.today(zone))).first()
