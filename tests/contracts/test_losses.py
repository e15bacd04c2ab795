"""Lost, found, bought, out of order (workflows 5.1, 5.4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts.models import Contract
from service_app.contracts.operations import dates, handovers, losses, money, service
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import ItemEntry
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.life import START, a_subscription, at, figures, net, settle
from tests.factories.rentals import a_signed, a_wish, again

SOLD = PlanRules(buy_out_from_months=1, buy_out_share_percent=100, buy_out_most_payments=1)


def test_lost_thing_is_charged_its_aged_value_and_no_longer_served(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
    with scope(workshop), clock.travelled(at("2026-10-20")):
        line = again(contract).lines[0]
        losses.report_lost(WORKER, line, ANEW, on=date(2026, 10, 18))
        assert (line.status, line.item.status) == ("lost", "lost")
        lost = next(row for row in charges.charges_of(contract.id) if row.kind == "lost")
        assert lost.amount == Decimal("4188.49"), "8 days of eight years off 4200.00"
        assert net(contract) - lost.amount == Decimal("8.00")


def test_lost_thing_is_promised_to_nobody_and_its_next_booking_moves_or_is_at_risk(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", spare=0)
        line = contract.lines[0]
        line.ends_at = line.due_at = at("2026-10-30")
        use = availability.allocation_of(line.id, "use")
        use.ends_at = use.blocked_until = at("2026-10-30")
        session().flush()
        waiting = a_signed(a_wish(line.product, line.plan, days=5, start=at("2026-11-05")))
        losses.report_lost(WORKER, line, ANEW, on=date(2026, 10, 10))
        assert again(waiting).lines[0].is_at_risk
        assert availability.count_free(line.product, Stretch(at("2026-12-01"), at("2026-12-02"))) == 0


def test_found_thing_gives_the_loss_back_and_is_inspected(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
        losses.report_lost(WORKER, contract.lines[0], ANEW, on=date(2026, 10, 10))
        settle(contract)
    with scope(workshop), clock.travelled(at("2026-10-25")):
        line = again(contract).lines[0]
        losses.report_found(WORKER, line, ANEW)
        assert (line.status, line.item.status) == ("returned", "to_inspect")
        assert net(contract) == 0
        assert money.balance(again(contract)).to_give_back == Decimal("4200.00")


def test_found_with_the_customer_it_is_served_again_from_that_day(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
    with scope(workshop), clock.travelled(at("2026-10-15")):
        losses.report_lost(WORKER, again(contract).lines[0], ANEW, on=date(2026, 10, 12))
    with scope(workshop), clock.travelled(at("2026-10-25")):
        line = again(contract).lines[0]
        losses.report_found(WORKER, line, ANEW, is_here=False)
        assert (line.status, line.item.status) == ("out", "out")
        assert net(contract) == Decimal("2.00") + Decimal("16.00")


def test_loss_on_an_odd_day_is_refused(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
        for day in (date(2026, 10, 9), date(2026, 10, 11)):
            with pytest.raises(Invalid, match=r"lost\.odd_day"):
                losses.report_lost(WORKER, contract.lines[0], ANEW, on=day)


def test_buying_takes_payment_ends_the_charges_and_leaves_the_fleet(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD)
    with scope(workshop), clock.travelled(at("2026-11-15")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        settle(contract)
        line = contract.lines[0]
        assert losses.buy_out_price(line, date(2026, 11, 15)).amount == Decimal("4169.00")
        losses.buy_out(WORKER, line, ANEW, method="transfer")
        assert (line.status, line.item.status, line.item.owner_name) == ("bought_out", "sold", contract.customer.name)
        assert money.balance(contract).to_give_back == Decimal("25.83"), "15 November to 9 December of 31.00"
        entries = session().scalars(select(ItemEntry).where(ItemEntry.kind == "buy_out")).all()
        assert [row.amount for row in entries] == [Decimal("4169.00")]
        money.settle_up(WORKER, contract, method="transfer", use_deposit=False)
        assert (contract.status, contract.end_reason) == ("ended", "bought_out")


def test_nothing_is_sold_too_early_unpaid_or_when_it_belongs_to_somebody_else(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD)
        with pytest.raises(Conflict, match=r"buy_out\.too_early"):
            losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
    with scope(workshop), clock.travelled(at("2026-11-15")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        with pytest.raises(Conflict, match=r"allowed\.something_owed"):
            losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        settle(contract)
        contract.lines[0].item.owner_name = "A fund"
        with pytest.raises(Conflict, match=r"buy_out\.not_ours"):
            losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")


def test_refused_payment_leaves_the_contract_as_it_was(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD)
    with scope(workshop), clock.travelled(at("2026-11-15")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        settle(contract)
        before = figures(contract)
        with pytest.raises(Invalid, match=r"settlement\.unknown_method"):
            losses.buy_out(WORKER, contract.lines[0], ANEW, method="promise")
        assert figures(contract) == before
        assert again(contract).lines[0].status == "out"


def test_one_of_two_things_is_bought_and_the_other_goes_on(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", SOLD, lines=2)
    with scope(workshop), clock.travelled(at("2026-11-15")):
        contract = again(contract)
        service.charge_recurring(WORKER)
        settle(contract)
        losses.buy_out(WORKER, contract.lines[0], ANEW, method="card")
        assert contract.status == "active"
        assert [line.status for line in contract.lines] == ["bought_out", "out"]


def test_use_follows_a_corrected_day_and_what_is_found_again(workshop: Workshop, scope: Scoped) -> None:
    rules = PlanRules(kind="use", use_amount=Decimal("0.10"))
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("0", rules)
        losses.note_meter(WORKER, contract.lines[0], ANEW, value=1000)
    for day, value in (("2026-10-20", 1100), ("2026-10-30", 1300)):
        with scope(workshop), clock.travelled(at(day)):
            losses.note_meter(WORKER, again(contract).lines[0], ANEW, value=value)
    with scope(workshop), clock.travelled(at("2026-11-12")):
        service.charge_recurring(WORKER)
        handovers.take_back(WORKER, again(contract).lines[0], Found())
        assert figures(contract) == [("use", Decimal("30.00"))]
        line = again(contract).lines[0]
        dates.correct_dates(WORKER, line, ANEW, reason="key box", in_at=at("2026-10-25"))
        assert net(contract) == Decimal("10.00"), "what the meter counted until the 25th"
        dates.correct_dates(WORKER, line, ANEW, reason="no, later", in_at=at("2026-11-02"))
        assert net(contract) == Decimal("30.00")
        service.reckon(WORKER, line)
        assert net(contract) == Decimal("30.00"), "once"


def test_out_of_order_beyond_the_service_level_is_credited_by_itself(workshop: Workshop, scope: Scoped) -> None:
    rules = PlanRules(kind="care", service_hours=48, service_credit_percent=100)
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", rules)
        losses.report_outage(access.customer("Nora"), contract.lines[0], ANEW, symptom="it squeaks")
        with pytest.raises(Conflict, match=r"allowed\.reported_already"):
            losses.report_outage(WORKER, contract.lines[0], ANEW)
    with scope(workshop), clock.travelled(START + timedelta(days=5, hours=1)):
        losses.end_outage(WORKER, again(contract).lines[0], ANEW)
        assert figures(contract)[-1] == ("service_credit", Decimal("-4.00"))
        assert credits.credits_of(contract.id)[0].figures["days"] == 4


def test_out_of_order_within_the_service_level_costs_us_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract: Contract = a_subscription("31", PlanRules(service_hours=48))
        losses.report_outage(WORKER, contract.lines[0], ANEW)
    with scope(workshop), clock.travelled(START + timedelta(hours=47)):
        losses.end_outage(WORKER, again(contract).lines[0], ANEW)
        assert net(contract) == Decimal("31.00")


def test_pay_per_use_is_charged_after_the_month_with_floor_and_cap(workshop: Workshop, scope: Scoped) -> None:
    rules = PlanRules(kind="use", use_amount=Decimal("0.10"), use_included=50, use_floor_amount=Decimal(4),
                      use_cap_amount=Decimal(20))  # fmt: skip
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("0", rules)
        losses.note_meter(WORKER, contract.lines[0], ANEW, value=1000)
    with scope(workshop), clock.travelled(at("2026-11-09")):
        losses.note_meter(access.customer("Nora"), again(contract).lines[0], ANEW, value=1120)
        with pytest.raises(Invalid, match=r"handover\.meter_lower"):
            losses.note_meter(WORKER, again(contract).lines[0], ANEW, value=900)
    with scope(workshop), clock.travelled(at("2026-11-10")):
        service.charge_recurring(WORKER)
        service.charge_recurring(WORKER)
        assert figures(contract) == [("use", Decimal("7.00"))]
    with scope(workshop), clock.travelled(at("2026-12-10")):
        service.charge_recurring(WORKER)
        assert figures(contract) == [("use", Decimal("7.00")), ("use", Decimal("4.00"))]
