"""A day: frozen and planned after the cut-off, planned again around what was promised, published.

Planning takes seconds of arithmetic and may ask a routing server, so it is three steps: `frozen` reads, `thought` computes
with no transaction open, `keep` writes, if the day still is what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from service_app.bookings.models import Resource
from service_app.core import clock, events, jobs
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.rounds import drawing, queries
from service_app.rounds.drawing import Drawing
from service_app.rounds.models import DayPlan, Round, RoundStop, RoundVehicle, TransportOrder
from service_app.rounds.operations import crews, occupying
from service_app.rounds.planning import checks, planner
from service_app.rounds.planning.problem import Plan, Problem, Trip, read_plan, read_problem, written
from service_app.workshops.operations import next_reference

JOB = "rounds.plan"
# How long is thought about a day: the more stops, the longer, until nothing is gained any more.
SECONDS, FIRST_SECONDS, STOP_SECONDS = 12.0, 1.0, 0.1
SEED = 20_260
QUARTER = timedelta(minutes=15)


def ask_for_plan(actor: Actor, day: date) -> None:
    """Have a day planned in the background, now. Refuses Conflict `round.no_vehicles`."""
    actor.must("round:write")
    if not queries.list_vehicles():
        raise Conflict("round.no_vehicles")
    key = f"{day.isoformat()}:{clock.now().isoformat()}"
    jobs.enqueue(JOB, channel="planning", payload={"day": day.isoformat()}, dedupe_key=key)


def plan_after_cut_off() -> int:
    """Have tomorrow planned once the cut-off is past; how many days were asked for. Once a day, however often it is asked."""
    day, zone = queries.tomorrow(), queries.zone()
    now = clock.local(clock.now(), zone).time()
    if not queries.list_vehicles() or now < queries.rules().cut_off or queries.is_frozen(day):
        return 0
    payload = {"day": day.isoformat()}
    return int(jobs.enqueue(JOB, channel="planning", payload=payload, dedupe_key=f"cut-off:{day.isoformat()}"))


def frozen(day: date) -> Drawing:
    """The day as it stands, without its distances. Rounds that are on the road are left as they are."""
    out = {ride.vehicle_id for ride in queries.rounds_on(day) if ride.status in ("running", "done")}
    orders = [order for order in queries.orders_for(day) if _may_move(order, out) and drawing.is_ridden(order, day)]
    return drawing.draw(day, orders, [each for each in queries.list_vehicles() if each.id not in out])


def _may_move(order: TransportOrder, out: set[int]) -> bool:
    return order.stop is None or order.stop.round.vehicle_id not in out


def thought(drawn: Drawing, *, seconds: float | None = None) -> tuple[Problem, Plan]:
    """The plan of a day; what cannot be planned at all is left with its code."""
    if seconds is None:
        seconds = min(SECONDS, FIRST_SECONDS + STOP_SECONDS * len(drawn.problem.jobs))
    whole = drawn.whole()
    wrong = drawn.beyond(whole) | checks.refused(whole)
    sound = Problem(
        tuple(job for job in whole.jobs if job.key not in wrong), whole.vehicles, whole.metres, whole.seconds,
        whole.turn_seconds,
    )  # fmt: skip
    made = planner.plan(sound, SEED, seconds=seconds)
    return sound, Plan(made.trips, made.left | wrong, made.maker, made.seed, made.iterations)


def keep(actor: Actor, day: date, drawn: Drawing, problem: Problem, plan: Plan) -> DayPlan:
    """Write a plan: a round for each vehicle that rides, a stop for each door, and the reason beside each order that is in
    none. Refuses Conflict `round.moved_on` when an order changed since it was frozen, and `round.breaks_promise` when a
    promise does not fit; nothing is written then. Leaves round.planned."""
    orders = {str(order.id): order for order in queries.orders_for(day)}
    planned_with = [key for job in drawn.problem.jobs for key in job.keys]
    if any(key not in orders for key in planned_with):
        raise Conflict("round.moved_on")
    left = {key: reason for stop, reason in plan.left.items() for key in stop.split("+")}
    broken = [orders[key].reference for key in left if orders[key].status == "promised"]
    if broken:
        raise Conflict("round.breaks_promise", reference=", ".join(broken))
    row = DayPlan(
        day=day, problem=written(problem), plan=written(plan), maker=plan.maker, seed=plan.seed,
        iterations=plan.iterations, metres=plan.metres,
    )  # fmt: skip
    session().add(row)
    session().flush()
    locked = {key for key, order in orders.items() if order.stop is not None and order.stop.is_locked}
    _clear(day, [orders[key] for key in planned_with])
    for key, reason in left.items():
        orders[key].left_reason = reason
    for vehicle in queries.list_vehicles():
        mine = [trip for trip in plan.trips if trip.vehicle == str(vehicle.id)]
        if mine:
            _ride(actor, row, vehicle, mine, orders, drawn, locked)
    session().flush()
    for ride in queries.rounds_on(day):
        if ride.status == "published":
            occupying.occupy(ride)
    return row


def _clear(day: date, orders: Sequence[TransportOrder]) -> None:
    """Take the orders out of their rounds; what is promised stays promised."""
    for order in orders:
        order.stop_id, order.left_reason = None, ""
        if order.status == "planned":
            move(order, "open")
    session().flush()
    for ride in queries.rounds_on(day):
        if ride.status in ("planned", "optimised", "published"):
            for stop in list(ride.stops):
                session().delete(stop)
            session().flush()
            session().expire(ride, ["stops"])


def _ride(
    actor: Actor, row: DayPlan, vehicle: RoundVehicle, trips: Sequence[Trip], orders: dict[str, TransportOrder],
    drawn: Drawing, locked: set[str],
) -> None:  # fmt: skip
    ride = round_of(row.day, vehicle)
    ride.plan_id = row.id
    seq = 0
    for number, trip in enumerate(trips, start=1):
        for visit in trip.visits:
            seq += 1
            keys = visit.key.split("+")
            stop = RoundStop(
                round_id=ride.id, seq=seq, trip=number, planned_at=drawn.at(visit.arrives),
                is_locked=any(key in locked for key in keys),
            )  # fmt: skip
            session().add(stop)
            session().flush()
            for key in keys:
                orders[key].stop_id = stop.id
                if orders[key].status == "open":
                    move(orders[key], "planned")
    if ride.status == "planned":
        move(ride, "optimised")
    events.record("round.planned", actor, [ride], {"reference": ride.reference})


def round_of(day: date, vehicle: RoundVehicle) -> Round:
    """The round of a vehicle on a day, made when there is none."""
    known = next((ride for ride in queries.rounds_on(day) if ride.vehicle_id == vehicle.id), None)
    if known is not None:
        return known
    ride = Round(reference=next_reference(f"T-{day.year}"), day=day, vehicle_id=vehicle.id)
    session().add(ride)
    session().flush()
    return ride


def plan_day(actor: Actor, day: date, *, seconds: float | None = None) -> DayPlan:
    """All three steps in one transaction: for the demo, the tests and whoever has no worker."""
    drawn = frozen(day)
    problem, plan = thought(drawn, seconds=seconds)
    return keep(actor, day, drawn, problem, plan)


def publish(actor: Actor, ride: Round, driver_name: str = "", crew: Sequence[Resource] | None = None) -> int:
    """Promise every customer of the round a window; how many were promised one now. What was promised before stays as it
    was. `crew` are the people of the planning who ride it (None: as it was), `driver_name` is somebody else. Refuses as
    `crews.refuse_absent`, and Conflict
    `state.not_allowed` unless it is planned. Leaves round.published and, for each, order.promised."""
    actor.must("round:write")
    if ride.status != "published":
        move(ride, "published")
    if crew is not None:
        crews.man(ride, crew)
    names = [*(each.resource.name for each in ride.crew), driver_name.strip()]
    ride.driver_name = ", ".join(filter(None, names))[:80] or ride.driver_name
    occupying.occupy(ride)
    minutes = queries.rules().window_minutes
    told = 0
    for stop in ride.stops:
        for order in stop.orders:
            if order.status != "planned":
                continue
            if order.promised_from is None:
                order.promised_from, order.promised_until = window(order, stop.planned_at, minutes)
            move(order, "promised")
            events.record("order.promised", actor, [order, order.customer], {"reference": order.reference})
            told += 1
    events.record("round.published", actor, [ride], {"reference": ride.reference})
    return told


def window(order: TransportOrder, planned_at: datetime, minutes: int) -> tuple[datetime, datetime]:
    """The window to promise: around the planned hour, on quarters of an hour, within what the order allows."""
    width = timedelta(minutes=minutes)
    start = planned_at - width / 2
    start -= timedelta(minutes=start.minute % 15, seconds=start.second, microseconds=start.microsecond)
    start = max(start, order.window_start)
    until = min(start + width, order.window_end)
    return min(start, planned_at), max(until, planned_at)


def thought_again(row: DayPlan) -> Plan:
    """The plan that was kept, as it was found; what the checks left out beforehand was never in the problem."""
    known = {job.key for job in read_problem(row.problem).jobs}
    plan = read_plan(row.plan)
    return replace(plan, left={key: reason for key, reason in plan.left.items() if key in known})


def plan_as_worker(day: date, drawn: Drawing, problem: Problem, plan: Plan) -> None:
    """`keep`, by the worker."""
    keep(WORKER, day, drawn, problem, plan)


def end(actor: Actor, ride: Round) -> None:
    """The round is over. Leaves round.finished."""
    if ride.status == "published":
        move(ride, "running")
        ride.started_at = clock.now()
    ride.ended_at = clock.now()
    move(ride, "done")
    occupying.let_go(ride)
    events.record("round.finished", actor, [ride], {"reference": ride.reference})
