"""The shell around every page in a real browser: what the dock holds, what leaves by itself, what paper shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service_app.core.web import Ronde
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import Opened
from tests.conftest import Scoped
from tests.factories.rentals import an_active

pytestmark = pytest.mark.journey

SAY = "detail => document.dispatchEvent(new CustomEvent('toast', {detail}))"


def test_dock_has_five_slots_and_more_opens_the_rail(opened: Opened) -> None:
    page = opened("", real.PHONE)
    slots = page.locator(".dock > :visible")
    assert slots.count() == 5
    slots.last.click()
    assert page.locator("#rail").is_visible()
    assert page.locator("#rail .plate").is_visible()


def test_rail_shows_only_the_rooms_of_the_role(sign_in: Callable[..., FlaskClient], workshop: Workshop) -> None:
    page = sign_in(workshop, "driver").get("/senne/").text
    assert 'href="/senne/contracts"' in page
    for closed in ("customers", "people", "settings", "imports", "jobs"):
        assert f'href="/senne/{closed}"' not in page


def test_every_page_of_the_settings_stands_under_settings(app: Ronde, client: FlaskClient) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/<workshop>/settings")]
    plain = [
        rule.rule.replace("<workshop>", "senne")
        for rule in rules
        if "GET" in (rule.methods or ()) and "<" not in rule.rule[12:]
    ]
    assert len(plain) >= 8
    for path in plain:
        page = client.get(path).text
        current = re.findall(r'<a[^>]*href="([^"]+)"[^>]*aria-current="page"', page[: page.index("<main")])
        assert current[:1] == ["/senne/settings/overview"], path


def test_keys_are_those_of_the_role_and_the_language_though_they_are_drawn_once(
    sign_in: Callable[..., FlaskClient], workshop: Workshop
) -> None:
    pages = {role: sign_in(workshop, role) for role in ("owner", "driver")}
    for _twice in range(2):
        for language, said in (("en", "Kept on this device"), ("nl", "Bewaard op dit toestel")):
            pages["driver"].post("/language", data={"language": language})
            driver = pages["driver"].get("/senne/").text
            assert said in driver
            assert "<kbd>u</kbd>" in pages["owner"].get("/senne/").text
            assert "<kbd>u</kbd>" not in driver


def test_message_leaves_after_eight_seconds_but_not_under_a_hand_nor_when_something_went_wrong(opened: Opened) -> None:
    page = opened("")
    page.clock.install()
    page.evaluate(SAY, {"text": "CB-02 is back.", "undo": "/senne/items/CB-02/bench"})
    page.evaluate(SAY, {"text": "It did not work.", "isLate": True})
    page.clock.fast_forward(5_000)
    assert page.locator(".toast").count() == 2
    page.locator(".toast .toast-act").focus()
    page.clock.fast_forward(20_000)
    assert page.locator(".toast").count() == 2, "whoever is about to undo has the time they need"
    page.locator(".toast .toast-act").blur()
    page.clock.fast_forward(8_100)
    assert page.locator(".toast").all_inner_texts()[0].startswith("It did not work.")
    assert page.locator(".toast").count() == 1


def test_paper_shows_what_is_said_and_nothing_to_press(opened: Opened, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        an_active()
    page = opened("contracts")
    page.emulate_media(media="print")
    for left_out in (".rail", ".dock", ".search", ".topbar-actions", ".filters", ".pager"):
        assert page.locator(left_out).count(), left_out
        assert not page.locator(left_out).first.is_visible(), left_out
    assert page.locator(".table").is_visible()
    said = page.locator(".table time").first
    exact = said.evaluate("each => getComputedStyle(each, '::after').content")
    assert str(said.get_attribute("title")) in exact, "on paper the exact date stands beside what people say"
