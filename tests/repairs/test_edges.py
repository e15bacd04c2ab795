"""The edge cases of a repair (workflows 5.2), each with the test that holds it.

- Declined: test_declined_owes_the_fee_that_was_announced_and_nothing_of_a_free_one; to reuse with consent:
  test_left_to_reuse_is_no_longer_theirs_and_costs_nothing.
- Not collected: test_not_collected_is_written_to_after_7_30_and_60_days_and_nothing_is_disposed_of,
  test_storing_costs_after_the_free_days_where_it_was_said.
- Unrepairable: test_unrepairable_owes_the_fee_and_frees_its_parts; a thing on a contract that cannot be mended:
  test_unrepairable_thing_of_a_contract_costs_nothing_and_stays_out_of_order (it is swapped from its contract's page).
- A fault that comes back: test_fault_that_comes_back_is_free_linked_and_keeps_the_first_guarantee,
  test_after_the_guarantee_the_same_fault_is_paid.
- Several things in one visit: test_several_things_are_one_case_each.
- A thing lent meanwhile: test_lent_free_of_charge_and_called_in_when_theirs_is_collected,
  test_what_comes_back_over_the_counter_with_theirs_is_looked_at.
- No-show and late by the rules of the service:
  test_who_comes_late_is_late_and_who_does_not_come_is_a_no_show_only_after_the_minutes_of_the_service,
  test_staying_away_closes_the_door_online_when_the_service_says_so_until_it_is_forgiven.
- The technician is ill: test_somebody_else_who_can_do_it_takes_it_over_at_the_same_moment,
  test_where_nobody_else_is_free_the_nearest_moment_is_held_and_the_customer_asked, and in browsers
  test_ill_in_the_morning_another_moment_is_held_and_the_customer_agrees_in_dutch.
- The changes of the clock: test_in_spring_nothing_begins_in_the_hour_that_is_missing,
  test_in_autumn_the_hour_that_comes_twice_is_offered_twice_and_is_two_moments.
- Photos of the request stay with the case: test_photos_of_the_request_follow_the_case.
- Called off after parts were ordered: test_called_off_after_the_approval_owes_the_fee_and_what_was_fitted; what is
  delivered afterwards: test_part_that_comes_for_a_case_that_ended_goes_to_the_stock_and_who_waits.
- A claim on the supplier: test_a_replacement_serves_the_repair_that_waits_for_it,
  test_money_that_comes_back_lowers_what_our_own_thing_cost_once, test_each_step_in_its_order_and_one_open_at_a_time.
- A word added to an approval: test_word_added_to_an_answer_changes_nothing_of_what_was_agreed.
"""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from service_app.core import access, clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import timeline
from service_app.core.i18n import in_language
from service_app.items.operations import retire_item
from service_app.repairs import queries
from service_app.repairs.operations import bench, ending, intake, quotes, stock, terms
from service_app.repairs.operations.ending import HandBack
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active, an_item
from tests.factories.repairs import (
    ANSWER,
    a_case,
    a_part,
    a_quote,
    a_quoted,
    a_ready,
    a_received,
    a_thing,
    an_approved,
    an_option,
)

NORA = access.customer("Nora Lemmens")
MILA = Actor(kind="staff", name="Mila", account_id=71, role="manager", permissions=access.ROLES["manager"])
TERMS = {
    "hour_amount": Decimal(48), "hour_cost_amount": Decimal(30),
    "diagnosis_amount": Decimal(15), "is_diagnosis_in_price": True, "guarantee_months": 6,
    "storage_free_days": 30, "storage_amount": Decimal("0.50"), "needs_second_pair": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_the_workshop(workshop: Workshop, scope: Scoped) -> Any:
    with in_language("en"), scope(workshop):
        yield


def told(thing: Any) -> list[str]:
    return [event.name for event in reversed(timeline(thing))]


def a_photo() -> tuple[bytes, str]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue(), "crack.jpg"


def test_declined_owes_the_fee_that_was_announced_and_nothing_of_a_free_one() -> None:
    case = a_quoted()
    quotes.decline_quote(NORA, case, 1, "Too dear")
    assert (case.status, case.money_status, case.due_amount) == ("declined", "due", Decimal("15.00"))
    assert case.quotes[0].status == "declined"
    quotes.decline_quote(NORA, case, 1, "Too dear")
    assert told(case).count("repair.declined") == 1
    ending.hand_back(MILA, case, HandBack("Nora", "cash"))
    assert (case.money_status, case.outcome, case.guarantee_until) == ("paid", "unknown", None)
    contract = an_active()
    free = a_received(contract.customer, contract.lines[0].item)
    quotes.begin_diagnosis(MILA, free)
    bench.call_off(MILA, free, "Not needed")
    assert (free.status, free.money_status) == ("declined", "none")


def test_left_to_reuse_is_no_longer_theirs_and_costs_nothing() -> None:
    case = a_quoted()
    quotes.decline_quote(NORA, case, 1)
    with pytest.raises(Invalid, match=r"repair\.name_needed"):
        ending.give_to_reuse(NORA, case, " ")
    ending.give_to_reuse(NORA, case, "Nora Lemmens")
    assert (case.status, case.money_status, "Nora Lemmens" in case.reason) == ("given_up", "waived", True)
    contract = an_active()
    ours = a_received(contract.customer, contract.lines[0].item)
    bench.call_off(MILA, ours, "x")
    with pytest.raises(Conflict, match=r"repair\.ours_already"):
        ending.give_to_reuse(NORA, ours, "Nora")


def test_not_collected_is_written_to_after_7_30_and_60_days_and_nothing_is_disposed_of() -> None:
    case = a_ready(actor=MILA)
    ready = clock.now()
    seen = []
    for days in (6, 8, 8, 31, 61, 90):
        with clock.travelled(ready + timedelta(days=days)):
            ending.remind_to_collect()
        seen.append(told(case).count("repair.not_collected"))
    assert seen == [0, 1, 1, 2, 3, 3]
    assert (case.status, told(case).count("repair.abandoned")) == ("abandoned", 1)
    ending.hand_back(MILA, case, HandBack("Nora", "cash"))  # who comes after all gets it
    assert case.status == "handed_back"


def test_storing_costs_after_the_free_days_where_it_was_said() -> None:
    terms.set_terms(MILA, TERMS)
    case = a_ready(actor=MILA)
    with clock.travelled(clock.now() + timedelta(days=30)):
        assert ending.owed(case) == Decimal("36.00")
    with clock.travelled(clock.now() + timedelta(days=34)):
        assert ending.owed(case) == Decimal("38.00")
        ending.hand_back(MILA, case, HandBack("Nora", "cash"))
    assert case.due_amount == Decimal("38.00")


def test_unrepairable_owes_the_fee_and_frees_its_parts() -> None:
    part = a_part(1)
    case = an_approved(an_option(part), actor=MILA)
    bench.start_clock(MILA, case, "repair")
    with pytest.raises(Invalid, match=r"repair\.reason_needed"):
        bench.give_up(MILA, case, "end_of_life", "")
    bench.give_up(MILA, case, "end_of_life", "The base is molten")
    assert (case.status, case.due_amount, case.outcome) == ("unrepairable", Decimal("15.00"), "end_of_life")
    assert (stock.free_of(part), case.quotes[0].status) == (1, "superseded")
    assert queries.running_of(71) is None


def test_unrepairable_thing_of_a_contract_costs_nothing_and_stays_out_of_order() -> None:
    contract = an_active()
    line = contract.lines[0]
    case = a_received(contract.customer, line.item)
    quotes.begin_diagnosis(MILA, case)
    bench.give_up(MILA, case, "end_of_life", "The frame is cracked")
    assert (case.money_status, [outage.ended_at for outage in line.outages]) == ("none", [None])
    ending.hand_back(MILA, case, HandBack("Nora"))
    session().expire(line, ["outages"])
    assert [outage.ended_at for outage in line.outages] == [None], "it does not work because it was looked at"


def test_fault_that_comes_back_is_free_linked_and_keeps_the_first_guarantee() -> None:
    customer = a_customer()
    thing = a_thing(customer)
    first = a_ready(actor=MILA, customer=customer, thing=thing)
    ending.hand_back(MILA, first, HandBack("Nora", "cash"))
    with clock.travelled(clock.now() + timedelta(days=40)):
        again = a_case(customer, thing)
        assert (again.coverage, again.first_case_id, again.guarantee_until) == (
            "repair_guarantee", first.id, first.guarantee_until,
        )  # fmt: skip
        intake.receive(MILA, again, intake.Received())
        quotes.begin_diagnosis(MILA, again)
        quotes.draft_quote(MILA, again, a_quote())
        quotes.send_quote(MILA, again)
        bench.start_clock(MILA, again, "repair")
        bench.finish_work(MILA, again, [("It boils", True)])
        ending.hand_back(MILA, again, HandBack("Nora"))
        assert (again.due_amount, again.money_status, again.guarantee_until) == (0, "none", first.guarantee_until)
        third = a_case(customer, thing)
        assert (third.first_case_id, third.guarantee_until) == (first.id, first.guarantee_until)


def test_after_the_guarantee_the_same_fault_is_paid() -> None:
    customer = a_customer()
    thing = a_thing(customer)
    first = a_ready(actor=MILA, customer=customer, thing=thing)
    ending.hand_back(MILA, first, HandBack("Nora", "cash"))
    with clock.travelled(clock.now() + timedelta(days=200)):
        assert a_case(customer, thing).coverage == "none"


def test_several_things_are_one_case_each() -> None:
    customer = a_customer()
    cases = [a_received(customer, a_thing(customer, what)) for what in ("Kettle", "Toaster")]
    assert len({case.reference for case in cases}) == 2
    assert {case.customer_id for case in cases} == {customer.id}


def test_photos_of_the_request_follow_the_case() -> None:
    case = a_case(photos=(a_photo(), a_photo()))
    assert [photo.occasion for photo in case.photos] == ["asked"], "the same picture twice is one"
    intake.receive(MILA, case, intake.Received(photos=(a_photo(),)))
    assert [photo.occasion for photo in case.photos] == ["asked"]


def test_called_off_after_the_approval_owes_the_fee_and_what_was_fitted() -> None:
    part = a_part(1)
    case = an_approved(an_option(part), actor=MILA)
    stock.use_part(MILA, case, queries.parts_of(case)[0])
    bench.call_off(MILA, case, "Moves away")
    assert (case.status, case.due_amount) == ("declined", Decimal("22.50"))


def test_part_that_comes_for_a_case_that_ended_goes_to_the_stock_and_who_waits() -> None:
    part = a_part(0)
    first, second = an_approved(an_option(part), actor=MILA), an_approved(an_option(part), actor=MILA)
    assert stock.is_waiting(first)
    assert stock.is_waiting(second)
    bench.call_off(MILA, first, "Moves away")
    stock.receive_parts(MILA, part, 1)
    assert not stock.is_waiting(second)
    assert (part.on_hand, stock.free_of(part)) == (1, 0)


def test_part_that_is_reserved_and_let_go_serves_who_waits() -> None:
    part = a_part(1)
    first, second = an_approved(an_option(part), actor=MILA), an_approved(an_option(part), actor=MILA)
    assert not stock.is_waiting(first)
    assert stock.is_waiting(second)
    bench.call_off(MILA, first, "Moves away")
    assert not stock.is_waiting(second)


def test_word_added_to_an_answer_changes_nothing_of_what_was_agreed() -> None:
    case = a_quoted()
    before = dict(case.quotes[0].content)
    answer = quotes.Answer(1, "Nora", remark="And please the lid too")
    quotes.approve_quote(NORA, case, 1, answer)
    quote = case.quotes[0]
    assert (quote.content, quote.approved_amount, quote.remark) == (before, Decimal("36.00"), "And please the lid too")


def test_waiting_for_a_part_promises_another_day_and_tells_it_once_a_day_it_changes() -> None:
    case = an_approved(an_option(a_part(0)), actor=MILA)
    day = clock.now().date() + timedelta(days=9)
    for _twice in range(2):
        bench.wait_for_parts(MILA, case, day)
    bench.wait_for_parts(MILA, case, day + timedelta(days=1))
    assert told(case).count("repair.waiting") == 2
    with pytest.raises(Conflict, match=r"repair\.parts_missing"):
        bench.start_clock(MILA, case, "repair")
    with pytest.raises(Invalid, match=r"repair\.day_past"):
        bench.wait_for_parts(MILA, case, clock.now().date() - timedelta(days=1))


def test_nothing_missing_is_nothing_to_wait_for() -> None:
    with pytest.raises(Conflict, match=r"repair\.nothing_missing"):
        bench.wait_for_parts(MILA, an_approved(actor=MILA), clock.now().date())


def test_harvested_part_names_its_donor_and_a_thing_in_use_gives_none() -> None:
    part = a_part(0)
    contract = an_active()
    donor = contract.lines[0].item
    with pytest.raises(Conflict, match=r"part\.donor_in_use"):
        stock.harvest_part(MILA, part, donor)
    old = an_item(a_product())
    retire_item(MILA, old, "Worn")
    stock.harvest_part(MILA, part, old, serial="HE-7", minutes=20)
    assert (part.on_hand, queries.moves_of(part)[0].donor_item_id) == (1, old.id)
    assert "part.harvested" in told(old)


def test_stock_that_was_counted_wrong_is_put_right_with_a_word() -> None:
    part = a_part(3)
    with pytest.raises(Invalid, match=r"repair\.reason_needed"):
        stock.count_part(MILA, part, 2, "")
    stock.count_part(MILA, part, 2, "One was broken")
    assert (part.on_hand, sum(move.quantity for move in queries.moves_of(part))) == (2, 2)


def test_part_put_back_is_on_the_shelf_and_its_cost_off_the_case() -> None:
    part = a_part(1)
    case = an_approved(an_option(part), actor=MILA)
    bench.start_clock(MILA, case, "repair")
    use = queries.parts_of(case)[0]
    stock.use_part(MILA, case, use)
    cost = case.cost_amount
    stock.put_back(MILA, case, use)
    assert (part.on_hand, case.cost_amount) == (1, cost - Decimal("4.20"))


def test_quoted_after_the_work_began_reserves_only_what_is_still_needed() -> None:
    part = a_part(2)
    case = an_approved(an_option(part), actor=WORKER)
    bench.start_clock(MILA, case, "repair")
    stock.use_part(MILA, case, queries.parts_of(case)[0])
    quotes.draft_quote(MILA, case, a_quote(an_option(part, part, title="Two elements")))
    quotes.send_quote(MILA, case)
    quotes.approve_quote(NORA, case, 2, ANSWER)
    assert sorted(use.status for use in queries.parts_of(case)) == ["reserved", "used"]
