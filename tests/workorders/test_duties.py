"""Whose care is it: of a contract that is swapped or rests, of a thing that changes hands; and a planner that was away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

import pytest
from sqlalchemy import select

from service_app.bookings import operations as bookings
from service_app.bookings.models import Appointment
from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import losses, pauses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.core import access, clock, events, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Allocation, Item
from service_app.notifications import care as reminders
from service_app.workorders import operations, queries
from service_app.workorders.models import CareDuty, CareOccurrence, CareVisit
from service_app.workorders.operations import answers, calls
from service_app.workshops.models import Workshop
from service_app.workshops.operations.calendar import set_hours
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription, at
from tests.factories.rentals import an_item
from tests.workorders.days import DAY, occurrences, plan_all

Row = TypeVar("Row")
RESTS = PlanRules(pause_days_per_year=90, no_show_amount=Decimal("15.00"), buy_out_from_months=1)


def the(model: type[Row]) -> Row:
    """The only one there is, read in the present transaction."""
    return session().scalars(select(model)).one()


def line_out() -> ContractLine:
    return next(line for line in the(Contract).lines if line.status == "out")


def out() -> Item:
    """What the contract has out now."""
    item = line_out().item
    assert item is not None
    return item


def dues(item_id: int) -> list[date]:
    return [one.due_on for one in occurrences() if one.item_id == item_id and one.status != "superseded"]


def test_what_was_planned_stays_with_the_swapped_thing_and_the_duty_goes_on_with_the_contract(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS)
        a_care_plan(contract, every=1, horizon_days=70)
        old = out().id
        plan_all()
        assert dues(old) == [date(2026, 11, 10), date(2026, 12, 10)]
    with scope(workshop), clock.travelled(at("2026-11-25")):
        spare = session().scalars(select(Item).where(Item.status == "in_stock")).one()
        swaps.swap_item(WORKER, line_out(), ANEW, item=spare, reason="defect")
        plan_all()
        new = out().id
        assert new != old
        assert dues(new) == [date(2026, 12, 10), date(2027, 1, 9)], (
            "the contract's, none left out; 10 January is a Sunday"
        )
        assert dues(old) == [date(2026, 11, 10)], "what was due by then stays with it"
        is_open = {duty.item_id: duty.is_open for duty in session().scalars(select(CareDuty))}
        assert is_open == {old: False, new: True}


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("of", ["contract", "product"])
def test_days_of_what_rests_come_later_or_stay_as_the_plan_says(
    workshop: Workshop, scope: Scoped, of: str, is_kept: bool
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", RESTS, spare=0)
        thing = contract if of == "contract" else contract.lines[0].product
        begins = date(2026, 10, 10)
        a_care_plan(thing, every=1, horizon_days=50, notice_days=5, is_kept_in_pause=is_kept, starts_on=begins)
        a_care_plan(contract.lines[0].product, kind="once", starts_on=date(2026, 11, 12), every=None, notice_days=3)
        plan_all()
    with scope(workshop), clock.travelled(at("2026-11-02")):
        pauses.pause_contract(
            WORKER, the(Contract), ANEW, from_on=date(2026, 11, 2), until_on=date(2026, 11, 22)
        )  # fmt: skip
        plan_all()
    with scope(workshop), clock.travelled(at("2026-11-09")):
        plan_all()
        operations.announce_due_care(WORKER)
        told = {one.plan.kind: one.status for one in occurrences() if one.due_on < date(2026, 11, 20)}
        assert told == {"time": "notified" if is_kept else "planned", "once": "notified"}, "a recall never rests"
    with scope(workshop), clock.travelled(at("2026-11-22")):
        pauses.turn_pauses(WORKER)
        plan_all()
        days = [one.due_on for one in occurrences() if one.plan.kind == "time"]
        if is_kept:
            assert days[:2] == [date(2026, 11, 10), date(2026, 12, 10)]
        else:
            assert days[:2] == [date(2026, 11, 30), date(2026, 12, 30)], "twenty days later"
        assert plan_all() == 0


@pytest.mark.parametrize(("horizon", "is_later"), [(10, False), (1, False), (10, True), (1, True)])
def test_closed_days_put_no_second_time_on_an_open_one_nor_any_on_an_excluded(
    workshop: Workshop, scope: Scoped, owner: access.Actor, horizon: int, is_later: bool
) -> None:
    excluded = date(2026, 9, 14 if is_later else 11)  # a Monday, a Friday
    with scope(workshop), clock.travelled(DAY):
        set_hours(owner, workshop, {day: [(time(9), time(18))] for day in range(5)})
        product = a_product()
        a_care_plan(
            product, every=1, unit="day", starts_on=date(2026, 9, 7), horizon_days=horizon, is_shifted_later=is_later,
            excluded=[excluded.isoformat()],
        )  # fmt: skip
        an_item(product)
    for number in range(9):
        with scope(workshop), clock.travelled(DAY + timedelta(days=number)):
            plan_all()
    with scope(workshop):
        days = [one.due_on for one in occurrences() if date(2026, 9, 8) <= one.due_on <= date(2026, 9, 16)]
        assert days == [date(2026, 9, day) for day in (8, 9, 10, 11, 14, 15, 16) if day != excluded.day]
        assert [one.number for one in occurrences()] == list(range(1, len(occurrences()) + 1))


def test_what_was_announced_follows_the_thing_into_other_hands(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        a_subscription("24", RESTS)
        item = out()
        a_care_plan(item, kind="once", starts_on=date(2026, 11, 10), every=None, notice_days=60)
        plan_all()
        operations.announce_due_care(WORKER)
        visit = queries.get_visit(occurrences()[0].visit_id or 0)
        service = answers.service_for("workshop")
        assert service is not None
        nora = access.customer("Nora Lemmens")
        answers.choose_slot(nora, visit, "workshop", answers.free_slots(visit, service)[0])
        assert operations.follow_holders(WORKER) == 0
    with scope(workshop), clock.travelled(at("2026-10-12")):
        spare = session().scalars(select(Item).where(Item.status == "in_stock")).one()
        swaps.swap_item(WORKER, line_out(), ANEW, item=spare, reason="defect")
        assert (operations.follow_holders(WORKER), operations.follow_holders(WORKER)) == (1, 0)
        visit = queries.get_visit(the(CareVisit).id)
        assert (visit.customer_id, visit.appointment_id, occurrences()[0].status) == (None, None, "notified")
        assert the(Appointment).status == "cancelled"
        assert (reminders.plan_reminders(), queries.to_call()) == (0, []), "who gave it back is asked no more"


def test_care_after_a_return_blocks_no_sale(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_subscription("24", RESTS, spare=0)
        item = out()
        a_care_plan(item.product, kind="return", every=None, severity="stop_lending", late_days=0)
        plan_all()
        calls.call_for_care(item.id, "return", 7)
        assert len(occurrences()) == 1
    with scope(workshop), clock.travelled(at("2026-12-12")):
        plan_all()
        operations.announce_due_care(WORKER)
        operations.hold_back_late(WORKER)
        assert the(Item).held_back == "stop_lending"
        losses.buy_out(WORKER, line_out(), ANEW, method="card")
        plan_all()
        assert (the(Item).status, [one.status for one in occurrences()]) == ("sold", ["superseded"])


def test_who_stays_away_twice_is_charged_what_the_contract_says_and_keeps_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        contract = a_subscription("24", RESTS, spare=0)
        a_care_plan(out(), kind="once", starts_on=date(2026, 11, 10), every=None, notice_days=60)
        plan_all()
        operations.announce_due_care(WORKER)
        visit = queries.get_visit(occurrences()[0].visit_id or 0)
        service = answers.service_for("workshop")
        assert service is not None
        for times in (1, 2):
            start = answers.free_slots(visit, service)[0]
            booked = answers.choose_slot(access.customer("Nora"), visit, "workshop", start)
            with clock.travelled(booked.starts_at + timedelta(hours=2)):
                bookings.mark_no_show(WORKER, booked)
                answers.stayed_away(WORKER, booked.id)
                answers.stayed_away(WORKER, booked.id)
            fees = [row.amount for row in charges.charges_of(contract.id) if row.kind == "fee"]
            assert fees == [Decimal("15.00")] * (times - 1)
        assert the(Contract).status == "active"
        assert "care.escalated" in [event.name for event in events.timeline(contract.customer)]
        with clock.travelled(booked.starts_at + timedelta(hours=3)):
            bookings.arrive(WORKER, booked)
            answers.stayed_away(WORKER, booked.id)
            answers.stayed_away(WORKER, booked.id)
        fees = [row.status for row in charges.charges_of(contract.id) if row.kind == "fee"]
        assert (fees, visit.no_shows, visit.appointment_id) == (["waived"], 1, booked.id), "she stood there after all"


def test_after_a_week_without_the_planner_it_catches_up_once(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 9, 7, 9, tzinfo=UTC)):
        product = a_product()
        a_care_plan(product, every=2, unit="day", horizon_days=1, notice_days=1, late_days=0)
        an_item(product, acquired_on=date(2026, 9, 6))
        plan_all()
        assert [one.due_on.day for one in occurrences()] == [8]
    with scope(workshop), clock.travelled(datetime(2026, 9, 15, 9, tzinfo=UTC)):
        assert plan_all() > 0
        assert [(one.due_on.day, one.status) for one in occurrences()] == [
            (8, "missed"), (14, "planned"), (16, "planned"),
        ], "the latest of those it slept over, and the next"  # fmt: skip
        assert plan_all() == 0


def test_two_planners_at_once_write_each_once(workshop: Workshop, database: Database) -> None:
    scope, day = tenancy.workshop(workshop.id), datetime(2026, 9, 7, 9, tzinfo=UTC)
    with database.transaction(scope), clock.travelled(day):
        product = a_product()
        for every in (1, 2, 3):
            a_care_plan(product, every=every, horizon_days=200)
        for _number in range(12):
            an_item(product, acquired_on=date(2026, 8, 1))

    def plan(_number: int) -> int:
        with clock.travelled(day), database.transaction(scope):
            return operations.plan_care(limit=5) + operations.announce_due_care(WORKER)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(plan, range(40)))
    with clock.travelled(day), database.transaction(scope):
        plan_all()
        rows = occurrences()
        assert {len([one for one in rows if one.item_id == item]) for item in {one.item_id for one in rows}} == {
            7 + 3 + 2
        }
        assert len({(one.care_plan_id, one.item_id, one.due_on) for one in rows}) == len(rows)


def test_time_that_is_blocked_keeps_the_hour_on_the_wall_over_the_change_of_the_clock(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 10, 19, 9, tzinfo=UTC)):
        product = a_product()
        for day in (date(2026, 10, 23), date(2026, 10, 26)):
            a_care_plan(an_item(product), kind="once", starts_on=day, every=None, duration_minutes=90)
        plan_all()
        operations.announce_due_care(WORKER)
        blocks = session().scalars(select(Allocation).where(Allocation.kind == "work").order_by(Allocation.id)).all()
        before, after = (each.starts_at for each in blocks)
        assert clock.local(before, workshop.zone).time() == clock.local(after, workshop.zone).time()
        assert after - before == timedelta(days=3, hours=1)
        assert {each.ends_at - each.starts_at for each in blocks if each.ends_at} == {timedelta(minutes=90)}


def test_excluded_day_falls_out_an_included_one_comes_in_and_a_closed_one_is_moved(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 9, 7, 9, tzinfo=UTC)):
        product = a_product()
        plan = a_care_plan(
            product, every=1, unit="week", horizon_days=30, excluded=("2026-09-15",), included=("2026-09-17",),
        )  # fmt: skip
        later = a_care_plan(
            product, kind="season", every=None, season=("09-20",), horizon_days=30, is_shifted_later=True
        )
        an_item(product, acquired_on=date(2026, 9, 1))
        plan_all()
        found = {
            each.id: [one.due_on.day for one in occurrences() if one.care_plan_id == each.id and one.due_on.month == 9]
            for each in (plan, later)
        }
        assert found == {plan.id: [8, 17, 22, 29], later.id: [21]}, "20 September is a Sunday"


def test_thing_waiting_for_care_in_stock_stays_bookable_around_the_blocked_time(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 9, 7, 9, tzinfo=UTC)):
        product = a_product()
        a_care_plan(an_item(product), kind="once", starts_on=date(2026, 9, 15), every=None, duration_minutes=60)
        plan_all()
        operations.announce_due_care(WORKER)
        block = session().scalars(select(Allocation).where(Allocation.kind == "work")).one()
        assert block.ends_at is not None
        assert availability.count_free(product, Stretch(block.starts_at, block.ends_at)) == 0
        days_after = block.ends_at + timedelta(days=2)
        assert availability.count_free(product, Stretch(days_after, days_after + timedelta(days=1))) == 1
        one = session().scalars(select(CareOccurrence)).one()
        operations.skip_care(WORKER, one, "The customer takes it as it is")
        assert availability.count_free(product, Stretch(block.starts_at, block.ends_at)) == 1
