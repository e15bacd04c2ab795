"""What cannot be planned and why, before anything is tried: a code for each order, said as a sentence at the face."""

from __future__ import annotations

from service_app.rounds.planning.problem import Job, Problem, Vehicle

REFUSED = ("window_backwards", "window_too_short", "no_coordinates", "heavier_than_any", "needs_nobody_has")


def refused(problem: Problem) -> dict[str, str]:
    """{key of the stop: code} for the jobs that no plan can hold, whatever the others are."""
    found = {}
    for job in problem.jobs:
        code = _code(problem.vehicles, job, len(problem.metres))
        if code:
            found[job.key] = code
    return found


def _code(vehicles: tuple[Vehicle, ...], job: Job, places: int) -> str:
    if job.closes < job.opens:
        return "window_backwards"
    if job.closes - job.opens < job.seconds:
        return "window_too_short"
    if not 0 < job.place < places:
        return "no_coordinates"
    if vehicles and not any(_carries(vehicle, job) for vehicle in vehicles):
        return "heavier_than_any"
    if vehicles and not any(set(job.needs) <= set(vehicle.offers) for vehicle in vehicles):
        return "needs_nobody_has"
    return ""


def _carries(vehicle: Vehicle, job: Job) -> bool:
    return all(max(job.takes[each], job.brings[each]) <= vehicle.capacity[each] for each in (0, 1))
