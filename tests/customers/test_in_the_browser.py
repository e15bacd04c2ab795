"""The customers' pages in a real browser: accessible in every look, nothing too wide, usable by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from service_app.customers import operations
from tests import browser as real
from tests.browser import Opened
from tests.factories.customers import a_customer, an_address, an_organisation

pytestmark = pytest.mark.journey

PAGES = ["customers", "customers/new", "customers/K-0001", "customers/K-0001/edit", "customers/K-0001/merge?other=K-0002",
         "customers/K-0001/merge", "customers/K-0001/addresses/new", "customers?q=nobody"]  # fmt: skip


@pytest.fixture
def people(workshop, scope, owner):
    """Two that may be one, an organisation, somebody blocked."""
    with scope(workshop):
        nora = a_customer(name="Nora Lemmens", email="nora@example.be", phone="0470 12 34 56", address=an_address(),
                          remark="Rings before she comes.")  # fmt: skip
        operations.note_on_customer(owner, nora, "Asked for a child seat.")
        operations.give_consent(owner, nora, "news", "counter")
        operations.add_address(owner, nora, an_address(label="depot", street="Quai des Usines 22", city="Bruxelles"))
        a_customer(name="Lemmens Nora", email="nora@example.be", address=an_address())
        an_organisation(name="Les Halles de Schaerbeek ASBL", vat_number="BE0403019261", phone="02 218 21 07",
                        email="regie@halles.example.be", address=an_address(city="Schaerbeek", postcode="1030"))  # fmt: skip
        a_customer(name="Tom Verhaegen", is_blocked=True, language="nl", email=None)


@pytest.mark.parametrize("look", [real.DESK, real.PHONE], ids=["desk", "phone"])
def test_the_pages_are_accessible_and_not_too_wide(people: None, opened: Opened, look: dict[str, Any]) -> None:
    page = opened("customers", look)
    home = page.url.removesuffix("customers")
    for path in PAGES[:-2]:
        page.goto(f"{home}{path}")
        assert real.faults(page) == [], path


def test_the_list_follows_what_is_typed(people: None, opened: Opened) -> None:
    page = opened("customers")
    page.fill("#filter-q", "halles")
    page.wait_for_selector("#results tbody tr:only-child")
    expect(page.locator("#results")).to_contain_text("Les Halles")
    page.wait_for_url("**/customers?q=halles")


def test_an_address_removed_by_mistake_comes_back(people: None, opened: Opened) -> None:
    page = opened("customers/K-0001")
    page.locator("#addresses form button", has_text="Remove").last.click()
    page.wait_for_selector(".toast-act")
    expect(page.locator("#addresses")).not_to_contain_text("Quai des Usines")
    page.click(".toast-act")
    expect(page.locator("#addresses")).to_contain_text("Quai des Usines")
