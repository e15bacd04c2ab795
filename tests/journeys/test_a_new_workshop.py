"""A new workshop, from the letter that invites its owner to a thing handed over to its first customer. What a person does
is counted and printed: acts (a click, a field filled in, a box ticked) and the seconds the pages took."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from service_app.contracts import queries
from service_app.core import access, jobs, tenancy
from service_app.core.db import Database, session
from service_app.core.web import Ronde
from service_app.workshops.models import Cluster, Workshop
from service_app.workshops.operations import house
from service_app.workshops.operations.house import WorkshopFacts
from tests import browser as real
from tests.conftest import Scoped
from tests.mail import Sink
from tests.workers.conftest import make, post, posting
from workers import sweeps
from workers.process import Process

__all__ = ["make", "post", "posting"]

pytestmark = pytest.mark.journey
MOST_ACTS = 40


@dataclass
class Person:
    """Somebody before a page, whose acts are counted by the step they belong to."""

    page: Page
    acts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    step: str = ""
    since: float = 0.0

    def begin(self, step: str) -> None:
        self._end()
        self.step, self.since = step, time.monotonic()
        self.acts[step] = 0

    def _end(self) -> None:
        if self.step:
            self.seconds[self.step] = time.monotonic() - self.since

    def click(self, what: Locator) -> None:
        what.click()
        self.acts[self.step] += 1

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True).first)

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True).first)

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).first.fill(text)
        self.acts[self.step] += 1

    def table(self) -> str:
        self._end()
        rows = [f"{step:<28}{number:>6}{self.seconds[step]:>9.1f}" for step, number in self.acts.items()]
        total = f"{'all of it':<28}{sum(self.acts.values()):>6}{sum(self.seconds.values()):>9.1f}"
        return "\n".join([f"{'step':<28}{'acts':>6}{'seconds':>9}", *rows, total])


@pytest.fixture
def added(database: Database) -> Workshop:
    """Added to the cluster by its coordinator: nothing else is there."""
    with database.transaction(tenancy.platform("test world")):
        cluster = Cluster(name="Brussels")
        session().add(cluster)
        session().flush()
        facts = WorkshopFacts(name="Fil et Bois", craft="furniture", language="en")
        return house.add_workshop(access.coordinator("Cora", 1), cluster, "fil-et-bois", facts, "olga@example.be")


def sweep(process: Process) -> None:
    for _round in range(2):
        for channel in jobs.CHANNELS:
            sweeps.sweep(process, channel)


def link_in(sink: Sink, to: str, pattern: str) -> str:
    """An address from the newest letter to somebody, as it came through the mail server."""
    letter = next(one for one in reversed(sink.letters) if one["To"] == to)
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://localhost({pattern})", body.get_content())
    assert found is not None
    return found.group(1)


def test_from_the_invitation_to_a_thing_handed_over(
    app: Ronde, added: Workshop, scope: Scoped, browser: Browser, posting: Process, post: tuple[Sink, int],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sink = post[0]
    sweep(posting)
    with real.served(app) as address:
        context = browser.new_context(reduced_motion="reduce", locale="en-BE", **real.DESK)
        page = context.new_page()
        page.set_default_timeout(15_000)
        olga = Person(page)
        page.goto(address + link_in(sink, "olga@example.be", r"/\S*join/\S+"))
        _comes_in(olga)
        _sets_up(olga)
        code = _offers(olga)
        sweep(posting)
        _signs(browser, address + link_in(sink, "noor@example.be", r"/fil-et-bois/sign/\S+"))
        _hands_over(olga)
        context.close()
    with scope(added):
        assert [line.status for line in queries.get_contract(code).lines] == ["out"]
    with capsys.disabled():
        print(f"\nFrom the invitation to a thing handed over\n{olga.table()}")
    assert sum(olga.acts.values()) <= MOST_ACTS


def _comes_in(olga: Person) -> None:
    olga.begin("join")
    olga.fill("Your name", "Olga Stas")
    olga.fill("Password", "drie stoelen en een lamp")
    olga.button("Join")
    olga.page.wait_for_url("**/fil-et-bois/")
    expect(olga.page.locator(".progress-count")).to_have_text("0 / 6")
    assert real.axe(olga.page) == []


def _sets_up(olga: Person) -> None:
    olga.begin("hours")
    olga.link("Set the hours")
    olga.button("Save the week")
    _ticked(olga, 1)
    olga.begin("terms")
    olga.link("Write the terms")
    expect(olga.page.locator("[name=en]")).to_have_value(re.compile("Fil et Bois entrusts"))
    olga.button("Publish version 1")
    _ticked(olga, 2)
    olga.begin("product with its price")
    olga.link("Make a product")
    assert real.axe(olga.page) == []
    olga.fill("What do you rent out?", "Folding table")
    olga.fill("Price, VAT included", "12")
    olga.fill("Deposit", "40")
    olga.button("Make it")
    olga.begin("item")
    olga.button("Take in")
    expect(olga.page.get_by_role("heading", level=1)).to_contain_text("FT-0001")
    _ticked(olga, 4)


def _ticked(olga: Person, done: int) -> None:
    """Back on Today the step is ticked off: nobody did that by hand."""
    olga.page.wait_for_load_state("networkidle")
    olga.link("Today")
    expect(olga.page.locator(".progress-count")).to_have_text(f"{done} / 6")


def _offers(olga: Person) -> str:
    olga.begin("customer")
    olga.link("Register a customer")
    olga.fill("Name", "Noor Vandamme")
    olga.fill("E-mail", "noor@example.be")
    olga.button("Register")
    _ticked(olga, 5)
    olga.begin("offer")
    olga.link("Make an offer")
    expect(olga.page.locator("#quote")).to_contain_text("1 free")
    olga.button("Save as draft")
    olga.button("Send the offer")
    expect(olga.page.locator("main")).to_contain_text("Waiting for the customer")
    found = re.search(r"C-\d{4}-\d{4}", olga.page.url)
    assert found is not None
    return found.group()


def _signs(browser: Browser, url: str) -> None:
    context = browser.new_context(**real.PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.fill("[name=signature_name]", "Noor Vandamme")
    page.check("[name=agreed]")
    page.locator("form button.button-main").click()
    expect(page.locator(".notice-ok")).to_contain_text("Noor Vandamme")
    context.close()


def _hands_over(olga: Person) -> None:
    olga.page.reload()
    olga.begin("deposit and hand-over")
    olga.button("Receive the deposit")
    olga.button("Received")
    olga.link("Hand over")
    olga.button("Hand over")
    expect(olga.page.locator(".ticket").first).to_contain_text("out")
    olga.page.goto(re.sub(r"/contracts/.*", "/", olga.page.url))
    expect(olga.page.locator(".start")).to_have_count(0)


def test_a_step_is_passed_over_and_the_start_put_away(opened: real.Opened) -> None:
    page = opened("")
    assert page.locator(".start .is-done").count() == 2, "hours and terms are there already"
    page.locator(".start li", has_text="first customer").get_by_role("button", name="Pass over").click()
    expect(page.locator(".start .is-skipped")).to_have_count(1)
    page.get_by_role("button", name="Put away").click()
    expect(page.locator(".start")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".start")).to_have_count(1)
    page.goto(page.url.rstrip("/") + "/start")
    page.get_by_role("button", name="Take it up").click()
    expect(page.locator(".start .is-skipped")).to_have_count(0)
