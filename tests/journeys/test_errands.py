"""What the day's errands take, in acts: a click, a tap, or a field filled by typing or by the scanner. The table is printed;
what each may take is asserted, how long it took is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from service_app.catalogue.operations import Handling
from service_app.contracts.operations import lateness
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item

pytestmark = pytest.mark.journey


@dataclass
class Errand:
    """Counts what a person does."""

    page: Page
    clicks: int = 0
    keys: int = 0
    begun: float = field(default_factory=time.monotonic)

    def click(self, selector: str) -> None:
        """A click or a tap."""
        self.clicks += 1
        self.page.locator(selector).first.click()

    def type(self, text: str, *, enter: bool = True) -> None:
        """Into what has the focus: one act, so many keys."""
        self.keys += len(text) + enter
        self.clicks += 1
        self.page.keyboard.type(text)
        if enter:
            self.page.keyboard.press("Enter")

    def press(self, key: str) -> None:
        """One key by itself."""
        self.keys += 1
        self.clicks += 1
        self.page.keyboard.press(key)


@contextmanager
def errand(page: Page, name: str, most: int, report: list[str]) -> Iterator[Errand]:
    """From Today to done."""
    page.goto(page.url.partition("/senne")[0] + "/senne/?lang=en")
    one = Errand(page)
    yield one
    seconds = time.monotonic() - one.begun
    report.append(f"{name:<50} {one.clicks:>4} {most:>4} {one.keys:>5} {seconds:>8.1f}")
    assert one.clicks <= most, f"{name}: {one.clicks} acts"


def test_errands_take_no_more_acts_than_promised(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with scope(workshop):
        priced = Handling(30, 60, repair_prices=({"part": "Saddle", "amount": 38},))
        product = a_product(handling=priced)
        plan = a_day_plan(product)
        for _each in range(3):
            an_item(product)
        soon = a_wish(product, plan, start=clock.now() + timedelta(minutes=5))
        to_go = a_signed(soon, customer=a_customer(name="Nora Lemmens"))
    with clock.travelled(clock.now() - timedelta(days=5)), scope(workshop):
        wish = a_wish(again(product), again(plan), days=1)
        late = an_active(wish, customer=a_customer(name="Sofie Maes"))
        tag = late.lines[0].item.tag
    with scope(workshop):
        assert lateness.mark_overdue(WORKER) == 1
    report: list[str] = []
    with real.served(app) as address:
        page = real.signed_in(browser, address, client)
        page.goto(f"{address}/senne/?lang=en")

        with errand(page, "hand-over of a reserved item, deposit received", 4, report) as one:
            one.click(f"article:has-text('{to_go.reference}') a:has-text('Hand over')")
            one.click("label:has-text('by card')")
            one.click("form[data-keep] .button-main")
            expect(page.locator(".toast")).to_contain_text(["is out with"])

        with errand(page, "return of a late item with damage, inspected", 8, report) as one:
            one.click("article.ticket-late a:has-text('Take back')")
            one.click("form[data-keep] .button-main")
            page.wait_for_url("**/inspect*")
            one.click(".tile:has-text('to repair')")
            one.click("label:has-text('C, works')")
            one.click("label:has-text('To the bench')")
            one.click("form .form-actions .button-main")
            expect(page.locator(".toast")).to_contain_text(["is inspected"])

        with errand(page, "find an item by its tag", 2, report) as one:
            one.press("/")
            expect(page.locator("dialog[open] input")).to_be_focused()
            one.type(tag)
            page.wait_for_url(f"**/items/{tag}")

        with errand(page, "find a customer by name", 2, report) as one:
            one.press("/")
            expect(page.locator("dialog[open] input")).to_be_focused()
            one.type("sofie", enter=False)
            expect(page.locator("dialog[open] [role=option]").first).to_contain_text("Sofie Maes")
            one.keys += 1
            page.keyboard.press("Enter")
            expect(page.locator("main h1")).to_contain_text("Sofie Maes")
        page.wait_for_load_state("load")
        page.context.close()
    with scope(workshop):
        assert again(to_go).lines[0].status == "out"
        assert again(late).lines[0].status == "closed"
    with capsys.disabled():
        print("\nerrand                                             acts most  keys  seconds\n" + "\n".join(report))
