"""Service that rests (workflows 5.1): not charged, not too long, and back without anybody's help."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service_app.catalogue.rules import PlanRules
from service_app.contracts.operations import handovers, lateness, pauses, service
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.life import START, a_subscription, at, net
from tests.factories.rentals import again, an_active

PAUSABLE = PlanRules(pause_days_per_year=30)


def test_paused_contract_is_not_charged(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PAUSABLE)
    with scope(workshop), clock.travelled(at("2026-10-20")):
        contract = again(contract)
        pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 20), until_on=date(2026, 11, 1))
        assert contract.status == "paused"
        assert net(contract) == Decimal("19.00")
    with scope(workshop), clock.travelled(at("2026-11-02")):
        assert pauses.turn_pauses(WORKER) == 1
        assert pauses.turn_pauses(WORKER) == 0
        assert again(contract).status == "active"


def test_pause_for_later_begins_and_ends_by_itself(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PAUSABLE)
        pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 25), until_on=date(2026, 11, 5))
        assert contract.status == "active"
        assert net(contract) == Decimal("20.00")
    with scope(workshop), clock.travelled(at("2026-10-25")):
        pauses.turn_pauses(WORKER)
        assert again(contract).status == "paused"
    with scope(workshop), clock.travelled(at("2026-11-05")):
        pauses.turn_pauses(WORKER)
        assert again(contract).status == "active"


def test_resumed_early_is_charged_again_from_that_day(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PAUSABLE)
    with scope(workshop), clock.travelled(at("2026-10-20")):
        pauses.pause_contract(WORKER, again(contract), ANEW, from_on=date(2026, 10, 20))
        assert net(contract) == Decimal("10.00")
    with scope(workshop), clock.travelled(at("2026-10-24")):
        pauses.resume_contract(WORKER, again(contract), ANEW)
        assert again(contract).status == "active"
        assert net(contract) == Decimal("27.00")


def test_month_that_begins_in_a_pause_is_charged_for_the_rest_of_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("30", PAUSABLE)
    with scope(workshop), clock.travelled(at("2026-11-01")):
        pauses.pause_contract(WORKER, again(contract), ANEW, from_on=date(2026, 11, 1), until_on=date(2026, 11, 20))
    with scope(workshop), clock.travelled(at("2026-11-10")):
        service.charge_recurring(WORKER)
        # 22 of 31 days in the first month, 20 November to 9 December of thirty in the second
        assert net(contract) == Decimal("21.29") + Decimal("20.00")


def test_pause_is_refused_in_the_past_too_long_twice_and_where_the_plan_has_none(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract, other = a_subscription("31", PAUSABLE), a_subscription("31")
        with pytest.raises(Invalid, match=r"contract\.in_the_past"):
            pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 10, 9))
        with pytest.raises(Conflict, match=r"pause\.too_long"):
            pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 11, 1), until_on=date(2026, 12, 15))
        pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 11, 1), until_on=date(2026, 11, 11))
        with pytest.raises(Conflict, match=r"pause\.twice"):
            pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 11, 5), until_on=date(2026, 11, 15))
        with pytest.raises(Conflict, match=r"pause\.too_long"):
            pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 12, 1), until_on=date(2026, 12, 22))
        with pytest.raises(Conflict, match=r"allowed\.plan_has_no_pause"):
            pauses.pause_contract(WORKER, other, ANEW, from_on=date(2026, 11, 1))


def test_customer_may_pause_and_nobody_while_something_is_overdue(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PAUSABLE)
        line = contract.lines[0]
        line.ends_at = line.due_at = at("2026-10-15")
    with scope(workshop), clock.travelled(at("2026-10-16")):
        lateness.mark_overdue(WORKER)
        customer = access.customer("Nora")
        with pytest.raises(Conflict, match=r"allowed\.something_overdue"):
            pauses.pause_contract(customer, again(contract), ANEW, from_on=date(2026, 10, 20))


def test_return_during_a_pause_ends_the_service_there(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", PAUSABLE)
    with scope(workshop), clock.travelled(at("2026-10-20")):
        pauses.pause_contract(WORKER, again(contract), ANEW, from_on=date(2026, 10, 20), until_on=date(2026, 10, 30))
    with scope(workshop), clock.travelled(at("2026-10-22")):
        handovers.take_back(WORKER, again(contract).lines[0], Found())
        assert net(contract) == Decimal("10.00")


def test_rental_by_the_day_has_no_pause(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START), pytest.raises(Conflict, match=r"allowed\.monthly_only"):
        pauses.pause_contract(WORKER, an_active(), ANEW, from_on=date(2026, 10, 20))
