"""The plan that is always there: each vehicle takes the nearest stop it still can, one zone after the other, begins another
trip when its box is full, and every trip is then shortened by 2-opt. No randomness: the same day gives the same plan."""

from __future__ import annotations

from service_app.rounds.planning import schedule
from service_app.rounds.planning.problem import Job, Plan, Problem, Trip
from service_app.rounds.planning.schedule import Way


def plan(problem: Problem) -> Plan:
    """A feasible plan; who is left out has no reason yet."""
    open_jobs = list(problem.jobs)
    found: list[Trip] = []
    # who may do the least chooses first: what only one vehicle can do is not taken from it
    ways = [Way.of(problem, vehicle) for vehicle in problem.vehicles]
    for way in sorted(ways, key=lambda way: sum(way.may(job) for job in problem.jobs)):
        found += _day(way, open_jobs)
    return Plan(tuple(found), {job.key: "" for job in open_jobs}, "greedy")


def _day(way: Way, open_jobs: list[Job]) -> list[Trip]:
    legs: list[list[list[Job]]] = [[] for _leg in way.vehicle.legs]
    for leg, trips in enumerate(legs):
        while _one_more_trip(way, legs, leg, open_jobs):
            trips[-1] = _shorter(way, legs, leg, trips[-1])
    return schedule.trips(way, legs) or []


def _one_more_trip(way: Way, legs: list[list[list[Job]]], leg: int, open_jobs: list[Job]) -> bool:
    """Fill another trip of the leg with what is near; whether anything was found for it."""
    legs[leg].append([])
    stops = legs[leg][-1]
    while True:
        near = sorted(open_jobs, key=lambda job: _worth(way, stops, job))
        chosen = next((job for job in near if way.may(job) and _can(way, legs, leg, [*stops, job])), None)
        if chosen is None:
            break
        stops.append(chosen)
        open_jobs.remove(chosen)
    if not stops:
        legs[leg].pop()
    return bool(stops)


def _worth(way: Way, stops: list[Job], job: Job) -> tuple[int, bool, int, int, str]:
    """What is dear first, then the zone one is in, then what is near."""
    here, zone = (stops[-1].place, stops[-1].zone) if stops else (0, job.zone)
    return -_rank(job), job.zone != zone, way.seconds[here][job.place], job.closes, job.key


def _rank(job: Job) -> int:
    """Only orders of magnitude count: a little dearer is no reason to cross the town."""
    return len(str(job.prize // len(job.keys)))


def _can(way: Way, legs: list[list[list[Job]]], leg: int, stops: list[Job]) -> bool:
    tried = [list(trips) for trips in legs]
    tried[leg][-1] = stops
    return schedule.trips(way, tried) is not None


def _shorter(way: Way, legs: list[list[list[Job]]], leg: int, stops: list[Job]) -> list[Job]:
    """2-opt: turn a stretch round as long as that makes the trip shorter and it can still be driven."""
    best, metres = stops, schedule.length(way.problem, stops)
    improved = True
    while improved:
        improved = False
        for first in range(len(best) - 1):
            for last in range(first + 1, len(best)):
                turned = [*best[:first], *reversed(best[first : last + 1]), *best[last + 1 :]]
                shorter = schedule.length(way.problem, turned)
                if shorter < metres and _can(way, legs, leg, turned):
                    best, metres, improved = turned, shorter, True
    return best
