"""Looking for a free hour: twelve people over sixty days, against the bare page of 25 rows."""

from __future__ import annotations

import time
from datetime import timedelta

from service_app.bookings import operations, queries
from service_app.bookings.models import Service
from service_app.core import clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from tests.bench import load
from tests.bench.load import Client
from tests.bench.world import World
from tests.factories.bookings import a_person, a_service
from tests.factories.customers import a_customer

PEOPLE, DAYS, BOOKED = 12, 60, 240


def search(seeded: World, bare: int, seconds: float) -> tuple[float, str]:
    """(searches a second as a share of the bare page's, figures): both with one who asks, a few rounds in turn."""
    database = Database(seeded.urls.app)
    scope = tenancy.workshop(seeded.workshop.id)
    try:
        with database.transaction(scope):
            service_id = _fill()
        plain, mine, floor = Client(bare), 0.0, 0.0
        for _round in range(3):
            mine += _searches(database, scope, service_id, seconds / 3) / 3
            floor += load.drive([plain], lambda one: one.ask("GET", "/list?rows=25")[0], seconds / 3).per_second / 3
    finally:
        database.engine.dispose()
    return mine / floor, f"{mine:.0f} searches/s; floor {floor:.0f}/s, one client each"


def _fill() -> int:
    """People who can do it, and appointments over the days, at hours that are free."""
    for _each in range(PEOPLE):
        a_person(bikes=2)
    service = a_service("bench-slots", skill="bikes", horizon_days=DAYS)
    customer, today = a_customer(), clock.now().date()
    slots = queries.find_slots(service, today, today + timedelta(days=DAYS))
    for slot in slots[:: max(len(slots) // BOOKED, 1)][:BOOKED]:
        operations.book(WORKER, operations.hold_slot(WORKER, service, slot.starts_at), customer)
    return service.id


def _searches(database: Database, scope: tenancy.Scope, service_id: int, seconds: float) -> float:
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        with database.transaction(scope):
            service = session().get_one(Service, (scope.workshop_id, service_id))
            today = clock.now().date()
            assert queries.find_slots(service, today, today + timedelta(days=DAYS))
        done += 1
    return done / (time.monotonic() - begun)
