"""The pages about a workshop and its people in a real browser: accessible in every look, nothing too wide."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from playwright.sync_api import expect

from service_app.core.db import session
from service_app.workshops.models import Workshop
from service_app.workshops.operations import calendar, people
from tests import browser as real
from tests.browser import Opened
from tests.factories.workshops import make_member

pytestmark = pytest.mark.journey
PAGES = ["people", "people/invite", "settings", "settings/hours", "settings/terms", "settings/terms/1"]


@pytest.fixture
def house(workshop, scope, owner, database):
    """People, somebody invited, days that differ; returns the address of a join page."""
    for role in ("counter", "technician"):
        make_member(database, workshop, role)
    with scope(workshop):
        here = session().get_one(Workshop, workshop.id)
        calendar.add_exception(owner, here, (date(2031, 7, 21), date(2031, 7, 22)), None, "Fête nationale")
        calendar.add_exception(owner, here, (date(2031, 8, 2), date(2031, 8, 2)), (time(10), time(13)), "Braderie")
        return people.join_link(people.invite_member(owner, "ana@example.be", "technician", "fr"))


@pytest.mark.parametrize("look", [real.DESK, real.NIGHT, real.PHONE], ids=["desk", "night", "phone"])
def test_the_pages_are_accessible_and_not_too_wide(house: str, opened: Opened, look: dict[str, Any]) -> None:
    page = opened("people", look)
    home = page.url.removesuffix("people")
    for path in [*PAGES, "../me", "../forgot", f"..{house.removeprefix('http://localhost')}"]:
        page.goto(f"{home}{path}")
        assert real.axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - screen.width") <= 0, path


def test_the_house_takes_the_colour_that_was_chosen(house: str, opened: Opened) -> None:
    page = opened("settings")
    before = page.evaluate("getComputedStyle(document.querySelector('.button-main')).backgroundColor")
    page.fill("#brand", "#1d6f42")
    page.click(".button-main")
    page.wait_for_selector(".toast")
    expect(page.locator(".button-main").first).not_to_have_css("background-color", before)
