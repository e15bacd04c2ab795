"""What late care or a recall holds back: by which doors it would go out, how long it stays, and how it is let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.catalogue.models import CarePlan
from service_app.catalogue.rules import PlanRules
from service_app.contracts.models import Contract
from service_app.contracts.operations import handovers, kits, lateness, loans, money, pauses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Signing
from service_app.core import access, clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.items import availability
from service_app.items.models import Item
from service_app.items.operations import join_kit, retire_item
from service_app.notifications import care as reminders
from service_app.notifications.models import Message
from service_app.recovery import queries as recovery
from service_app.recovery.models import Passing
from service_app.recovery.operations import lives, passings
from service_app.recovery.operations.passings import Word
from service_app.workorders import operations, queries
from service_app.workorders.models import OPEN, CareOccurrence, CareVisit
from service_app.workorders.operations import answers, plans
from service_app.workorders.operations.doing import Done
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.life import START, a_subscription, at
from tests.factories.recovery import BENCH, a_graded
from tests.factories.rentals import a_signed, a_wish, an_active, an_item, free_item, hand_all_over
from tests.notifications.test_letters import sweep_all
from tests.workorders.days import DAY, a_photo, occurrences, plan_all
from workers.process import Process

Door = Callable[[int], tuple[Item, Callable[[], object]]]


def _counter(_other: int) -> tuple[Item, Callable[[], object]]:
    contract = a_signed()
    if money.balance(contract).deposit_due:
        money.receive_deposit(WORKER, contract, "card")
    line = contract.lines[0]
    item = free_item(line)
    return item, lambda: handovers.hand_over(WORKER, line, item, Found(customer_name="Nora"))


def _loan(_other: int) -> tuple[Item, Callable[[], object]]:
    product = a_product()
    a_day_plan(product)
    item, customer = an_item(product), a_customer()
    return item, lambda: loans.lend(WORKER, customer, item, Signing("Nora"))


def _swap(mode: str) -> Door:
    def door(_other: int) -> tuple[Item, Callable[[], object]]:
        line = an_active().lines[0]
        spare = select(Item).where(Item.product_id == line.product_id, Item.status == "in_stock")
        item = session().scalars(spare).one()
        return item, lambda: swaps.swap_item(WORKER, line, ANEW, item=item, reason="defect", mode=mode)

    return door


def _with_part() -> tuple[Item, Item, Contract]:
    """(a kit, its battery, an agreement by which the kit may go out now)."""
    kit, part = an_item(a_product()), an_item(a_product())
    join_kit(WORKER, part, kit)
    return kit, part, a_signed(a_wish(kit.product, a_day_plan(kit.product), start=clock.now()))


def _in_a_kit(_other: int) -> tuple[Item, Callable[[], object]]:
    _kit, part, contract = _with_part()
    return part, lambda: hand_all_over(contract)


def _as_a_component(_other: int) -> tuple[Item, Callable[[], object]]:
    _kit, part, contract = _with_part()
    hand_all_over(contract)
    line, item = contract.lines[0], an_item(part.product)
    return item, lambda: kits.swap_component(WORKER, line, ANEW, component=part, item=item)


def _planned() -> Passing:
    item = a_graded("C")
    lives.choose(BENCH, item, "other_member", reason_code="demand")
    row = recovery.open_passing_of(item)
    assert row is not None
    return row


def _to_a_member(other: int) -> tuple[Item, Callable[[], object]]:
    row = _planned()
    assert row.item is not None
    return row.item, lambda: passings.offer(BENCH, row, other, 25_000)


def _given_away(_other: int) -> tuple[Item, Callable[[], object]]:
    item = a_graded("C")
    return item, lambda: lives.choose(BENCH, item, "donate", reason_code="demand")


DOORS = {
    "counter": _counter,
    "loan": _loan,
    "swap": _swap("simultaneous"),
    "swap in advance": _swap("advance"),
    "swap for later": _swap("return_first"),
    "in a kit": _in_a_kit,
    "as a component": _as_a_component,
    "to another member": _to_a_member,
    "given away": _given_away,
}


@pytest.mark.parametrize("severity", ["stop_lending", "stop_use"])
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
def test_held_back_thing_goes_out_by_no_door(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, door: Door, severity: str
) -> None:
    with scope(workshop):
        item, go = door(other_workshop.id)
        item.held_back = severity
        session().flush()
        with pytest.raises(Conflict, match=r"handover\.held_back"), session().begin_nested():
            go()
        item.held_back = ""
        session().flush()
        go()


def test_what_is_held_back_after_it_was_offered_is_not_let_go_to_another_member(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        row = _planned()
        passings.offer(BENCH, row, other_workshop.id, 25_000)
        assert row.item is not None
        row.item.held_back = "stop_use"
        session().flush()
        assert passings.heard(Word("agree", row.key, other_workshop.id, workshop.id, {})) is None
        assert (row.status, row.item.status) == ("withdrawn", "on_bench")


def test_what_is_held_back_and_promised_for_tomorrow_makes_way(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        an_item(product)
        soon = clock.now() + timedelta(hours=12)
        line = a_signed(a_wish(product, a_day_plan(product), start=soon)).lines[0]
        held = free_item(line)
        held.held_back = "stop_lending"
        session().flush()
        assert lateness.clear_benches(WORKER) == 1
        other = free_item(line)
        assert (other.id != held.id, line.is_at_risk) == (True, False)
        other.held_back = "stop_use"
        session().flush()
        assert lateness.clear_benches(WORKER) == 1
        assert line.is_at_risk, "nothing else is free: it is said on the page of the day"
        other.held_back = ""
        session().flush()
        assert (lateness.rescue_lines(WORKER), free_item(line).id) == (1, other.id)


@pytest.fixture
def monthly(workshop: Workshop, scope: Scoped) -> Callable[[date], AbstractContextManager[Item]]:
    """A thing whose care is due on the fifteenth of each month, at the latest a week later, and stops its use: the thing on a
    given day, after the planner went by."""
    with scope(workshop), clock.travelled(on(date(2026, 1, 5))):
        product = a_product()
        a_care_plan(product, every=1, late_days=7, severity="stop_use")
        an_item(product, acquired_on=date(2025, 12, 15))
        plan_all()

    @contextmanager
    def day(when: date) -> Iterator[Item]:
        with scope(workshop), clock.travelled(on(when)):
            plan_all()
            operations.hold_back_late(WORKER)
            yield session().scalars(select(Item)).one()

    return day


def on(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def let_go(item: Item) -> bool:
    return "care.let_go" in [event.name for event in events.timeline(item)]


def states() -> list[tuple[date, str]]:
    return [(one.due_on, one.status) for one in occurrences() if one.status not in ("planned", "superseded")]


def newest_open() -> CareOccurrence:
    """What the list of care has to be done for it now."""
    return next(one for one in occurrences() if one.status in OPEN)


def change(facts: CarePlanFacts) -> None:
    plan = session().scalars(select(CarePlan)).one()
    plans.change_plan(WORKER, plan, plan.version, facts)


def test_hold_outlives_the_next_day_of_the_plan(monthly: Callable[[date], AbstractContextManager[Item]]) -> None:
    for day, held in (
        (date(2026, 1, 22), ""), (date(2026, 1, 23), "stop_use"), (date(2026, 2, 16), "stop_use"),
        (date(2026, 2, 24), "stop_use"), (date(2026, 4, 20), "stop_use"),
    ):  # fmt: skip
        with monthly(day) as item:
            assert (item.held_back, let_go(item)) == (held, False), day
    with monthly(date(2026, 4, 20)) as item:
        assert states() == [(day, "missed") for day in (date(2026, 1, 15), date(2026, 2, 14), date(2026, 3, 14))]
        operations.do_care(WORKER, newest_open())
        assert (item.held_back, let_go(item)) == ("", True)
    with monthly(date(2026, 4, 21)) as item:
        assert item.held_back == "", "what was missed before it was done is past"
    with monthly(date(2026, 5, 30)) as item:
        assert item.held_back == "stop_use"


def test_care_before_it_was_due_does_not_settle_what_was_missed_and_care_after_it_does(
    monthly: Callable[[date], AbstractContextManager[Item]],
) -> None:
    with monthly(date(2025, 12, 20)):
        operations.do_care(WORKER, newest_open())
        assert [one.is_extra for one in occurrences() if one.status == "done"] == [True]
    with monthly(date(2026, 2, 16)) as item:
        assert item.held_back == "stop_use"
    with monthly(date(2026, 2, 24)) as item:
        operations.skip_care(WORKER, newest_open(), "Its brakes were made new yesterday")
        assert item.held_back == ""


def test_hold_of_what_was_missed_ends_when_the_plan_is_put_away_or_the_thing_leaves(
    monthly: Callable[[date], AbstractContextManager[Item]],
) -> None:
    with monthly(date(2026, 2, 16)) as item:
        assert item.held_back == "stop_use"
        facts = CarePlanFacts({"fr": "Freins"}, 1, late_days=7, severity="stop_use")
        change(facts)
    with monthly(date(2026, 2, 17)) as item:
        assert item.held_back == "stop_use", "other words on the plan have not looked after it"
        change(replace(facts, is_active=False))
    with monthly(date(2026, 2, 18)) as item:
        assert item.held_back == ""
        change(facts)
    with monthly(date(2026, 2, 19)) as item:
        assert item.held_back == "stop_use"
        retire_item(WORKER, item, "Frame cracked")
    with monthly(date(2026, 2, 20)) as item:
        assert item.held_back == ""


CHECKS = (
    {"code": "c1", "text": {"fr": "Freins"}, "kind": "tick"},
    {"code": "c2", "text": {"fr": "Pneus"}, "kind": "measure"},
)


def recalled(*checks: dict[str, object]) -> CareOccurrence:
    """A thing in stock that nobody may use until it was looked at, and its care."""
    product = a_product()
    a_day_plan(product)
    an_item(product)
    plans.recall(WORKER, product, CarePlanFacts({"fr": "Rappel"}, checklist=checks or CHECKS))
    plan_all()
    operations.hold_back_late(WORKER)
    return occurrences()[0]


@pytest.mark.parametrize("results", [{"c1": "fail", "c2": "3,5"}, {}], ids=["failed", "nothing ticked"])
def test_what_failed_or_was_left_out_holds_until_somebody_says_what_made_it_fit(
    workshop: Workshop, scope: Scoped, client: FlaskClient, results: dict[str, str]
) -> None:
    with scope(workshop):
        first = recalled()
        item = first.item
        visit = operations.start_visit(WORKER, first)
        operations.finish_visit(WORKER, visit, Done(results, remark="Cracked"))
        assert (first.status, item.held_back, let_go(item)) == ("done_partial", "stop_use", False)
        assert operations.hold_back_late(WORKER) == 0
        assert availability.bookable_items(item.product) == []
        with pytest.raises(Conflict, match=r"handover\.held_back"), session().begin_nested():
            lend(item)
        page, act, tag = f"/senne/care/visits/{visit.id}", f"/senne/care/{first.id}/fit", item.tag
    assert page in client.get(f"/senne/items/{tag}").get_data(as_text=True)
    assert act in client.get(page).get_data(as_text=True)
    client.post(act, data={"how": " "})
    with scope(workshop):
        assert session().scalars(select(Item)).one().held_back == "stop_use", "said without a word of how"
    assert client.post(act, data={"how": "A new fork"}).headers["Location"].endswith(page)
    assert act not in client.get(page).get_data(as_text=True)
    assert client.post(act, data={"how": "A new fork"}).status_code == 409
    with scope(workshop):
        item, (first, then) = session().scalars(select(Item)).one(), occurrences()
        assert (item.held_back, let_go(item)) == ("", True)
        assert [(one.status, one.remark, one.is_extra) for one in (first, then)] == [
            ("done_partial", "Cracked", False), ("done", "A new fork", True),
        ]  # fmt: skip
        plan_all()
        assert (operations.hold_back_late(WORKER), len(occurrences())) == (0, 2)
        lend(item)


def told() -> list[tuple[str, str]]:
    """What its holder was told about the thing that is held back, and whether it went."""
    found = select(Message).where(Message.kind.in_(("care_held_back", "care_let_go"))).order_by(Message.id)
    return [(one.kind, one.status) for one in session().scalars(found)]


@pytest.mark.parametrize("end", ["done", "only lending"])
def test_who_was_told_not_to_use_it_is_told_when_they_may_again(
    workshop: Workshop, scope: Scoped, posting: Process, end: str
) -> None:
    with scope(workshop):
        product = an_active().lines[0].product
        plans.recall(WORKER, product, CarePlanFacts({"fr": "Rappel"}))
        plan_all()
        operations.hold_back_late(WORKER)
    sweep_all(posting)
    with scope(workshop):
        plan = session().scalars(select(CarePlan)).one()
        if end == "done":
            operations.do_care(WORKER, next(one for one in occurrences() if one.item.status == "out"))
        else:
            facts = CarePlanFacts({"fr": "Rappel"}, kind="once", every=None, starts_on=plan.starts_on)
            change(replace(facts, severity="stop_lending"))
            operations.hold_back_late(WORKER)
    sweep_all(posting)
    with scope(workshop):
        assert told() == [("care_held_back", "sent"), ("care_let_go", "sent")]


def test_who_was_not_told_to_wait_is_not_told_that_it_is_over(
    workshop: Workshop, scope: Scoped, posting: Process
) -> None:
    with scope(workshop):
        product = an_active().lines[0].product
        plans.recall(WORKER, product, CarePlanFacts({"fr": "Rappel"}))
        plan_all()
        operations.hold_back_late(WORKER)
        operations.do_care(WORKER, next(one for one in occurrences() if one.item.status == "out"))
    sweep_all(posting)
    with scope(workshop):
        assert told() == [("care_held_back", "skipped"), ("care_let_go", "skipped")], "it was over before"


def lend(item: Item) -> None:
    loans.lend(WORKER, a_customer(), item, Signing("Nora"))


def test_what_failed_is_let_go_by_the_next_care_done_wholly_but_not_by_one_that_is_skipped(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        product = a_product()
        a_care_plan(product, every=1, early_days=365, horizon_days=365, severity="stop_use", checklist=CHECKS)
        item = an_item(product)
        plan_all()
        first, second, third, *_more = (one for one in occurrences() if one.status in OPEN)
        operations.finish_visit(WORKER, operations.start_visit(WORKER, first), Done({"c1": "fail"}))
        assert item.held_back == "stop_use", "nothing is late, and it is not safe"
        operations.skip_care(WORKER, second, "The customer is away")
        assert item.held_back == "stop_use"
        passed = {"c1": "pass", "c2": "3,5"}
        operations.finish_visit(WORKER, operations.start_visit(WORKER, third), Done(passed))
        assert (first.status, item.held_back, queries.unfit(item)) == ("done_partial", "", [])


def test_measure_that_nobody_asked_at_home_leaves_nothing_out(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        line = contract.lines[0]
        a_care_plan(
            line.product, kind="once", starts_on=queries.today_here(), every=None, place="self", severity="stop_use",
            checklist=CHECKS,
        )  # fmt: skip
        plan_all()
        operations.announce_due_care(WORKER)
        first = next(one for one in occurrences() if one.item_id == line.item_id)
        visit = queries.get_visit(first.visit_id or 0)
        answers.done_at_home(access.customer("Nora"), visit, [(a_photo(), "a.jpg")], "", ["c1"])
        session().refresh(first)
        assert (first.status, first.item.held_back) == ("done", "")


RESTS = PlanRules(pause_days_per_year=90)


def rests(from_on: date, until_on: date) -> None:
    pauses.pause_contract(WORKER, session().scalars(select(Contract)).one(), ANEW, from_on=from_on, until_on=until_on)


def held(day: str) -> str:
    """After the planner went by on that day: why the only thing may not be used."""
    with clock.travelled(at(day)):
        plan_all()
        operations.announce_due_care(WORKER)
        operations.hold_back_late(WORKER)
        return session().scalars(select(Item)).one().held_back


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("notice", [40, 1], ids=["announced", "planned"])
def test_care_that_rests_asks_nobody_and_holds_nothing_back(
    workshop: Workshop, scope: Scoped, notice: int, is_kept: bool
) -> None:
    with scope(workshop):
        with clock.travelled(START):
            line = a_subscription("24", RESTS, spare=0).lines[0]
            a_care_plan(
                line.product, every=1, starts_on=date(2026, 10, 10), horizon_days=60, notice_days=notice, late_days=3,
                severity="stop_use", is_kept_in_pause=is_kept,
            )  # fmt: skip
        held("2026-10-11")
        with clock.travelled(at("2026-11-02")):
            rests(date(2026, 11, 2), date(2026, 11, 30))
        held("2026-11-03")
        reminded = called = 0
        for day in ("2026-11-03", "2026-11-09"):
            with clock.travelled(at(day)):
                reminded += reminders.plan_reminders()
                called += len(queries.to_call())
        told = 2 if notice == 40 and is_kept else 0
        assert (reminded, called) == (told, told // 2), "a reminder a week and a day before, a call the day before"
        assert held("2026-11-16") == ("stop_use" if is_kept else "")


def test_who_asked_to_be_called_is_called_also_while_the_contract_rests(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            line = a_subscription("24", RESTS, spare=0).lines[0]
            a_care_plan(line.product, every=1, starts_on=date(2026, 10, 10), notice_days=40)
        held("2026-10-11")
        with clock.travelled(at("2026-11-02")):
            visit = queries.get_visit(newest_open().visit_id or 0)
            answers.ask_for(access.customer("Nora"), visit, "workshop")
            rests(date(2026, 11, 2), date(2026, 11, 30))
        held("2026-11-03")
        with clock.travelled(at("2026-11-03")):
            assert queries.to_call() == [visit]


def test_what_was_late_before_the_pause_and_a_recall_within_it_stop_the_use(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(START):
            line = a_subscription("24", RESTS, spare=0).lines[0]
            a_care_plan(line.product, every=1, starts_on=date(2026, 10, 10), late_days=3, severity="stop_lending")
        assert held("2026-11-14") == "stop_lending"
        with clock.travelled(at("2026-11-15")):
            rests(date(2026, 11, 15), date(2026, 11, 30))
        assert held("2026-11-16") == "stop_lending"
        with clock.travelled(at("2026-11-17")):
            plans.recall(WORKER, line.product, CarePlanFacts({"fr": "Rappel"}))
        assert held("2026-11-17") == "stop_use"


def test_what_was_done_in_part_holds_no_more_when_its_plan_does_not_mean_the_thing(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        item = recalled().item
        operations.finish_visit(WORKER, operations.start_visit(WORKER, occurrences()[0]), Done())
        item.serial = "950"
        an_item(item.product, serial="960")
        plan = session().scalars(select(CarePlan)).one()
        facts = CarePlanFacts(
            {"fr": "Rappel"}, kind="once", starts_on=plan.starts_on, severity="stop_use", checklist=CHECKS
        )
        for first, last, why in (("900", "999", "stop_use"), ("951", "999", "")):
            change(replace(facts, serial_from=first, serial_to=last))
            plan_all()
            operations.hold_back_late(WORKER)
            session().refresh(item)
            assert item.held_back == why


def test_care_of_the_next_day_done_ahead_makes_up_for_the_one_that_was_left(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        monthly = {"starts_on": date(2026, 8, 15), "early_days": 14, "late_days": 3, "notice_days": 14}
        a_care_plan(product, every=1, severity="stop_lending", **monthly)
        item = an_item(product, acquired_on=date(2026, 1, 1))
        plan_all()
        operations.announce_due_care(WORKER)
    with scope(workshop), clock.travelled(at("2026-10-05")):
        plan_all()
        operations.hold_back_late(WORKER)
        item = session().scalars(select(Item)).one()
        assert item.held_back == "stop_lending"
        operations.do_care(WORKER, next(each for each in occurrences() if each.due_on == date(2026, 10, 15)))
        session().refresh(item)
        assert item.held_back == "", "at once"
        plan_all()
        operations.end_visits()
        assert [(each.due_on, each.status) for each in occurrences()][:2] == [
            (date(2026, 9, 15), "missed"), (date(2026, 10, 15), "done"),
        ]  # fmt: skip
        assert operations.hold_back_late(WORKER) == 0
        assert session().scalars(select(CareVisit).where(CareVisit.ended_at.is_(None))).all() == [], (
            "nobody is asked for it"
        )
