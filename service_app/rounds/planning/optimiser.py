"""PyVRP behind one function. It is an optional part: without it `is_there` is False and the greedy plan stands.

Each leg of a vehicle is a vehicle type of its own, with the depot as the place to empty it between trips. What a vehicle may
not do is put out of its reach in a profile of its own. Distances of a day with a break are shared out over its legs by their
length, for PyVRP bounds a leg and the battery the day. The answer is only a sequence: `schedule` says whether it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from service_app.rounds.planning import schedule
from service_app.rounds.planning.problem import Job, Plan, Problem, Trip, Vehicle
from service_app.rounds.planning.schedule import Way

_OUT_OF_REACH = 1 << 24
# A clock may end a search, a count makes it the same again; this one is never reached by a day of a workshop.
MOST_ITERATIONS = 1_000_000


def is_there() -> bool:
    """Whether the optimiser is installed."""
    return find_spec("pyvrp") is not None


@dataclass(frozen=True)
class _Leg:
    vehicle: Vehicle
    leg: int


def plan(
    problem: Problem, seed: int, *, seconds: float | None = None, iterations: int = MOST_ITERATIONS
) -> Plan | None:
    """The best plan found until `seconds` or `iterations` are over, whichever is first; None when what came out cannot be
    driven. The same problem, seed and number of iterations give the same plan."""
    from pyvrp import solve
    from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

    legs = [_Leg(vehicle, leg) for vehicle in problem.vehicles for leg in range(len(vehicle.legs))]
    if not legs or not problem.jobs:
        return Plan((), {job.key: "" for job in problem.jobs}, "pyvrp", seed)
    ends: list[Any] = [MaxIterations(iterations)]
    if seconds is not None:
        ends.append(MaxRuntime(seconds))
    result = solve(_data(problem, legs), MultipleCriteria(ends), seed=seed, collect_stats=False, display=False)
    trips = _trips(problem, legs, result.best)
    if trips is None:
        return None
    served = {visit.key for trip in trips for visit in trip.visits}
    left = {job.key: "" for job in problem.jobs if job.key not in served}
    return Plan(tuple(trips), left, "pyvrp", seed, int(result.num_iterations))


def _data(problem: Problem, legs: list[_Leg]) -> Any:
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    # the second depot stands where the first does: only emptying on the way takes time
    spots = [0, 0, *(job.place for job in problem.jobs)]
    clients = [
        Client(
            location=at + 2, delivery=list(job.brings), pickup=list(job.takes), service_duration=job.seconds,
            tw_early=max(job.opens, 0), tw_late=job.closes, prize=job.prize, required=False,
        )
        for at, job in enumerate(problem.jobs)
    ]  # fmt: skip
    kinds, distances, durations = [], [], []
    for profile, each in enumerate(legs):
        begins, ends = each.vehicle.legs[each.leg]
        whole = sum(until - from_ for from_, until in each.vehicle.legs)
        kinds.append(
            VehicleType(
                capacity=list(each.vehicle.capacity), start_depot=0, end_depot=0, tw_early=begins, tw_late=ends,
                max_distance=each.vehicle.reach * (ends - begins) // whole, profile=profile, reload_depots=[1],
            )
        )  # fmt: skip
        metres, seconds = _tables(problem, each, spots)
        distances.append(metres)
        durations.append(seconds)
    locations = [Location(0, 0) for _place in spots]
    depots = [Depot(0), Depot(1, service_duration=problem.turn_seconds)]
    return ProblemData(locations, clients, depots, kinds, distances, durations)


def _tables(problem: Problem, each: _Leg, spots: list[int]) -> tuple[Any, Any]:
    import numpy

    way = Way.of(problem, each.vehicle)
    pick = numpy.ix_(spots, spots)
    metres = numpy.array(problem.metres, dtype=numpy.int64)[pick]
    seconds = numpy.array(way.seconds, dtype=numpy.int64)[pick]
    for at, job in enumerate(problem.jobs, start=2):
        if not way.may(job):
            for table in (metres, seconds):
                table[at, :], table[:, at] = _OUT_OF_REACH, _OUT_OF_REACH
                table[at, at] = 0
    return metres, seconds


def _trips(problem: Problem, legs: list[_Leg], best: Any) -> list[Trip] | None:
    drawn: dict[str, list[list[list[Job]]]] = {
        vehicle.key: [[] for _leg in vehicle.legs] for vehicle in problem.vehicles
    }
    for route in best.routes():
        each = legs[route.vehicle_type()]
        by_trip: dict[int, list[Job]] = {}
        for activity in route.schedule():
            if activity.is_client():
                by_trip.setdefault(activity.trip, []).append(problem.jobs[activity.idx])
        drawn[each.vehicle.key][each.leg] = [by_trip[number] for number in sorted(by_trip)]
    found: list[Trip] = []
    for vehicle in problem.vehicles:
        made = schedule.trips(Way.of(problem, vehicle), drawn[vehicle.key])
        if made is None:
            return None
        found += made
    return found
