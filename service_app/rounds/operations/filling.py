"""The box is full before the round is over: to the depot and on, where every promise still holds; the rest stays for another
day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.rounds import drawing, queries, streets
from service_app.rounds.models import Round, RoundStop, TransportOrder
from service_app.rounds.operations import changing, days


@dataclass
class _Ride:
    """Where the vehicle is (0 is the depot, then the stops in order) and when."""

    metres: list[list[int]]
    speed: float
    here: int
    now: datetime

    def to(self, place: int) -> datetime:
        """When it would be there."""
        return self.now + timedelta(seconds=self.metres[self.here][place] / self.speed)


def load_full(actor: Actor, ride: Round) -> list[TransportOrder]:
    """What is left after emptying the box at the depot: stops keep their order and get new hours; the orders for which there
    is no time are open again, and are returned. Refuses Conflict `round.not_published` unless it is on the road. Leaves
    round.planned, order.failed for each that is left, and round.finished when nothing is to do any more."""
    actor.must("round:ride")
    if ride.status != "running":
        raise Conflict("round.not_published")
    waiting = [stop for stop in ride.stops if stop.status in ("waiting", "arrived") and stop.orders]
    legs = drawing.legs(ride.vehicle, ride.day, queries.rules())
    way = _way(ride, waiting)
    _empty(way)
    trip = max((stop.trip for stop in ride.stops if stop.status not in ("waiting", "arrived")), default=1) + 1
    left: list[TransportOrder] = []
    load = (0, 0)
    for place, stop in enumerate(waiting, start=1):
        load = _with(load, stop)
        if way.here and (load[0] > ride.vehicle.grams or load[1] > ride.vehicle.litres):
            _empty(way)
            trip, load = trip + 1, _with((0, 0), stop)
        at = _arrival(way, place, stop, legs)
        if at is None:
            left += _open_again(stop)
            continue
        stop.trip, stop.planned_at = trip, at
        way.here, way.now = place, at + _service(stop)
    session().flush()
    for order in left:
        changing.give_up(actor, order, "full")
    events.record("round.planned", actor, [ride], {"reference": ride.reference})
    if all(stop.status not in ("waiting", "arrived") for stop in ride.stops):
        days.end(actor, ride)
    return left


def _way(ride: Round, waiting: Sequence[RoundStop]) -> _Ride:
    """From where it was last: the door of the last stop that is over, or the depot."""
    over = [stop for stop in ride.stops if stop.status not in ("waiting", "arrived") and stop.orders]
    spots = [(stop.orders[0].lat, stop.orders[0].lon) for stop in [*waiting, *over[-1:]]]
    metres = streets.table((drawing.depot(queries.rules()), *spots))
    return _Ride(metres, ride.vehicle.speed_kmh / 3.6, len(spots) if over else 0, clock.now())


def _empty(way: _Ride) -> None:
    way.here, way.now = 0, way.to(0) + timedelta(seconds=drawing.TURN_SECONDS)


def _with(load: tuple[int, int], stop: RoundStop) -> tuple[int, int]:
    return load[0] + sum(each.grams for each in stop.orders), load[1] + sum(each.litres for each in stop.orders)


def _service(stop: RoundStop) -> timedelta:
    return timedelta(minutes=sum(order.service_minutes for order in stop.orders))


def _arrival(way: _Ride, place: int, stop: RoundStop, legs: Sequence[tuple[datetime, datetime]]) -> datetime | None:
    """When service begins there, so that every promise holds and the vehicle is home before its hours are over."""
    opens = max(order.promised_from or order.window_start for order in stop.orders)
    closes = min(order.promised_until or order.window_end for order in stop.orders)
    home = timedelta(seconds=way.metres[place][0] / way.speed)
    for start, end in legs:
        at = max(way.to(place), opens, start)
        if at + _service(stop) + home <= end and at <= closes:
            return at
    return None


def _open_again(stop: RoundStop) -> list[TransportOrder]:
    orders = list(stop.orders)
    for order in orders:
        order.stop_id = None
        move(order, "open")
    move(stop, "failed")
    stop.reason = "time"
    return orders
