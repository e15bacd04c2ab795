"""Another thing, another plan (workflows 5.3): neither gap nor overlap, and the day belongs to the new line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import endings, handovers, inspections, lateness, pauses, swaps
from service_app.contracts.operations.acts import ANEW, Asked
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict
from service_app.contracts.queries import inspection_of
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items.models import Item
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.life import START, a_plan, a_subscription, at, figures, net, settle
from tests.factories.rentals import a_wish, again, an_active, an_item


def _stock(line: ContractLine) -> Item:
    """An item of the same product in stock."""
    found = select(Item).where(Item.product_id == line.product_id, Item.status == "in_stock").order_by(Item.id)
    return session().scalars(found).all()[0]


def live(contract: Contract) -> ContractLine:
    return next(line for line in again(contract).lines if line.status in ("out", "overdue"))


def test_swap_day_belongs_to_the_new_line_and_the_figures_are_those_of_the_table(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24")
        dearer = a_product()
        dearer.exchange_group = "bikes"
        contract.lines[0].product.exchange_group = "bikes"
        plan, item = a_plan(dearer, "36"), an_item(dearer)
    with scope(workshop), clock.travelled(at("2026-10-21")):
        old = live(contract)
        assert swaps.price_of_swap(old, again(plan), date(2026, 10, 21)) == Decimal("7.75")
        swaps.swap_item(WORKER, old, ANEW, item=again(item), reason="upgrade", plan=again(plan))
        new = live(contract)
        assert (old.status, new.predecessor_id, new.item_id) == ("returned", old.id, item.id)
        assert figures(contract, old) == [("recurring", Decimal("24.00")), ("unserved_days", Decimal("-15.48"))]
        assert figures(contract, new) == [("recurring", Decimal("23.23"))]
        assert [(row.from_on, row.until_on) for row in old.stretches] == [(date(2026, 10, 10), date(2026, 10, 21))]
        assert [(row.from_on, row.until_on) for row in new.stretches] == [(date(2026, 10, 21), None)]


def test_swap_like_for_like_keeps_the_price_though_the_catalogue_changed(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24")
    with scope(workshop), clock.travelled(at("2026-10-21")):
        old = live(contract)
        old.plan.monthly_amount = Decimal("99")
        swaps.swap_item(WORKER, old, ANEW, item=_stock(old), reason="defect")
        assert net(contract) == Decimal("24.00")


def test_swap_on_the_first_day_charges_the_old_thing_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24")
        old = live(contract)
        swaps.swap_item(WORKER, old, ANEW, item=_stock(old), reason="defect")
        assert net(contract, old) == 0
        assert net(contract) == Decimal("24.00")
        assert old.stretches == []


def test_advance_swap_leaves_the_old_thing_due_and_uncharged(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", PlanRules(advance_days=7))
    with scope(workshop), clock.travelled(at("2026-10-21")):
        old = live(contract)
        swaps.swap_item(WORKER, old, ANEW, item=_stock(old), reason="defect", mode="advance")
        assert old.status == "out"
        assert old.due_at is not None
        assert old.due_at.date() == date(2026, 10, 28)
        assert net(contract) == Decimal("24.00")
    with scope(workshop), clock.travelled(at("2026-10-26")):
        handovers.take_back(WORKER, again(old), Found())
        assert net(contract) == Decimal("24.00")


def test_old_thing_not_returned_after_an_advance_swap_is_charged_again_until_it_is_back(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PlanRules(advance_days=5))
    with scope(workshop), clock.travelled(at("2026-10-20")):
        old = live(contract)
        swaps.swap_item(WORKER, old, ANEW, item=_stock(old), reason="defect", mode="advance")
    with scope(workshop), clock.travelled(at("2026-10-27")):
        assert lateness.mark_overdue(WORKER) == 1
        assert [row.from_on for row in again(old).stretches] == [date(2026, 10, 10), date(2026, 10, 27)]
    with scope(workshop), clock.travelled(at("2026-10-29")):
        handovers.take_back(WORKER, again(old), Found())
        # 10 days before the swap, and 27, 28 and 29 October, at a euro a day
        assert net(contract, again(old)) == Decimal("13.00")


def test_return_first_reserves_the_new_thing_and_charges_it_from_its_hand_over(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
    with scope(workshop), clock.travelled(at("2026-10-20")):
        old = live(contract)
        item = _stock(old)
        swaps.swap_item(WORKER, old, ANEW, item=item, reason="defect", mode="return_first")
        new = again(contract).lines[-1]
        assert (old.status, new.status, new.item_id) == ("returned", "planned", item.id)
        assert net(contract) == Decimal("10.00")
    with scope(workshop), clock.travelled(at("2026-10-22")):
        new = again(contract).lines[-1]
        handovers.hand_over(WORKER, new, again(item), Found())
        assert net(contract, new) == Decimal("19.00")


def test_swaps_of_a_year_are_counted_and_defects_are_not(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", PlanRules(swaps_per_year=1), spare=4)
    with scope(workshop), clock.travelled(at("2026-10-20")):
        swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="defect")
        settle(contract)
        swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="wish")
        settle(contract)
        with pytest.raises(Conflict, match=r"swap\.none_left"):
            swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="wish")
        swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="defect")


def test_swap_for_a_wish_waits_until_everything_is_paid(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product), an_item(product)
        contract = an_active(a_wish(product, a_plan(product), days=400, start=START))
        line = live(contract)
        with pytest.raises(Conflict, match=r"allowed\.something_owed"):
            swaps.swap_item(WORKER, line, ANEW, item=_stock(line), reason="wish")
        swaps.swap_item(WORKER, line, ANEW, item=_stock(line), reason="defect")


def test_under_notice_only_defects_are_swapped_and_the_term_stays(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", min_term_months=3, notice_days=30, spare=2)
        until = contract.min_term_until
    with scope(workshop), clock.travelled(at("2026-10-20")):
        endings.give_notice(WORKER, again(contract), ANEW)
        with pytest.raises(Conflict, match=r"swap\.only_defects"):
            swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="wish")
        swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="defect")
        assert again(contract).min_term_until == until == date(2027, 1, 10)
        assert live(contract).ends_at is not None


def test_swap_during_a_pause_charges_neither_line(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PlanRules(pause_days_per_year=60))
    with scope(workshop), clock.travelled(at("2026-10-20")):
        pauses.pause_contract(WORKER, again(contract), ANEW, from_on=date(2026, 10, 20), until_on=date(2026, 11, 5))
    with scope(workshop), clock.travelled(at("2026-10-25")):
        swaps.swap_item(WORKER, live(contract), ANEW, item=_stock(live(contract)), reason="defect")
        # ten days before the pause by the old, 5 to 9 November by the new
        assert net(contract) == Decimal("15.00")


def test_wrong_group_and_an_item_that_is_out_are_refused(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24")
        line, stranger = live(contract), an_item(a_product())
        with pytest.raises(Conflict, match=r"swap\.other_group"):
            swaps.swap_item(WORKER, line, ANEW, item=stranger, reason="defect")
        with pytest.raises(Conflict, match=r"handover\.not_in_stock"):
            swaps.swap_item(WORKER, line, ANEW, item=line.item, reason="defect")
        with pytest.raises(Invalid, match=r"choice\.unknown"):
            swaps.swap_item(WORKER, line, ANEW, item=_stock(line), reason="boredom")


def test_second_swap_of_what_was_swapped_in_advance_sees_that_it_is_done(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", spare=3)
        line = live(contract)
        swaps.swap_item(WORKER, line, ANEW, item=_stock(line), reason="defect", mode="advance")
        with pytest.raises(Conflict, match=r"allowed\.replaced_already"):
            swaps.swap_item(WORKER, line, ANEW, item=_stock(line), reason="defect", mode="advance")


def test_deposit_carries_over_and_what_is_missing_falls_due(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", deposit_amount=Decimal("100"))
        dearer = a_product()
        dearer.exchange_group = "bikes"
        contract.lines[0].product.exchange_group = "bikes"
        plan, item = a_plan(dearer, "36", deposit_amount=Decimal("250")), an_item(dearer)
        settle(contract)
        swaps.swap_item(WORKER, live(contract), ANEW, item=item, reason="upgrade", plan=plan)
        deposit = charges.deposit_of(contract.id)
        assert deposit is not None
        assert (deposit.amount, deposit.status, charges.held_amount(deposit)) == (250, "due", 100)
        charges.receive_deposit(WORKER, deposit, "card")
        assert charges.held_amount(deposit) == 250
        cheaper = next(line for line in again(contract).lines if line.status == "returned")
        assert cheaper.item.status == "to_inspect"


def test_rental_by_the_day_is_swapped_without_a_change_of_price(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product), an_item(product)
        contract = an_active(a_wish(product, a_day_plan(product), days=6, start=START))
        whole = net(contract)
        settle(contract)
    with scope(workshop), clock.travelled(at("2026-10-12")):
        old = live(contract)
        swaps.swap_item(WORKER, old, ANEW, item=_stock(old), reason="defect")
        assert net(contract) == whole
        assert net(contract, live(contract)) == whole * 4 / 6
        inspections.finish_inspection(WORKER, inspection_of(old), Verdict(grade="B"))


def test_plan_changes_now_with_a_credit_or_at_the_end_of_the_month_never_both(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("36")
        cheaper = a_plan(contract.lines[0].product, "24", code="CHEAP")
    with scope(workshop), clock.travelled(at("2026-10-21")):
        swaps.change_plan(WORKER, live(contract), ANEW, plan=again(cheaper), when="period_end")
        assert live(contract).next_plan_on == date(2026, 11, 10)
        assert net(contract) == Decimal("36.00")
        with pytest.raises(Conflict, match=r"allowed\.plan_change_planned"):
            swaps.change_plan(WORKER, live(contract), ANEW, plan=again(cheaper), when="now")
        swaps.keep_plan(WORKER, live(contract), ANEW)
        swaps.change_plan(WORKER, live(contract), ANEW, plan=again(cheaper), when="now")
        # 11 of 31 days at 36.00 and 20 at 24.00
        assert net(contract) == Decimal("12.77") + Decimal("15.48")
        assert live(contract).item_id is not None


def test_plan_that_changes_with_the_month_is_charged_from_its_first_day(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("36")
        cheaper = a_plan(contract.lines[0].product, "24", code="CHEAP")
        swaps.change_plan(WORKER, live(contract), ANEW, plan=cheaper)
        cheaper.monthly_amount = Decimal("99")  # dearer since: what was agreed holds
    with scope(workshop), clock.travelled(at("2026-11-12")):
        assert swaps.apply_plan_changes(WORKER) == 1
        assert swaps.apply_plan_changes(WORKER) == 0
        old, new = again(contract).lines
        assert (old.status, new.status) == ("replaced", "out")
        assert [row.from_on for row in new.stretches] == [date(2026, 11, 10)]
        assert (net(contract, old), net(contract, new)) == (36, 24)


def test_same_wish_sent_twice_is_done_once_and_another_under_its_key_is_refused(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", spare=3)
        line, item = live(contract), _stock(live(contract))
        first = swaps.swap_item(WORKER, line, Asked(key="k1"), item=item, reason="defect")
        second = swaps.swap_item(WORKER, line, Asked(key="k1"), item=item, reason="defect")
        assert first.id == second.id
        assert len(again(contract).lines) == 2
        with pytest.raises(Invalid, match=r"act\.other_wish"):
            swaps.swap_item(WORKER, line, Asked(key="k1"), item=item, reason="recall")
        with pytest.raises(Conflict, match=r"version\.stale"):
            swaps.swap_item(WORKER, live(contract), Asked(version=1), item=_stock(line), reason="defect")
