"""The menus of a contract and a page of an operation, as a browser has them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from service_app.core import clock
from service_app.workshops.models import Workshop
from tests.browser import DESK, NIGHT, PHONE, Opened, axe
from tests.conftest import Scoped
from tests.contracts.test_act_pages import a_subscription


@pytest.mark.parametrize("look", [DESK, NIGHT, PHONE], ids=["desk", "night", "phone"])
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
    assert axe(page) == []
    menu.get_by_role("link", name="Pause").click()
    expect(page.locator("#foreseen")).to_contain_text("60 days")
    page.wait_for_load_state()
    until = clock.today("Europe/Brussels") + timedelta(days=10)
    page.get_by_label("First day after it").fill(until.isoformat())
    expect(page.locator("#foreseen")).to_contain_text("10 days")
    assert axe(page) == []
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
