"""A contaminated load on a round: what the driver sees at the door stays apart until somebody says why it may go on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service_app import invariants
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.materials import operations as materials
from service_app.materials import queries as batches
from service_app.materials.models import MaterialBatch
from service_app.recovery.operations import intake
from service_app.recovery.operations.intake import Look
from service_app.rounds import queries as rounds
from service_app.rounds.operations import days
from service_app.takebacks import operations, queries
from tests.factories.materials import a_batch
from tests.factories.recovery import BENCH
from tests.factories.rounds import DISPATCHER, a_vehicle
from tests.factories.takebacks import a_route, a_scheduled
from tests.rounds.test_rounds import did
from tests.takebacks.test_fetching import swept


def test_a_contaminated_load_on_a_round_becomes_a_batch_in_quarantine(scope, workshop, process):
    with scope(workshop):
        a_vehicle()
        a_route()
        first = a_scheduled()
        key, day = first.id, clock.local(first.window_start, "Europe/Brussels").date()
    swept(process)
    with scope(workshop):
        days.plan_day(DISPATCHER, day, seconds=0.1)
        [ride] = rounds.rounds_on(day)
        days.publish(DISPATCHER, ride, "Dirk")
        order = ride.stops[0].orders[0].reference
        did(ride.stops[0], "done", grams=2100, dirty=True)
    swept(process)
    with scope(workshop):
        takeback = queries.get_takeback_by_id(key)
        assert (takeback.status, takeback.contamination) == ("collected", order)
        opened = intake.open_intake(BENCH, takeback)
        line = intake.tick(BENCH, opened, opened.lines[0])
        intake.look_at(BENCH, opened, line, Look("ok"))
        with pytest.raises(Conflict, match=r"intake\.weigh"):
            intake.close(BENCH, opened)
        intake.look_at(BENCH, opened, line, Look("ok", mass_g=2100))
        intake.close(BENCH, opened)
        batch = session().scalars(select(MaterialBatch)).one()
        assert (batch.id, batch.quarantine, batches.loaded_g(batch)) == (line.batch_id, order, 2100)
        with pytest.raises(Conflict, match=r"batch\.quarantine"):
            materials.weigh(WORKER, batch, 2100)
        operations.decide(WORKER, takeback, "waste", "Oil on it")
        assert batches.waiting() == [], "it is in a batch already, and its mass counts once"
        with pytest.raises(Conflict, match=r"batch\.loaded"):
            materials.load_takeback(WORKER, a_batch(), takeback)
        assert list(invariants.broken()) == []


def test_a_contaminated_take_back_takes_its_batch_into_quarantine(inside):
    a_route()
    takeback = a_scheduled()
    operations.collected(WORKER, takeback.id)
    takeback.contamination = "O-2026-0001"
    operations.receive(WORKER, takeback, 2000)
    operations.decide(WORKER, takeback, "waste", "Oil on it")
    batch = a_batch()
    materials.load_takeback(WORKER, batch, takeback)
    assert batch.quarantine == "O-2026-0001"
