"""Longer, shorter, corrected; more things, fewer, other holders, another customer (workflows 5.1)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.contracts.models import Contract
from service_app.contracts.operations import (
    cancelling,
    dates,
    handovers,
    lateness,
    lines,
    money,
    offers,
    service,
    swaps,
)
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict, finish_inspection
from service_app.contracts.operations.lines import Holder
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.life import START, a_subscription, at, figures, net, settle
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item


def a_rental(days: int = 3, rules: PlanRules | None = None, items: int = 2) -> Contract:
    """Three days from 10 October at 10:00, 30.00 a day."""
    product = a_product()
    for _number in range(items):
        an_item(product)
    plan = a_day_plan(product)
    plan.rules = (rules or PlanRules()).to_json()
    session().flush()
    contract = an_active(a_wish(product, plan, days=days, start=START))
    settle(contract)
    return contract


def test_early_return_gives_nothing_back_unless_the_plan_does(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        kept, given = a_rental(6), a_rental(6, PlanRules(early_refund="unused"))
        whole = net(kept)
    with scope(workshop), clock.travelled(at("2026-10-13", 7)):
        for contract in (kept, given):
            handovers.take_back(WORKER, again(contract).lines[0], Found())
        assert net(kept) == whole
        assert net(given) == Decimal("90.00"), "three days at 30.00"


def test_early_return_lets_others_book_sooner(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(6, items=1)
        product = contract.lines[0].product
    with scope(workshop), clock.travelled(at("2026-10-12")):
        assert availability.count_free(product, Stretch(at("2026-10-14"), at("2026-10-15"))) == 0
        dates.shorten_line(WORKER, again(contract).lines[0], ANEW, ends_at=at("2026-10-13"))
        assert availability.count_free(product, Stretch(at("2026-10-14"), at("2026-10-15"))) == 1
        with pytest.raises(Conflict, match=r"contract\.not_earlier"):
            dates.shorten_line(WORKER, again(contract).lines[0], ANEW, ends_at=at("2026-10-20"))


def test_shortened_rental_is_credited_when_the_plan_gives_back(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(6, PlanRules(early_refund="unused"))
    with scope(workshop), clock.travelled(at("2026-10-11")):
        line = again(contract).lines[0]
        dates.shorten_line(WORKER, line, ANEW, ends_at=at("2026-10-12"))
        assert net(contract) == Decimal("70.00"), "two days at 35.00"
        dates.extend_line(WORKER, line, ANEW, ends_at=at("2026-10-13"))
        assert net(contract) == Decimal("90.00"), "and three at 30.00"
        assert line.planned_ends_at == at("2026-10-16"), "the end that was signed is kept"


def test_extension_pays_for_the_lateness_so_far_unless_it_is_waived(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        one, other = a_rental(2), a_rental(2)
    with scope(workshop), clock.travelled(at("2026-10-14")):
        lateness.mark_overdue(WORKER)
        dates.extend_line(WORKER, again(one).lines[0], ANEW, ends_at=at("2026-10-16"))
        dates.extend_line(WORKER, again(other).lines[0], ANEW, ends_at=at("2026-10-16"), waive_late=True)
        assert ("late", Decimal("40.00")) in figures(one)
        assert all(name != "late" for name, _amount in figures(other))
        assert again(one).lines[0].status == "out"


def test_extension_over_another_booking_is_refused_and_changes_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(2, items=1)
        line = contract.lines[0]
        waiting = a_signed(a_wish(line.product, line.plan, days=2, start=at("2026-10-15")))
        with pytest.raises(Conflict, match=r"availability\.none"):
            dates.extend_line(WORKER, line, ANEW, ends_at=at("2026-10-16"))
        assert again(line).ends_at == at("2026-10-12")
        assert availability.allocation_of(waiting.lines[0].id, "reservation") is not None


def test_late_fee_is_counted_on_the_late_line_only(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product), an_item(product)
        plan = a_day_plan(product)
        contract = an_active(*(a_wish(product, plan, days=2, start=START) for _line in range(2)))
    with scope(workshop), clock.travelled(at("2026-10-12", 7)):
        handovers.take_back(WORKER, again(contract).lines[0], Found())
    with scope(workshop), clock.travelled(at("2026-10-14")):
        handovers.take_back(WORKER, again(contract).lines[1], Found())
        late = [row.contract_line_id for row in charges.charges_of(contract.id) if row.kind == "late"]
        assert late == [again(contract).lines[1].id]


def test_backdated_hand_over_is_charged_from_then_and_needs_its_right(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(at("2026-10-20")):
        contract = a_subscription("31")
        counter = access.staff("Jo", 1, "counter")
        line = contract.lines[0]
        with pytest.raises(Forbidden, match=r"access\.missing_right"):
            dates.correct_dates(counter, line, ANEW, reason="forgotten", out_at=at("2026-10-16"))
        with pytest.raises(Invalid, match=r"correction\.reason_needed"):
            dates.correct_dates(WORKER, line, ANEW, reason=" ", out_at=at("2026-10-16"))
        assert contract.anchor_day == 20
        dates.correct_dates(WORKER, line, ANEW, reason="forgotten", out_at=at("2026-10-16"))
        # 16 to 19 October of the month of thirty days that ends on the 20th
        assert net(contract) == Decimal("31.00") + Decimal("4.13")
        assert line.out_at == at("2026-10-16")


def test_backdated_hand_over_never_overlaps_a_real_use(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        first = a_rental(2, items=1)
    with scope(workshop), clock.travelled(at("2026-10-12", 7)):
        line = again(first).lines[0]
        inspection = handovers.take_back(WORKER, line, Found())
        finish_inspection(WORKER, inspection, Verdict(grade="B"))
        second = an_active(a_wish(line.product, line.plan, days=2, start=at("2026-10-12", 9)))
        with pytest.raises(Conflict, match=r"availability\.item_taken"):
            dates.correct_dates(WORKER, second.lines[0], ANEW, reason="oops", out_at=at("2026-10-11"))


def test_corrected_return_credits_the_days_that_were_not_served(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
    with scope(workshop), clock.travelled(at("2026-10-25")):
        line = again(contract).lines[0]
        with pytest.raises(Conflict, match=r"correction\.not_back"):
            dates.correct_dates(WORKER, line, ANEW, reason="key box", in_at=at("2026-10-20"))
        handovers.take_back(WORKER, line, Found())
        dates.correct_dates(WORKER, line, ANEW, reason="key box", in_at=at("2026-10-20"))
        assert net(contract) == Decimal("11.00")


def test_one_thing_more_and_one_less_with_the_deposit(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", deposit_amount=Decimal(100))
        settle(contract)
        line = contract.lines[0]
        lines.add_line(WORKER, contract, ANEW, wish=Wish(line.product, line.plan, at("2026-10-12"), None))
        deposit = charges.deposit_of(contract.id)
        assert (deposit.amount, deposit.status) == (200, "due")
        lines.remove_line(WORKER, again(contract).lines[1], ANEW)
        assert (deposit.amount, money.balance(again(contract)).deposit_due) == (100, 0)
        assert again(contract).lines[1].status == "cancelled"


def test_last_thing_is_not_taken_off_a_contract(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_signed()
        with pytest.raises(Conflict, match=r"line\.the_last"):
            lines.remove_line(WORKER, contract.lines[0], ANEW)


def test_several_holders_share_the_custody(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PlanRules(kind="shared"))
        assert contract.kind == "shared"
        lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Ada"), Holder("Bo", "bo@example.be")])
        lines.change_holders(WORKER, contract, ANEW, holders=[Holder("Ada")])
        with pytest.raises(Invalid, match=r"holder\.name_needed"):
            lines.change_holders(WORKER, contract, ANEW, holders=[Holder(" ")])


def test_contract_goes_over_to_another_customer_with_its_things_term_and_price(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        old = a_subscription("31", min_term_months=6, deposit_amount=Decimal(50))
        settle(old)
        heir = a_customer(name="Ada Heir")
    with scope(workshop), clock.travelled(at("2026-10-21")):
        old = again(old)
        act = lines.transfer_contract(WORKER, old, ANEW, customer=again(heir), signing=Signing("Ada Heir"))
        new = session().get_one(Contract, (old.workshop_id, old.id + 1))
        assert act.outcome["contract"] == new.reference
        assert (new.predecessor_id, new.status, new.min_term_until) == (old.id, "active", date(2027, 4, 10))
        assert (net(old), net(new)) == (Decimal("11.00"), Decimal("20.00"))
        assert new.lines[0].item.custodian_customer_id == heir.id
        assert money.balance(new).deposit_due == 50
        money.settle_up(WORKER, old, method="transfer", use_deposit=False)
        assert (old.status, old.end_reason) == ("ended", "transferred")


def test_planned_thing_is_substituted_by_one_of_its_group_at_the_same_price(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_signed()
        line, better = contract.lines[0], a_product()
        item = an_item(better)
        with pytest.raises(Conflict, match=r"swap\.other_group"):
            swaps.substitute_item(WORKER, line, ANEW, item=item)
        line.product.exchange_group = better.exchange_group = "bikes"
        price = line.price
        swaps.substitute_item(WORKER, line, ANEW, item=item)
        assert (line.product_id, line.item_id, line.price) == (better.id, item.id, price)


def test_month_charged_on_the_31st_never_drifts(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(at("2027-01-31", 9)):
        contract = a_subscription("31")
        contract.lines[0].ends_at = None
    for day in ("2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"):
        with scope(workshop), clock.travelled(at(day)):
            service.charge_recurring(WORKER)
    with scope(workshop):
        starts = [row.period_start for row in charges.charges_of(contract.id)]
    assert starts == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]


def test_closed_days_are_free_where_the_plan_says_so(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(3, PlanRules(closed_days_free=True))
        assert net(contract) == Decimal("60.00"), "Saturday and Monday; the workshop is closed on Sunday"


def test_customer_does_alone_what_the_table_lets_them_and_nothing_else(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(3)
        customer = access.customer("Nora")
        dates.extend_line(customer, contract.lines[0], ANEW, ends_at=START + timedelta(days=4))
        with pytest.raises(Conflict, match=r"allowed\.staff_only"):
            dates.shorten_line(customer, contract.lines[0], ANEW, ends_at=START + timedelta(days=1))


def test_not_fetched_it_is_free_again_and_the_plan_asks_its_fee(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START - timedelta(days=2)):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        plan.rules = PlanRules(no_show_amount=Decimal(15)).to_json()
        contract = a_signed(a_wish(product, plan, start=START))
        money.receive_deposit(WORKER, contract, "card")
        with pytest.raises(Conflict, match=r"allowed\.not_begun"):
            lines.no_show(WORKER, contract.lines[0], ANEW)
    with scope(workshop), clock.travelled(START + timedelta(hours=9)):
        contract = again(contract)
        lines.no_show(WORKER, contract.lines[0], ANEW)
        assert (contract.status, contract.money_status) == ("cancelled", "due")
        assert availability.count_free(contract.lines[0].product, Stretch(at("2026-10-11"), at("2026-10-12"))) == 1
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="card")
        assert contract.money_status == "settled"
        deposit = charges.deposit_of(contract.id)
        assert [(row.kind, row.amount) for row in deposit.movements][1:] == [("retained", 15), ("released", 135)]


def test_cancelling_late_costs_the_customer_the_share_of_the_plan_and_us_nothing(
    workshop: Workshop, scope: Scoped
) -> None:
    rules = PlanRules(cancel_free_hours=48, cancel_percent=30)
    with scope(workshop), clock.travelled(START - timedelta(days=5)):
        product = a_product()
        for _number in range(3):
            an_item(product)
        plan = a_day_plan(product, deposit_amount=Decimal(0))
        plan.rules = rules.to_json()
        early, late, ours = (a_signed(a_wish(product, plan, start=START)) for _number in range(3))
        cancelling.call_off(WORKER, early, ANEW)
        assert net(early) == 0
    with scope(workshop), clock.travelled(START - timedelta(hours=20)):
        cancelling.call_off(WORKER, again(late), ANEW)
        offers.cancel_contract(WORKER, again(ours))
        assert (net(late), net(ours)) == (Decimal("27.00"), 0)
        assert (again(late).status, again(late).money_status) == ("cancelled", "due")


def test_wrong_thing_brought_back_is_not_taken_for_the_right_one(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(2)
        with pytest.raises(Invalid, match=r"handover\.wrong_item"):
            handovers.take_back(WORKER, contract.lines[0], Found(tag="T-9999"))
        handovers.take_back(WORKER, contract.lines[0], Found(tag=contract.lines[0].item.tag.lower()))


def test_forgotten_check_in_keeps_the_thing_unavailable(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_rental(2, items=1)
    with scope(workshop), clock.travelled(at("2026-11-20")):
        lateness.mark_overdue(WORKER)
        product = again(contract).lines[0].product
        assert availability.count_free(product, Stretch(at("2026-12-01"), at("2026-12-03"))) == 0
