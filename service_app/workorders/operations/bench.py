"""Time kept at the bench for a visit of what is in the workshop: where it lies, and that it is looked for again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from service_app.core import clock
from service_app.core.errors import Conflict
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.workorders.models import CareVisit
from service_app.workshops.hours import Calendar

LOOK_DAYS = 14  # how far after its day a visit may find its time
TRIES = 6  # how many beginnings are asked for in one go: morning and afternoon of a few days
_QUARTER = 15 * 60


def note_of(visit: CareVisit) -> str:
    """By what the time blocked for a visit is known."""
    return f"care:{visit.id}"


def keep_time(visit: CareVisit, minutes: int, today: date, calendar: Calendar) -> None:
    """Keep the thing at hand for the work, where nothing else was promised then; the bench list has it anyway. What is not
    in stock yet is looked at again as soon as it is (`block_on` says from when on); what found no time, tomorrow."""
    visit.block_on = today
    if visit.item.status == "in_stock":
        visit.block_on = None if _keep(visit, minutes, today, calendar) else today + timedelta(days=1)


def _keep(visit: CareVisit, minutes: int, today: date, calendar: Calendar) -> bool:
    product = visit.item.product
    for start in islice(_beginnings(max(visit.on_day, today), timedelta(minutes=minutes), calendar), TRIES):
        stretch = Stretch(start, start + timedelta(minutes=minutes))
        # Asked first: a refusal works out other starts over all things of the product, which nobody here would read.
        if availability.is_taken(visit.item, *stretch.with_buffers(product)):
            continue
        try:
            availability.book(product, stretch, kind="work", item=visit.item, note=note_of(visit))
        except Conflict:
            continue
        return True
    return False


def _beginnings(first: date, length: timedelta, calendar: Calendar) -> Iterator[datetime]:
    """From a day on, where work of this length begins: when the doors open, or at the next quarter of an hour, as long as it
    is over before they close; what is longer than any opening of its day begins with the day."""
    seconds = clock.now().timestamp()
    now = datetime.fromtimestamp(seconds + -seconds % _QUARTER, UTC)
    for day in (first + timedelta(days=away) for away in range(LOOK_DAYS)):
        spans = [
            (clock.at_local(day, opens, calendar.zone), clock.at_local(day, closes, calendar.zone))
            for opens, closes in calendar.hours_on(day)
        ]
        if spans and all(closes - opens < length for opens, closes in spans):
            yield from (opens for opens, _closes in spans[:1] if opens >= now)
            continue
        yield from (max(opens, now) for opens, closes in spans if max(opens, now) + length <= closes)
