"""A round changed by hand: a stop to another place, an urgent order put in, the rest of a round given to others. Hours are
worked out anew and promises kept: what would break one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service_app.core import events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.rounds import drawing, queries
from service_app.rounds.drawing import Drawing
from service_app.rounds.models import Round, RoundStop, TransportOrder
from service_app.rounds.operations import days, occupying
from service_app.rounds.planning import schedule
from service_app.rounds.planning.problem import Job, Problem, Trip
from service_app.rounds.planning.schedule import Way

OPEN = ("planned", "optimised", "published")


@dataclass(frozen=True)
class Ways:
    """The day's vehicles on its streets, and the stops as jobs by the id of their first order."""

    drawn: Drawing
    problem: Problem
    jobs: dict[int, Job]

    def fit(self, ride: Round, stops: Sequence[Sequence[TransportOrder]]) -> list[Trip] | None:
        """The trips of a vehicle over these doors in this order; None when they cannot be ridden so."""
        vehicle = next(each for each in self.problem.vehicles if each.key == str(ride.vehicle_id))
        wanted = [self._job(orders) for orders in stops]
        return _in_order(Way.of(self.problem, vehicle), wanted)

    def _job(self, orders: Sequence[TransportOrder]) -> Job:
        found = [self.jobs[order.id] for order in orders]
        return replace(
            found[0], keys=tuple(key for job in found for key in job.keys), only=None,
            takes=(sum(job.takes[0] for job in found), sum(job.takes[1] for job in found)),
            brings=(sum(job.brings[0] for job in found), sum(job.brings[1] for job in found)),
            seconds=found[0].seconds + sum(job.seconds // 2 for job in found[1:]),
            opens=max(job.opens for job in found), closes=min(job.closes for job in found),
            needs=tuple(sorted({need for job in found for need in job.needs})),
        )  # fmt: skip


def ways_of(ride: Round, orders: Sequence[TransportOrder]) -> Ways:
    """What is needed to work out a day's hours by hand."""
    drawn = drawing.draw(ride.day, orders, queries.list_vehicles())
    metres = drawing.streets.table(drawn.points)
    problem = Problem(drawn.problem.jobs, drawn.problem.vehicles, metres, {}, drawing.TURN_SECONDS)
    return Ways(drawn, problem, {int(job.keys[0]): job for job in drawn.problem.jobs})


def _in_order(way: Way, wanted: list[Job]) -> list[Trip] | None:
    """Trips that serve the stops in just this order: a new one begins when the box is full or the leg over."""
    legs: list[list[list[Job]]] = [[] for _leg in way.vehicle.legs]
    leg = 0
    for job in wanted:
        while leg < len(legs):
            grown = _with(legs, leg, job, is_new=False)
            again = _with(legs, leg, job, is_new=True)
            fitting = next((each for each in (grown, again) if schedule.trips(way, each) is not None), None)
            if fitting is not None:
                legs = fitting
                break
            leg += 1
        else:
            return None
    return schedule.trips(way, legs)


def _with(legs: list[list[list[Job]]], leg: int, job: Job, *, is_new: bool) -> list[list[list[Job]]]:
    found = [[list(trip) for trip in trips] for trips in legs]
    if is_new or not found[leg]:
        found[leg].append([job])
    else:
        found[leg][-1].append(job)
    return found


def move_stop(actor: Actor, stop: RoundStop, to: Round, seq: int, seen: int | None = None) -> None:
    """Put a stop in a round at a place (1 is first). Refuses Conflict `version.stale`, `round.on_the_road` and, when the hours,
    the load or a promise do not allow it, `round.does_not_fit`."""
    actor.must("round:write")
    if seen is not None and stop.version != seen:
        raise Conflict("version.stale", thing="round_stop", version=stop.version)
    came_from = stop.round
    if {came_from.status, to.status} - set(OPEN) or stop.status != "waiting":
        raise Conflict("round.on_the_road")
    stops = [each for each in to.stops if each.id != stop.id]
    stops.insert(min(max(seq - 1, 0), len(stops)), stop)
    rest = [each for each in came_from.stops if each.id != stop.id] if came_from.id != to.id else []
    ways = ways_of(to, [order for each in {*stops, *rest} for order in each.orders])
    _write(ways, to, stops)
    if came_from.id != to.id:
        _write(ways, came_from, rest)
    stop.version += 1
    events.record("round.planned", actor, [to], {"reference": to.reference})


def lock_stop(actor: Actor, stop: RoundStop, is_locked: bool) -> None:
    """Keep a stop with its vehicle when the day is planned again, or no longer."""
    actor.must("round:write")
    stop.is_locked = is_locked
    stop.version += 1


def insert(actor: Actor, order: TransportOrder, rides: Sequence[Round]) -> Round:
    """Put an order into one of the rounds where it makes the least way, only where every promise holds. Refuses Conflict
    `round.no_place` when there is no such place."""
    actor.must("round:write")
    best: tuple[int, Round, int] | None = None
    for ride in rides:
        waiting = [stop for stop in ride.stops if stop.orders]
        ways = ways_of(ride, [*(each for stop in waiting for each in stop.orders), order])
        doors: list[Sequence[TransportOrder]] = [stop.orders for stop in waiting]
        for at in range(_first(waiting), len(doors) + 1):
            trips = ways.fit(ride, [*doors[:at], [order], *doors[at:]])
            metres = sum(trip.metres for trip in trips) if trips is not None else 0
            if trips is not None and (best is None or metres < best[0]):
                best = (metres, ride, at)
    if best is None:
        raise Conflict("round.no_place")
    _metres, ride, at = best
    stop = RoundStop(round_id=ride.id, seq=at + 1, planned_at=order.window_start)
    session().add(stop)
    session().flush()
    order.stop_id, order.left_reason = stop.id, ""
    move(order, "planned")
    session().flush()
    session().expire(stop)
    session().refresh(ride, ["stops"])
    stops = [each for each in ride.stops if each.id != stop.id and each.orders]
    stops.insert(at, stop)
    _write(ways_of(ride, [each for one in stops for each in one.orders]), ride, stops)
    events.record("round.planned", actor, [ride], {"reference": ride.reference})
    return ride


def _first(stops: Sequence[RoundStop]) -> int:
    """The place behind the last stop that is over: what was ridden stays where it was."""
    over = [at for at, stop in enumerate(stops, start=1) if stop.status != "waiting"]
    return max(over, default=0)


def _write(ways: Ways, ride: Round, stops: Sequence[RoundStop]) -> None:
    trips = ways.fit(ride, [stop.orders for stop in stops])
    if trips is None:
        raise Conflict("round.does_not_fit", reference=ride.reference)
    hours = [(visit.arrives, number) for number, trip in enumerate(trips, start=1) for visit in trip.visits]
    for seq, (stop, (arrives, number)) in enumerate(zip(stops, hours, strict=True), start=1):
        stop.round_id, stop.seq, stop.trip, stop.planned_at = ride.id, seq, number, ways.drawn.at(arrives)
    session().flush()
    session().expire(ride, ["stops"])
    if ride.status in ("published", "running"):
        occupying.occupy(ride)


def close_up(actor: Actor, stop: RoundStop) -> None:
    """Nobody is waited for at a door any more: the stop goes, those behind it move up, and where the round has not left
    they get the hours the shorter way leaves them. What stands before it, and every promised window, stays as it was. A
    round on the road with nothing left to do is over. Leaves round.planned."""
    session().flush()
    session().expire(stop, ["orders"])
    if stop.orders or stop.status != "waiting":
        return
    ride, seq = stop.round, stop.seq
    if not queries.acts_of([stop.id]):
        session().delete(stop)
        session().flush()
        session().expire(ride, ["stops"])
    later = [each for each in ride.stops if each.seq > seq]
    for each in later:
        each.seq -= 1
    if ride.status in OPEN:
        _closer(ride, {each.id for each in later})
    session().flush()
    events.record("round.planned", actor, [ride], {"reference": ride.reference})
    if ride.status == "running" and all(each.status not in ("waiting", "arrived") for each in ride.stops):
        days.end(actor, ride)


def _closer(ride: Round, later: set[int]) -> None:
    """The later stops at the hours their round has now; as they were where it cannot be said."""
    stops = [each for each in ride.stops if each.orders]
    ways = ways_of(ride, [order for each in stops for order in each.orders])
    trips = ways.fit(ride, [each.orders for each in stops]) or []
    hours = [(visit.arrives, number) for number, trip in enumerate(trips, start=1) for visit in trip.visits]
    for stop, (arrives, number) in zip(stops, hours, strict=False):
        if stop.id in later:
            stop.trip, stop.planned_at = number, ways.drawn.at(arrives)


def hand_on(actor: Actor, ride: Round) -> list[TransportOrder]:
    """The driver's shift is over: what is still to do goes to other rounds of the day where promises allow it; the orders
    for which there is no place, which are open again. Ends the round. Leaves round.finished, and order.failed for those."""
    actor.must("round:ride")
    left = []
    for stop in [each for each in ride.stops if each.status in ("waiting", "arrived")]:
        orders = list(stop.orders)
        for order in orders:
            order.stop_id = None
            move(order, "open")
        move(stop, "failed")
        stop.reason = "time"
        left += orders
    session().flush()
    others = [
        each for each in queries.rounds_on(ride.day) if each.id != ride.id and each.status in ("published", "running")
    ]
    kept = [order for order in left if not _taken_over(actor, order, others)]
    days.end(actor, ride)
    return kept


def give_up(actor: Actor, order: TransportOrder, reason: str) -> None:
    """Nobody comes today after all: an order that is open again loses what it was promised, and the customer hears of it.
    Nobody was at the door, so it counts as no attempt. Leaves order.failed."""
    order.left_reason, order.promised_from, order.promised_until = reason, None, None
    facts = {"reference": order.reference, "subject": order.subject, "reason": reason, "grams": 0, "items": []}
    events.record("order.failed", actor, [order, order.customer], facts)


def _taken_over(actor: Actor, order: TransportOrder, others: Sequence[Round]) -> bool:
    try:
        with session().begin_nested():
            found = insert(replace(actor, permissions=actor.permissions | {"round:write"}), order, others)
    except Conflict:
        give_up(actor, order, "time")
        return False
    if order.promised_from is None:
        order.promised_from, order.promised_until = order.window_start, order.window_end
    move(order, "promised")
    events.record(
        "order.promised", actor, [order, order.customer], {"reference": order.reference, "round": found.reference}
    )
    return True
