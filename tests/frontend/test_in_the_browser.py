"""The style guide in a real browser, under the real content security policy: accessible in every look, nothing too
wide, and the keyboard, the palette, the messages and the signature at work."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import browser as real
from tests.browser import Opened

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("look", [real.DESK, real.PHONE], ids=["desk", "phone"])
def test_every_part_is_accessible(opened: Opened, look: dict[str, Any]) -> None:
    assert real.faults(opened(look=look)) == []


def test_nothing_is_wider_than_a_phone(opened: Opened) -> None:
    page = opened(look=real.PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - screen.width") <= 0


def test_everything_to_press_is_large_enough_for_a_finger(opened: Opened) -> None:
    page = opened(look=real.PHONE)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, .button, .dock > *, .tabs a')]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
            .map((each) => each.outerHTML.slice(0, 90))"""
    )
    assert small == []


def test_focus_is_never_under_the_dock(opened: Opened) -> None:
    page = opened(look=real.PHONE)
    hidden = page.evaluate(
        """() => {
            const dock = document.querySelector('.dock').getBoundingClientRect().top;
            return [...document.querySelectorAll('main a, main button, main input, main select')].filter((each) => {
                each.focus();
                const box = each.getBoundingClientRect();
                return document.activeElement === each && box.height < dock && box.bottom > dock + 1;
            }).map((each) => each.outerHTML.slice(0, 90));
        }"""
    )
    assert hidden == []


def test_the_palette_opens_by_key_and_goes_by_enter(opened: Opened) -> None:
    page = opened("jobs")
    page.keyboard.press("Control+k")
    page.wait_for_selector('#palette [role="option"]')
    assert real.axe(page) == []
    while not page.locator('#palette [aria-selected="true"][href$="/jobs"]').count():
        page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/senne/jobs")


def test_escape_closes_the_palette_at_once(opened: Opened) -> None:
    page = opened("jobs")
    page.keyboard.press("/")
    page.keyboard.type("cb")
    assert page.locator("#palette").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible()


def test_single_keys_go(opened: Opened) -> None:
    page = opened("jobs")
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("j")
    assert page.url.endswith("/senne/jobs")


def test_single_keys_can_be_switched_off(opened: Opened) -> None:
    page = opened("jobs")
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.locator("#keys").is_visible()


def test_keys_of_a_page_stand_above_those_of_every_page(opened: Opened) -> None:
    page = opened("board")
    page.keyboard.press("?")
    keys = page.locator("#keys")
    expect(keys).to_contain_text("Move it to another item of the same product")
    assert real.axe(page) == []
    page.goto(page.url.replace("board", "items"))
    page.keyboard.press("?")
    expect(keys).to_contain_text("Choose all rows since the last one")
    expect(keys).not_to_contain_text("Move it to another item")
    page.goto(page.url.replace("items", "jobs"))
    page.keyboard.press("?")
    expect(keys).to_contain_text("Find anything")
    expect(keys).not_to_contain_text("On this page")


def test_single_keys_are_letters_where_somebody_types(opened: Opened) -> None:
    page = opened()
    page.locator("#name").focus()
    page.keyboard.type("?")
    assert not page.locator("#keys").is_visible()


def test_the_choice_of_night_is_remembered_by_the_server(opened: Opened) -> None:
    page = opened()
    page.locator("[data-theme-switch]").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_signature_can_be_drawn_and_wiped(opened: Opened) -> None:
    page = opened()
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 90, steps=6)
    page.mouse.up()
    drawing = page.locator('[name="signature_drawing"]')
    assert drawing.input_value().startswith("data:image/png;base64,")
    page.locator("[data-signature-wipe]").click()
    assert drawing.input_value() == ""


def test_a_refused_form_has_the_focus_where_it_must_be_mended(opened: Opened) -> None:
    page = opened()
    assert page.evaluate("document.activeElement.className") == "notice notice-late error-summary"
