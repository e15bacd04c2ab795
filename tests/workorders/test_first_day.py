"""The first day of many plans: what is near is written once, as planned, and two planners never share a workshop."""

from __future__ import annotations

from service_app.core import clock, tenancy
from service_app.core.access import WORKER
from service_app.workorders import planning
from service_app.workorders.operations import due
from tests.workorders import world
from tests.workorders.days import occurrences


def test_what_is_written_inside_its_horizon_begins_planned_and_what_is_beyond_as_a_forecast(workshop, scope):
    with scope(workshop), clock.travelled(world.BEGIN):
        world.fill(20, 60)
        planning.settle_duties(world.BEGIN.date())
        planning.write_occurrences(world.BEGIN.date())
        rows = occurrences()
        assert {(each.due_on - world.BEGIN.date()).days <= 60 for each in rows} == {True, False}
        for each in rows:
            inside = (each.due_on - world.BEGIN.date()).days <= each.plan.horizon_days
            assert (each.status, each.version) == ("planned" if inside else "forecast", 1)


def test_who_plans_second_leaves_it_to_the_first(workshop, scope, database):
    with scope(workshop), clock.travelled(world.BEGIN):
        world.fill(3, 3)
    with scope(workshop), clock.travelled(world.BEGIN):
        assert planning.plan_care() > 0
        with database.transaction(tenancy.workshop(workshop.id)):
            assert planning.plan_care() == 0
            assert due.announce_due_care(WORKER) == 0
    with scope(workshop), clock.travelled(world.BEGIN):
        assert due.announce_due_care(WORKER) > 0
