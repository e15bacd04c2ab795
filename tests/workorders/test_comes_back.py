"""What fell away, rested or was passed over comes back where it stopped: not lost, and not twice."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from service_app.catalogue.models import CarePlan
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import losses, pauses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock, tenancy
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.workorders import operations
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from service_app.workshops.operations.calendar import set_hours
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription, at
from tests.factories.rentals import an_item
from tests.workorders.days import DAY, occurrences, plan_all
from tests.workorders.test_duties import RESTS, line_out, out, the
from workers import planners

NAME = {"fr": "Révision"}
ON = date(2026, 10, 5)


def standing() -> list[tuple[date, str]]:
    return [(one.due_on, one.status) for one in occurrences() if one.status != "superseded"]


def test_recall_that_is_corrected_or_put_away_comes_back_until_it_is_done(workshop: Workshop, scope: Scoped) -> None:
    once = {"kind": "once", "every": None, "starts_on": ON}
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        plan = a_care_plan(product, severity="stop_use", **once)
        an_item(product)
        plan_all()
        assert standing() == [(ON, "planned")]
        plans.change_plan(WORKER, plan, 1, CarePlanFacts(NAME, **once | {"starts_on": ON + timedelta(days=2)}))
        plan_all()
        assert standing() == [(ON + timedelta(days=2), "planned")], "on its other day"
        plans.change_plan(WORKER, plan, 2, CarePlanFacts(NAME, **once, is_active=False))
        plan_all()
        assert standing() == []
        plans.change_plan(WORKER, plan, 3, CarePlanFacts(NAME, **once))
        plan_all()
        assert standing() == [(ON, "planned")], "taken up again, it is asked again"
        operations.do_care(WORKER, occurrences()[-1])
        plans.change_plan(WORKER, plan, 4, CarePlanFacts({"fr": "Rappel"}, **once))
        plan_all()
        assert standing() == [(ON, "done")], "what was done is not asked a second time"


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        ({"kind": "once", "every": None, "starts_on": ON}, ON),
        ({"every": 6, "starts_on": date(2026, 4, 5)}, ON),
        ({"every": 6, "starts_on": date(2026, 4, 5), "basis": "completion"}, ON),
    ],
    ids=["once", "fixed", "from completion"],
)
def test_thing_that_was_lost_and_is_found_misses_no_care(
    workshop: Workshop, scope: Scoped, facts: dict[str, object], day: date
) -> None:
    with scope(workshop), clock.travelled(START):
        a_subscription("24", RESTS, spare=0)
        out().acquired_on = date(2026, 1, 1)
        a_care_plan(out(), **facts)
        plan_all()
        before = standing()
        assert day in [due for due, _status in before]
        losses.report_lost(WORKER, line_out(), ANEW, on=START.date())
        plan_all()
        assert standing() == []
        losses.report_found(WORKER, the(ContractLine), ANEW)
        plan_all()
        assert standing() == before
        assert plan_all() == 0


def test_corrected_plan_asks_no_second_time_for_a_day_that_was_moved_to_an_open_one(
    workshop: Workshop, scope: Scoped, owner: Actor
) -> None:
    with scope(workshop), clock.travelled(DAY):
        set_hours(owner, workshop, {day: [(time(9), time(18))] for day in range(6)})
        product = a_product()
        a_care_plan(product, every=6, starts_on=date(2026, 8, 31), notice_days=10)
        an_item(product)
        plan_all()
        assert standing() == [(date(2027, 2, 27), "forecast")], "the 28th is a Sunday"
    with scope(workshop), clock.travelled(at("2027-02-20")):
        plan_all()
        operations.announce_due_care(WORKER)
        corrected = CarePlanFacts({"fr": "Grande révision"}, 6, starts_on=date(2026, 8, 31))
        plans.change_plan(WORKER, the(CarePlan), 1, corrected)
        plan_all()
        assert standing() == [(date(2027, 2, 27), "notified"), (date(2027, 8, 31), "forecast")]


def rested(scope: Scoped, workshop: Workshop, begins: date, until: date, **facts: object) -> None:
    """A contract and a plan over its thing; it rests between two days, and everything is planned again."""
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS, spare=0)
        a_care_plan(contract, **facts)
        plan_all()
        operations.announce_due_care(WORKER)
    for day in (begins, until):
        with scope(workshop), clock.travelled(at(day.isoformat())):
            if day == begins:
                pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=begins, until_on=until)
            pauses.turn_pauses(WORKER)
            plan_all()


def test_after_a_rest_no_day_comes_twice_where_months_differ_in_length(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, date(2027, 1, 4), date(2027, 2, 13),
        every=6, starts_on=date(2026, 8, 31), horizon_days=400,
    )  # fmt: skip
    with scope(workshop):
        assert [day for day, _status in standing()][:2] == [date(2027, 4, 10), date(2027, 10, 9)], "a Sunday, the last"


def test_what_falls_due_within_a_long_rest_comes_after_it_and_none_is_missed(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, date(2026, 10, 12), date(2026, 12, 12),
        every=1, starts_on=date(2026, 9, 15), notice_days=1, horizon_days=90,
    )  # fmt: skip
    with scope(workshop):
        assert standing()[:2] == [(date(2026, 12, 15), "planned"), (date(2027, 1, 15), "planned")]


def test_what_was_announced_before_a_rest_and_not_answered_waits_as_long(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, date(2026, 10, 12), date(2026, 11, 1),
        every=1, starts_on=date(2026, 9, 15), notice_days=20, early_days=3, late_days=5, horizon_days=1,
    )  # fmt: skip
    with scope(workshop):
        first = next(one for one in occurrences() if one.status == "notified")
        assert (first.due_on, first.window_from, first.window_until) == (
            date(2026, 11, 5), date(2026, 11, 2), date(2026, 11, 10),
        )  # fmt: skip
        assert the(CareVisit).on_day == first.due_on


def test_after_an_outage_only_the_latest_day_is_announced(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=1, unit="week", starts_on=DAY.date(), notice_days=1)
        an_item(product)
        plan_all()
    late = DAY + timedelta(days=40)
    with clock.travelled(late):
        for _round in range(20):
            with app.database.transaction(tenancy.workshop(workshop.id)):
                if not planners.plan_care():
                    break
    with scope(workshop):
        passed = [one.status for one in occurrences() if one.due_on <= late.date()]
        assert passed == ["missed"] * 4 + ["notified"]
        assert len(session().scalars(select(CareVisit)).all()) == 1
