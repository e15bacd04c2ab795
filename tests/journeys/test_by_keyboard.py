"""A rental without a mouse: begun by a single key, filled in by Tab, opened by its code, taken back and inspected."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from service_app.contracts import queries
from service_app.contracts.operations import money
from service_app.core.access import WORKER
from service_app.workshops.models import Workshop
from tests.browser import Opened
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, an_item

pytestmark = pytest.mark.journey


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on something that matches."""
    for _each in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"no Tab leads to {wanted}")


def test_new_contract_is_begun_by_a_key_and_saved_without_a_mouse(
    opened: Opened, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        a_customer(name="Les Halles")
        product = a_product()
        a_day_plan(product)
        an_item(product)
    page = opened("")
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("c")
    with page.expect_navigation():
        page.keyboard.press("n")
    page.keyboard.type("halles")
    tab_to(page, "[name=rows-0-plan]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#quote")).to_contain_text("1 free")
    tab_to(page, "button[name=save]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Les Halles")
    expect(page.locator(".axes")).to_contain_text("draft")


def test_acts_are_reached_through_the_palette(opened: Opened) -> None:
    page = opened("jobs")
    page.keyboard.press("Control+k")
    page.keyboard.type(">new cust")
    expect(page.locator(".option").first).to_contain_text("New customer")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/customers/new")


def test_thing_goes_out_comes_back_and_is_inspected_without_a_mouse(
    opened: Opened, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        contract = a_signed()
        money.receive_deposit(WORKER, contract, "cash")
        code = contract.reference
    page = opened("")
    page.keyboard.press("/")
    page.keyboard.type(code)
    expect(page.locator(".option").first).to_contain_text(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _press(page, "a[href$='/1/hand-over']")
    _press(page, "main form .button-main")
    expect(page.locator(".ticket .state").first).to_contain_text("out")
    _press(page, "a[href$='/1/take-back']")
    _press(page, "main form .button-main")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Inspect")
    _press(page, "main form .button-main")
    with scope(workshop):
        assert queries.get_contract(code).lines[0].status == "closed"


def _press(page: Page, wanted: str) -> None:
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")
