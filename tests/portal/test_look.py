"""The customer's pages in a real browser: on a phone, by day and by night, without script, and without a fault that axe
finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from service_app.catalogue.rules import PlanRules
from service_app.contracts import documents
from service_app.contracts.operations import lateness
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.portal.operations import entering
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import DESK, NIGHT, PHONE, axe
from tests.conftest import Scoped
from tests.factories.customers import a_customer, an_address
from tests.factories.portal import a_subscription, come_in, the_link
from tests.factories.rentals import a_sent, an_active

NORA = "nora@example.be"


@pytest.fixture
def world(workshop: Workshop, scope: Scoped) -> tuple[str, str]:
    """Something overdue, something out, a subscription, an offer; the references of the first and of the subscription."""
    with scope(workshop):
        nora = a_customer(name="Nora Lemmens", email=NORA, language="en", address=an_address())
        with clock.travelled(clock.now() - timedelta(days=10)):  # late also where a Sunday and a holiday do not count
            late = an_active(customer=nora)
        lateness.mark_overdue(WORKER)
        plain = a_subscription(PlanRules(pause_days_per_year=60), customer=nora, notice_days=30)
        a_sent(customer=nora)
        documents.make_document(plain.id)
        return late.reference, plain.reference


@pytest.fixture
def address(app: Ronde) -> Iterator[str]:
    with real.served(app) as found:
        yield found


def pages_of(world: tuple[str, str]) -> list[str]:
    late, plain = (f"contracts/{reference}" for reference in world)
    acts = [f"{late}/1/extend", f"{plain}/pause", f"{plain}/give_notice", f"{plain}/withdraw", f"{plain}/1/swap"]
    own = ["", "contracts", "repairs", "money", "documents", "care", "give-back", "me", "messages", "ways"]
    return [*own, late, plain, *acts]


@pytest.mark.parametrize("look", [PHONE, DESK, NIGHT], ids=["phone", "desk", "night"])
def test_every_page_is_without_fault(
    app: Ronde, world: tuple[str, str], address: str, browser: Browser, look: dict[str, object]
) -> None:
    cookie = come_in(app.test_client(), NORA).get_cookie("ronde-my-senne")
    assert cookie is not None
    context = browser.new_context(reduced_motion="reduce", locale="en-BE", **look)  # type: ignore[arg-type]
    context.add_cookies([{"name": "ronde-my-senne", "value": cookie.value, "url": address}])
    page, faults = context.new_page(), {}
    page.on("console", lambda said: faults.update({page.url: said.text}) if said.type == "error" else None)
    for path in pages_of(world):
        page.goto(f"{address}/senne/my/{path}")
        found = axe(page)
        if page.evaluate("document.documentElement.scrollWidth > screen.width"):
            found.append("wider than the screen")
        if page.evaluate("new Set([...document.querySelectorAll('.ways-home a')].map(way => way.offsetTop)).size") != 1:
            found.append("the ways of the house stand in two rows")
        if found:
            faults[path] = found
    context.close()
    assert faults == {}


def test_a_customer_comes_in_and_keeps_something_longer_without_script(
    app: Ronde, world: tuple[str, str], workshop: Workshop, scope: Scoped, address: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-BE", **PHONE)
    page: Page = context.new_page()
    page.goto(f"{address}/senne/my/")
    page.get_by_label("Your e-mail address").fill(NORA)
    page.get_by_role("button", name="Send me a link").click()
    with scope(workshop):
        code = entering.code_of(the_link().salt)
    page.get_by_label("Code of six digits").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Keep it longer").first.click()
    page.get_by_role("link", name="3 days more").click()
    expect(page.locator("#cost")).to_contain_text("Late return")
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.locator("body")).to_contain_text("yours a while longer")
    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("button", name="Sign out here").click()
    page.goto(f"{address}/senne/my/money")
    assert page.get_by_label("Your e-mail address").is_visible()
    context.close()
