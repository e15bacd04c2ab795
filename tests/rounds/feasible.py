"""An independent check of a plan: written from the rules, not from the planner. It shares no arithmetic with it."""

from __future__ import annotations

import itertools


def faults(problem, plan):
    """Everything that is wrong with a plan; nothing when it can be driven."""
    jobs = {job.key: job for job in problem.jobs}
    vehicles = {vehicle.key: vehicle for vehicle in problem.vehicles}
    served = [visit.key for trip in plan.trips for visit in trip.visits]
    wrong = [f"{key} is served twice" for key in set(served) if served.count(key) > 1]
    if set(served) | set(plan.left) != set(jobs) or set(served) & set(plan.left):
        wrong.append("a stop is lost, or both served and left")
    wrong += [f"{key} is left without a reason" for key, reason in plan.left.items() if not reason]
    for name, vehicle in vehicles.items():
        mine = [trip for trip in plan.trips if trip.vehicle == name]
        if sum(_metres(problem, trip, jobs) for trip in mine) > vehicle.reach:
            wrong.append(f"{name} goes further than it can")
        for one, other in itertools.pairwise(mine):
            rest = problem.turn_seconds if one.leg == other.leg else 0
            if other.leaves < one.back + rest:
                wrong.append(f"{name} leaves before it is back and loaded")
        for trip in mine:
            wrong += _trip_faults(problem, vehicle, trip, jobs)
    return wrong


def _metres(problem, trip, jobs):
    way, here = 0, 0
    for visit in trip.visits:
        way += problem.metres[here][jobs[visit.key].place]
        here = jobs[visit.key].place
    return way + problem.metres[here][0]


def _trip_faults(problem, vehicle, trip, jobs):
    table = problem.seconds[vehicle.table] if vehicle.table else None
    begins, ends = vehicle.legs[trip.leg]
    clock, here, wrong = trip.leaves, 0, []
    grams = sum(jobs[visit.key].brings[0] for visit in trip.visits)
    litres = sum(jobs[visit.key].brings[1] for visit in trip.visits)
    if trip.leaves < begins or trip.back > ends:
        wrong.append(f"{vehicle.key} is out outside its shift")
    if trip.metres != _metres(problem, trip, jobs):
        wrong.append("the distance is not what the table says")
    for visit in trip.visits:
        job = jobs[visit.key]
        metres = problem.metres[here][job.place]
        clock += table[here][job.place] if table else round(metres / vehicle.speed)
        if visit.arrives < clock or not job.opens <= visit.arrives <= job.closes:
            wrong.append(f"{visit.key} is out of time")
        if job.only not in (None, vehicle.key) or not set(job.needs) <= set(vehicle.offers):
            wrong.append(f"{visit.key} is with the wrong vehicle")
        if vehicle.zones and job.zone not in vehicle.zones:
            wrong.append(f"{visit.key} is where the vehicle may not go")
        if grams > vehicle.capacity[0] or litres > vehicle.capacity[1]:
            wrong.append(f"too much on board before {visit.key}")
        grams, litres = grams - job.brings[0] + job.takes[0], litres - job.brings[1] + job.takes[1]
        if grams > vehicle.capacity[0] or litres > vehicle.capacity[1] or visit.load != (grams, litres):
            wrong.append(f"too much on board after {visit.key}, or counted wrongly")
        clock, here = visit.arrives + job.seconds, job.place
    clock += table[here][0] if table else round(problem.metres[here][0] / vehicle.speed)
    if trip.back < clock:
        wrong.append(f"{vehicle.key} is back before it can be")
    return wrong
