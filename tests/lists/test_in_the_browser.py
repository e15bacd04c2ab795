"""Lists in a real browser: a view kept and found again, counts, orders, files, many rows at once; by keyboard too."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from service_app.core import access
from service_app.core.access import WORKER
from service_app.imports import operations as imports
from service_app.items import operations as items
from service_app.items.queries import get_item
from service_app.notifications import operations as notifications
from service_app.portal.operations import asking
from service_app.reports import operations as reports
from service_app.reports.operations import Told
from service_app.workorders import operations as care
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import Opened
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_day_plan, a_product
from tests.factories.customers import a_customer, an_address
from tests.factories.rentals import a_draft, a_sent, a_wish, an_item

pytestmark = pytest.mark.journey


@pytest.fixture
def stock(workshop: Workshop, scope: Scoped, owner: Any) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        a_care_plan(product, every_months=1)
        for number, grade in enumerate("AABBC"):
            item = an_item(product, tag=f"T-{number}", grade=grade, place=f"Rack {9 - number}")
            if number == 4:
                items.retire_item(owner, item, "Frame cracked")
        care.plan_care()
        a_draft(a_wish(product, plan), customer=a_customer(name="Nora Lemmens", address=an_address()))
        a_sent(a_wish(product, plan), customer=a_customer(name="Omar Diallo"))


@pytest.fixture
def desk_work(stock: None, workshop: Workshop, scope: Scoped) -> None:
    """A letter, a file, a request and a report, each with something long in it."""
    with scope(workshop):
        person = a_customer(
            name="Association des Habitants du Parvis", email="a.very.long.address.of.somebody@example.be"
        )
        notifications.write("offer", "look", {"customer_id": person.id}, person.email or "", "fr", "customer")
        imports.upload(WORKER, "customers", b"name\nNora\n", "everything_that_was_in_the_old_spreadsheet_2025.csv")
        asking.ask_erasure(access.customer(person.name), person, "I moved away")
        told = Told("broken", "The front wheel is bent", "Rue Haute 12", person.email or "")
        reports.report_item(get_item("T-0"), told, "look")


@pytest.mark.parametrize("look", [real.DESK, real.PHONE], ids=["desk", "phone"])
def test_every_list_with_its_menus_and_its_bar_is_accessible_and_fits(
    desk_work: None, opened: Opened, look: dict[str, Any]
) -> None:
    page = opened("items", look)
    home = page.url.removesuffix("items")
    for path in (
        "items?grade=A",
        "contracts",
        "customers",
        "products",
        "care",
        "letters",
        "imports",
        "requests",
        "reports",
    ):
        page.goto(home + path)
        page.locator(".pick input[name=row]").first.check()
        expect(page.locator(".bulk")).to_be_visible()
        assert real.faults(page) == [], path
        page.locator(".pick input[name=row]").first.uncheck()
        expect(page.locator(".bulk")).to_be_hidden()
        for menu in ("views", "columns", "export"):
            page.locator(f"[popovertarget={menu}]").click()
            expect(page.locator(f"#{menu}")).to_be_visible()
            assert real.faults(page) == [], (path, menu)
            page.keyboard.press("Escape")


def test_a_view_is_kept_and_come_back_to(stock: None, opened: Opened) -> None:
    page = opened("items")
    page.locator(".facets").get_by_role("link", name="in stock").click()
    page.get_by_role("link", name="Where it is kept").click()
    page.locator("[popovertarget=views]").click()
    page.get_by_role("button", name="Keep what I see as a view").click()
    page.get_by_label("Name", exact=True).fill("By rack")
    page.get_by_label("Begin the list with it").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("[popovertarget=views]")).to_contain_text("By rack")
    rail = page.locator("#rail")  # before the stylesheet has come, the phone's dock would answer to the same names
    rail.get_by_role("link", name="Customers").click()
    page.wait_for_url("**/customers")
    rail.get_by_role("link", name="Items").click()
    page.wait_for_url("**/items?status=in_stock&sort=place")
    expect(page.locator("tbody th").first).to_have_text("T-3")
    page.locator("[popovertarget=views]").click()
    page.locator("#views").get_by_role("link", name="All").click()
    page.wait_for_url("**/items?view=all")
    expect(page.locator("tbody tr")).to_have_count(5)


def test_a_list_is_narrowed_sorted_and_taken_away(stock: None, opened: Opened) -> None:
    page = opened("items")
    expect(page.locator(".facets")).to_contain_text("retired1")
    page.locator("[popovertarget=facet-grade]").click()
    page.locator("#facet-grade").get_by_role("link", name="A, as new").click()
    page.get_by_role("link", name="Tag", exact=True).click()
    expect(page.locator("tbody th")).to_have_text(["T-1", "T-0"])
    page.locator("[popovertarget=export]").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Tag", "T-1", "T-0"]


def test_many_rows_at_once_with_one_that_is_refused(stock: None, opened: Opened) -> None:
    page = opened("items")
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-pick-count]")).to_have_text("5 chosen")
    page.locator(".bulk").get_by_role("button", name="To the bench").click()
    expect(page.locator("#progress")).to_contain_text("4 done, 1 refused.")
    expect(page.locator("tbody")).to_contain_text("T-4")
    expect(page.locator("tbody")).to_contain_text("This is no longer possible")
    assert real.axe(page) == []
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".facets")).to_contain_text("on the bench4")


def test_a_stretch_is_chosen_with_shift(stock: None, opened: Opened) -> None:
    page = opened("items")
    boxes = page.locator(".pick input[name=row]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-pick-count]")).to_have_text("3 chosen")


def test_a_stretch_is_chosen_with_the_keyboard(stock: None, opened: Opened) -> None:
    page = opened("items")
    boxes = page.locator(".pick input[name=row]")
    boxes.nth(0).press("Space")
    boxes.nth(2).press("Shift+Space")
    expect(page.locator("[data-pick-count]")).to_have_text("3 chosen")


def test_rows_are_moved_without_a_mouse(stock: None, opened: Opened) -> None:
    page = opened("items")
    page.locator(".pick input[name=row]").first.focus()
    page.keyboard.press("Space")
    page.locator("#move-place").focus()
    page.keyboard.type("Cellar 2")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("Cellar 2")


def test_it_all_works_without_script(stock: None, opened: Opened) -> None:
    page = opened("items", real.DESK | {"java_script_enabled": False})
    page.locator(".pick input[name=row]").first.check()
    expect(page.locator("[data-pick-all]")).to_be_hidden()
    page.locator(".bulk").get_by_role("button", name="To the bench").click()
    expect(page.locator("tbody tr").first).to_contain_text("on the bench")
    page.locator("[popovertarget=columns]").click()
    page.get_by_role("checkbox", name="Serial number").uncheck()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("thead")).not_to_contain_text("Serial number")
