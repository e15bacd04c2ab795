"""Which windows of a route are left: pure logic over what is planned already."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from service_app.core import clock


@dataclass(frozen=True)
class Route:
    """A day template: see `CollectionDay`. Grams and litres."""

    id: int
    weekday: int
    starts: time
    ends: time
    window: timedelta
    most_stops: int
    most_g: int
    most_litres: int


@dataclass(frozen=True)
class Load:
    """What is planned on one day of a route, or wants to be."""

    addresses: frozenset[str] = field(default_factory=frozenset)
    mass_g: int = 0
    litres: int = 0

    def __add__(self, more: Load) -> Load:
        return Load(self.addresses | more.addresses, self.mass_g + more.mass_g, self.litres + more.litres)


@dataclass(frozen=True)
class Window:
    """[start, end) in UTC on a route's day."""

    route_id: int
    start: datetime
    end: datetime


def fits(route: Route, planned: Load, more: Load) -> bool:
    """Whether a day of the route still takes it; an address that is a stop already is none more."""
    whole = planned + more
    return (
        len(whole.addresses) <= route.most_stops and whole.mass_g <= route.most_g and whole.litres <= route.most_litres
    )


def of_day(route: Route, day: date, zone: str) -> Iterator[Window]:
    """The windows of a day. Their hours are local, so a day on which the clocks change has as many as any other."""
    begins, last = datetime.combine(day, route.starts), datetime.combine(day, route.ends)
    while begins + route.window <= last:
        ends = begins + route.window
        yield Window(route.id, clock.at_local(day, begins.time(), zone), clock.at_local(day, ends.time(), zone))
        begins = ends


def offered(
    routes: Sequence[Route], planned: Mapping[tuple[int, date], Load], wanted: Load, zone: str,
    days: Sequence[date], closed: Collection[date] = (),
) -> list[Window]:  # fmt: skip
    """The windows that are left over some days, the soonest first."""
    found = [
        window
        for day in days
        if day not in closed
        for route in routes
        if route.weekday == day.weekday() and fits(route, planned.get((route.id, day), Load()), wanted)
        for window in of_day(route, day, zone)
    ]
    return sorted(found, key=lambda window: (window.start, window.route_id))
