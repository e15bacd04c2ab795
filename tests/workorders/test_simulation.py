"""A year day by day, with a week's outage and two planners at once: every occurrence once, and the same twice over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service_app.core import clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database
from service_app.workorders import operations
from service_app.workshops.models import Workshop
from tests.workorders import world
from tests.workorders.days import plan_all

YEAR, OUTAGE = 364, range(120, 127)
STEP = 7


def planned(database: Database, scope: tenancy.Scope) -> None:
    with database.transaction(scope):
        plan_all()
        operations.announce_due_care(WORKER)


@pytest.mark.slow
def test_year_with_an_outage_is_the_same_with_one_planner_and_with_two(
    workshop: Workshop, other_workshop: Workshop, database: Database
) -> None:
    stories = []
    for each, planners in ((workshop, 1), (other_workshop, 2)):
        scope = tenancy.workshop(each.id)
        with database.transaction(scope), clock.travelled(world.BEGIN):
            world.fill(10, 25)

        def plan(scope: tenancy.Scope = scope, planners: int = planners) -> None:
            world.by_turns(planners, lambda: planned(database, scope))

        mornings = (day for number, day in enumerate(world.days(YEAR, without=OUTAGE)) if number % STEP == 0)
        world.live(database, scope, mornings, plan, seed=7)
        with database.transaction(scope), clock.travelled(world.BEGIN + timedelta(days=YEAR)):
            plan_all()
            assert world.faults() == []
            assert plan_all() == 0
            stories.append(world.told())
    assert stories[0] == stories[1]
    assert len(stories[0]) > 100
