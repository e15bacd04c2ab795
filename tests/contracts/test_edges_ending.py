"""The edge cases of ending and buying (workflows 5.4), each with the test that holds it, or why there is none here.

- Payment fails: test_refused_payment_leaves_the_contract_as_it_was; nothing is sold on credit, so ownership never waits.
- Buying while overdue or with something owed: test_nothing_is_sold_too_early_unpaid_or_when_it_belongs_to_somebody_else,
  test_buying_waits_for_what_is_overdue_and_for_the_damage_to_another_thing.
- One of several things: test_one_of_two_things_is_bought_and_the_other_goes_on.
- During a pause: test_what_rests_can_be_bought_and_its_days_of_rest_cost_nothing.
- After a claim for damage: test_buying_waits_for_what_is_overdue_and_for_the_damage_to_another_thing.
- A thing of a third party: test_nothing_is_sold_too_early_unpaid_or_when_it_belongs_to_somebody_else.
- VAT of the sale: test_a_sale_bears_its_own_vat_and_not_the_one_of_the_rental.
- Price and deposit are two lines: test_what_was_bought_gives_the_deposit_back_by_itself.
- An end before the last month charged: test_notice_credits_the_days_after_the_end_at_once,
  test_earlier_credit_for_other_days_is_not_taken_off_twice. Invoices come later; charges are credited, never edited.
- Start and end on one day: test_end_on_the_day_of_the_start_is_one_day.
- An end in the past: test_an_end_in_the_past_is_a_correction_with_its_right_and_its_reason.
- On the day the month begins, before it was charged:
  test_notice_on_the_day_the_month_begins_before_it_was_charged_leaves_no_credit.
- A change of plan is pending: test_planned_change_of_plan_is_off_when_notice_is_given.
- Renewal and termination at once: test_a_contract_is_renewed_or_ended_not_both_blindly.
- The term ends on 29 February: test_minimum_term_that_ends_on_the_29th_of_february_ends_on_the_28th.
- The notice is taken back: test_notice_that_is_taken_back_leaves_everything_as_it_was,
  test_a_notice_taken_back_restores_the_end_that_was_agreed_last.
- For cause: test_end_for_cause_needs_two_formal_notices_and_two_weeks.
- One of a group leaves: test_one_of_a_group_leaves_and_the_others_stay.
- The styles of the fee: test_early_end_asks_the_fee_of_the_plan. Kept beyond the end:
  test_kept_beyond_the_end_is_charged_until_it_is_back.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.charges.pricing.vat import CLASS_OF_KIND, vat_included
from service_app.contracts.operations import dates, endings, handovers, lateness, lines, losses, money, pauses, service
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Finding, Verdict, finish_inspection
from service_app.contracts.operations.lines import Holder
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.life import START, a_subscription, at, net, settle
from tests.factories.rentals import again

SOLD = PlanRules(buy_out_from_months=1, buy_out_share_percent=100, buy_out_most_payments=1, pause_days_per_year=60)
TESTS = Path(__file__).parent.parent


def test_buying_waits_for_what_is_overdue_and_for_the_damage_to_another_thing(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD, lines=3)
        contract.lines[2].ends_at = contract.lines[2].due_at = at("2026-11-12")
    with scope(workshop), clock.travelled(at("2026-11-15")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        settle(contract)
        assert lateness.mark_overdue(WORKER) == 1
        settle(contract)
        with pytest.raises(Conflict, match=r"allowed\.something_overdue"):
            losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        handovers.take_back(WORKER, contract.lines[2], Found())
        inspection = handovers.take_back(WORKER, contract.lines[1], Found())
        money.settle_up(WORKER, contract, method="card", use_deposit=False, release_method="card")
        finish_inspection(WORKER, inspection, Verdict("C", findings=[Finding("damage", "fork", Decimal(60))]))
        with pytest.raises(Conflict, match=r"allowed\.something_owed"):
            losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        settle(contract)
        losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        assert contract.lines[0].status == "bought_out"


def test_what_rests_can_be_bought_and_its_days_of_rest_cost_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD)
    with scope(workshop), clock.travelled(at("2026-11-10")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        settle(contract)
        pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 11, 10), until_on=date(2026, 11, 30))
        money.settle_up(WORKER, contract, method="card", use_deposit=False, release_method="card")
    with scope(workshop), clock.travelled(at("2026-11-20")):
        contract = again(contract)
        losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        assert (
            net(contract) - next(row.amount for row in charges.charges_of(contract.id) if row.kind == "buy_out") == 31
        )
        assert contract.lines[0].status == "bought_out"


def test_a_sale_bears_its_own_vat_and_not_the_one_of_the_rental() -> None:
    assert (CLASS_OF_KIND["recurring"], CLASS_OF_KIND["buy_out"]) == ("rental", "sale")
    assert vat_included([("buy_out", date(2026, 11, 15), Decimal("330.00"))]) == {Decimal(21): Decimal("57.27")}
    assert vat_included([("damage", date(2026, 11, 15), Decimal("60.00"))]) == {Decimal(0): Decimal("0.00")}


def test_what_was_bought_gives_the_deposit_back_by_itself(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD, deposit_amount=Decimal(100))
    with scope(workshop), clock.travelled(at("2026-11-15")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        settle(contract)
        losses.buy_out(WORKER, contract.lines[0], ANEW, method="transfer")
        deposit = charges.deposit_of(contract.id)
        assert charges.held_amount(deposit) == 100, "the price was paid whole"
        money.settle_up(WORKER, contract, method="transfer", use_deposit=True, release_method="transfer")
        assert [(row.kind, row.amount) for row in deposit.movements] == [("received", 100), ("released", 100)]
        assert contract.status == "ended"


def test_an_end_in_the_past_is_a_correction_with_its_right_and_its_reason(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", notice_days=0)
    with scope(workshop), clock.travelled(at("2026-10-25")):
        contract, counter = again(contract), access.staff("Jo", 1, "counter")
        with pytest.raises(Invalid, match=r"contract\.in_the_past"):
            endings.end_early(WORKER, contract, ANEW, ends_on=date(2026, 10, 20))
        line = contract.lines[0]
        handovers.take_back(WORKER, line, Found())
        with pytest.raises(Forbidden, match=r"access\.missing_right"):
            dates.correct_dates(counter, line, ANEW, reason="it lay in the hall", in_at=at("2026-10-20"))
        with pytest.raises(Invalid, match=r"correction\.reason_needed"):
            dates.correct_dates(WORKER, line, ANEW, reason="", in_at=at("2026-10-20"))
        dates.correct_dates(WORKER, line, ANEW, reason="it lay in the hall", in_at=at("2026-10-20"))
        assert net(contract) == Decimal("11.00")


def test_one_of_a_group_leaves_and_the_others_stay(workshop: Workshop, scope: Scoped) -> None:
    rules = PlanRules(kind="shared")
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", rules, lines=3, min_term_months=6, notice_days=30)
        lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Ada"), Holder("Bo"), Holder("Cy")])
    with scope(workshop), clock.travelled(START + timedelta(days=9)):
        contract = again(contract)
        term = contract.min_term_until
        inspection = handovers.take_back(WORKER, contract.lines[2], Found())
        finish_inspection(WORKER, inspection, Verdict("B"))
        lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Ada"), Holder("Bo")])
        assert (contract.status, contract.min_term_until) == ("active", term)
        assert [net(contract, line) for line in contract.lines] == [31, 31, 10]
