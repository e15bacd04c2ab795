"""A repair in real browsers: the customer in Dutch on a phone, staff on a tablet, one that is declined, one that comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.web import Ronde
from service_app.repairs import links, queries
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import ending
from service_app.repairs.operations.ending import HandBack
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.customers import a_customer
from tests.factories.repairs import a_case, a_part, a_quoted, a_ready, a_received, a_thing, an_approved, an_option

pytestmark = pytest.mark.journey

TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


@pytest.fixture
def address(app: Ronde) -> Iterator[str]:
    with real.served(app) as found:
        yield found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "kettle.jpg"
    Image.new("RGB", (800, 600), "teal").save(path)
    return path


def test_customer_on_a_phone_in_dutch_books_agrees_follows_and_collects(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser, address: str, photo: Path
) -> None:
    with scope(workshop):
        a_person("Mila")
        a_service("repair", kind="repair", name={"nl": "Herstelling", "fr": "Réparation", "en": "Repair"})
    phone = browser.new_context(reduced_motion="reduce", locale="nl-BE", **real.PHONE).new_page()
    _book(phone, f"{address}/senne/book", photo)
    with scope(workshop):
        case = queries.get_case_by_id(session().scalars(select(RepairCase.id)).one())
        reference, follow = case.reference, f"{address}/senne/repair/{links.token_of(case)}"
        assert (case.status, case.thing.what if case.thing else "", len(case.photos)) == ("booked", "Waterkoker", 1)

    tablet = real.signed_in(browser, address, client, TABLET)
    _through_the_workshop(tablet, f"{address}/senne/repairs/{reference}", photo)

    phone.goto(follow)
    expect(phone.locator("main")).to_contain_text("38,00")
    assert real.axe(phone) == []
    phone.locator("button[value=yes]").click()
    expect(phone.locator(".notice-late")).to_be_visible()  # no name, nothing agreed, and nothing lost
    phone.fill("#name", "Noor Vandamme")
    phone.locator("[name=agreed]").check()
    phone.locator("button[value=yes]").click()
    expect(phone.locator(".notice-ok")).to_be_visible()

    _mended(tablet, f"{address}/senne/repairs/{reference}")
    phone.goto(follow)
    expect(phone.locator(".notice-ok")).to_contain_text("afhalen")
    expect(phone.locator("main")).to_contain_text("38,00")
    _handed_back(tablet, f"{address}/senne/repairs/{reference}")
    phone.goto(follow)
    expect(phone.locator("main")).to_contain_text("gratis")
    for page in (phone, tablet):
        page.wait_for_load_state("load")
        page.context.close()
    with scope(workshop):
        case = queries.get_case(reference)
        assert (case.status, case.money_status, case.quotes[0].answered_name) == (
            "handed_back",
            "paid",
            "Noor Vandamme",
        )


def _book(phone: Page, here: str, photo: Path) -> None:
    """What, details, when, who, check: each page in Dutch, accessible, no wider than the phone."""
    phone.goto(here)
    assert phone.locator("html").get_attribute("lang") == "nl"
    phone.locator("form button").first.click()
    phone.wait_for_url("**/fault")
    assert real.axe(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= screen.width")
    phone.fill("[name=what]", "Waterkoker")
    phone.fill("[name=fault]", "Hij wordt niet meer warm.")
    phone.get_by_label("doet helemaal niets").check()
    phone.set_input_files("[name=photos]", photo)
    phone.locator("form button.button-main").click()
    phone.wait_for_url("**/when")
    assert real.axe(phone) == []
    phone.locator("form:has(input[name=starts_at]) button").first.click()
    phone.wait_for_url("**/who")
    phone.fill("[name=name]", "Noor Vandamme")
    phone.fill("[name=email]", "noor@example.be")
    phone.locator("form button.button-main").click()
    phone.wait_for_url("**/check")
    expect(phone.locator("main")).to_contain_text("Waterkoker")
    assert real.axe(phone) == []
    phone.locator("form button.button-main").click()
    phone.wait_for_url(lambda url: not url.endswith("/check"))


def _through_the_workshop(page: Page, here: str, photo: Path) -> None:
    page.goto(here)
    page.get_by_role("link", name="Take it in").click()
    page.get_by_label("Where it is put").fill("Shelf 2")
    page.get_by_label("What was left with it").fill("lid")
    page.get_by_label("Photos").set_input_files(photo)
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator(".axes")).to_contain_text("Shelf 2")
    page.get_by_role("button", name="Examine it").click()
    page.get_by_role("link", name="Write the diagnosis").click()
    page.get_by_label("What the cause is").fill("The element is open")
    page.get_by_role("button", name="Write the diagnosis").click()
    page.get_by_role("link", name="Write a quote").click()
    page.get_by_label("Quantity").fill("0,5")
    page.get_by_role("button", name="Another line").click()
    expect(page.locator("[name=options-0-lines-1-text]")).to_be_visible()
    page.fill("[name=options-0-lines-1-text]", "Element")
    page.fill("[name=options-0-lines-1-unit_amount]", "14")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator(".axes")).to_contain_text("quote sent")


def _mended(page: Page, here: str) -> None:
    page.goto(here)
    page.get_by_role("button", name="Begin the repair").click()
    expect(page.locator(".clock")).to_contain_text("Your clock runs since")
    page.get_by_role("button", name="Stop the clock").click()
    page.get_by_role("link", name="Done and tested").click()
    page.get_by_label("What you tested").fill("It boils")
    page.get_by_label("All of it passed").check()
    page.get_by_role("button", name="Done and tested").click()
    expect(page.locator(".axes")).to_contain_text("ready")


def _handed_back(page: Page, here: str) -> None:
    page.goto(here)
    page.get_by_role("link", name="Hand it back").click()
    expect(page.get_by_label("Who takes it")).to_have_value("Noor Vandamme")
    page.get_by_role("button", name="Hand it back").click()
    expect(page.locator(".axes")).to_contain_text("handed back")
    expect(page.locator(".axes")).to_contain_text("paid")


def test_declined_without_script_and_left_to_reuse(
    workshop: Workshop, scope: Scoped, browser: Browser, address: str
) -> None:
    with scope(workshop):
        token = links.token_of(a_quoted())
    context = browser.new_context(java_script_enabled=False, locale="en-BE", **real.PHONE)
    page = context.new_page()
    page.goto(f"{address}/senne/repair/{token}?lang=en")
    page.get_by_role("button", name="No, do not repair it").click()
    expect(page.locator("main")).to_contain_text("declined")
    expect(page.locator("main")).to_contain_text("15,00")
    page.locator("summary", has_text="Leave it to us for reuse").click()
    page.fill("#giver", "Nora Lemmens")
    page.get_by_role("button", name="I give it away").click()
    expect(page.locator("main")).not_to_contain_text("15,00 €To pay")
    context.close()
    with scope(workshop):
        case = queries.get_case_by_id(links.read_case(token, workshop.id))
        assert (case.status, case.money_status) == ("given_up", "waived")


def test_fault_that_comes_back_is_taken_in_free_of_charge(
    workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser, address: str
) -> None:
    with scope(workshop):
        customer = a_customer(name="Nora Lemmens")
        thing = a_thing(customer)
        first = a_ready(customer=customer, thing=thing)
        ending.hand_back(WORKER, first, HandBack("Nora"))
        reference, of = customer.reference, first.reference
    page = real.signed_in(browser, address, client, TABLET)
    page.goto(f"{address}/senne/customers/{reference}")
    page.get_by_role("link", name="Take in a repair").click()
    page.get_by_label("Theirs, brought before").select_option(label="Kettle")
    page.get_by_label("What is wrong, in their words").fill("Dead again")
    page.get_by_label("Where it is put").fill("Shelf 1")
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator("main")).to_contain_text(of)
    expect(page.locator("main")).to_contain_text("guarantee of an earlier repair")
    page.get_by_role("link", name="Label").click()
    expect(page.locator("main")).to_contain_text("nothing to pay")
    page.wait_for_load_state("load")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    page.context.close()


@pytest.mark.parametrize("look", [real.DESK, real.PHONE], ids=["desk", "phone"])
def test_every_page_of_repairs_is_accessible_and_fits(
    look: dict[str, Any], workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser, address: str,
    database: Database,
) -> None:  # fmt: skip
    with scope(workshop):
        part = a_part(1)
        cases = [a_case(safety=("swollen",)), a_received(), a_quoted(), an_approved(an_option(part)), a_ready()]
        references, token, code = [case.reference for case in cases], links.token_of(cases[2]), part.code
    page = real.signed_in(browser, address, client, look)
    pages = [
        "repairs",
        "repairs/new",
        "parts",
        "parts/new",
        f"parts/{code}",
        f"parts/{code}/change",
        "settings/repairs",
    ]
    pages += [f"repairs/{reference}" for reference in references]
    pages += [
        f"repairs/{references[0]}/do/receive", f"repairs/{references[1]}/label", f"repairs/{references[2]}/do/answer",
        f"repairs/{references[2]}/quote", f"repairs/{references[4]}/do/hand_back", f"repair/{token}",
    ]  # fmt: skip
    for path in pages:
        answer = page.goto(f"{address}/senne/{path}")
        assert answer is not None
        assert answer.status == 200, path
        assert real.faults(page) == [], path
    page.context.close()
    assert re.fullmatch(r"R-\d{4}-\d{4}", references[0])
