"""A plan that is changed goes on where it stood: nothing that was done is asked again, and nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from service_app.catalogue.models import CarePlan
from service_app.contracts.models import Contract
from service_app.contracts.operations import pauses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.items.models import Item
from service_app.workorders import operations
from service_app.workorders.operations import calls, plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription, at
from tests.factories.rentals import an_item
from tests.workorders.days import DAY, occurrences, plan_all
from tests.workorders.test_duties import RESTS, line_out, out, the

NAME = {"fr": "Autre nom"}
MONTHLY = {"every": 1, "starts_on": date(2026, 9, 15), "horizon_days": 60}


def days_of(item: Item | None = None) -> list[tuple[date, str]]:
    """What stands, of one thing or of all."""
    rows = [each for each in occurrences() if each.status != "superseded" and (item is None or each.item_id == item.id)]
    return [(each.due_on, each.status) for each in rows]


def change(**facts: object) -> None:
    """The only plan is changed like this, and everything is planned again."""
    plan = the(CarePlan)
    plans.change_plan(WORKER, plan, plan.version, CarePlanFacts(NAME, **facts))
    plan_all()


def test_new_name_after_a_rest_asks_nothing_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS, spare=0), **MONTHLY)
        plan_all()
    with scope(workshop), clock.travelled(at("2026-10-15")):
        operations.do_care(WORKER, occurrences()[0])
    with scope(workshop), clock.travelled(at("2026-10-20")):
        rest = {"from_on": date(2026, 10, 20), "until_on": date(2026, 11, 20)}
        pauses.pause_contract(WORKER, the(Contract), ANEW, **rest)
        plan_all()
    with scope(workshop), clock.travelled(at("2026-11-20")):
        pauses.turn_pauses(WORKER)
        plan_all()
        before = days_of()
        assert date(2026, 12, 16) in [day for day, _status in before]
        change(**MONTHLY)
        assert len(days_of()) >= 3
        assert days_of() == before[: len(days_of())], "as far as the horizon goes"


def test_new_name_after_a_swap_asks_nothing_that_was_done_on_the_thing_before(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), **MONTHLY)
        plan_all()
    with scope(workshop), clock.travelled(at("2026-10-15")):
        operations.do_care(WORKER, occurrences()[0])
    with scope(workshop), clock.travelled(at("2026-10-25")):
        spare = session().scalars(select(Item).where(Item.status == "in_stock")).one()
        swaps.swap_item(WORKER, line_out(), ANEW, item=spare, reason="defect")
        plan_all()
        before = days_of(out())
        assert min(day for day, _status in before) == date(2026, 11, 14), "the 15th is a Sunday"
        change(**MONTHLY)
        assert days_of(out()) == before


@pytest.mark.parametrize("act", ["done", "skipped"])
def test_shorter_interval_counts_from_when_it_was_done_though_that_was_far_ahead(
    workshop: Workshop, scope: Scoped, act: str
) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=6, basis="completion")
        an_item(product, acquired_on=date(2026, 9, 1))
        plan_all()
        if act == "done":
            operations.do_care(WORKER, occurrences()[0])
        else:
            operations.skip_care(WORKER, occurrences()[0], "Looked at last week")
        plan_all()
        change(every=1, basis="completion")
        assert days_of()[-1] == (date(2026, 10, 7), "planned")


def test_shorter_interval_of_a_fixed_rhythm_counts_from_the_last_day_that_stands(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=6, starts_on=date(2026, 3, 7), notice_days=10)
        an_item(product, acquired_on=date(2026, 1, 1))
        plan_all()
        operations.do_care(WORKER, occurrences()[0])
        plan_all()
        assert days_of()[:2] == [(date(2026, 9, 7), "done"), (date(2027, 3, 6), "forecast")]
        change(every=1, starts_on=date(2026, 3, 7), horizon_days=70)
        assert [day for day, _status in days_of()][1:] == [date(2026, 10, 7), date(2026, 11, 7)]


def test_day_that_is_added_before_what_is_announced_comes_once(workshop: Workshop, scope: Scoped) -> None:
    added = {"every": 1, "starts_on": date(2026, 8, 19), "included": ("2026-09-12",), "notice_days": 14}
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=1, starts_on=date(2026, 8, 19), notice_days=14)
        an_item(product, acquired_on=date(2026, 1, 1))
        plan_all()
        operations.announce_due_care(WORKER)
        before = days_of()
        assert (date(2026, 9, 19), "notified") in before
        for _time in range(2):
            change(**added)
            assert sorted(days_of()) == sorted([*before, (date(2026, 9, 12), "planned")])
        change(**{**added, "included": ()})
        assert days_of() == before, "taken out again"
        change(**added)
    with scope(workshop), clock.travelled(DAY + timedelta(days=13)):
        plan_all()
        assert dict(days_of())[date(2026, 9, 19)] == "notified", "the added day is no newer one of the rhythm"


def test_thing_that_came_in_behind_the_start_of_its_plan_missed_nothing_of_it(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=12, starts_on=date(2020, 1, 1), severity="stop_lending")
        item = an_item(product, acquired_on=DAY.date())
        plan_all()
        operations.hold_back_late(WORKER)
        session().refresh(item)
        assert ([day for day, _status in days_of()], item.held_back) == ([date(2027, 1, 1)], "")


def test_recall_older_than_the_thing_is_asked_for_all_that(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, kind="once", every=None, starts_on=date(2026, 1, 5), severity="stop_use")
        an_item(product, acquired_on=DAY.date())
        plan_all()
        assert [day for day, _status in days_of()] == [date(2026, 1, 5)]


def test_contract_that_began_behind_the_start_of_its_plan_missed_nothing_of_it(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS, spare=0)
        a_care_plan(contract, every=12, starts_on=START.date() - timedelta(days=100))
        plan_all()
        assert min(day for day, _status in days_of()) > START.date()


def test_start_that_is_moved_while_the_contract_rests_moves_by_what_is_left_of_the_rest(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS, spare=0), every=6)
        plan_all()
    with scope(workshop), clock.travelled(at("2026-10-20")):
        rest = {"from_on": date(2026, 10, 20), "until_on": date(2026, 12, 20)}
        pauses.pause_contract(WORKER, the(Contract), ANEW, **rest)
        plan_all()
    with scope(workshop), clock.travelled(at("2026-12-15")):
        change(every=6, starts_on=date(2026, 12, 10))
    with scope(workshop), clock.travelled(at("2026-12-20")):
        pauses.turn_pauses(WORKER)
        plan_all()
        assert days_of() == [(date(2027, 6, 19), "forecast")], "ten days later, not two months; the 20th is a Sunday"


def test_what_a_return_called_for_survives_a_new_name(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, kind="return", every=None)
        item = an_item(product)
        plan_all()
        assert calls.call_for_care(item.id, "return", 4711) == 1
        change(kind="return")
        assert days_of() == [(DAY.date(), "planned")]
        change(kind="return", is_active=False)
        assert days_of() == []


def test_season_in_other_signs_than_month_and_day_is_refused(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY), pytest.raises(Invalid, match=r"care\.day_unreadable"):
        plans.create_plan(WORKER, a_product(), CarePlanFacts(NAME, kind="season", season=("W11-3",)))


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ({"every": 12, "basis": "completion"}, {"every": 12, "basis": "completion"}, date(2027, 1, 1)),
        ({"every": 12}, {"every": 6}, date(2027, 1, 1)),
        (
            {"every": None, "kind": "season", "season": ["03-01"]},
            {"kind": "season", "season": ("03-01", "08-01")},
            date(2027, 3, 1),
        ),
    ],
    ids=["a new name", "twice as often", "another day of the year"],
)
def test_thing_younger_than_its_plan_owes_nothing_of_before_when_the_plan_is_changed(
    workshop: Workshop, scope: Scoped, before: dict[str, object], after: dict[str, object], first: date
) -> None:
    starts = {"starts_on": date(2020, 1, 1), "severity": "stop_lending"}
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, **starts | before)
        an_item(product, acquired_on=DAY.date())
        plan_all()
        change(**starts | after)
        operations.hold_back_late(WORKER)
        assert min(day for day, _status in days_of()) == first
        assert the(Item).held_back == ""


def test_start_that_is_set_back_owes_nothing_of_the_years_before_the_thing_came_in(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=12)
        an_item(product, acquired_on=DAY.date())
        plan_all()
        change(every=12, starts_on=date(2020, 1, 1))
        assert days_of() == [(date(2027, 1, 1), "forecast")]


def test_new_name_after_a_swap_asks_the_second_thing_nothing_that_the_first_was_told_of(
    workshop: Workshop, scope: Scoped
) -> None:
    facts = {"every": 30, "unit": "day", "basis": "completion"}
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), **facts)
        plan_all()
        first = occurrences()[0].due_on
    with scope(workshop), clock.travelled(at((first + timedelta(days=2)).isoformat())):
        plan_all()
        operations.announce_due_care(WORKER)
        spare = session().scalars(select(Item).where(Item.status == "in_stock")).one()
        swaps.swap_item(WORKER, line_out(), ANEW, item=spare, reason="defect")
        plan_all()
        before = days_of(out())
        assert [day for day, _status in before] == [first + timedelta(days=30)]
        change(**facts)
        assert days_of(out()) == before


def test_day_done_ahead_of_one_that_waits_is_not_asked_again_when_the_plan_is_changed(
    workshop: Workshop, scope: Scoped
) -> None:
    weekly = {"every": 1, "unit": "week", "starts_on": date(2026, 9, 4), "early_days": 14, "notice_days": 0}
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, **weekly)
        an_item(product, acquired_on=date(2026, 1, 1))
        plan_all()
        operations.do_care(WORKER, next(each for each in occurrences() if each.due_on == date(2026, 9, 18)))
        change(**weekly)
        assert [status for day, status in days_of() if day == date(2026, 9, 18)] == ["done"]
        assert (date(2026, 9, 25), "planned") in days_of()
