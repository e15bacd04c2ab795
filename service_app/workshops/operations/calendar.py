"""When the workshop is open: the week, and the days on which it is otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import holidays
from sqlalchemy import delete, select

from service_app.core import events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid, NotFound
from service_app.workshops.models import OpeningException, OpeningHours, Workshop

Stretch = tuple[time, time]
LONGEST_DAYS = 366


def set_hours(actor: Actor, workshop: Workshop, weekly: Mapping[int, Sequence[Stretch]]) -> None:
    """The hours of the week by weekday (0 = Monday), in place of those that stood; a day without any is closed.

    Refuses `hours.backwards` and `hours.overlap`, with the `weekday` concerned. Leaves hours.changed.
    """
    actor.must("settings:write")
    rows = [row for weekday, stretches in weekly.items() for row in _rows(weekday, stretches)]
    session().execute(
        delete(OpeningHours).where(OpeningHours.workshop_id == workshop.id).execution_options(synchronize_session=False)
    )
    session().add_all(rows)
    session().flush()
    events.record("hours.changed", actor, [workshop])


def _rows(weekday: int, stretches: Sequence[Stretch]) -> list[OpeningHours]:
    ordered = sorted(stretches)
    for opens, closes in ordered:
        if opens >= closes:
            raise Invalid("hours.backwards", weekday=weekday)
    for (_opens, closes), (opens, _closes) in pairwise(ordered):
        if opens < closes:
            raise Invalid("hours.overlap", weekday=weekday)
    return [OpeningHours(weekday=weekday, opens=opens, closes=closes) for opens, closes in ordered]


def add_exception(
    actor: Actor, workshop: Workshop, days: tuple[date, date], stretch: Stretch | None, note: str = ""
) -> None:
    """From the first to the last of `days` the workshop is open during `stretch` only, or closed when it is None,
    whatever the weekday says; what was said of those days before is replaced.

    Refuses `days.backwards`, `days.too_many` and `hours.backwards`. Leaves hours.changed.
    """
    actor.must("settings:write")
    first, last = days
    if last < first:
        raise Invalid("days.backwards", field="last_day")
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid("days.too_many", field="last_day", most=LONGEST_DAYS)
    if stretch is not None and stretch[0] >= stretch[1]:
        raise Invalid("hours.backwards", field="closes")
    _replace([(first + timedelta(days=away), note.strip()) for away in range((last - first).days + 1)], stretch)
    events.record("hours.changed", actor, [workshop])


def _replace(days: list[tuple[date, str]], stretch: Stretch | None) -> None:
    known = [day for day, _note in days]
    statement = delete(OpeningException).where(OpeningException.day.in_(known))
    session().execute(statement.execution_options(synchronize_session=False))
    opens, closes = stretch or (None, None)
    session().add_all([OpeningException(day=day, opens=opens, closes=closes, note=note) for day, note in days])
    session().flush()


def remove_exception(actor: Actor, workshop: Workshop, exception_id: int) -> OpeningException:
    """Let a day be as its weekday again; returns what was said of it, so that it can be given back. Refuses with
    NotFound. Leaves hours.changed."""
    actor.must("settings:write")
    row = session().scalars(select(OpeningException).where(OpeningException.id == exception_id)).first()
    if row is None:
        raise NotFound("not_found")
    session().delete(row)
    session().flush()
    events.record("hours.changed", actor, [workshop])
    return row


def restore_exception(actor: Actor, workshop: Workshop, said: Mapping[str, Any]) -> None:
    """Give back a day that was removed: {day, hours: [opens, closes] or None, note}, in ISO. Leaves hours.changed."""
    actor.must("settings:write")
    hours = said["hours"]
    stretch = (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None
    _replace([(date.fromisoformat(said["day"]), said["note"])], stretch)
    events.record("hours.changed", actor, [workshop])


def close_on_holidays(actor: Actor, workshop: Workshop, first: date, last: date) -> int:
    """Close on the public holidays of Belgium between two days of which nothing is said yet; returns how many. The names
    are kept in the workshop's language. Leaves hours.changed when there are any."""
    actor.must("settings:write")
    spoken = {"fr": "fr", "nl": "nl", "en": "en_US"}[workshop.language]
    known = set(session().scalars(select(OpeningException.day).where(OpeningException.day.between(first, last))))
    found = holidays.country_holidays("BE", years=range(first.year, last.year + 1), language=spoken)
    days = [(day, name) for day, name in sorted(found.items()) if first <= day <= last and day not in known]
    if days:
        _replace(days, None)
        events.record("hours.changed", actor, [workshop])
    return len(days)
