"""The hours in which nobody is written to of our own accord: from nine in the evening to eight in the morning, where the
workshop is."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from service_app.core import clock

QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(8, 0)


def quiet_until(instant: datetime, zone: str) -> datetime | None:
    """The instant at which the morning begins in `zone`, when `instant` lies in the quiet hours; else None."""
    local = clock.local(instant, zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return clock.at_local(day, QUIET_UNTIL, zone)


def awake_after(instant: datetime, lasts: timedelta, zone: str) -> datetime:
    """The instant at which `lasts` of time outside the quiet hours of `zone` have gone by since `instant`."""
    at = quiet_until(instant, zone) or instant
    while at + lasts > (evening := clock.at_local(clock.local(at, zone).date(), QUIET_FROM, zone)):
        lasts -= evening - at
        at = quiet_until(evening, zone) or evening
    return at + lasts
