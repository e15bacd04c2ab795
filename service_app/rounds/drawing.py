"""From rows to a problem and back: seconds count from the day's local midnight as it is in UTC, so a day of 23 or 25 hours
is ridden by the clock on the wall and planned by the one that runs evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from service_app.bookings import capacity
from service_app.bookings.slots import Span
from service_app.core import clock
from service_app.core.db import current_workshop_id
from service_app.rounds import places, queries, streets
from service_app.rounds.models import RoundRules, RoundVehicle, TransportOrder
from service_app.rounds.planning.problem import Job, Problem, Vehicle, merged
from service_app.workshops.hours import load_calendar
from service_app.workshops.queries import get_workshop

# What a stop is worth in metres of way: a promise is kept before anything new is begun.
PRIZES = {1: 200_000, 2: 500_000, 3: 2_000_000}
PROMISED = 20_000_000
DUE = 5_000_000
TURN_SECONDS = 600


@dataclass(frozen=True)
class Drawing:
    """A problem that has no distances yet, the points between which they are to be found, and the instant of second 0."""

    problem: Problem
    points: streets.Points
    zero: datetime
    most: dict[str, int] = field(default_factory=dict)

    def beyond(self, whole: Problem) -> dict[str, str]:
        """The stops that are more than their zone takes in a day, with the reason; what weighs most stays, a promise always."""
        left = {}
        for zone, most in self.most.items():
            mine = sorted((job for job in whole.jobs if job.zone == zone), key=lambda job: (-job.prize, job.key))
            left.update({job.key: "zone_full" for job in mine[most:] if job.prize < PROMISED})
        return left

    def whole(self) -> Problem:
        """The problem with its distances, stops at one door made one. May ask a routing server: outside a transaction."""
        return merged(Problem(self.problem.jobs, self.problem.vehicles, streets.table(self.points), {}, TURN_SECONDS))

    def at(self, seconds: int) -> datetime:
        """The instant of a second of the plan."""
        return self.zero + timedelta(seconds=seconds)


def draw(day: date, orders: Sequence[TransportOrder], vehicles: Sequence[RoundVehicle]) -> Drawing:
    """The day as a problem."""
    zone, rules = queries.zone(), queries.rules()
    zero = clock.day_bounds(day, zone)[0]
    home = depot(rules)
    points = [home]
    jobs = []
    zones = queries.list_zones()
    for order in orders:
        spot = (order.lat, order.lon)
        if spot not in points[1:]:
            points.append(spot)
        found = queries.zone_of(order.postcode, zones)
        jobs.append(_job(order, points.index(spot, 1), zero, day, found.name if found else order.postcode))
    drawn = tuple(_vehicle(each, _legs(each, day, rules, zero)) for each in vehicles)
    most = {zone.name: zone.most for zone in zones if zone.most is not None}
    return Drawing(Problem(tuple(jobs), drawn, []), tuple(points), zero, most)


def depot(rules: RoundRules) -> tuple[float, float]:
    if rules.lat is not None and rules.lon is not None:
        return rules.lat, rules.lon
    workshop = get_workshop(current_workshop_id())
    found = places.of_postcode(workshop.postcode) or places.of_postcode("1000")
    assert found is not None  # the table has its own first row
    return found.lat, found.lon


def _job(order: TransportOrder, place: int, zero: datetime, day: date, zone: str) -> Job:
    opens = order.promised_from or order.window_start
    closes = order.promised_until or order.window_end
    load = (order.grams, order.litres)
    stop = order.stop
    return Job(
        keys=(str(order.id),), place=place, seconds=order.service_minutes * 60,
        takes=load if order.kind != "delivery" else (0, 0), brings=load if order.kind != "pickup" else (0, 0),
        opens=max(int((opens - zero).total_seconds()), 0), closes=int((closes - zero).total_seconds()),
        prize=_prize(order, day), needs=tuple(sorted(order.needs)), zone=zone,
        only=str(stop.round.vehicle_id) if stop is not None and stop.is_locked else None,
    )  # fmt: skip


def _prize(order: TransportOrder, day: date) -> int:
    if order.promised_from is not None:
        return PROMISED
    return DUE if order.must_by is not None and order.must_by <= day else PRIZES[order.priority]


def _vehicle(each: RoundVehicle, legs: tuple[tuple[int, int], ...]) -> Vehicle:
    return Vehicle(
        key=str(each.id), capacity=(each.grams, each.litres), legs=legs, speed=round(each.speed_kmh / 3.6, 3),
        reach=each.reach_km * 1000, offers=tuple(sorted(each.offers)), zones=tuple(sorted(each.zones)),
    )  # fmt: skip


def _legs(each: RoundVehicle, day: date, rules: RoundRules, zero: datetime) -> tuple[tuple[int, int], ...]:
    return tuple(
        (int((starts - zero).total_seconds()), int((ends - zero).total_seconds()))
        for starts, ends in legs(each, day, rules)
    )


def legs(each: RoundVehicle, day: date, rules: RoundRules) -> list[tuple[datetime, datetime]]:
    """The shift without its break, within the hours of the vehicle and what takes it otherwise; its own round does not. None
    on a day on which the workshop is closed, and for a van on a day without cars."""
    if each.kind == "van" and day.isoformat() in rules.car_free_days:
        return []
    zone = queries.zone()
    hours = [(rules.starts, rules.ends)]
    if rules.break_starts is not None and rules.break_ends is not None:
        hours = [(rules.starts, rules.break_starts), (rules.break_ends, rules.ends)]
    calendar = load_calendar()
    if not calendar.is_open_day(day):
        return []
    table = capacity.timetables([each.resource_id], calendar, day, day)[each.resource_id]
    ours = {Span(row.starts_at, row.ends_at) for row in queries.taken_for_rounds(each.resource_id, day)}
    taken = [span for span in table.taken if span not in ours]
    found = []
    for starts, ends in hours:
        span = (clock.at_local(day, starts, zone), clock.at_local(day, ends, zone))
        if each.resource.hours:  # its own hours bound it; the workshop's door does not: a bike leaves before it opens
            there = [stretch for stretch in table.there if stretch.start < span[1] and span[0] < stretch.end]
            if not there:
                continue
            span = (max(span[0], there[0].start), min(span[1], there[-1].end))
        if not any(span[0] < other.end and other.start < span[1] for other in taken):
            found.append(span)
    return found


def is_ridden(order: TransportOrder, day: date) -> bool:
    """Whether its zone is ridden on that weekday; what was promised or must be done is."""
    if order.promised_from is not None or (order.must_by is not None and order.must_by <= day):
        return True
    found = queries.zone_of(order.postcode, queries.list_zones())
    return found is None or not found.weekdays or day.weekday() in found.weekdays
