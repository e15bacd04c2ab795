"""Reads of take-backs and of the days on which a zone is served."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.takebacks import windows
from service_app.takebacks.models import CollectionDay, Takeback
from service_app.takebacks.windows import Load, Route
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

OPEN = ("new", "eligible", "offered", "scheduled", "failed", "collected", "partly", "received", "sorted")
AHEAD_DAYS, CUT_OFF_HOUR = 28, 16
FOR_A_LIST = (joinedload(Takeback.customer),)


def get_takeback(reference: str) -> Takeback:
    """The take-back of a reference. Refuses with NotFound."""
    found = session().scalar(select(Takeback).where(Takeback.reference == reference))
    if found is None:
        raise NotFound("not_found")
    return found


def get_takeback_by_id(key: int) -> Takeback:
    """The same by its id. Refuses with NotFound."""
    found = session().get(Takeback, (current_workshop_id(), key))
    if found is None:
        raise NotFound("not_found")
    return found


def takeback_of_key(key: str) -> Takeback | None:
    """What the same form made before."""
    return session().scalar(select(Takeback).where(Takeback.key == key))


def list_days() -> Sequence[CollectionDay]:
    """The routes, by weekday."""
    return session().scalars(select(CollectionDay).order_by(CollectionDay.weekday, CollectionDay.zone)).all()


def same_stop(
    customer_id: int, address_key: str, since: datetime, source: str, own: Collection[int]
) -> Takeback | None:  # fmt: skip
    """What this customer asked for at the same address since then and has no window yet; of and from the street only what
    is among the ids of `own`."""
    wanted = select(Takeback).where(
        Takeback.customer_id == customer_id, Takeback.address_key == address_key, Takeback.way == "pickup",
        Takeback.status.in_(("eligible", "offered")), Takeback.created_at >= since,
    )  # fmt: skip
    is_own = Takeback.id.in_(own)
    wanted = wanted.where(is_own if source == "public" else or_(Takeback.source != "public", is_own))
    return session().scalar(wanted.order_by(Takeback.id.desc()).limit(1))


def narrowed(found: Select[Any], status: str) -> Select[Any]:
    """The list narrowed to what is open; single states are narrowed by the list itself."""
    return found.where(Takeback.status.in_(OPEN)) if status == "open" else found


def first_day() -> date:
    """The first day that can be chosen: tomorrow until 16:00 local, the day after from then on."""
    here = clock.local(clock.now(), get_workshop(current_workshop_id()).zone)
    return here.date() + timedelta(days=1 if here.hour < CUT_OFF_HOUR else 2)


def route_of(day: CollectionDay) -> Route:
    """A template as the pure logic takes it."""
    return Route(
        day.id, day.weekday, day.starts, day.ends, timedelta(minutes=day.window_minutes), day.most_stops, day.most_g,
        day.most_litres,
    )  # fmt: skip


def load_of(takeback: Takeback) -> Load:
    """What it adds to a route."""
    return Load(frozenset([takeback.address_key]), takeback.mass_g, takeback.litres)


def planned(route_ids: Sequence[int], zone: str, but: int | None = None) -> dict[tuple[int, date], Load]:
    """{(route, local day): load} of what is scheduled, or held and not run out; `but` is left out."""
    now = clock.now()
    wanted = select(Takeback).where(
        Takeback.collection_day_id.in_(route_ids),
        Takeback.window_start >= now - timedelta(days=1),
        or_(Takeback.status == "scheduled", (Takeback.status == "offered") & (Takeback.held_until > now)),
    )
    found: dict[tuple[int, date], Load] = {}
    for row in session().scalars(wanted):
        if row.id != but and row.collection_day_id is not None and row.window_start is not None:
            place = (row.collection_day_id, clock.local(row.window_start, zone).date())
            found[place] = found.get(place, Load()) + load_of(row)
    return found


def serving(postcode: str) -> list[CollectionDay]:
    """The routes that serve a postcode."""
    return [day for day in list_days() if day.is_active and postcode in day.postcodes]


def windows_for(takeback: Takeback) -> list[windows.Window]:
    """The windows that can be chosen: the served weekdays, less what is planned, less the days the workshop is closed."""
    calendar = hours.load_calendar()
    routes = [route_of(day) for day in serving(takeback.postcode)]
    begin = first_day()
    days = [begin + timedelta(days=n) for n in range(AHEAD_DAYS)]
    if takeback.must_by is not None:
        days = [day for day in days if day <= takeback.must_by] or days
    closed = {day for day in days if day in calendar.exceptions and not calendar.exceptions[day]}
    taken = planned([route.id for route in routes], calendar.zone, takeback.id)
    return windows.offered(routes, taken, load_of(takeback), calendar.zone, days, closed)
