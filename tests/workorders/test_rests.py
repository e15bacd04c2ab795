"""A contract that rests: what is named by its date stays there, what was done or called for meanwhile is not put off again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from service_app.catalogue.models import CarePlan
from service_app.contracts.models import Contract
from service_app.contracts.operations import losses, pauses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.items.models import Item
from service_app.workorders import operations
from service_app.workorders.operations import calls, plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan
from tests.factories.life import START, a_subscription, at
from tests.workorders.days import occurrences, plan_all
from tests.workorders.test_comes_back import rested, standing
from tests.workorders.test_duties import RESTS, out, the

REST = date(2026, 10, 20)
END = date(2026, 12, 18)  # a Friday


def test_season_care_stays_in_its_season_after_a_rest(workshop: Workshop, scope: Scoped) -> None:
    rested(scope, workshop, REST, END, kind="season", every=None, season=["03-01", "09-01"])
    with scope(workshop):
        assert [day for day, _status in standing()] == [date(2027, 3, 1), date(2027, 9, 1)]


def test_season_day_inside_a_rest_comes_once_when_it_is_over(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, REST, END,
        kind="season", every=None, season=["11-02", "12-01", "03-01"], horizon_days=90, notice_days=1,
    )  # fmt: skip
    with scope(workshop), clock.travelled(at(END.isoformat())):
        assert standing() == [(END, "planned"), (date(2027, 3, 1), "planned")]
        assert operations.announce_due_care(WORKER) == 1


def test_day_the_owner_named_stays_while_the_rhythm_moves(workshop: Workshop, scope: Scoped) -> None:
    rested(
        scope, workshop, REST, END, every=6, starts_on=date(2026, 8, 3), included=["2026-11-10", "2027-01-12"],
        horizon_days=365,
    )  # fmt: skip
    with scope(workshop):
        days = [day for day, _status in standing()]
        assert days[:3] == [END, date(2027, 1, 12), date(2027, 4, 1)], "3 February comes 59 days later, less February's"


def resting(scope: Scoped, workshop: Workshop, **facts: object) -> None:
    """A contract with a plan over its thing, that rests from now on until its end."""
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS, spare=0), **facts)
        plan_all()
    with scope(workshop), clock.travelled(at(REST.isoformat())):
        pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=REST, until_on=END)
        plan_all()


def over(scope: Scoped, workshop: Workshop, on: date = END) -> list[tuple[date, str]]:
    """The rest is over, seen by the planner on a day; what stands then."""
    with scope(workshop), clock.travelled(at(on.isoformat())):
        pauses.turn_pauses(WORKER)
        plan_all()
        return standing()


def test_care_done_in_a_rest_is_counted_from_its_end(workshop: Workshop, scope: Scoped) -> None:
    resting(scope, workshop, every=30, unit="day", basis="completion")
    with scope(workshop), clock.travelled(at("2026-12-15")):
        operations.do_care(WORKER, occurrences()[0])
    assert over(scope, workshop)[1:] == [(date(2027, 1, 16), "planned")], "three days of the rest, not all of it"


@pytest.mark.parametrize(
    ("begins", "next_on"), [(date(2027, 2, 1), date(2027, 8, 2)), (date(2026, 12, 8), date(2027, 6, 18))]
)
def test_rhythm_that_begins_after_a_rest_or_within_it_is_not_put_off_by_all_of_it(
    workshop: Workshop, scope: Scoped, begins: date, next_on: date
) -> None:
    resting(scope, workshop, every=6, starts_on=begins, is_shifted_later=True)
    assert over(scope, workshop)[0] == (next_on, "forecast")


def test_what_was_told_before_the_plan_began_anew_waits_only_until_the_end_of_the_rest(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(
            a_subscription("24", RESTS, spare=0), every=1, starts_on=date(2026, 9, 26), notice_days=25, horizon_days=1
        )
        plan_all()
        operations.announce_due_care(WORKER)
    with scope(workshop), clock.travelled(at(REST.isoformat())):
        pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=REST, until_on=END)
        plan_all()
        plans.change_plan(WORKER, the(CarePlan), 1, CarePlanFacts({"fr": "Soin"}, 6, starts_on=date(2027, 2, 1)))
    assert over(scope, workshop)[0] == (END, "notified"), "neither late at once nor put off once more"


def test_day_a_rest_moves_to_is_never_one_the_owner_excluded(workshop: Workshop, scope: Scoped) -> None:
    resting(scope, workshop, every=1, starts_on=date(2026, 9, 25), excluded=["2026-12-23"], horizon_days=1)
    assert over(scope, workshop)[0] == (date(2026, 12, 22), "planned"), "the 23rd, 59 days after 25 October"


@pytest.mark.parametrize(("because", "facts"), [("failure", {}), ("grade", {"grade": "A"})])
def test_check_that_failed_in_a_rest_is_seen_to_when_it_is_over(
    workshop: Workshop, scope: Scoped, because: str, facts: dict[str, object]
) -> None:
    resting(scope, workshop, kind="condition", every=None, notice_days=1, severity="stop_lending", **facts)
    with scope(workshop), clock.travelled(at("2026-10-25")):
        item = out()
        assert calls.call_for_care(item.id, because, 99) == 1
        assert calls.call_for_care(item.id, because, 99) == 0
        plan_all()
    with scope(workshop), clock.travelled(at("2026-11-25")):
        plan_all()
        assert operations.announce_due_care(WORKER) == 0, "it rests"
        operations.hold_back_late(WORKER)
        assert out().held_back == ""
    assert over(scope, workshop) == [(END, "planned")]
    with scope(workshop), clock.travelled(at(END.isoformat())):
        assert operations.announce_due_care(WORKER) == 1
        operations.hold_back_late(WORKER)
        assert out().held_back == "", "it is due from now on, not late"


@pytest.mark.parametrize("of", ["contract", "product"])
def test_planner_that_was_away_counts_the_days_of_the_rest_and_not_its_own(
    workshop: Workshop, scope: Scoped, of: str
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS, spare=0)
        thing = contract if of == "contract" else contract.lines[0].product
        a_care_plan(thing, every=1, starts_on=date(2026, 9, 26), horizon_days=1)
        plan_all()
    with scope(workshop), clock.travelled(at(REST.isoformat())):
        pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=REST, until_on=END)
    with scope(workshop), clock.travelled(at("2026-10-24")):
        plan_all()
    assert over(scope, workshop, on=date(2026, 12, 23))[0] == (date(2026, 12, 24), "planned"), "59 days later"


def test_rest_is_counted_once_when_the_thing_is_lost_and_found_meanwhile(workshop: Workshop, scope: Scoped) -> None:
    resting(scope, workshop, every=6, starts_on=date(2026, 8, 3))
    with scope(workshop), clock.travelled(at("2026-11-09")):
        losses.report_lost(WORKER, the(Contract).lines[0], ANEW, on=date(2026, 11, 9))
        plan_all()
    with scope(workshop), clock.travelled(at("2026-11-11")):
        losses.report_found(WORKER, the(Contract).lines[0], ANEW, is_here=False)
        plan_all()
    assert over(scope, workshop)[0] == (date(2027, 4, 1), "forecast"), "59 days later, less February's"


def test_plan_made_within_a_rest_waits_for_what_is_left_of_it(workshop: Workshop, scope: Scoped) -> None:
    resting(scope, workshop, every=6)
    with scope(workshop), clock.travelled(at("2026-12-08")):
        a_care_plan(the(Contract), every=3, starts_on=date(2026, 10, 14), horizon_days=1)
        plan_all()
    over(scope, workshop)
    with scope(workshop):
        first = next(one.due_on for one in occurrences() if one.plan.every == 3)
        assert first == date(2027, 1, 23), "ten days later is a Sunday"


def test_what_was_begun_before_a_rest_and_put_back_after_it_is_late_no_sooner_than_the_others(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS, spare=0), every=1, severity="stop_use", late_days=3, notice_days=14)
        plan_all()
        due = occurrences()[0].due_on
    with scope(workshop), clock.travelled(at((due - timedelta(days=5)).isoformat())):
        plan_all()
        operations.announce_due_care(WORKER)
        operations.start_visit(WORKER, occurrences()[0])
    begins, ends = due - timedelta(days=4), due + timedelta(days=40)
    with scope(workshop), clock.travelled(at(begins.isoformat())):
        pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=begins, until_on=ends)
        plan_all()
    with scope(workshop), clock.travelled(at(ends.isoformat())):
        pauses.turn_pauses(WORKER)
        plan_all()
        operations.put_back(WORKER, occurrences()[0].visit)
        operations.hold_back_late(WORKER)
        assert occurrences()[0].due_on >= ends
        assert the(Item).held_back == ""
