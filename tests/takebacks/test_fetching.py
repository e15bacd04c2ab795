"""What is agreed becomes an order of the rounds, and what the driver reports comes back, through the workers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service_app.core import clock, events, jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.events import timeline
from service_app.core.states import move
from service_app.notifications.models import Message
from service_app.rounds import queries as rounds
from service_app.rounds.models import TransportOrder
from service_app.takebacks import fetching, operations, queries
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.rounds import a_vehicle
from tests.factories.takebacks import a_route, a_scheduled
from workers import sweeps
from workers.process import Process


def swept(process: Process) -> None:
    for _round in range(2):
        for channel in jobs.CHANNELS:
            sweeps.sweep(process, channel)


def told_of(order: TransportOrder, name: str, **facts: object) -> None:
    events.record(name, WORKER, [order, order.customer], {"subject": order.subject, "grams": order.grams} | facts)


def test_agreed_is_an_order_changed_with_it_and_called_off_with_it(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback = a_scheduled()
        takeback_id, start = takeback.id, takeback.window_start
    swept(process)
    with scope(workshop):
        order = rounds.order_of(f"takeback:{takeback_id}")
        assert (order.kind, order.grams, order.window_start, order.status) == ("pickup", 2000, start, "open")
        fetching.order_for(takeback_id)
        assert len(session().scalars(select(TransportOrder)).all()) == 1, "done twice it is done once"
        takeback = queries.get_takeback_by_id(takeback_id)
        later = next(each.start for each in queries.windows_for(takeback) if each.start != start)
        operations.change_window(WORKER, takeback, later)
    swept(process)
    with scope(workshop):
        assert rounds.order_of(f"takeback:{takeback_id}").window_start == later
        operations.cancel(WORKER, queries.get_takeback_by_id(takeback_id), "moved away")
    swept(process)
    with scope(workshop):
        assert rounds.order_of(f"takeback:{takeback_id}") is None
        assert [row.status for row in session().scalars(select(TransportOrder))] == ["called_off"]


@pytest.mark.parametrize(("name", "status"), [("order.done", "collected"), ("order.failed", "failed")])
def test_what_the_driver_reports_is_told_once_and_the_customer_by_one_letter(
    workshop: Workshop, scope: Scoped, process: Process, name: str, status: str
) -> None:
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback_id = a_scheduled().id
    swept(process)
    with scope(workshop):
        order = rounds.order_of(f"takeback:{takeback_id}")
        told_of(order, name, reason="nobody")
        told_of(order, name, reason="nobody")
    swept(process)
    with scope(workshop):
        takeback = queries.get_takeback_by_id(takeback_id)
        assert takeback.status == status
        assert takeback.attempts == (status == "failed")
        letters = [row.kind for row in session().scalars(select(Message).order_by(Message.id))]
        assert letters == ["takeback_planned", *(["takeback_failed"] if status == "failed" else [])]


def test_driver_is_told_what_it_is_and_what_it_needs_and_no_event_holds_an_address(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback_id = a_scheduled(hazards=("lithium",), note="Third floor").id
    swept(process)
    with scope(workshop):
        takeback, order = queries.get_takeback_by_id(takeback_id), rounds.order_of(f"takeback:{takeback_id}")
        assert (order.grams, order.litres, order.postcode, order.window_end) == (2000, 20, "1080", takeback.window_end)
        assert {"A lamp", "Third floor", "Avec la caisse à batteries"} <= set(order.note.splitlines())
        assert takeback.street not in str([event.data for event in timeline(takeback)])


def test_part_of_it_leaves_a_rest_that_waits_for_its_own_window(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback_id = a_scheduled().id
    swept(process)
    with scope(workshop):
        told_of(rounds.order_of(f"takeback:{takeback_id}"), "order.partly_done", grams=1500, is_estimated=False)
    swept(process)
    with scope(workshop):
        first, rest = queries.get_takeback_by_id(takeback_id), queries.get_takeback_by_id(takeback_id + 1)
        assert [(row.status, row.mass_g) for row in (first, rest)] == [("partly", 1500), ("eligible", 500)]


def test_what_failed_is_ridden_again_in_the_next_window(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback_id = a_scheduled().id
    swept(process)
    with scope(workshop):
        order = rounds.order_of(f"takeback:{takeback_id}")
        for state in ("planned", "promised", "failed"):
            move(order, state)
        order.attempts = 1
        operations.failed(WORKER, takeback_id, "nobody")
        takeback = queries.get_takeback_by_id(takeback_id)
        operations.offer_again(WORKER, takeback)
        operations.hold_window(WORKER, takeback, queries.windows_for(takeback)[-1].start)
        operations.confirm(WORKER, takeback)
    swept(process)
    with scope(workshop):
        order = rounds.order_of(f"takeback:{takeback_id}")
        assert (order.status, order.window_start) == ("open", queries.get_takeback_by_id(takeback_id).window_start)


def test_what_no_vehicle_carries_stands_for_somebody_to_see_to(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        a_vehicle(grams=1000)
        a_route()
        takeback_id = a_scheduled().id
    swept(process)
    with scope(workshop):
        takeback = queries.get_takeback_by_id(takeback_id)
        assert rounds.order_of(f"takeback:{takeback_id}") is None
        assert "takeback.unplanned" in [event.name for event in timeline(takeback)]
        assert takeback.window_start > clock.now()
