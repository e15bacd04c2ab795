"""Ending before everything simply came back (workflows 5.4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts.models import Contract
from service_app.contracts.operations import endings, handovers, inspections, lateness, money, pauses, service, swaps
from service_app.contracts.operations.acts import ANEW, acts_of
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict
from service_app.contracts.queries import inspection_of
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.life import START, a_plan, a_subscription, at, figures, net
from tests.factories.rentals import a_signed, again


def bring_back(contract: Contract, day: str) -> None:
    """Every line comes back on a day and is inspected."""
    with clock.travelled(at(day)):
        for line in again(contract).lines:
            if line.status in ("out", "overdue"):
                handovers.take_back(WORKER, line, Found())
                inspections.finish_inspection(WORKER, inspection_of(line), Verdict(grade="B"))


def test_notice_waits_for_the_minimum_term_then_for_its_own_days(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", min_term_months=3, notice_days=30)
        assert endings.ordinary_end(contract, date(2026, 10, 20)) == date(2027, 1, 10)
        assert endings.ordinary_end(contract, date(2027, 1, 5)) == date(2027, 2, 4)


def test_quote_comes_first_and_says_what_ending_gives_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("30")
    with scope(workshop), clock.travelled(at("2026-10-25", 7)):
        quote = endings.termination_quote(again(contract), date(2026, 10, 25), date(2026, 10, 26))
        assert (quote.unused, quote.total, quote.is_early) == (Decimal("14.52"), Decimal("-14.52"), False)
        assert net(contract) == 30, "a quote writes nothing"


def test_notice_credits_the_days_after_the_end_at_once(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("30", notice_days=1)
    with scope(workshop), clock.travelled(at("2026-10-25", 7)):
        contract = again(contract)
        endings.give_notice(WORKER, contract, ANEW)
        assert (contract.status, contract.ends_on, contract.end_reason) == ("notice", date(2026, 10, 26), "notice")
        assert figures(contract)[-1] == ("unserved_days", Decimal("-14.52"))
        assert money.balance(contract).to_give_back == Decimal("14.52")
    with scope(workshop):
        bring_back(contract, "2026-10-25")
        with clock.travelled(at("2026-10-25", 12)):
            assert again(contract).status == "notice", "the credit is still to be paid back"
            money.settle_up(WORKER, again(contract), method="transfer", use_deposit=False)
            assert (again(contract).status, again(contract).money_status) == ("ended", "settled")


def test_earlier_credit_for_other_days_is_not_taken_off_twice(workshop: Workshop, scope: Scoped) -> None:
    """Ten euros for an outage, then fifteen unused days: 14.52, capped at what is left (20.00)."""
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("30", notice_days=1)
        charge = charges.charges_of(contract.id)[0]
        credits.make_credit(WORKER, charge, endings.Price(Decimal(10), "service_credit", {}), "outage:1")
    with scope(workshop), clock.travelled(at("2026-10-25", 7)):
        endings.give_notice(WORKER, again(contract), ANEW)
        assert net(contract) == Decimal("30") - 10 - Decimal("14.52")


def test_kept_beyond_the_end_is_charged_until_it_is_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", notice_days=1)
    with scope(workshop), clock.travelled(at("2026-10-19", 7)):
        endings.give_notice(WORKER, again(contract), ANEW)
        assert net(contract) == 10
    with scope(workshop), clock.travelled(at("2026-10-23", 7)):
        assert lateness.mark_overdue(WORKER) == 1
    with scope(workshop):
        bring_back(contract, "2026-10-24")
        assert net(contract) == Decimal(15), "to the 24th, however late it was noticed"


def test_notice_that_is_taken_back_leaves_everything_as_it_was(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("30", notice_days=7)
    with scope(workshop), clock.travelled(at("2026-10-20")):
        contract = again(contract)
        endings.give_notice(WORKER, contract, ANEW)
        assert net(contract) < 30
        endings.withdraw_notice(WORKER, contract, ANEW)
        line = contract.lines[0]
        assert (contract.status, contract.ends_on, line.ends_at, line.due_at) == ("active", None, None, None)
        assert net(contract) == 30
        operations = [act.operation for act in acts_of(contract)]
        assert operations == ["withdraw_notice", "give_notice"], "the trail stays"


@pytest.mark.parametrize(
    ("rules", "fee"),
    [
        (PlanRules(), "0"),
        (PlanRules(early_end_style="fixed", early_end_amount=Decimal(60)), "60.00"),
        (PlanRules(early_end_style="remaining", early_end_percent=50), "75.00"),
        (PlanRules(early_end_style="recomputed"), "42.00"),
    ],
)
def test_early_end_asks_the_fee_of_the_plan(workshop: Workshop, scope: Scoped, rules: PlanRules, fee: str) -> None:
    with scope(workshop), clock.travelled(at("2026-01-01", 9)):
        contract = a_subscription("25", rules, min_term_months=12, notice_days=0)
        a_plan(contract.lines[0].product, "32", code="FREE")
    with scope(workshop), clock.travelled(at("2026-06-30", 7)):
        contract = again(contract)
        service.charge_recurring(WORKER)
        quote = endings.termination_quote(contract, date(2026, 6, 30), date(2026, 7, 1))
        assert quote.is_early
        endings.end_early(WORKER, contract, ANEW, ends_on=date(2026, 7, 1))
        charged = sum((amount for name, amount in figures(contract) if name == "fee"), Decimal(0))
        assert charged == Decimal(fee) == sum((each.amount for each in quote.fees), Decimal(0))


def test_early_end_that_is_not_early_is_sent_to_the_notice(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("25", notice_days=10)
        with pytest.raises(Conflict, match=r"ending\.not_early"):
            endings.end_early(WORKER, contract, ANEW, ends_on=date(2026, 11, 1))
        with pytest.raises(Invalid, match=r"contract\.in_the_past"):
            endings.end_early(WORKER, contract, ANEW, ends_on=date(2026, 10, 1))


def test_withdrawal_within_fourteen_days_leaves_only_the_days_used(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PlanRules(one_off_amount=Decimal(20)), deposit_amount=Decimal(100))
        contract.is_distance = True
    with scope(workshop), clock.travelled(at("2026-10-14")):
        contract = again(contract)
        endings.withdraw_contract(access.customer("Nora"), contract, ANEW, statement="Je renonce au contrat.")
        assert (contract.status, contract.end_reason) == ("notice", "withdrawn")
        assert net(contract) == Decimal("5.00"), "10 to 14 October at a euro a day, nothing once"
        assert contract.lines[0].due_at.date() == date(2026, 10, 28)
    with scope(workshop):
        bring_back(contract, "2026-10-27")
        assert net(contract) == Decimal("5.00"), "the days for bringing it back cost nothing"


def test_withdrawal_before_the_hand_over_cancels_and_gives_the_deposit_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_signed()
        contract.is_distance = True
        money.receive_deposit(WORKER, contract, "transfer")
        endings.withdraw_contract(access.customer("Nora"), contract, ANEW)
        assert contract.status == "cancelled"
        assert charges.deposit_of(contract.id).status == "released"


def test_withdrawal_is_over_after_fourteen_days_and_not_for_who_signed_at_the_counter(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
        with pytest.raises(Conflict, match=r"allowed\.no_withdrawal"):
            endings.withdraw_contract(access.customer("Nora"), contract, ANEW)
        contract.is_distance = True
    with scope(workshop), clock.travelled(at("2026-10-25")), pytest.raises(Conflict, match=r"allowed\.withdrawal_over"):
        endings.withdraw_contract(access.customer("Nora"), again(contract), ANEW)


def test_end_for_cause_needs_two_formal_notices_and_two_weeks(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
        with pytest.raises(Conflict, match=r"ending\.warnings_needed"):
            endings.end_for_cause(WORKER, contract, ANEW, reason="not paid")
        endings.warn(WORKER, contract, ANEW, reason="not paid")
        endings.warn(WORKER, contract, ANEW, reason="not paid")
        with pytest.raises(Conflict, match=r"ending\.warning_too_new"):
            endings.end_for_cause(WORKER, contract, ANEW, reason="not paid")
    with scope(workshop), clock.travelled(START + timedelta(days=15)):
        endings.end_for_cause(WORKER, again(contract), ANEW, reason="not paid")
        assert again(contract).end_reason == "for_cause"
        with pytest.raises(Conflict, match=r"allowed\.contract_notice|ending\.cannot_take_back"):
            endings.withdraw_notice(WORKER, again(contract), ANEW)


def test_term_that_renews_by_itself_goes_on_and_then_holds_nobody_longer_than_two_months(
    workshop: Workshop, scope: Scoped
) -> None:
    rules = PlanRules(renewal="automatic", renewal_months=12)
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", rules, min_term_months=3, notice_days=30)
        assert contract.renews_on == date(2027, 1, 10)
    with scope(workshop), clock.travelled(at("2027-01-10")):
        assert endings.turn_terms(WORKER) == 1
        assert endings.turn_terms(WORKER) == 0
        contract = again(contract)
        assert (contract.renews_on, contract.renewals) == (date(2028, 1, 10), 1)
        assert endings.ordinary_end(contract, date(2027, 2, 1)) == date(2027, 3, 3)


def test_term_that_is_asked_for_ends_unless_it_is_renewed(workshop: Workshop, scope: Scoped) -> None:
    rules = PlanRules(renewal="asked", renewal_months=3)
    with scope(workshop), clock.travelled(START):
        ends, stays = a_subscription("24", rules, min_term_months=3), a_subscription("24", rules, min_term_months=3)
    with scope(workshop), clock.travelled(at("2026-12-20")):
        endings.renew_contract(WORKER, again(stays), ANEW)
        assert again(stays).min_term_until == date(2027, 4, 10)
    with scope(workshop), clock.travelled(at("2027-01-10")):
        endings.turn_terms(WORKER)
        assert (again(ends).status, again(ends).end_reason) == ("notice", "planned")
        assert again(stays).status == "active"


def test_minimum_term_that_ends_on_the_29th_of_february_ends_on_the_28th(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(at("2028-02-29", 9)):
        contract = a_subscription("24", min_term_months=12, notice_days=0)
        assert contract.min_term_until == date(2029, 2, 28)


def test_end_on_the_day_of_the_start_is_one_day(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", notice_days=0)
        handovers.take_back(WORKER, contract.lines[0], Found())
        assert net(contract) == Decimal("1.00")


def test_notice_on_the_day_the_month_begins_before_it_was_charged_leaves_no_credit(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", notice_days=0)
    with scope(workshop), clock.travelled(at("2026-11-10", 7)):
        endings.give_notice(WORKER, again(contract), ANEW)
        service.charge_recurring(WORKER)
        assert figures(contract) == [("recurring", Decimal("31.00"))]


def test_planned_change_of_plan_is_off_when_notice_is_given(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("36", notice_days=60)
        cheaper = a_plan(contract.lines[0].product, "24", code="CHEAP")
        swaps.change_plan(WORKER, contract.lines[0], ANEW, plan=cheaper)
        endings.give_notice(WORKER, contract, ANEW)
        assert contract.lines[0].next_plan_on is None


def test_notice_and_pause_shut_each_other_out(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("36", PlanRules(pause_days_per_year=30), notice_days=30)
        endings.give_notice(WORKER, contract, ANEW)
        with pytest.raises(Conflict, match=r"allowed\.contract_notice"):
            pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 12))
