"""Care that a contract owes: when its thing comes back, when another goes out in its place, and when the first one returns."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from service_app.contracts.models import Contract, Inspection
from service_app.contracts.operations import handovers, inspections, lines, losses, pauses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict
from service_app.contracts.operations.offers import Signing
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.events import Event
from service_app.items.models import Item
from service_app.items.operations import grade_item
from service_app.workorders import operations
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import calls
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan
from tests.factories.customers import a_customer
from tests.factories.life import START, a_subscription, at
from tests.workorders.days import occurrences, plan_all
from tests.workorders.test_duties import RESTS, dues, line_out, out, the


def morning() -> None:
    """What the planner does in a day."""
    plan_all()
    operations.announce_due_care(WORKER)
    operations.end_visits()
    operations.follow_holders(WORKER)
    operations.hold_back_late(WORKER)
    session().expire_all()


def swap(mode: str = "simultaneous") -> int:
    """What is in stock goes out in the place of what is out; the id of what goes out."""
    spare = session().scalars(select(Item).where(Item.status == "in_stock")).one()
    swaps.swap_item(WORKER, line_out(), ANEW, item=spare, reason="defect", mode=mode)
    return spare.id


def inspect(grade: str = "B") -> None:
    """What came back is looked at, and is in stock again."""
    inspection = session().scalars(select(Inspection).where(Inspection.status == "open")).one()
    inspections.finish_inspection(WORKER, inspection, Verdict(grade))


def fact(name: str) -> int:
    """The id of the newest fact of this name."""
    found = session().scalars(select(Event.id).where(Event.name == name).order_by(Event.id.desc())).first()
    assert found is not None
    return found


def open_days(item_id: int) -> list[date]:
    """What nobody began yet."""
    waits = ("forecast", "planned", "notified")
    return [one.due_on for one in occurrences() if one.item_id == item_id and one.status in waits]


def test_contract_asks_no_care_of_what_came_back_but_for_what_somebody_began(workshop: Workshop, scope: Scoped) -> None:
    facts = {
        "every": 1,
        "horizon_days": 120,
        "severity": "stop_lending",
        "early_days": 1,
        "notice_days": 20,
        "late_days": 1,
    }
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS, spare=0)
        a_care_plan(contract, starts_on=date(2026, 9, 24), **facts)
        begun = a_care_plan(contract, starts_on=date(2026, 9, 21), **facts).id
        item = out().id
        morning()
        assert [one.status for one in occurrences() if one.due_on < date(2026, 11, 1)] == ["notified"] * 2
    with scope(workshop), clock.travelled(at("2026-10-20")):
        operations.start_visit(WORKER, next(one for one in occurrences() if one.care_plan_id == begun))
        handovers.take_back(WORKER, line_out(), Found())
        morning()
        assert [(one.due_on, one.status) for one in occurrences() if one.status != "superseded"] == [
            (date(2026, 10, 21), "in_progress")
        ]
        inspect()
        assert len(session().scalars(select(CareVisit).where(CareVisit.ended_at.is_(None))).all()) == 1
        operations.do_care(WORKER, next(one for one in occurrences() if one.status == "in_progress"))
    with scope(workshop), clock.travelled(at("2026-12-20")):
        morning()
        assert (open_days(item), the(Item).held_back) == ([], "")


def test_what_was_told_of_the_swapped_thing_stays_with_it_and_the_rest_goes_with_the_contract(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), every=1, horizon_days=120, notice_days=14)
        old = out().id
        morning()
        assert dues(old) == [date(2026, 11, 10), date(2026, 12, 10), date(2027, 1, 9)]
    with scope(workshop), clock.travelled(at("2026-11-10")):
        morning()
        operations.do_care(WORKER, occurrences()[0])
    with scope(workshop), clock.travelled(at("2026-11-27")):
        morning()
        new = swap()
        morning()
        assert dues(old) == [date(2026, 11, 10), date(2026, 12, 10)], "somebody was told of the 10th"
        assert dues(new)[:2] == [date(2026, 12, 10), date(2027, 1, 9)]


def test_thing_that_is_still_to_come_back_is_asked_no_more_of_what_the_new_one_is_asked(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), every=1, horizon_days=60, notice_days=2)
        old = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-11-07")):
        spare = session().scalars(select(Item).where(Item.status == "in_stock")).one()
        swaps.swap_item(WORKER, line_out(), ANEW, item=spare, reason="defect", mode="advance")
        morning()
        assert open_days(old) == []
        assert open_days(spare.id)[:2] == [date(2026, 11, 10), date(2026, 12, 10)]
    with scope(workshop), clock.travelled(at("2026-11-12")):
        awaited = next(line for line in the(Contract).lines if line.item_id == old)
        handovers.take_back(WORKER, awaited, Found())
        morning()
        assert open_days(old) == []
        assert plan_all() == 0


def test_what_falls_due_between_the_old_thing_and_the_new_one_is_asked_of_the_new_one(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), every=1, unit="month", notice_days=2)
        old = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-11-07")):
        new = swap("return_first")
        morning()
        assert dues(old) == [], "it is for the one that comes in its place"
    with scope(workshop), clock.travelled(at("2026-11-12")):
        line = next(line for line in the(Contract).lines if line.status == "planned")
        item = session().scalars(select(Item).where(Item.id == new)).one()
        handovers.hand_over(WORKER, line, item, Found(customer_name="Nora"))
        morning()
        assert dues(new)[:2] == [date(2026, 11, 10), date(2026, 12, 10)]


@pytest.mark.parametrize(
    ("facts", "following"),
    [
        ({"every": 1, "horizon_days": 20}, date(2027, 2, 10)),
        ({"every": 30, "unit": "day", "basis": "completion"}, date(2027, 2, 19)),
    ],
    ids=["fixed", "from completion"],
)
def test_first_thing_that_goes_out_again_owes_nothing_that_was_done_on_the_other(
    workshop: Workshop, scope: Scoped, facts: dict[str, object], following: date
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), severity="stop_lending", late_days=3, **facts)
        first = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-11-09")):
        operations.do_care(WORKER, occurrences()[0])
        morning()
    with scope(workshop), clock.travelled(at("2026-11-15")):
        second = swap()
        inspect()
        morning()
    for day in ("2026-12-10", "2027-01-20"):
        with scope(workshop), clock.travelled(at(day)):
            morning()
            for one in occurrences():
                if one.item_id == second and one.status == "notified" and one.due_on <= clock.now().date():
                    operations.do_care(WORKER, one)
    with scope(workshop), clock.travelled(at("2027-01-20")):
        assert swap() == first
        morning()
        assert open_days(first) == [following]
        assert session().scalars(select(Item.held_back).where(Item.id == first)).one() == ""
        inspect()
    with scope(workshop), clock.travelled(at("2027-02-25")):
        morning()
        operations.do_care(WORKER, next(one for one in occurrences() if one.due_on == following))
        morning()
        before = open_days(first)
        assert before
        losses.report_lost(WORKER, line_out(), ANEW, on=date(2027, 2, 25))
        morning()
        assert open_days(first) == []
        lost = next(line for line in the(Contract).lines if line.status == "lost")
        losses.report_found(WORKER, lost, ANEW, is_here=False)
        morning()
        assert open_days(first)[:1] == before[:1], "where it stopped itself, and not where the other one did"


def test_rest_that_began_with_the_other_thing_counts_for_the_first_one_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), every=1, horizon_days=20)
        first = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-10-12")):
        swap()
        inspect()
        morning()
        pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=date(2026, 10, 12), until_on=date(2026, 12, 11))
        morning()
    with scope(workshop), clock.travelled(at("2026-12-01")):
        assert swap() == first
        morning()
    with scope(workshop), clock.travelled(at("2026-12-11")):
        pauses.turn_pauses(WORKER)
        morning()
        assert open_days(first) == [date(2027, 1, 9)], "10 November, sixty days later"


def test_thing_that_goes_out_during_a_rest_waits_as_long_as_the_one_before_it(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), every=1, horizon_days=60)
        old = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-10-20")):
        pauses.pause_contract(WORKER, the(Contract), ANEW, from_on=date(2026, 10, 20), until_on=date(2026, 12, 19))
        morning()
    with scope(workshop), clock.travelled(at("2026-12-01")):
        new = swap()
        morning()
        assert (open_days(old), open_days(new)) == ([], [])
    with scope(workshop), clock.travelled(at("2026-12-19")):
        pauses.turn_pauses(WORKER)
        morning()
        assert open_days(old) == []
        assert open_days(new) == [date(2027, 1, 9), date(2027, 2, 9)], "10 November and December, sixty days later"


def test_return_and_its_inspection_call_for_the_care_of_the_contract_that_gave_it_back(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS, spare=0)
        after_return = a_care_plan(contract, kind="return", every=None).id
        by_grade = a_care_plan(contract, kind="condition", grade="C", every=None).id
        plan_all()
    with scope(workshop), clock.travelled(at("2026-10-20")):
        handovers.take_back(WORKER, line_out(), Found())
        item, returned = the(Item).id, fact("line.returned")
        plan_all()
        assert [calls.call_for_care(item, "return", returned) for _time in range(2)] == [1, 0]
        inspect("D")
        assert calls.call_for_care(item, "grade", fact("inspection.finished")) == 1
        plan_all()
        assert [(one.care_plan_id, one.status) for one in occurrences()] == [
            (after_return, "planned"), (by_grade, "planned"),
        ], "it came back, and is looked after for that"  # fmt: skip
        for one in occurrences():
            operations.do_care(WORKER, one)
    with scope(workshop), clock.travelled(at("2026-11-20")):
        for grade in ("C", "D"):
            grade_item(WORKER, the(Item), grade)
        assert calls.call_for_care(item, "grade", fact("item.graded")) == 0, "what comes later is not the contract's"


def test_first_thing_is_asked_again_when_the_one_sent_ahead_of_its_return_came_back_itself(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS), every=1, horizon_days=60)
        old = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-11-01")):
        new = swap("advance")
        morning()
        assert open_days(old) == []
    with scope(workshop), clock.travelled(at("2026-11-03")):
        sent = next(line for line in the(Contract).lines if line.item_id == new)
        handovers.take_back(WORKER, sent, Found())
        morning()
        assert open_days(old)[:2] == [date(2026, 11, 10), date(2026, 12, 10)]
        assert open_days(new) == []


def test_late_care_of_a_thing_that_went_over_to_another_contract_holds_it_for_all_that(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        a_care_plan(a_subscription("24", RESTS, spare=0), every=1, severity="stop_lending", late_days=1, notice_days=10)
        item = out().id
        morning()
    with scope(workshop), clock.travelled(at("2026-11-15")):
        morning()
        assert the(Item).held_back == "stop_lending"
        lines.transfer_contract(WORKER, the(Contract), ANEW, customer=a_customer(), signing=Signing("Awa Diallo"))
        morning()
        assert the(Item).held_back == "stop_lending"
        assert open_days(item) == [date(2026, 11, 10)]
