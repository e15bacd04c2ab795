"""The one account of times, loads and distances: what a sequence of stops comes to, or why it cannot be."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from service_app.rounds.planning.problem import Job, Load, Matrix, Problem, Trip, Vehicle, Visit, plus

Stops = Sequence[Job]


@dataclass(frozen=True)
class Way:
    """A vehicle with its tables, worked out once."""

    problem: Problem
    vehicle: Vehicle
    seconds: Matrix

    @classmethod
    def of(cls, problem: Problem, vehicle: Vehicle) -> Way:
        """The vehicle on the problem's streets."""
        return cls(problem, vehicle, problem.times(vehicle))

    def may(self, job: Job) -> bool:
        """Whether the vehicle may do this at all, whatever the hour and the load."""
        is_its = job.only in (None, self.vehicle.key)
        is_open = not self.vehicle.zones or job.zone in self.vehicle.zones
        return is_its and is_open and set(job.needs) <= set(self.vehicle.offers)


def length(problem: Problem, stops: Stops) -> int:
    """Metres from the depot over the stops and back."""
    places = [0, *(job.place for job in stops), 0]
    return sum(problem.metres[one][other] for one, other in itertools.pairwise(places))


def loads(way: Way, stops: Stops) -> list[Load] | None:
    """What is on board after each stop; None when it is ever more than the vehicle carries."""
    on_board: Load = (sum(job.brings[0] for job in stops), sum(job.brings[1] for job in stops))
    if not _fits(way.vehicle, on_board):
        return None
    found = []
    for job in stops:
        on_board = plus(on_board, (job.takes[0] - job.brings[0], job.takes[1] - job.brings[1]))
        if not _fits(way.vehicle, on_board):
            return None
        found.append(on_board)
    return found


def _fits(vehicle: Vehicle, load: Load) -> bool:
    return load[0] <= vehicle.capacity[0] and load[1] <= vehicle.capacity[1]


def times(way: Way, stops: Stops, from_: int, until: int) -> tuple[list[int], int] | None:
    """When service begins at each stop and when the vehicle is back, leaving at `from_` at the earliest; None when a window
    closes first or it is not back by `until`."""
    now, place, found = from_, 0, []
    for job in stops:
        now = max(now + way.seconds[place][job.place], job.opens)
        if now > job.closes:
            return None
        found.append(now)
        now, place = now + job.seconds, job.place
    back = now + way.seconds[place][0]
    return (found, back) if back <= until else None


def trip(way: Way, leg: int, stops: Stops, from_: int) -> Trip | None:
    """A trip as it stands in a plan, leaving as late as serves the first stop as early; None when it cannot be."""
    on_board = loads(way, stops)
    hours = times(way, stops, from_, way.vehicle.legs[leg][1])
    if on_board is None or hours is None or not all(way.may(job) for job in stops):
        return None
    begins, back = hours
    leaves = begins[0] - way.seconds[0][stops[0].place]
    visits = tuple(Visit(job.key, at, load) for job, at, load in zip(stops, begins, on_board, strict=True))
    return Trip(way.vehicle.key, leg, leaves, back, length(way.problem, stops), visits)


def trips(way: Way, legs: Sequence[Sequence[Stops]]) -> list[Trip] | None:
    """All trips of a vehicle's day, `legs` holding for each leg its trips; None when one cannot be or all are too far."""
    found: list[Trip] = []
    for leg, wanted in enumerate(legs):
        free_at = way.vehicle.legs[leg][0]
        for stops in (each for each in wanted if each):
            made = trip(way, leg, stops, free_at)
            if made is None:
                return None
            found.append(made)
            free_at = made.back + way.problem.turn_seconds
    return found if sum(each.metres for each in found) <= way.vehicle.reach else None
