"""What was, is and will be ridden: yesterday's round with what did not work out, today's on the road, tomorrow's planned."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, time, timedelta

from sqlalchemy import select

from service_app.bookings.models import Resource
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.rounds import places, queries
from service_app.rounds.models import Round, TransportOrder
from service_app.rounds.operations import days, orders, riding, setup
from service_app.rounds.operations.orders import OrderFacts
from service_app.rounds.operations.riding import Done
from service_app.workshops.hours import load_calendar
from service_app.workshops.models import Workshop

BIKES = {"fr": "Vélo cargo", "nl": "Bakfiets", "en": "Cargo bike"}
ZONES = {"Sud / Zuid": ["1050", "1060", "1180", "1190"], "Nord / Noord": ["1020", "1030", "1210"]}
STREETS = (
    "Rue Malibran 12",
    "Chaussée d’Ixelles 240",
    "Rue de Flandre 31",
    "Avenue Louis Bertrand 8",
    "Rue du Bailli 55",
)
NOTES = {"fr": ("Sonner deux fois", ""), "nl": ("Tweemaal bellen", ""), "en": ("Ring twice", "")}
STOPS = 5


def ride(boss: Actor, workshop: Workshop, customers: Sequence[Customer], chance: random.Random) -> None:
    """In the current workshop: three days, one after the other."""
    bike = Resource(kind="vehicle", name=BIKES[workshop.language])
    session().add(bike)
    session().flush()
    setup.set_vehicle(boss, bike)
    for van in session().scalars(select(Resource).where(Resource.kind == "vehicle", Resource.id != bike.id)):
        setup.set_vehicle(boss, van, kind="van", grams=800_000, litres=6000, reach_km=120, speed_kmh=22)
    for name, codes in ZONES.items():
        setup.set_zone(boss, name, codes, [])
    today = clock.today(workshop.zone)
    open_days = [day for away in range(-9, 10) if load_calendar().is_open_day(day := today + timedelta(days=away))]
    before = [day for day in open_days if day < today][-1:]
    for day in before:
        _ridden(boss, workshop, _planned(boss, workshop, day, customers, chance), STOPS)
    if today in open_days:
        _ridden(boss, workshop, _planned(boss, workshop, today, customers, chance), 2)
    for day in [each for each in open_days if each > today][:1]:
        _planned(boss, workshop, day, customers, chance)
        _order(boss, workshop, day, customers[0], chance, needs=("cold",))
        orders.call_off(boss, _order(boss, workshop, day, customers[1], chance), "")


def _planned(
    boss: Actor, workshop: Workshop, day: date, customers: Sequence[Customer], chance: random.Random
) -> list[Round]:
    with clock.travelled(min(clock.at_local(day - timedelta(days=1), time(15), workshop.zone), clock.now())):
        for customer in chance.sample(list(customers), STOPS):
            _order(boss, workshop, day, customer, chance)
        days.plan_day(boss, day, seconds=0.1)
    return list(queries.rounds_on(day))


def _order(
    boss: Actor, workshop: Workshop, day: date, customer: Customer, chance: random.Random, needs: tuple[str, ...] = ()
) -> TransportOrder:
    postcode = chance.choice([code for codes in ZONES.values() for code in codes])
    middle = places.of_postcode(postcode)
    assert middle is not None  # the zones of the demo are of the region
    facts = OrderFacts(
        customer_id=customer.id, kind=chance.choice(("pickup", "pickup", "delivery")), address=chance.choice(STREETS),
        postcode=postcode, grams=chance.randrange(2, 25) * 1000, litres=chance.randrange(20, 160), needs=needs,
        lat=round(middle.lat + chance.uniform(-0.005, 0.005), 5), lon=round(middle.lon + chance.uniform(-0.007, 0.007), 5),
        window_start=clock.at_local(day, time(9), workshop.zone), window_end=clock.at_local(day, time(16), workshop.zone),
        note=chance.choice(NOTES[workshop.language]),
    )  # fmt: skip
    return orders.place(boss, facts)


def _ridden(boss: Actor, workshop: Workshop, rides: Sequence[Round], most: int) -> None:
    """The first stops of a day done as a day goes: one in part, one where nobody was."""
    for each in rides:
        with clock.travelled(clock.at_local(each.day - timedelta(days=1), time(17), workshop.zone)):
            days.publish(boss, each, "Sam Driver")
    stops = sorted((stop for each in rides for stop in each.stops), key=lambda stop: stop.planned_at)
    kinds = ("done", "partly", "failed", "done", "done")
    for number, stop in enumerate(stops[:most]):
        kind = kinds[number % len(kinds)] if most == STOPS else "done"
        with clock.travelled(min(stop.planned_at, clock.now())):
            data = {"reason": "nobody"} if kind == "failed" else {"grams": sum(order.grams for order in stop.orders)}
            riding.record(boss, stop, Done(f"demo-{stop.id}-{kind}", kind, clock.now(), data))
