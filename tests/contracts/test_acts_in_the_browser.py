"""The menus of a contract and a page of an operation, as a browser has them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from service_app.core import clock
from service_app.workshops.models import Workshop
from tests.browser import DESK, PHONE, Opened, faults
from tests.conftest import Scoped
from tests.contracts.test_act_pages import a_subscription
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_item


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_what_can_be_done_is_found_seen_in_its_cost_and_done(
    look: dict[str, Any], workshop: Workshop, scope: Scoped, opened: Opened
) -> None:
    with scope(workshop):
        reference = a_subscription().reference
    page = opened(f"contracts/{reference}", look)
    page.get_by_role("button", name="More for this contract").click()
    menu = page.get_by_role("group", name="More for this contract")
    expect(menu).to_be_visible()
    menu.get_by_text("not possible now").click()
    expect(menu).to_contain_text("The right to withdraw is for people who signed at a distance.")
    assert faults(page) == []
    menu.get_by_role("link", name="Pause").click()
    expect(page.locator("#foreseen")).to_contain_text("60 days")
    page.wait_for_load_state()
    until = clock.today("Europe/Brussels") + timedelta(days=10)
    page.get_by_label("First day after it").fill(until.isoformat())
    expect(page.locator("#foreseen")).to_contain_text("10 days")
    assert faults(page) == []
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator("main")).to_contain_text("Paused since")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".axes")).to_contain_text("running")


def test_menu_opens_and_closes_by_keyboard(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        reference = a_subscription().reference
    page = opened(f"contracts/{reference}")
    button = page.get_by_role("button", name=re.compile("More for T-"))
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.menu') !== null")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_what_is_filled_in_before_the_script_arrives_is_priced_when_it_does(
    workshop: Workshop, scope: Scoped, opened: Opened
) -> None:
    with scope(workshop):
        product = a_product()
        a_day_plan(product)
        an_item(product)
        who = a_customer().reference
    page = opened("contracts")
    held: list[Route] = []
    page.route("**/dist/staff-*.js", lambda route: held.append(route))
    page.goto(page.url + f"/new?customer={who}", wait_until="commit")
    page.select_option("[name=rows-0-plan]", index=1)
    start = clock.today("Europe/Brussels") + timedelta(days=1)
    page.fill("[name=starts_on]", start.isoformat())
    page.fill("[name=ends_on]", (start + timedelta(days=3)).isoformat())
    while not held:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    expect(page.locator("#quote")).to_contain_text("90,00")
