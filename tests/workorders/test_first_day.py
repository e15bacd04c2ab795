"""The first day of many plans: what is near is written once, as planned, and two planners never share a workshop."""

from __future__ import annotations

from sqlalchemy import func, select, text

from service_app.core import clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.items.models import Item
from service_app.items.operations import retire_item
from service_app.workorders import planning, settling
from service_app.workorders.models import CareDuty
from service_app.workorders.operations import due
from service_app.workorders.statements import run
from tests.workorders import world
from tests.workorders.days import occurrences


def test_what_is_written_inside_its_horizon_begins_planned_and_what_is_beyond_as_a_forecast(workshop, scope):
    with scope(workshop), clock.travelled(world.BEGIN):
        world.fill(20, 60)
        settling.settle_duties(world.BEGIN.date())
        planning.write_occurrences(world.BEGIN.date())
        rows = occurrences()
        assert {(each.due_on - world.BEGIN.date()).days <= 60 for each in rows} == {True, False}
        for each in rows:
            inside = (each.due_on - world.BEGIN.date()).days <= each.plan.horizon_days
            assert (each.status, each.version) == ("planned" if inside else "forecast", 1)


def test_many_pairs_begin_so_many_at_a_time_and_what_is_gone_is_looked_for_behind_the_last(workshop, scope):
    today, gone = world.BEGIN.date(), select(func.count()).select_from(CareDuty).where(~CareDuty.is_open)
    with scope(workshop), clock.travelled(world.BEGIN):
        world.fill(6, 6)
        assert settling.settle_duties(today, most=2) == 2
        retire_item(WORKER, session().scalars(select(Item).order_by(Item.id).limit(1)).one(), "Frame cracked")
        counted = [(settling.settle_duties(today, most=2), session().scalar(gone)) for _time in range(4)]
    assert counted == [(2, 0), (2, 0), (1, 1), (0, 1)]


def test_what_is_asked_of_one_thing_settles_that_one(workshop, scope):
    with scope(workshop), clock.travelled(world.BEGIN):
        world.fill(3, 3)
        first = session().scalars(select(Item).order_by(Item.id)).first()
        settling.settle_item(first.id, world.BEGIN.date())
        assert session().scalars(select(CareDuty.item_id)).all() == [first.id]


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


def test_what_stands_of_a_pair_is_asked_by_its_key_also_where_nobody_knows_how_much_a_workshop_has(workshop, scope):
    """A plan that reads the rows of a workshop once for each pair is chosen as soon as others have the rows that were counted."""
    with scope(workshop), clock.travelled(world.BEGIN):
        given = {"today": world.BEGIN.date(), "now": world.BEGIN, "zone": "Europe/Brussels", "most": 2000}
        for statement in (settling._BEGIN_ALL, settling._BY_METER, settling._METER_ALONE):
            shown = "\n".join(run(text(f"EXPLAIN {statement.text}"), **given).scalars())
            assert "Anti Join" not in shown, shown
            assert "SubPlan" in shown, shown
