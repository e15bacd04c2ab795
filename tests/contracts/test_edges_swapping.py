"""The edge cases of a swap (workflows 5.3), each with the test that holds it, or why there is none here.

- Advance, and the old one does not come back by its day:
  test_old_thing_not_returned_after_an_advance_swap_is_charged_again_until_it_is_back.
- Wrong thing brought: test_wrong_thing_brought_to_a_swap_changes_nothing.
- Nothing to swap it for: test_swap_without_a_free_thing_waits_and_the_outage_is_credited.
- The new one is broken too: test_defect_in_the_new_thing_is_swapped_again_and_counts_for_nothing. Whether within 48 hours or
  later does not matter: a defect never counts.
- During a pause: test_swap_during_a_pause_charges_neither_line.
- Under notice: test_under_notice_only_defects_are_swapped_and_the_term_stays.
- The minimum term: test_term_begins_anew_neither_by_a_defect_nor_by_an_upgrade. An upgrade on a new term is an upgrade and a
  renewal: two wishes, each agreed for itself.
- Lost while it was awaited: test_what_is_lost_after_an_advance_swap_is_no_longer_awaited.
- One component of a kit: test_component_alone_is_swapped_while_the_kit_stays_out.
- A thing of another member: comes with lending between members.
- Two requests at once: test_the_second_swap_sees_that_there_was_one, test_one_thing_does_not_replace_two,
  test_second_swap_of_what_was_swapped_in_advance_sees_that_it_is_done.
- The catalogue changed meanwhile: test_swap_like_for_like_keeps_the_price_though_the_catalogue_changed.
- The day of the swap and its money: test_swap_day_belongs_to_the_new_line_and_the_figures_are_those_of_the_table;
  now or at the end of the month, never both:
  test_plan_changes_now_with_a_credit_or_at_the_end_of_the_month_never_both.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from service_app.catalogue.rules import PlanRules
from service_app.contracts import allowed
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import lateness, losses, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items.models import Item
from service_app.portal import queries
from service_app.portal.operations import asking
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.life import START, a_plan, a_subscription, at, figures, net, settle
from tests.factories.rentals import again, an_item


def _stock(line: ContractLine) -> Item:
    found = select(Item).where(Item.product_id == line.product_id, Item.status == "in_stock").order_by(Item.id)
    return session().scalars(found).all()[0]


def _live(contract: Contract) -> ContractLine:
    return next(line for line in reversed(again(contract).lines) if line.status in ("out", "overdue"))


def test_wrong_thing_brought_to_a_swap_changes_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24")
        line = _live(contract)
        with pytest.raises(Invalid, match=r"handover\.wrong_item"):
            swaps.swap_item(WORKER, line, ANEW, item=_stock(line), reason="defect", found=Found(tag="T-9999"))
        assert [each.status for each in again(contract).lines] == ["out"]
        assert figures(contract) == [("recurring", Decimal("24.00"))]


def test_swap_without_a_free_thing_waits_and_the_outage_is_credited(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PlanRules(service_hours=24), spare=0)
        customer, line = access.customer("Nora"), contract.lines[0]
        first = asking.ask_swap(customer, line, reason="defect")
        losses.report_outage(customer, line, ANEW, symptom="the motor is dead")
    with scope(workshop), clock.travelled(at("2026-10-14")):
        line = again(contract).lines[0]
        assert asking.ask_swap(access.customer("Nora"), line, reason="defect").id == first.id, (
            "asked twice is asked once"
        )
        assert queries.open_request(contract.customer, "swap", line) is not None
        swaps.swap_item(WORKER, line, ANEW, item=an_item(line.product), reason="defect")
        assert not allowed.has_open_outage(line)
        credited = [amount for name, amount in figures(contract) if name == "service_credit"]
        assert credited == [Decimal("-3.00")], "four days without it, one within the service level"


def test_defect_in_the_new_thing_is_swapped_again_and_counts_for_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", PlanRules(swaps_per_year=1), spare=4)
    with scope(workshop), clock.travelled(at("2026-10-20")):
        for _time in range(2):
            swaps.swap_item(WORKER, _live(contract), ANEW, item=_stock(_live(contract)), reason="defect")
    with scope(workshop), clock.travelled(at("2026-10-21")):
        swaps.swap_item(WORKER, _live(contract), ANEW, item=_stock(_live(contract)), reason="defect")
        # 10 days, 1 and 20 of one price, each rounded for itself; the one that was there for an hour cost nothing
        assert [net(contract, line) for line in again(contract).lines] == [
            Decimal(x) for x in ("7.74", 0, "0.77", "15.48")
        ]
        settle(contract)
        swaps.swap_item(WORKER, _live(contract), ANEW, item=_stock(_live(contract)), reason="wish")


def test_term_begins_anew_neither_by_a_defect_nor_by_an_upgrade(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24", min_term_months=3)
        dearer = a_product()
        dearer.exchange_group = contract.lines[0].product.exchange_group = "bikes"
        plan, item = a_plan(dearer, "36", min_term_months=12), an_item(dearer)
    with scope(workshop), clock.travelled(at("2026-11-05")):
        swaps.swap_item(WORKER, _live(contract), ANEW, item=_stock(_live(contract)), reason="defect")
        assert again(contract).min_term_until == date(2027, 1, 10)
        settle(contract)
        swaps.swap_item(WORKER, _live(contract), ANEW, item=again(item), reason="upgrade", plan=again(plan))
        assert again(contract).min_term_until == date(2027, 1, 10)


def test_what_is_lost_after_an_advance_swap_is_no_longer_awaited(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PlanRules(advance_days=5))
    with scope(workshop), clock.travelled(at("2026-10-20")):
        old = _live(contract)
        swaps.swap_item(WORKER, old, ANEW, item=_stock(old), reason="defect", mode="advance")
    with scope(workshop), clock.travelled(at("2026-10-23")):
        losses.report_lost(WORKER, again(old), ANEW, on=date(2026, 10, 22))
        assert again(old).status == "lost"
    with scope(workshop), clock.travelled(at("2026-11-05")):
        assert lateness.mark_overdue(WORKER) == 0, "nobody waits for it any more"
        with pytest.raises(Conflict, match=r"allowed\.line_lost"):
            swaps.swap_item(WORKER, again(old), ANEW, item=again(old).item, reason="defect")
        served = net(contract, again(old)) - next(amount for name, amount in figures(contract, old) if name == "lost")
        assert served == Decimal("10.00"), "ten days before the swap, and none after it"
