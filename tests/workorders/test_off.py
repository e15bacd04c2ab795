"""What is off troubles nobody: a visit of which nothing is open any more, a plan put away, a thing that is gone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service_app.contracts.operations import handovers
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict, finish_inspection
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items.models import Allocation
from service_app.workorders import operations, queries
from service_app.workorders.models import CareOccurrence
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription
from tests.factories.rentals import an_item
from tests.workorders.days import occurrences, plan_all
from workers import planners


def an_announced(**facts: object) -> CareOccurrence:
    """Care every ten days of the one thing that a customer has, announced to them."""
    contract = a_subscription("24", spare=0)
    item = contract.lines[0].item
    assert item is not None
    given = {"every": 10, "unit": "day", "starts_on": START.date(), "notice_days": 10, "horizon_days": 10}
    a_care_plan(item, **given | facts)
    plan_all()
    assert operations.announce_due_care(WORKER) == 1
    return occurrences()[0]


def blocked() -> list[str]:
    """For what time at the bench is kept."""
    return list(session().scalars(select(Allocation.note).where(Allocation.kind == "work")))


def test_visit_that_a_newer_one_passed_is_over_and_follows_its_thing_nowhere(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        an_announced()
    with scope(workshop), clock.travelled(START + timedelta(days=21)):
        plan_all()
        first, second = occurrences()[:2]
        assert (first.status, second.status) == ("missed", "planned")
        line = queries.line_out(queries.get_visit(first.visit_id or 0))
        assert line is not None
        inspection = handovers.take_back(WORKER, line, Found())
        finish_inspection(WORKER, inspection, Verdict("B"))
        assert first.item.status == "in_stock"
        while planners.plan_care():
            session().expire_all()
        session().expire_all()
        assert queries.get_visit(first.visit_id or 0).ended_at is not None
        assert second.status == "notified"
        assert f"care:{first.visit_id}" not in blocked()


def test_bench_time_of_a_visit_that_a_newer_one_passed_is_free(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        item = an_item(a_product())
        a_care_plan(item, every=10, unit="day", starts_on=START.date(), notice_days=10, horizon_days=10)
        plan_all()
        operations.announce_due_care(WORKER)
        first = occurrences()[0]
        assert blocked() == [f"care:{first.visit_id}"]
        assert operations.end_visits() == 0
    with scope(workshop), clock.travelled(START + timedelta(days=21)):
        plan_all()
        assert (operations.end_visits(), operations.end_visits()) == (1, 0)
        assert blocked() == []
