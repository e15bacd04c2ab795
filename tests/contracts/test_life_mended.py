"""What the random lives and the races found, each told once as it happened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts import pricing_run
from service_app.contracts.models import Contract
from service_app.contracts.operations import (
    dates,
    endings,
    handovers,
    inspections,
    lateness,
    lines,
    losses,
    money,
    service,
    swaps,
)
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Signing, Wish
from service_app.contracts.queries import inspection_of
from service_app.core import clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.items.availability import bookable_items
from service_app.items.operations import read_meter
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_wish, again, an_active, an_item

BEGUN = datetime(2027, 1, 4, 9, tzinfo=UTC)
On = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def on(scope: Scoped, workshop: Workshop) -> On:
    """`with on(5):` is a transaction five days after the hand-over, an hour later in the day."""

    @contextmanager
    def day(days: int) -> Any:
        with scope(workshop), clock.travelled(BEGUN + timedelta(days=days, hours=2 if days else 0)) as found:
            yield found

    return day


def monthly(ends: int | None = None, spare: int = 1, meter: int | None = None, **rules: Any) -> Contract:
    product = a_product()
    plan = a_monthly_plan(product, min_term_months=None)
    plan.rules = PlanRules(**rules).to_json()
    for _each in range(1 + spare):
        an_item(product)
    start = clock.now() + timedelta(minutes=5)
    contract = an_active(Wish(product, plan, start, start + timedelta(days=ends) if ends else None))
    if meter is not None:
        read_meter(contract.lines[0].item, meter, "staff")
    return contract


def charged(contract: Contract, kind: str) -> list[str]:
    return [str(row.amount) for row in charges.charges_of(contract.id) if row.kind == kind]


def standing_days(contract: Contract, position: int = 0) -> int:
    rows = credits.standing_of(contract.lines[position].id, "recurring")
    return sum((end - start).days for row in rows for start, end in row.days)


def test_a_notice_taken_back_restores_the_end_that_was_agreed_last(on: On) -> None:
    with on(0):
        contract = monthly(ends=100)
    with on(2):
        contract = again(contract)
        later = contract.lines[0].ends_at + timedelta(days=50)
        dates.extend_line(WORKER, contract.lines[0], ANEW, ends_at=later)
        endings.give_notice(WORKER, contract, ANEW)
        endings.withdraw_notice(WORKER, contract, ANEW)
        assert (contract.status, contract.ends_on, contract.lines[0].ends_at) == ("active", None, later)


def test_a_notice_does_not_keep_a_line_longer_than_it_was_to_run(on: On) -> None:
    with on(0):
        contract = monthly(ends=10)
        agreed = contract.lines[0].ends_at
    with on(1):
        contract = again(contract)
        endings.give_notice(WORKER, contract, ANEW)
        assert contract.lines[0].ends_at == agreed


def test_what_was_swapped_in_advance_is_not_served_again_by_a_notice_taken_back(on: On) -> None:
    with on(0):
        contract = monthly(spare=2)
    with on(5):
        contract = again(contract)
        spare = next(item for item in _in_stock(contract))
        swaps.swap_item(WORKER, contract.lines[0], ANEW, item=spare, reason="defect", mode="advance")
        endings.give_notice(WORKER, contract, ANEW)
        endings.withdraw_notice(WORKER, contract, ANEW)
        assert standing_days(contract, 0) == 5
        with pytest.raises(Conflict, match=r"allowed\.replaced_already"):
            lines.transfer_contract(WORKER, contract, ANEW, customer=a_customer(), signing=Signing("Awa Diallo"))


def _in_stock(contract: Contract) -> list[Any]:
    return [item for item in bookable_items(contract.lines[0].product) if item.status == "in_stock"]


def test_an_early_end_taken_back_and_asked_again_costs_its_fee_again(on: On, owner: Actor) -> None:
    with on(0):
        contract = monthly(early_end_style="fixed", early_end_amount=Decimal("40.00"))
        contract.min_term_until = clock.now().date() + timedelta(days=200)
    with on(1):
        contract = again(contract)
        day = clock.now().date() + timedelta(days=9)
        endings.end_early(owner, contract, ANEW, ends_on=day)
        endings.withdraw_notice(WORKER, contract, ANEW)
        endings.end_early(owner, contract, ANEW, ends_on=day)
        left = [credits.left_of_charge(row) for row in charges.charges_of(contract.id) if row.kind == "fee"]
        assert left == [Decimal("0.00"), Decimal("40.00")]


def test_after_a_withdrawal_what_is_kept_is_not_charged(on: On) -> None:
    with on(0):
        contract = monthly()
        contract.is_distance = True
    with on(3):
        endings.withdraw_contract(WORKER, again(contract), ANEW)
    with on(30):
        assert lateness.mark_overdue(WORKER) == 1
        contract = again(contract)
        assert (contract.lines[0].status, standing_days(contract)) == ("overdue", 4)


def test_what_is_kept_is_owed_at_once(on: On) -> None:
    with on(0):
        contract = monthly(ends=10)
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
        assert contract.money_status == "settled"
    with on(14):
        lateness.mark_overdue(WORKER)
        assert again(contract).money_status == "due"


def test_use_of_a_month_is_charged_when_the_next_begins_and_the_rest_at_the_return(on: On) -> None:
    with on(0):
        contract = monthly(meter=100, use_amount=Decimal("0.10"))
    with on(20):
        read_meter(again(contract).lines[0].item, 160, "staff")
    with on(31):
        service.charge_recurring(WORKER)
        assert charged(contract, "use") == ["6.00"]
    with on(40):
        handovers.take_back(WORKER, again(contract).lines[0], Found(meter=190))
        assert charged(contract, "use") == ["6.00", "3.00"]


def test_a_rental_by_the_day_found_again_is_served_for_the_days_promised(on: On) -> None:
    with on(0):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        contract = an_active(a_wish(product, plan, days=5, start=clock.now() + timedelta(minutes=5)))
    with on(1):
        contract = again(contract)
        losses.report_lost(WORKER, contract.lines[0], ANEW, on=clock.now().date())
        losses.report_found(WORKER, contract.lines[0], ANEW, is_here=False)
        stands = sum(credits.left_of_charge(row) for row in charges.charges_of(contract.id) if row.kind == "rent")
        assert stands == Decimal("150.00")


def test_a_waived_rental_is_not_charged_again_by_its_extension(on: On) -> None:
    with on(0):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        contract = an_active(a_wish(product, plan, days=3, start=clock.now() + timedelta(minutes=5)))
        money.waive(WORKER, contract, charges.charges_of(contract.id)[0], "goodwill")
        line = contract.lines[0]
        dates.extend_line(WORKER, line, ANEW, ends_at=line.ends_at + timedelta(days=1))
        assert charged(contract, "rent") == ["90.00", "30.00"]


def test_a_rental_taken_over_pays_for_its_extension(on: On) -> None:
    with on(0):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        contract = an_active(a_wish(product, plan, days=4, start=clock.now() + timedelta(minutes=5)))
    with on(1):
        old = again(contract)
        lines.transfer_contract(WORKER, old, ANEW, customer=a_customer(), signing=Signing("Awa Diallo"))
        new = session().query(Contract).filter_by(predecessor_id=old.id).one()
        assert charged(new, "rent") == ["90.00"]
        line = new.lines[0]
        dates.extend_line(WORKER, line, ANEW, ends_at=line.ends_at + timedelta(days=1))
        assert charged(new, "rent") == ["90.00", "30.00"]


def test_a_deposit_never_topped_up_does_not_keep_a_contract_open(on: On) -> None:
    with on(0):
        contract = monthly()
        deposit = charges.deposit_of(contract.id)
        charges.change_deposit(WORKER, deposit, Decimal("200.00"))
        assert deposit.status == "due"
        charges.change_deposit(WORKER, deposit, Decimal("150.00"))
        assert deposit.status == "held", "what is asked is there again"


def test_what_is_lost_ends_with_its_contract_and_is_given_back_when_found(on: On) -> None:
    with on(0):
        contract = monthly()
    with on(2):
        contract = again(contract)
        losses.report_lost(WORKER, contract.lines[0], ANEW, on=clock.now().date())
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="transfer")
        assert (contract.status, contract.end_reason) == ("ended", "lost")
    with on(9):
        contract = again(contract)
        losses.report_found(WORKER, contract.lines[0], ANEW)
        assert (contract.money_status, contract.lines[0].status) == ("due", "returned")


def test_a_return_corrected_gives_back_the_days_and_the_late_fee(on: On) -> None:
    with on(0):
        contract = monthly(ends=10)
        contract.lines[0].price = contract.lines[0].price | {"late_amount": "5.00"}
    with on(16):
        lateness.mark_overdue(WORKER)
        handovers.take_back(WORKER, again(contract).lines[0], Found())
        contract = again(contract)
        assert standing_days(contract) > 11
        dates.correct_dates(WORKER, contract.lines[0], ANEW, reason="back in the box", in_at=BEGUN + timedelta(days=9))
        late = [row for row in charges.charges_of(contract.id) if row.kind == "late"]
        assert standing_days(contract) == 10
        assert [credits.left_of_charge(row) for row in late] == [Decimal("0.00")]


def test_a_month_priced_without_writing_is_what_is_charged_then(on: On) -> None:
    with on(0):
        contract = monthly()
        first = clock.now().date().replace(month=2, day=1)
        before = list(pricing_run.price_month(first))
    with on(35):
        service.charge_recurring(WORKER)
        assert charged(contract, "recurring")[1:] == [str(each.to_charge) for each in before]
        after = list(pricing_run.price_month(first))
        assert [(each.price, each.days) for each in after] == [(each.price, each.days) for each in before]
        assert [each.to_charge for each in after] == [Decimal("0.00")]


def test_what_was_fetched_before_its_day_ends_before_it_too(on: On) -> None:
    with on(0):
        product = a_product()
        an_item(product)
        plan = a_monthly_plan(product, min_term_months=None)
        contract = an_active(Wish(product, plan, clock.now() + timedelta(hours=26), None))
        contract.is_distance = True
        endings.withdraw_contract(WORKER, contract, ANEW)
        line = contract.lines[0]
        assert line.out_at == line.starts_at < line.ends_at


def test_what_comes_back_before_the_last_day_of_a_notice_is_paid_to_that_day_and_then_it_ends(on: On) -> None:
    with on(0):
        contract = monthly(early_refund="none")
    with on(20):
        contract = again(contract)
        endings.give_notice(WORKER, contract, ANEW)
        handovers.take_back(WORKER, contract.lines[0], Found())
        inspection = inspection_of(contract.lines[0])
        inspections.finish_inspection(WORKER, inspection, inspections.Verdict("B"))
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
        days = (contract.ends_on - BEGUN.date()).days
        assert days > 31
        assert (contract.status, standing_days(contract)) == ("notice", 31), "a month is still to come"
        assert money.balance(contract).deposit_held == charges.deposit_of(contract.id).amount
    with on(31):
        for _twice in range(2):
            service.charge_recurring(WORKER)
        contract = again(contract)
        assert (contract.money_status, standing_days(contract)) == ("due", days)
    with on(days):
        service.charge_recurring(WORKER)
        contract = again(contract)
        assert standing_days(contract) == days
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
        assert (contract.status, contract.money_status) == ("ended", "settled")
