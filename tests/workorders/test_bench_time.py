"""Time kept at the bench for care: it stays until it is over, and what lacks it gets it."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from service_app.contracts.operations import handovers
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict, finish_inspection
from service_app.core import clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.items import availability, custody
from service_app.items import operations as items
from service_app.items.availability import Stretch
from service_app.items.models import Allocation, Item
from service_app.workorders import operations, queries
from service_app.workorders.models import CareVisit
from service_app.workshops.models import Workshop
from service_app.workshops.operations.calendar import set_hours
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription, at
from tests.factories.rentals import an_item
from tests.workorders.days import occurrences, plan_all
from workers import planners


def kept() -> list[Allocation]:
    """The time kept at the bench for care, by its beginning."""
    found = select(Allocation).where(Allocation.kind == "work", Allocation.note != "")
    return list(session().scalars(found.order_by(Allocation.blocked_from)))


def an_announced_in_stock(**facts: object) -> Item:
    """A thing in stock whose care in ten days was announced."""
    item = an_item(a_product())
    given = {"kind": "once", "every": None, "starts_on": (START + timedelta(days=10)).date(), "notice_days": 10}
    a_care_plan(item, **given | facts)
    plan_all()
    assert operations.announce_due_care(WORKER) == 1
    return item


def test_thing_that_leaves_the_bench_after_a_repair_keeps_the_time_of_its_care(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        item = an_announced_in_stock()
        (before,) = kept()
        items.put_on_bench(WORKER, item)
    with scope(workshop), clock.travelled(START + timedelta(hours=3)):
        items.put_in_stock(WORKER, item)
        (after,) = kept()
        assert (after.blocked_from, after.blocked_until) == (before.blocked_from, before.blocked_until)
        repair = select(Allocation).where(Allocation.kind == "work", Allocation.note == "")
        assert session().scalars(repair).one().blocked_until == clock.now(), "what the repair kept is free"


def test_thing_that_is_not_here_any_more_keeps_no_bench_and_no_other_takes_its_place(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        item = an_announced_in_stock()
        an_item(item.product)
        assert len(kept()) == 1
        assert custody.vacate(WORKER, item, clock.now()) == []
        assert kept() == []


SUNDAY = date(2026, 10, 18)


def six_days(owner: Actor, workshop: Workshop) -> None:
    """Open from nine to six, on Sundays not."""
    set_hours(owner, workshop, {day: [(time(9), time(18))] for day in range(6)})


def on_the_wall(workshop: Workshop) -> list[tuple[date, time]]:
    """When the time that is kept begins, as the workshop reads it."""
    walls = [clock.local(each.starts_at, workshop.zone) for each in kept()]
    return [(wall.date(), wall.time()) for wall in walls]


def test_thing_that_comes_back_has_time_kept_for_its_care_once_it_was_inspected(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop), clock.travelled(START):
        six_days(owner, workshop)
        item = a_subscription(spare=0).lines[0].item
        assert item is not None
        a_care_plan(item, kind="once", every=None, starts_on=date(2026, 10, 20), notice_days=15)
        plan_all()
        operations.announce_due_care(WORKER)
        line = queries.line_out(queries.get_visit(occurrences()[0].visit_id or 0))
        assert line is not None
        inspection = handovers.take_back(WORKER, line, Found())
        while planners.plan_care():
            pass
        assert (item.status, kept()) == ("to_inspect", []), "its return keeps it blocked"
        finish_inspection(WORKER, inspection, Verdict("B"))
        while planners.plan_care():
            pass
        assert on_the_wall(workshop) == [(date(2026, 10, 20), time(9))]
        assert operations.keep_bench_time() == 0


def test_time_for_care_of_today_begins_now_and_not_this_morning(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop), clock.travelled(at("2026-10-12", 12) + timedelta(minutes=10)):
        six_days(owner, workshop)
        for minutes in (60, 4 * 60):
            facts = {"kind": "once", "every": None, "starts_on": date(2026, 10, 12), "duration_minutes": minutes}
            a_care_plan(an_item(a_product()), **facts)
        plan_all()
        operations.announce_due_care(WORKER)
        assert on_the_wall(workshop) == [
            (date(2026, 10, 12), time(14, 15)), (date(2026, 10, 13), time(9)),
        ], "what is not over before the doors close begins on the next day"  # fmt: skip


def test_care_of_a_closed_day_has_its_time_on_the_next_open_one(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop), clock.travelled(START):
        six_days(owner, workshop)
        an_announced_in_stock(starts_on=SUNDAY)
        assert on_the_wall(workshop) == [(date(2026, 10, 19), time(9))]


def test_day_that_several_share_is_an_open_one_where_their_windows_have_one(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop), clock.travelled(START):
        six_days(owner, workshop)
        item = an_item(a_product())
        first, then = date(2026, 10, 16), date(2026, 10, 20)
        facts = {"kind": "once", "every": None, "notice_days": 10}
        a_care_plan(item, starts_on=first, early_days=0, late_days=4, **facts)
        a_care_plan(item, starts_on=then, early_days=2, late_days=0, **facts)
        plan_all()
        operations.announce_due_care(WORKER)
        assert session().scalars(select(CareVisit.on_day)).all() == [date(2026, 10, 19)], "they meet on a Sunday"


def test_care_that_finds_no_time_is_asked_for_once_a_day_until_there_is_one(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop), clock.travelled(START):
        six_days(owner, workshop)
        item = an_item(a_product())
        stretch = Stretch(START, START + timedelta(days=60))
        promised = availability.book(item.product, stretch, kind="reservation", item=item)
        a_care_plan(item, kind="once", every=None, starts_on=date(2026, 10, 12), notice_days=10)
        plan_all()
        operations.announce_due_care(WORKER)
        assert (kept(), operations.keep_bench_time()) == ([], 0)
        with clock.travelled(START + timedelta(days=1)):
            assert (operations.keep_bench_time(), operations.keep_bench_time(), kept()) == (1, 0, [])
        availability.release(promised)
        with clock.travelled(START + timedelta(days=2)):
            assert (operations.keep_bench_time(), operations.keep_bench_time()) == (1, 0)
            assert on_the_wall(workshop) == [(date(2026, 10, 12), time(10))]
        with clock.travelled(START + timedelta(days=3)):
            assert operations.keep_bench_time() == 0
