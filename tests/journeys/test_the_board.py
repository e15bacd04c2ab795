"""The board as staff use it: dragged with a mouse and a finger, stepped by keys, moved by the form, refused, undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page, expect

from service_app.catalogue.models import Product
from service_app.contracts import queries
from service_app.contracts.models import Contract
from service_app.core import clock
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.items import availability
from service_app.items.models import Item
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import DESK, PHONE, Opened, faults
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_signed, a_wish, again, an_item, hand_all_over

pytestmark = pytest.mark.journey

DAY = timedelta(days=1)


def soon(days: int = 1) -> datetime:
    """Nine in the morning UTC, so many days from now."""
    return (clock.now() + DAY * days).replace(hour=9, minute=0, second=0, microsecond=0)


class Fleet:
    """Two cargo bikes, CB-01 and CB-02, and what is on them."""

    def __init__(self) -> None:
        self.product = a_product(code="CB")
        self.plan = a_day_plan(self.product)
        self.first, self.second = (an_item(self.product, tag=tag) for tag in ("CB-01", "CB-02"))
        an_item(a_product(code="XX"), tag="XX-01")

    def promised(self, days: int = 1, length: int = 2, name: str = "Ferme du Parc") -> Contract:
        """Signed, from so many days from now; on the first bike that is free."""
        wish = a_wish(self.product, self.plan, days=length, start=soon(days))
        return a_signed(wish, customer=a_customer(name=name))


def month_of(moment: datetime) -> str:
    """A board on which this day and the week after it stand, whichever day of the week it is."""
    return f"board?lang=en&day={(moment - DAY).date().isoformat()}"


def bar_of(page: Page, contract: Contract) -> Locator:
    return page.locator(f'#board [data-bar="{contract.reference}/1"]')


def lane_of(bar: Locator) -> str | None:
    return bar.locator("xpath=ancestor::li[@data-lane]").get_attribute("data-lane")


def day_width(page: Page) -> float:
    return float(page.locator(".track").first.evaluate("track => track.clientWidth / 14"))


def drag(page: Page, bar: Locator, across: float, down: float = 0) -> None:
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    x, y = box["x"] + min(14, box["width"] / 2), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across / 2, y + down / 2, steps=3)
    page.mouse.move(x + across, y + down, steps=4)
    page.mouse.up()


def where(contract: Contract) -> tuple[str, datetime]:
    """The tag of the item that a line has on the board, and when it begins."""
    line = queries.get_contract(contract.reference).lines[0]
    booking = availability.allocation_of(line.id, "reservation", "use")
    assert booking is not None
    return booking.item.tag, line.starts_at


@pytest.fixture
def fleet(workshop: Workshop, scope: Scoped) -> tuple[Fleet, Contract]:
    """A promise on CB-01 from tomorrow for two days."""
    with scope(workshop):
        fleet = Fleet()
        contract = fleet.promised()
        assert where(contract)[0] == "CB-01"
    return fleet, contract


def test_bar_is_dragged_to_another_day_and_put_back_by_undo(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    page = opened(month_of(soon()))
    drag(page, bar_of(page, contract), day_width(page) * 2)
    expect(page.locator(".toast")).to_contain_text(contract.reference)
    with scope(workshop):
        assert where(contract) == ("CB-01", soon(3))
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("where it was")
    with scope(workshop):
        assert where(contract) == ("CB-01", soon(1))


def test_bar_is_dragged_to_another_item_of_the_product_and_to_no_other(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    page = opened(month_of(soon()))
    lanes = {tag: page.locator(f'[data-lane="{tag}"]').bounding_box() for tag in ("CB-01", "CB-02", "XX-01")}
    tops = {tag: box["y"] for tag, box in lanes.items() if box}
    drag(page, bar_of(page, contract), 0, tops["XX-01"] - tops["CB-01"])
    expect(page.locator(".toast")).to_have_count(0)
    drag(page, bar_of(page, contract), 0, tops["CB-02"] - tops["CB-01"])
    expect(page.locator(".toast")).to_contain_text("CB-02")
    assert lane_of(bar_of(page, contract)) == "CB-02"
    with scope(workshop):
        assert where(contract) == ("CB-02", soon())
        assert queries.get_contract(contract.reference).lines[0].item_id is not None
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    with scope(workshop):
        assert where(contract)[0] == "CB-01"
        assert queries.get_contract(contract.reference).lines[0].item_id is None, "it was not chosen before"


def test_finger_presses_long_and_carries_it(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    page = opened(month_of(soon()), {"viewport": {"width": 1100, "height": 800}, "has_touch": True})
    bar = bar_of(page, contract)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    x, y, across = box["x"] + 10, box["y"] + box["height"] / 2, day_width(page)
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, x: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", x)
    expect(page.locator(".ghost")).to_be_visible()
    for step in (0.5, 1.0):
        finger("touchMove", x + across * step)
    finger("touchEnd", x)
    expect(page.locator(".toast")).to_contain_text(contract.reference)
    with scope(workshop):
        assert where(contract) == ("CB-01", soon(2))


def test_alt_and_arrows_move_it_in_time_and_between_items(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    page = opened(month_of(soon()))
    bar_of(page, contract).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".toast")).to_have_count(1)
    expect(bar_of(page, contract)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".toast")).to_have_count(2)
    expect(bar_of(page, contract)).to_be_focused()
    with scope(workshop):
        assert where(contract) == ("CB-02", soon(2))


def test_enter_opens_the_card_and_its_form_moves_it(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    page = opened(f"{month_of(soon())}&product=CB")
    bar_of(page, contract).focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Ferme du Parc")
    card.get_by_label("From").fill(soon(4).date().isoformat())
    card.get_by_label("Until").fill(soon(6).date().isoformat())
    card.get_by_label("Which one").select_option("CB-02")
    card.get_by_role("button", name="Move").click()
    expect(page.locator(".toast")).to_contain_text(contract.reference)
    assert "product=CB" in page.url, "one comes back to what one looked at"
    with scope(workshop):
        assert where(contract) == ("CB-02", soon(4))


@pytest.fixture
def refusing(app: Ronde, client: FlaskClient, browser: Browser) -> Iterator[Opened]:
    """`opened` where an answer is a refusal, which Chromium writes to its console."""
    with real.served(app) as address:
        page = real.signed_in(browser, address, client)

        def open_page(path: str) -> Page:
            page.goto(f"{address}/senne/{path}")
            return page

        yield open_page
        page.context.close()


def test_refused_move_says_why_offers_others_and_leaves_it_where_it_is(
    refusing: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    whole, contract = fleet
    with scope(workshop):
        product = session().get_one(Product, (workshop.id, whole.product.id))
        first = session().get_one(Item, (workshop.id, whole.first.id))
        stretch = availability.Stretch(soon(4), soon(6))
        availability.book(product, stretch, kind="work", item=first)
        line = again(contract).lines[0]
        booking = availability.allocation_of(line.id, "reservation")
        assert booking is not None
        booking.is_pinned = True
    page = refusing(month_of(soon()))
    drag(page, bar_of(page, contract), day_width(page) * 3)
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("CB-01 is promised to somebody else")
    expect(card).to_contain_text("Free for the same dates")
    with scope(workshop):
        assert where(contract) == ("CB-01", soon())
    assert lane_of(bar_of(page, contract)) == "CB-01"
    with page.expect_navigation():
        card.get_by_role("button", name="CB-02").click()
    with scope(workshop):
        assert where(contract) == ("CB-02", soon(4))


def test_of_what_is_out_the_end_alone_moves_and_what_it_costs_is_said_first(
    opened: Opened, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        fleet = Fleet()
        contract = fleet.promised(days=0, length=3)
        hand_all_over(contract)
        line = contract.lines[0]
        end = line.ends_at
        assert end is not None
    page = opened(month_of(soon()))
    bar_of(page, contract).focus()
    page.keyboard.press("Alt+ArrowRight")
    card = page.get_by_role("dialog")
    expect(card.locator("#foreseen")).to_contain_text("€")
    with scope(workshop):
        assert queries.get_contract(contract.reference).lines[0].ends_at == end, "nothing is charged by a key"
    with page.expect_navigation():
        card.get_by_role("button", name="Move its end").click()
    expect(page.locator(".toast")).to_contain_text("is out until")
    with scope(workshop):
        moved = queries.get_contract(contract.reference).lines[0].ends_at
        assert moved is not None
        assert moved - end == DAY


def test_line_without_an_item_waits_in_the_tray_and_is_dropped_on_one(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    with scope(workshop):
        line = again(contract).lines[0]
        availability.forget(line.id, "reservation")
        line.is_at_risk = True
    page = opened(month_of(soon()))
    waiting = page.locator(".tray [data-bar]")
    expect(waiting).to_contain_text("no item")
    lane, start = page.locator('[data-lane="CB-02"]').bounding_box(), waiting.bounding_box()
    assert lane is not None
    assert start is not None
    drag(page, waiting, lane["x"] + 500 - start["x"], lane["y"] + 12 - start["y"] - start["height"] / 2)
    expect(page.locator(".toast")).to_contain_text("CB-02")
    expect(page.locator(".tray")).to_have_count(0)
    with scope(workshop):
        assert where(contract) == ("CB-02", soon())


def test_filters_stand_in_the_address_and_survive_a_reload(opened: Opened, fleet: tuple[Fleet, Contract]) -> None:
    page = opened("board?lang=en")
    page.get_by_role("combobox", name="Product").select_option("XX")
    expect(page.locator(".lane")).to_have_count(1)
    page.wait_for_url("**product=XX**")
    page.get_by_role("link", name="Month").click()
    page.wait_for_url("**view=month**")
    page.reload()
    expect(page.locator(".lane")).to_have_count(1)
    expect(page.locator("#board.by-month")).to_be_visible()
    page.get_by_role("combobox", name="Product").select_option("")
    expect(page.locator(".lane")).to_have_count(3)
    page.get_by_label("Only what is booked").check()
    expect(page.locator(".lane")).to_have_count(1)


def test_without_script_the_card_is_a_page_with_the_same_form(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract]
) -> None:
    contract = fleet[1]
    page = opened(month_of(soon()), {**DESK, "java_script_enabled": False})
    bar_of(page, contract).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(contract.reference)
    page.get_by_label("From").fill(soon(3).date().isoformat())
    page.get_by_label("Until").fill(soon(5).date().isoformat())
    page.get_by_role("button", name="Move").click()
    expect(page.locator("#board")).to_be_visible()
    with scope(workshop):
        assert where(contract) == ("CB-01", soon(3))


LOOKS: dict[str, dict[str, Any]] = {"desk": DESK, "phone": PHONE}


@pytest.mark.parametrize("look", LOOKS)
def test_board_list_and_card_are_without_fault(
    opened: Opened, workshop: Workshop, scope: Scoped, fleet: tuple[Fleet, Contract], look: str
) -> None:
    with scope(workshop):
        hand_all_over(fleet[0].promised(days=0, length=4, name="Les Halles"))
        line = fleet[0].promised(days=6).lines[0]
        availability.forget(line.id, "reservation")
        line.is_at_risk = True
    page = opened("board", LOOKS[look])
    assert faults(page) == []
    page.locator("#board [data-bar]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    for view in ("day", "month"):
        page.goto(page.url.split("?")[0] + f"?view={view}")
        assert faults(page) == []
    page.goto(page.url.split("?")[0] + "?as=list")
    expect(page.get_by_role("table")).to_contain_text("CB-01")
    assert faults(page) == []


def test_on_a_phone_only_what_is_booked_is_listed_with_its_dates(opened: Opened, fleet: tuple[Fleet, Contract]) -> None:
    page = opened("board", PHONE)
    bar = bar_of(page, fleet[1])
    expect(bar).to_be_visible()
    assert bar.evaluate("bar => getComputedStyle(bar).position") == "static"
    assert "–" in str(bar.evaluate("bar => getComputedStyle(bar, '::after').content"))
    expect(page.locator('[data-lane="CB-02"]')).to_be_hidden()


def test_it_prints_on_a3_without_its_buttons(opened: Opened, fleet: tuple[Fleet, Contract]) -> None:
    page = opened("board")
    page.emulate_media(media="print")
    expect(page.locator(".board-ways")).to_be_hidden()
    expect(page.locator(".board-head")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).page") == "board"
    sheets = page.evaluate(
        "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).map(rule => rule.cssText).join(' ')"
    )
    assert "@page board" in sheets
    assert "landscape" in sheets
