"""Calling off what was signed: its cost is seen before, by staff and by the customer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from flask.testing import FlaskClient

from service_app.catalogue.rules import PlanRules
from service_app.charges import operations as charges
from service_app.contracts.models import Contract
from service_app.contracts.operations import cancelling, lines, money, offers
from service_app.contracts.operations.acts import ANEW, Asked
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.portal import acts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_act_pages import did, page_of
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.life import net
from tests.factories.portal import come_in
from tests.factories.rentals import a_signed, a_wish, again, an_item


def a_late_one(**facts: object) -> Contract:
    """Signed, for tomorrow at 30.00 a day for three; within 48 hours 30 percent of it are owed."""
    product = a_product()
    an_item(product)
    plan = a_day_plan(product)
    plan.rules = PlanRules(cancel_free_hours=48, cancel_percent=30).to_json()
    start = clock.now() + timedelta(hours=20)
    return a_signed(a_wish(product, plan, start=start), **facts)


def test_staff_see_what_it_costs_the_customer_before_and_charge_that(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_late_one()
    here = client.get(f"/senne/contracts/{contract.reference}?lang=en").text
    assert f"/senne/contracts/{contract.reference}/call-off" in here
    assert "it costs the customer nothing" in here, "the other button is ours, and free"
    _address, _hidden, page = page_of(client, contract, "call-off", None)
    assert "27,00" in page
    did(client, contract, "call-off", None, reason="ill")
    with scope(workshop):
        contract = again(contract)
        assert (contract.status, contract.money_status, net(contract)) == ("cancelled", "due", Decimal("27.00"))


def test_customer_sees_the_cost_calls_it_off_alone_and_once(app, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_late_one(customer=a_customer(email="nora@example.be", language="en"))
        version = contract.version
    browser = come_in(app.test_client(), "nora@example.be")
    path = f"/senne/my/contracts/{contract.reference}"
    assert f"{path}/call_off" in browser.get(path).text
    page = browser.get(f"{path}/call_off").text
    assert "27,00" in page
    assert "Cancel the contract" in page
    for _time in range(2):
        answer = browser.post(f"{path}/call_off", data={"version": version, "key": "once"})
        assert answer.status_code == 303
    with scope(workshop):
        contract = again(contract)
        assert (contract.status, net(contract)) == ("cancelled", Decimal("27.00"))
        line = contract.lines[0]
        assert availability.count_free(line.product, Stretch(line.starts_at, line.ends_at)) == 1
    assert "27,00" in browser.get(path).text


def test_who_may_withdraw_is_shown_that_right_and_pays_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_late_one()
        shown = lambda: {each.face.operation for each in acts.offered(access.customer("Nora"), contract)}  # noqa: E731
        assert "call_off" in shown()
        contract.is_distance = True
        assert "call_off" not in shown()
        assert "withdraw" in shown()


def test_deposit_received_is_kept_until_the_fee_is_settled(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_late_one()
        money.receive_deposit(WORKER, contract, "card")
        first = cancelling.call_off(access.customer("Nora"), contract, Asked(key="k"))
        assert cancelling.call_off(access.customer("Nora"), contract, Asked(key="k")).id == first.id
        deposit = charges.deposit_of(contract.id)
        assert (deposit.status, charges.held_amount(deposit), contract.money_status) == ("held", 150, "due")
        money.settle_up(WORKER, contract, method="card", use_deposit=True, release_method="card")
        assert [(row.kind, row.amount) for row in deposit.movements][1:] == [("retained", 27), ("released", 123)]
        assert contract.money_status == "settled"


def test_deposit_that_is_due_is_no_longer_asked(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_late_one()
        contract.lines[0].starts_at += timedelta(days=30)
        contract.lines[0].ends_at += timedelta(days=30)
        cancelling.call_off(access.customer("Nora"), contract, ANEW)
        assert charges.deposit_of(contract.id).status == "cancelled"
        assert (net(contract), contract.money_status) == (0, "clear")


def test_what_was_taken_away_before_costs_nothing_when_the_rest_is_called_off(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        products = [a_product(), a_product()]
        wishes = []
        for product in products:
            an_item(product)
            plan = a_day_plan(product)
            plan.rules = PlanRules(cancel_free_hours=48, cancel_percent=30).to_json()
            wishes.append(a_wish(product, plan, start=clock.now() + timedelta(hours=20)))
        contract = a_signed(*wishes)
        lines.remove_line(WORKER, contract.lines[0], ANEW)
        foreseen = sum(each.amount for each in offers.cancellation_fees(contract).values())
        act = cancelling.call_off(WORKER, contract, ANEW)
        assert foreseen == Decimal(act.outcome["fee"]) == net(contract) == Decimal("27.00")
