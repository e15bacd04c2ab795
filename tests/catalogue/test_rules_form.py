"""The rules of a plan, an exchange group and a tariff are typed, kept and refused on their fields."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.rules import PlanRules
from service_app.catalogue.rules_form import RulesFields
from service_app.contracts.models import Contract
from service_app.core.db import session
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_pages import wanted
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_item

TYPED = {
    "code": "EB-M", "name-en": "By the month", "pricing": "monthly", "monthly_amount": "59", "kind": "subscription",
    "deposit_style": "percent", "deposit_percent": "10", "solidarity_percent": "30", "early_refund": "unused",
    "early_end_style": "remaining", "early_end_percent": "50", "renewal": "asked", "renewal_months": "6",
    "pause_days_per_year": "45", "swaps_per_year": "2", "swap_fee_amount": "12,50", "buy_out_from_months": "6",
    "buy_out_base": "aged", "buy_out_share_percent": "0", "service_hours": "48", "bill_until_return": "y",
}  # fmt: skip


def test_rules_of_a_plan_are_typed_kept_and_shown_again(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        code = a_product().code
    assert client.post(f"/senne/products/{code}/plans/new", data=TYPED).status_code == 303
    with scope(workshop):
        assert PlanRules.from_json(session().query(Plan).one().rules) == PlanRules(
            kind="subscription", deposit_style="percent", deposit_percent=10, solidarity_percent=30, early_refund="unused",
            early_end_style="remaining", early_end_percent=50, renewal="asked", renewal_months=6, pause_days_per_year=45,
            swaps_per_year=2, swap_fee_amount=Decimal("12.50"), buy_out_from_months=6, buy_out_base="aged",
            buy_out_share_percent=0, service_hours=48,
        )  # fmt: skip
    page = client.get("/senne/plans/EB-M/edit").get_data(as_text=True)
    assert 'value="45"' in page
    assert 'value="12.50"' in page


def test_every_rule_has_its_field() -> None:
    assert {each.name for each in fields(PlanRules)} == {name for name in dir(RulesFields) if name[0] != "_"} - {
        "rules"
    }


@pytest.mark.parametrize(
    ("name", "typed"),
    [("solidarity_percent", "130"), ("early_end_amount", "-1"), ("use_cap_amount", "3"), ("pause_days_per_year", "x")],
)
def test_rule_that_cannot_be_is_refused_on_its_field_in_an_open_group(
    name: str, typed: str, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        code = a_product().code
    answer = client.post(f"/senne/products/{code}/plans/new", data=TYPED | {"use_floor_amount": "5", name: typed})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert f'id="{name}-error"' in text
    assert '<details class="terms rules" open>' in text


def test_products_get_an_exchange_group(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    typed = {
        "code": "CB",
        "name-en": "Cargo bike",
        "circular_model": "better_use",
        "exchange_group": " cargo ",
        "end_of_life_route": "redeploy",
        "service_unit": "",
    }
    assert client.post("/senne/products/new", data=typed).status_code == 303
    with scope(workshop):
        assert session().query(Product).one().exchange_group == "cargo"


@pytest.mark.parametrize(("tariff", "percent", "amount"), [("solidarity", "", "55,30"), ("discount", "10", "71,10")])
def test_tariff_of_a_new_contract_is_quoted_and_signed_into_its_lines(
    tariff: str, percent: str, amount: str, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        an_item(product)
        plan = a_monthly_plan(
            product, rules=PlanRules(solidarity_percent=30, kind="subscription"), min_term_months=None
        ).code
        typed = wanted(a_customer().reference, plan, reduction=tariff, reduction_percent=percent) | {
            "rows-0-quantity": "1"
        }
    page = client.post("/senne/contracts/preview", data=typed).get_data(as_text=True)
    assert amount in page.replace(".", ",")
    assert client.post("/senne/contracts/new", data=typed).status_code == 303
    with scope(workshop):
        contract = session().query(Contract).one()
        assert contract.kind == "subscription"
        assert contract.lines[0].price["reduction"] == tariff
        here = f"/senne/contracts/{contract.reference}"
    assert "subscription" in client.get(here).get_data(as_text=True)


def test_discount_is_a_percentage(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        typed = wanted(a_customer().reference, a_day_plan(product).code, reduction="discount", reduction_percent="140")
    assert client.post("/senne/contracts/new", data=typed).status_code == 422


def test_product_and_plan_without_a_name_are_refused_at_its_first_language(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    typed = {"code": "CB", "circular_model": "better_use", "end_of_life_route": "redeploy", "service_unit": ""}
    with scope(workshop):
        code = a_product().code
    nameless = {name: value for name, value in TYPED.items() if not name.startswith("name")}
    for address, given in (("new", typed), (f"{code}/plans/new", nameless)):
        answer = client.post(f"/senne/products/{address}", data=given)
        assert answer.status_code == 422
        assert 'id="name-fr-error"' in answer.get_data(as_text=True), address
