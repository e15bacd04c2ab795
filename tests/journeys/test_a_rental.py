"""A rental from a wish at the counter to its end: staff at the desk, the customer on a phone in each language."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from service_app.contracts import queries
from service_app.core import clock, jobs
from service_app.core.db import Database
from service_app.core.web import Ronde
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import an_item
from tests.mail import Sink
from tests.workers.conftest import make, post, posting
from workers import sweeps
from workers.process import Process

__all__ = ["make", "post", "posting"]

pytestmark = pytest.mark.journey


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "bike.jpg"
    Image.new("RGB", (800, 600), "teal").save(path)
    return path


def draw_signature(page: Page) -> None:
    """A stroke with the finger, as far as a mouse can be one."""
    canvas = page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(box["x"] + 20 + 20 * step, box["y"] + (20 if step % 2 else 60))
    page.mouse.up()


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_rental_from_offer_to_inspected_return(
    app: Ronde, database: Database, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser,
    photo: Path, posting: Process, post: tuple[Sink, int], language: str,
) -> None:  # fmt: skip
    with scope(workshop):
        product = a_product()
        a_day_plan(product)
        tag = an_item(product, place="Rack 2").tag
    with real.served(app) as address:
        staff = real.signed_in(browser, address, client)
        reference = _make_offer(staff, f"{address}/senne", language)
        _sign_on_a_phone(browser, f"{address}{_link_in_the_letter(posting, post[0])}", language)
        _through_the_counter(staff, f"{address}/senne/contracts/{reference}", tag, photo)
        _letters_have_come(posting, post[0], reference)
        staff.wait_for_load_state("load")
        staff.context.close()
    with scope(workshop):
        contract = queries.get_contract(reference)
        assert (contract.status, contract.money_status) == ("ended", "settled")
        assert [(one.method, one.language) for one in contract.signatures] == [("drawn", language)]


def _sweep(posting: Process) -> None:
    for _round in range(2):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)


def _link_in_the_letter(posting: Process, sink: Sink) -> str:
    """What the customer finds in the letter: the worker sent it, nobody looked it up."""
    _sweep(posting)
    assert [letter["To"] for letter in sink.letters] == ["noor@example.be"]
    body = sink.letters[0].get_body(("plain",))
    assert body is not None
    found = re.search(r"http://localhost(/senne/sign/\S+)", body.get_content())
    assert found is not None
    return found.group(1)


def _letters_have_come(posting: Process, sink: Sink, reference: str) -> None:
    _sweep(posting)
    assert len(sink.letters) == len(set(sink.ids())) == 6, "offer, signed copy, hand-over, returned, inspected, deposit"
    attached = [part.get_filename() for letter in sink.letters for part in letter.iter_attachments()]
    papers = [f"{reference}{paper}.pdf" for paper in ("", "-hand-over-1", "-return-1", "-deposit-3")]
    assert [name for name in attached if name in papers] == papers
    assert set(attached) - set(papers) == {"1.jpg"}, "what was found is told with its photo"


def _make_offer(page: Page, here: str, language: str) -> str:
    page.goto(f"{here}/customers/new")
    page.get_by_label("Name", exact=True).fill("Noor Vandamme")
    page.get_by_label("E-mail").fill("noor@example.be")
    page.check(f"input[name=language][value={language}]")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noor Vandamme")
    page.get_by_role("link", name="New contract").click()
    page.select_option("[name=rows-0-plan]", index=1)
    start = clock.today("Europe/Brussels") + timedelta(days=1)
    page.fill("[name=starts_on]", start.isoformat())
    page.fill("[name=ends_on]", (start + timedelta(days=3)).isoformat())
    expect(page.locator("#quote")).to_contain_text("90,00")
    expect(page.locator("#quote")).to_contain_text("1 free")
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_role("button", name="Send the offer").click()
    expect(page.locator("main")).to_contain_text("Waiting for the customer")
    found = re.search(r"C-\d{4}-\d{4}", page.url)
    assert found is not None
    return found.group()


def _sign_on_a_phone(browser: Browser, url: str, language: str) -> None:
    context = browser.new_context(**real.PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    assert page.locator("html").get_attribute("lang") == language
    assert real.axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= screen.width")
    page.fill("[name=signature_name]", "Noor Vandamme")
    draw_signature(page)
    page.check("[name=agreed]")
    page.locator("form button.button-main").click()
    expect(page.locator(".notice-ok")).to_contain_text("Noor Vandamme")
    assert real.axe(page) == []
    answer = context.request.get(page.evaluate("document.querySelector('a[href$=\"contract.pdf\"]').href"))
    assert answer.body().startswith(b"%PDF")
    context.close()


def _through_the_counter(page: Page, here: str, tag: str, photo: Path) -> None:
    page.goto(here)
    page.get_by_role("button", name="Receive the deposit").click()
    page.get_by_role("button", name="Received", exact=True).click()
    page.get_by_role("link", name="Hand over").click()
    page.get_by_label("Tag of the item").fill(tag)
    page.get_by_label("Photos").set_input_files(photo)
    page.get_by_label("Meter").fill("310")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator(".ticket").first).to_contain_text("out")
    page.get_by_role("link", name="Take back").click()
    expect(page.locator(".twins .twin > img")).to_have_count(1)
    page.wait_for_load_state("load")  # what shows a chosen photo is a script of the page
    page.locator(".twin-now input").set_input_files(photo)
    expect(page.locator(".twin-now img")).to_have_count(1)
    page.get_by_label("charger").check()
    page.get_by_label("Meter").fill("355")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Inspect")
    expect(page.locator(".twin img")).to_have_count(2)
    page.get_by_label("Cost to put right").fill("60")
    page.get_by_role("button", name="Finish the inspection").click()
    page.get_by_role("button", name="Settle up").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Take it from the deposit").check()
    dialog.get_by_role("button", name="Settle up").click()
    expect(page.locator(".axes")).to_contain_text("ended")
    expect(page.locator(".axes")).to_contain_text("settled")
