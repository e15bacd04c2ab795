"""One contract that cannot be got on with stops no other (workflows 5.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from service_app.catalogue.rules import PlanRules
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import alone, endings, lateness, offers, pauses, service, swaps
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.life import START, a_plan, a_subscription, at, net
from tests.factories.rentals import a_sent, a_wish, again, an_active, an_item
from workers import planners
from workers.process import Process

NEXT_MONTH = at("2026-11-10")


def break_price(contract: Contract) -> dict[str, object]:
    """What its first line costs can no longer be read; what stood there."""
    line = contract.lines[0]
    stood = dict(line.price)
    session().execute(update(ContractLine).where(ContractLine.id == line.id).values(price={"pricing": "monthly"}))
    session().refresh(line)
    return stood


def three(workshop: Workshop, scope: Scoped) -> tuple[list[Contract], dict[str, object]]:
    """Three subscriptions of 31.00, the second with a broken price."""
    with scope(workshop), clock.travelled(START):
        found = [a_subscription("31") for _number in range(3)]
        return found, break_price(found[1])


def test_one_of_three_cannot_be_charged_and_the_others_are(workshop: Workshop, scope: Scoped) -> None:
    contracts, stood = three(workshop, scope)
    with scope(workshop), clock.travelled(NEXT_MONTH):
        assert service.charge_recurring(WORKER) == 2
        assert [net(again(each)) for each in contracts] == [62, 31, 62]
        (row,) = alone.list_setbacks()
        assert (row.contract_id, row.planner, row.code, row.times) == (
            contracts[1].id,
            "charge_recurring",
            "KeyError",
            1,
        )
        assert service.charge_recurring(WORKER) == 0, "it rests, and a run that finds nothing ends"
    with scope(workshop), clock.travelled(NEXT_MONTH + timedelta(hours=2)):
        assert service.charge_recurring(WORKER) == 0
        assert alone.list_setbacks()[0].times == 2
        again(contracts[1]).lines[0].price = stood
        session().flush()
        alone.try_again(alone.list_setbacks()[0].id)
        assert service.charge_recurring(WORKER) == 1
        assert service.charge_recurring(WORKER) == 0
        assert [net(again(each)) for each in contracts] == [62, 62, 62], "charged once"
        assert alone.list_setbacks() == []


def test_staff_read_the_cause_and_have_it_tried_again(
    workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process
) -> None:
    contracts, stood = three(workshop, scope)
    with clock.travelled(NEXT_MONTH):
        assert planners.in_every_workshop(process, "charge_recurring", planners.charge_recurring) == 2
        page = client.get("/senne/jobs?lang=en").text
        assert "Contracts that were passed over" in page
        assert contracts[1].reference in page
        assert "KeyError" in page
    with scope(workshop):
        again(contracts[1]).lines[0].price = stood
        setback_id = alone.list_setbacks()[0].id
    with clock.travelled(NEXT_MONTH):
        assert "KeyError" in client.get(f"/senne/contracts/{contracts[1].reference}").text, "the contract says so too"
        assert client.post(f"/senne/jobs/setbacks/{setback_id}/again").status_code == 303
        assert planners.in_every_workshop(process, "charge_recurring", planners.charge_recurring) == 1
        assert "passed over" not in client.get("/senne/jobs?lang=en").text
        assert client.post(f"/senne/jobs/setbacks/{setback_id}/again").status_code == 404


def _overdue() -> list[Contract]:
    product = a_product()
    for _number in range(3):
        an_item(product)
    return [an_active(a_wish(product, a_day_plan(product, code=f"D{n}"), days=2, start=START)) for n in range(3)]


def _expired() -> list[Contract]:
    product = a_product()
    for _number in range(3):
        an_item(product)
    return [a_sent(a_wish(product, a_day_plan(product, code=f"D{n}"), start=START + timedelta(40))) for n in range(3)]


def _pausing() -> list[Contract]:
    found = [a_subscription("31", PlanRules(pause_days_per_year=60)) for _number in range(3)]
    for contract in found:
        pauses.pause_contract(WORKER, contract, ANEW, from_on=date(2026, 11, 1), until_on=date(2026, 11, 20))
    return found


def _changing() -> list[Contract]:
    found = [a_subscription("31") for _number in range(3)]
    for contract in found:
        plan = a_plan(contract.lines[0].product, "24", code=f"CHEAP{contract.id}")
        swaps.change_plan(WORKER, contract.lines[0], ANEW, plan=plan)
    return found


def _renewing() -> list[Contract]:
    rules = PlanRules(renewal="automatic", renewal_months=1)
    return [a_subscription("31", rules, min_term_months=1) for _number in range(3)]


@pytest.mark.parametrize(
    ("make", "plan", "name"),
    [
        (_overdue, lateness.mark_overdue, "mark_overdue"),
        (_pausing, pauses.turn_pauses, "turn_pauses"),
        (_changing, swaps.apply_plan_changes, "apply_plan_changes"),
        (_renewing, endings.turn_terms, "turn_terms"),
    ],
)
def test_every_planner_goes_on_after_one_that_fails(
    workshop: Workshop, scope: Scoped, make: Callable[[], list[Contract]], plan: Callable[..., int], name: str
) -> None:
    with scope(workshop), clock.travelled(START):
        found = make()
        break_price(found[0])
    with scope(workshop), clock.travelled(NEXT_MONTH):
        assert plan(WORKER) == 2
        assert plan(WORKER) == 0
        assert [(row.contract_id, row.planner) for row in alone.list_setbacks()] == [(found[0].id, name)]


def test_an_offer_that_cannot_expire_holds_up_no_other(
    workshop: Workshop, scope: Scoped, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(workshop), clock.travelled(START):
        found = _expired()
        whole = offers.availability.forget
        line_id = found[1].lines[0].id

    def stumble(line: int, *kinds: str) -> None:
        if line == line_id:
            raise ZeroDivisionError("a fault of ours")
        whole(line, *kinds)

    monkeypatch.setattr(offers.availability, "forget", stumble)
    with scope(workshop), clock.travelled(START + timedelta(days=30)):
        assert offers.expire_offers(WORKER) == 2
        assert [again(each).status for each in found] == ["expired", "sent", "expired"], "nothing of it is kept"
