"""Vehicles, orders and planned rounds; inside a workshop's transaction."""

from __future__ import annotations

from datetime import date, time
from itertools import count
from typing import Any

from service_app.bookings.models import Resource
from service_app.core import clock
from service_app.core.access import ROLES, Actor
from service_app.core.db import session
from service_app.rounds import queries
from service_app.rounds.models import Round, RoundVehicle, TransportOrder
from service_app.rounds.operations import days, orders, setup
from service_app.rounds.operations.orders import OrderFacts
from tests.factories.bookings import a_day
from tests.factories.customers import a_customer

DISPATCHER = Actor(kind="staff", name="Dora Dispatch", role="owner", permissions=ROLES["owner"])
_numbers = count(1)
POSTCODES = ("1050", "1060", "1030", "1070", "1180")


def a_vehicle(name: str = "", **facts: Any) -> RoundVehicle:
    """A cargo bike of the planning that rides."""
    resource = Resource(kind="vehicle", name=name or f"Bike {next(_numbers)}")
    session().add(resource)
    session().flush()
    return setup.set_vehicle(DISPATCHER, resource, **facts)


def an_order(
    day: date | None = None, hours: tuple[int, int] = (8, 18), *, pin: tuple[float, float] | None = None, **facts: Any
) -> TransportOrder:
    """Something of 5 kg to fetch on `a_day`, each at another door of Brussels unless a pin is given."""
    number = next(_numbers)
    day = day or a_day()
    starts, ends = (clock.at_local(day, time(hour), "Europe/Brussels") for hour in hours)
    lat, lon = pin or (50.82 + number % 7 * 0.006, 4.33 + number % 5 * 0.008)
    given: dict[str, Any] = {
        "customer_id": a_customer().id, "kind": "pickup",
        "address": f"Rue Haute {number}", "postcode": POSTCODES[number % 5], "grams": 5000, "litres": 30, "lat": lat,
        "lon": lon, "window_start": starts, "window_end": ends,
    }  # fmt: skip
    return orders.place(DISPATCHER, OrderFacts(**given | facts))


def a_planned_day(many: int = 3, day: date | None = None, **facts: Any) -> Round:
    """A day of one bike with some stops, planned."""
    day = day or a_day()
    if not queries.list_vehicles():
        a_vehicle()
    for _order in range(many):
        an_order(day, **facts)
    days.plan_day(DISPATCHER, day, seconds=0.2)
    return queries.rounds_on(day)[0]


def a_published(many: int = 3, day: date | None = None, **facts: Any) -> Round:
    """The same, promised to everybody."""
    ride = a_planned_day(many, day, **facts)
    days.publish(DISPATCHER, ride, "Dirk Driver")
    session().flush()
    return ride
