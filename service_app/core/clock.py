"""One clock. Instants are aware UTC; local days are computed in a workshop's zone.

Leases and `run_at` compare with the database's clock only (see `jobs`); this clock stamps what people did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _travelled.get() or datetime.now(UTC)


@contextmanager
def travelled(instant: datetime) -> Iterator[None]:
    """Inside, `now()` stands still at this instant: history for the demo, and the days of a test."""
    token = _travelled.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)


def today(zone: str) -> date:
    """The civil day it is now in `zone` (an IANA name such as Europe/Brussels)."""
    return now().astimezone(ZoneInfo(zone)).date()


def local(instant: datetime, zone: str) -> datetime:
    """The same instant on the wall clock of `zone`."""
    return instant.astimezone(ZoneInfo(zone))


def at_local(day: date, hour: time, zone: str) -> datetime:
    """The UTC instant at which the wall clock of `zone` shows `hour` on `day`.

    A wall time that happens twice (October) means the first; one that does not exist (March) moves forward by the
    missing hour, so 02:30 becomes 03:30.
    """
    wall = datetime.combine(day, hour, tzinfo=ZoneInfo(zone))
    return wall.replace(fold=0).astimezone(UTC)


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """[start, end) of a civil day as UTC instants; 23, 24 or 25 hours apart."""
    return at_local(day, time(0), zone), at_local(day + timedelta(days=1), time(0), zone)
