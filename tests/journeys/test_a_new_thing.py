"""A new kind of thing comes into the house: product, plan, item, label; moved and moved back; found by the keyboard."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from service_app.contracts.operations import handovers
from service_app.contracts.operations.handovers import Found
from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.items import queries
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import Opened
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan
from tests.factories.rentals import a_draft, a_sent, a_signed, an_active

pytestmark = pytest.mark.journey


# What sticks out on the right when the page is wider than the screen.
TOO_WIDE = """() => document.documentElement.scrollWidth <= screen.width ? [] :
  [...document.querySelectorAll("main *")].filter(each => each.getBoundingClientRect().right > screen.width + 1)
    .map(each => `${each.tagName}.${each.className} ${each.textContent.trim().slice(0, 40)}`).slice(0, 6)"""


def test_new_product_is_described_priced_stocked_labelled_and_found(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser
) -> None:
    with real.served(app) as address:
        page = real.signed_in(browser, address, client)
        page.goto(f"{address}/senne/products")
        _from_product_to_label(page)
        page.context.close()
    with scope(workshop):
        item = queries.get_item("CB-L-0001")
        assert (item.place, item.status) == ("Rack 2", "in_stock")


def _from_product_to_label(page: Page) -> None:
    page.get_by_role("link", name="New product").first.click()
    page.locator("[name='name-fr']").fill("Vélo cargo")
    page.locator("[name='name-nl']").fill("Bakfiets")
    page.locator("[name='name-en']").fill("Cargo bike")
    page.get_by_label("Code", exact=True).fill("cb-l")
    page.get_by_label("Mass").first.fill("38,5")
    page.get_by_role("button", name="Another material").click()
    page.locator("[name='materials-0-code']").select_option("aluminium")
    page.locator("[name='materials-0-share']").fill("160")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("from 1 to 100")
    page.locator("[name='materials-0-share']").fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cargo bike")
    assert real.axe(page) == []
    page.get_by_role("link", name="New plan").click()
    page.locator("[name='name-en']").fill("By the day")
    page.get_by_label("Code", exact=True).fill("CB-L-DAY")
    page.locator("[name='tiers-0-from_days']").fill("1")
    page.locator("[name='tiers-0-day_amount']").fill("35")
    page.get_by_label("Deposit").fill("150")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Take in an item").first.click()
    page.get_by_label("Where it is kept").fill("Rack 2")
    page.get_by_label("What it cost to get").fill("1850")
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("CB-L-0001")
    assert real.axe(page) == []
    page.get_by_role("button", name="Move").first.click()
    page.get_by_role("dialog").get_by_label("Where it is kept").fill("Window")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    expect(page.locator(".axes")).to_contain_text("Window")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".axes")).to_contain_text("Rack 2")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    expect(page.locator(".palette")).to_be_visible()
    page.keyboard.type("cb-l-00")
    expect(page.locator(".option").first).to_contain_text("CB-L-0001")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("CB-L-0001")


@pytest.mark.parametrize(("look", "first", "second"), [("DESK", "fr", "nl"), ("PHONE", "nl", "fr")])
def test_every_page_of_a_busy_day_is_accessible_and_fits(
    look: str, first: str, second: str, workshop: Workshop, scope: Scoped, opened: Opened
) -> None:
    """What a page says to a screen reader does not change with its language, how long its words are does: both are looked
    at in one language, and the width in the other too."""
    with scope(workshop):
        pages = _pages_of_a_busy_day()
    page = opened("", getattr(real, look))
    for language in (first, second):
        with page.expect_navigation():
            page.locator(f".languages [lang={language}]").first.evaluate("button => button.click()")
        address = page.url.split("/senne")[0]
        for path in pages:
            answer = page.goto(f"{address}/senne/{path}")
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate(TOO_WIDE) == [], path
            if language == first:
                assert real.faults(page) == [], path


def _pages_of_a_busy_day() -> list[str]:
    draft, sent, signed, contract = a_draft(), a_sent(), a_signed(), an_active()
    line, product, who = contract.lines[0], contract.lines[0].product, contract.customer.reference
    a_care_plan(product)
    inspected = an_active()
    handovers.take_back(WORKER, inspected.lines[0], Found(missing=["lock"]))
    item = line.item
    assert item is not None
    code, tag = contract.reference, item.tag
    return [
        "", "contracts", f"contracts/{draft.reference}", f"contracts/{draft.reference}/change", f"contracts/{sent.reference}",
        f"contracts/{signed.reference}", f"contracts/{signed.reference}/1/hand-over", f"contracts/{signed.reference}/1/prepare",
        f"contracts/{code}", f"contracts/{code}/1/take-back", f"contracts/{code}/1/extend",
        f"contracts/{inspected.reference}/1/inspect", "contracts/new", "items", f"items/{tag}", f"items/{tag}/edit",
        "items/new", f"items/labels?tag={tag}", "products", f"products/{product.code}", f"products/{product.code}/edit",
        f"products/{product.code}/plans/new", "products/new", "customers", f"customers/{who}", f"customers/{who}/edit",
        f"customers/{who}/addresses/new", f"customers/{who}/merge?other={sent.customer.reference}", "customers/new", "care",
        "letters", "imports", "jobs", "settings", "settings/hours", "settings/terms", "people", "people/invite", "find?q=nora",
    ]  # fmt: skip
