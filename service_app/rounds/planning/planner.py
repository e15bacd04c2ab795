"""The plan of a day: the better of two, with a reason for everything that is left out."""

from __future__ import annotations

from dataclasses import replace

from service_app.rounds.planning import greedy, optimiser, schedule
from service_app.rounds.planning.problem import Job, Plan, Problem, Trip
from service_app.rounds.planning.schedule import Way

# Why a stop is in no round, as codes; the words stand in `rounds.words`.
REASONS = ("no_vehicle", "too_heavy", "outside_hours", "too_far", "full", "no_time")


def plan(problem: Problem, seed: int = 1, *, seconds: float = 15.0, optimise: bool = True) -> Plan:
    """The better of the greedy plan and of what PyVRP finds within `seconds`: more that is worth serving, then the shorter
    way. Each stop left out has one of REASONS."""
    simple = greedy.plan(problem)
    found = optimiser.plan(problem, seed, seconds=seconds) if optimise and optimiser.is_there() else None
    return _explained(problem, _better(problem, simple, found, seed))


def replay(problem: Problem, made: Plan) -> Plan:
    """The same plan again, from the same problem and what is kept of how it was made; a plan as long as it was searched
    for, however fast the machine is."""
    if made.iterations == 0:
        return _explained(problem, replace(greedy.plan(problem), seed=made.seed))
    found = optimiser.plan(problem, made.seed, iterations=made.iterations)
    return _explained(problem, _better(problem, greedy.plan(problem), found, made.seed))


def _better(problem: Problem, simple: Plan, found: Plan | None, seed: int) -> Plan:
    if found is not None and cost(problem, found) <= cost(problem, simple):
        return found
    return replace(simple, seed=seed, iterations=found.iterations if found is not None else 0)


def cost(problem: Problem, made: Plan) -> int:
    """Metres, and the prizes that were not fetched."""
    return made.metres + sum(job.prize for job in problem.jobs if job.key in made.left)


def _explained(problem: Problem, made: Plan) -> Plan:
    ways = [Way.of(problem, vehicle) for vehicle in problem.vehicles]
    jobs = {job.key: job for job in problem.jobs}
    return replace(made, left={key: _why(ways, made, jobs, jobs[key]) for key in sorted(made.left)})


def _why(ways: list[Way], made: Plan, jobs: dict[str, Job], job: Job) -> str:
    able = [way for way in ways if way.may(job)]
    if not able:
        return "no_vehicle"
    strong = [way for way in able if schedule.loads(way, [job]) is not None]
    if not strong:
        return "too_heavy"
    in_time = [way for way in strong if _alone(way, job)]
    if not in_time:
        return "outside_hours"
    near = [way for way in in_time if schedule.length(way.problem, [job]) <= way.vehicle.reach]
    if not near:
        return "too_far"
    return "full" if any(_has_time(way, made, jobs, job) for way in near) else "no_time"


def _alone(way: Way, job: Job) -> bool:
    return any(schedule.times(way, [job], *leg) is not None for leg in way.vehicle.legs)


def _has_time(way: Way, made: Plan, jobs: dict[str, Job], job: Job) -> bool:
    """Whether it would go into a trip as it stands if the box were larger."""
    for trip in made.trips:
        if trip.vehicle != way.vehicle.key:
            continue
        stops = [jobs[visit.key] for visit in trip.visits]
        until = next((each.leaves for each in made.trips if _comes_after(each, trip)), way.vehicle.legs[trip.leg][1])
        for at in range(len(stops) + 1):
            if schedule.times(way, [*stops[:at], job, *stops[at:]], trip.leaves, until) is not None:
                return True
    return False


def _comes_after(one: Trip, other: Trip) -> bool:
    return (one.vehicle, one.leg) == (other.vehicle, other.leg) and one.leaves >= other.back
