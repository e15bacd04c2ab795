"""The edge cases of renting (workflows 5.1), each with the test that holds it, or why there is none here.

- Partial return: test_two_of_three_things_come_back_and_the_third_goes_on; the deposit stays whole until the end, for no
  rule of a plan gives a part of it back.
- Kit incomplete, found later: test_missing_component_is_lost_charged_at_what_a_new_one_costs_and_credited_when_found. The
  line is not left open for the part: the part has a tag, a state and a charge of its own, and so waits by itself.
- Late, with grace, open days and cap: test_late_counts_open_days_after_the_day_it_was_due, test_late_fee_stops_at_the_cap,
  test_within_the_grace_or_later_the_same_day_costs_nothing; on the late line only, also when several come back at once:
  test_late_fee_is_counted_on_the_late_line_only, test_things_brought_back_together_are_late_each_for_itself.
- Early return: test_early_return_gives_nothing_back_unless_the_plan_does, test_early_return_lets_others_book_sooner.
- Forgotten check-in: test_forgotten_check_in_keeps_the_thing_unavailable.
- Found by a stranger or another member: test_scanned_code_tells_a_stranger_what_it_is_and_leads_a_member_to_the_item, and
  staff write it down: test_found_thing_gives_the_loss_back_and_is_inspected. The form on the street page comes with the
  passport.
- No-show: test_not_fetched_it_is_free_again_and_the_plan_asks_its_fee, test_what_was_not_fetched_stays_a_ticket_of_today.
  A person presses, no clock: who rang to come tomorrow is no no-show, and a fee that a machine asked is a quarrel. Asking
  payment ahead after several of them belongs to taking payments.
- Cancelled by the customer: test_cancelling_late_costs_the_customer_the_share_of_the_plan_and_us_nothing; within the right
  to withdraw: test_cancelling_while_one_may_withdraw_costs_nothing_whatever_the_plan_says.
- Cancelled by us: test_cancelled_by_us_everything_is_given_back_and_other_dates_are_offered.
- A hold that expires: test_expired_offer_gives_its_hold_back. Card authorisations come with taking payments: a deposit is
  money received, so nothing of it can expire.
- Capture after the inspection only: test_deposit_is_held_until_somebody_looked_and_settles_it.
- Deposit on a swap: test_deposit_carries_over_and_what_is_missing_falls_due.
- Return at another place or member: comes with rounds and with lending between members.
- Closed on the due date: test_item_due_on_a_closed_day_is_held_until_the_door_opens_again,
  test_customer_reads_the_day_on_which_the_door_is_open.
- Extension: test_extension_over_another_booking_is_refused_and_changes_nothing,
  test_extension_is_hindered_neither_by_itself_nor_by_what_came_back,
  test_extension_pays_for_the_lateness_so_far_unless_it_is_waived.
- Backdated hand-over: test_backdated_hand_over_is_charged_from_then_and_needs_its_right,
  test_backdated_hand_over_never_overlaps_a_real_use. The correcting document is the letter of the correction; credit notes
  come with invoices.
- On the bench while reserved: test_thing_on_the_bench_makes_way_for_another_or_puts_its_booking_at_risk.
- Death, bankruptcy, move: test_contract_goes_over_to_another_customer_with_its_things_term_and_price.
- Lost, stolen: test_lost_thing_is_charged_its_aged_value_and_no_longer_served,
  test_what_is_lost_costs_its_value_at_its_age_and_never_more_than_the_cap,
  test_found_thing_gives_the_loss_back_and_is_inspected.
- An item lent to another member: comes with lending between members.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.contracts.links import offer_token
from service_app.contracts.operations import cancelling, dates, handovers, lateness, money, offers, service
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict, finish_inspection
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict
from service_app.desk.queries import the_day
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.operations import put_in_stock, put_on_bench
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.life import START, a_subscription, at, figures, net, settle
from tests.factories.rentals import a_draft, a_sent, a_signed, a_wish, again, an_active, an_item


def test_two_of_three_things_come_back_and_the_third_goes_on(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", lines=3, deposit_amount=Decimal(50))
    with scope(workshop), clock.travelled(at("2026-10-20")):
        for line in again(contract).lines[:2]:
            finish_inspection(WORKER, handovers.take_back(WORKER, line, Found()), Verdict("B"))
        money.settle_up(WORKER, again(contract), method="card", use_deposit=False, release_method="card")
        lines, deposit = again(contract).lines, charges.deposit_of(contract.id)
        assert (again(contract).status, [line.status for line in lines]) == ("active", ["closed", "closed", "out"])
        assert [net(contract, line) for line in lines] == [Decimal(11), Decimal(11), Decimal(31)]
        assert (deposit.status, charges.held_amount(deposit)) == ("held", 150)
    with scope(workshop), clock.travelled(at("2026-11-10")):
        service.charge_recurring(WORKER)
        assert [net(contract, line) for line in again(contract).lines] == [Decimal(11), Decimal(11), Decimal(62)]


def test_things_brought_back_together_are_late_each_for_itself(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product), an_item(product)
        plan = a_day_plan(product)
        contract = an_active(*(a_wish(product, plan, days=days, start=START) for days in (2, 4)))
    with scope(workshop), clock.travelled(at("2026-10-14") + timedelta(minutes=30)):
        lines = again(contract).lines
        for line in lines:
            handovers.take_back(WORKER, line, Found())
        late = [sum((amount for name, amount in figures(contract, line) if name == "late"), 0) for line in lines]
        assert late == [Decimal("40.00"), 0], "two open days after Monday the 12th; within the grace of the 14th"


def test_what_was_not_fetched_stays_a_ticket_of_today(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START - timedelta(days=1)):
        product = a_product()
        an_item(product)
        contract = a_signed(a_wish(product, a_day_plan(product), days=6, start=START))
    with scope(workshop), clock.travelled(START + timedelta(days=2)):
        assert [line.contract_id for line in the_day(workshop.zone).going_out] == [contract.id]


def test_cancelling_while_one_may_withdraw_costs_nothing_whatever_the_plan_says(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START - timedelta(hours=20)):
        product = a_product()
        an_item(product), an_item(product)
        plan = a_day_plan(product, deposit_amount=Decimal(0))
        plan.rules = PlanRules(cancel_free_hours=48, cancel_percent=30).to_json()
        away, here = (a_signed(a_wish(product, plan, start=START)) for _number in range(2))
        away.is_distance = True
        assert offers.cancellation_fees(away) == {}
        assert [fee.amount for fee in offers.cancellation_fees(here).values()] == [Decimal("27.00")]
        cancelling.call_off(access.customer("Nora"), away, ANEW)
        assert net(away) == 0


def test_cancelled_by_us_everything_is_given_back_and_other_dates_are_offered(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START - timedelta(days=5)):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        plan.rules = PlanRules(cancel_free_hours=400, cancel_percent=100).to_json()
        contract = a_signed(a_wish(product, plan, start=START))
        money.receive_deposit(WORKER, contract, "card")
        with pytest.raises(Conflict, match=r"contract\.deposit_held"):
            offers.cancel_contract(WORKER, contract)
        money.return_deposit(WORKER, contract, "card")
        offers.cancel_contract(WORKER, contract, "the only one was stolen")
        now = money.balance(contract)
        assert (net(contract), now.deposit_held, now.open) == (0, 0, 0)
        taken = a_sent(a_wish(product, plan, start=START))
        with pytest.raises(Conflict, match=r"availability\.none") as none:
            offers.send_offer(WORKER, a_draft(a_wish(product, plan, start=START), customer=contract.customer))
        assert len(none.value.data["alternatives"]) == 3
        assert taken.status == "sent"


def test_deposit_is_held_until_somebody_looked_and_settles_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = an_active()
        settle(contract)
        inspection = handovers.take_back(WORKER, contract.lines[0], Found())
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="card")
        deposit = charges.deposit_of(contract.id)
        assert (deposit.status, contract.status) == ("held", "active"), "not looked at yet"
        finish_inspection(WORKER, inspection, Verdict("B"))
        assert (deposit.status, contract.status) == ("held", "active"), "a line that closes releases nothing by itself"
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="card")
        assert (deposit.status, contract.status) == ("released", "ended")


def test_customer_reads_the_day_on_which_the_door_is_open(workshop: Workshop, scope: Scoped, app: Flask) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 11, 24, 9, tzinfo=UTC)):
        product = a_product()
        an_item(product)
        contract = a_sent(a_wish(product, a_day_plan(product), start=datetime(2026, 11, 26, 9, tzinfo=UTC)))
        token = offer_token(contract)
    with clock.travelled(datetime(2026, 11, 24, 10, tzinfo=UTC)):
        page = app.test_client().get(f"/senne/sign/{token}?lang=en").text
    assert "Due back by" in page
    assert "Monday 30 November" in page


def test_extension_is_hindered_neither_by_itself_nor_by_what_came_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        first = an_active(a_wish(product, plan, days=12, start=START))
    with scope(workshop), clock.travelled(at("2026-10-12")):
        inspection = handovers.take_back(WORKER, again(first).lines[0], Found())
        finish_inspection(WORKER, inspection, Verdict("B"))
        second = an_active(a_wish(product, plan, days=2, start=at("2026-10-12", 12)))
    with scope(workshop), clock.travelled(at("2026-10-14")):
        line = again(second).lines[0]
        dates.extend_line(WORKER, line, ANEW, ends_at=at("2026-10-20"))
        assert line.ends_at == at("2026-10-20"), "the first was promised until the 22nd"


def test_thing_on_the_bench_makes_way_for_another_or_puts_its_booking_at_risk(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START - timedelta(days=3)):
        product = a_product()
        item, spare = an_item(product), an_item(product)
        plan = a_day_plan(product)
        first, second = (a_signed(a_wish(product, plan, days=2, start=START)) for _number in range(2))
        put_on_bench(WORKER, item), put_on_bench(WORKER, spare)
        assert lateness.clear_benches(WORKER) == 0, "there is time yet"
        put_in_stock(WORKER, spare)
        other = an_item(product)
        put_on_bench(WORKER, other)
    with scope(workshop), clock.travelled(START - timedelta(hours=20)):
        assert lateness.clear_benches(WORKER) == 1
        lines = [again(each).lines[0] for each in (first, second)]
        assert sorted(line.is_at_risk for line in lines) == [False, True], "never silently"
        booked = [availability.allocation_of(line.id, "reservation") for line in lines]
        assert [row.item_id for row in booked if row is not None] == [spare.id]
        assert lateness.rescue_lines(WORKER) == 0, "not with what is on the bench"
        assert availability.count_free(product, Stretch(START, at("2026-10-12"))) == 0
        put_in_stock(WORKER, again(other))
        assert lateness.rescue_lines(WORKER) == 1
        assert lateness.clear_benches(WORKER) == 0
