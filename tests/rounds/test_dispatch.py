"""The dispatcher's hands: stops dragged by a mouse, pressed long by a finger, stepped by Alt and an arrow; refused with a
sentence; published with who rides."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from service_app.rounds import queries
from service_app.rounds.operations import days
from tests.browser import DESK, PHONE, served, signed_in
from tests.factories.bookings import a_day, a_person
from tests.factories.rounds import a_vehicle, an_order
from workers import sweeps


def middle(page: Page, where: str) -> tuple[float, float]:
    """The middle of the hour of a row: no link and no button lies there."""
    row = page.locator(where)
    row.scroll_into_view_if_needed()
    box = row.locator("td").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def order_of(page: Page, lane: str) -> list[str]:
    return page.locator(f"[data-lane='{lane}'] tr[data-stop]").evaluate_all("rows => rows.map(row => row.dataset.stop)")


@pytest.mark.journey
def test_a_day_is_planned_and_its_stops_are_dragged_stepped_refused_kept_and_published(
    app, client, browser, scope, workshop, process
) -> None:
    day = a_day()
    with scope(workshop):
        ben = a_person("Ben").id
        a_vehicle()
        for _order in range(4):
            an_order(day)
    with served(app) as address:
        page = signed_in(browser, address, client, DESK)
        page.goto(f"{address}/senne/rounds?day={day}")
        page.locator("form[action$='/rounds/plan'] button").click()
        page.wait_for_load_state("load")
        page.context.close()
    sweeps.sweep(process, channel="planning")
    with scope(workshop):
        [ride] = queries.rounds_on(day)
        others = [days.round_of(day, a_vehicle("Second")), days.round_of(day, a_vehicle("Tiny", grams=1000, litres=5))]
        for other in others:
            days.move(other, "optimised")
        first, second, tiny = ride.reference, others[0].reference, others[1].reference
        a, b, c, d = (str(stop.id) for stop in ride.stops)
    with served(app) as address:
        page = signed_in(browser, address, client, DESK)
        page.goto(f"{address}/senne/rounds?day={day}")
        page.wait_for_load_state("networkidle")
        page.mouse.move(*middle(page, f"[data-stop='{a}']"))
        page.mouse.down()
        page.mouse.move(*middle(page, f"[data-stop='{c}']"), steps=8)
        assert marked(page, f"[data-stop='{c}'] td"), "a line shows where it would fall"
        assert page.locator(f"[data-stop='{a}']").evaluate("row => row.style.opacity") == "0.5"
        page.mouse.move(*_heart(page, second), steps=8)
        assert not marked(page, f"[data-stop='{c}'] td")
        assert marked(page, f"[data-lane='{second}']")
        page.mouse.up()
        expect(page.locator(f"[data-lane='{second}'] tr[data-stop='{a}']")).to_be_visible()
        assert order_of(page, first) == [b, c, d]
        page.locator(f"[data-stop='{b}'] a").first.focus()
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator(f"[data-stop='{b}'] a").first).to_be_focused()
        expect(page.locator(f"[data-stop='{b}'][data-seq='2']")).to_be_visible()
        assert order_of(page, first) == [c, b, d]
        page.locator(f"[data-stop='{a}'] a").first.focus()
        page.keyboard.press("Alt+ArrowRight")
        expect(page.locator("#toasts")).to_contain_text(tiny)
        assert order_of(page, second) == [a]
        row = page.locator(f"[data-stop='{a}']")
        row.get_by_role("button", name="Move").first.click()
        page.locator("form[action$='/lock'] button:visible").click()
        page.wait_for_load_state("networkidle")
        expect(page.locator(f"[data-stop='{a}']").get_by_role("img", name="Kept with this vehicle")).to_be_visible()
        card = page.locator(f"#round-{first}")
        card.get_by_label("Ben").check()
        card.locator("form[action$='/publish'] button[type=submit], form[action$='/publish'] button").last.click()
        page.wait_for_load_state("load")
        expect(page.locator(f"#round-{first}")).to_contain_text("Ben")
        page.context.close()

        phone = signed_in(browser, address, client, PHONE)
        phone.goto(f"{address}/senne/rounds?day={day}")
        phone.wait_for_load_state("networkidle")
        _pressed_long(phone, b, c)
        expect(phone.locator(f"[data-stop='{b}'][data-seq='1']")).to_be_visible()
        assert order_of(phone, first) == [b, c, d]
        phone.context.close()
    with scope(workshop):
        ride = queries.get_round(first)
        assert [str(stop.id) for stop in ride.stops] == [b, c, d]
        assert [each.resource_id for each in ride.crew] == [ben]


def marked(page: Page, where: str) -> bool:
    """Whether something shows that a stop would fall there."""
    return page.locator(where).first.evaluate("seen => getComputedStyle(seen).boxShadow !== 'none'")


def _heart(page: Page, lane: str) -> tuple[float, float]:
    area = page.locator(f"[data-lane='{lane}']")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _pressed_long(page: Page, stop: str, onto: str) -> None:
    """A finger that rests on a stop until it is lifted, moves onto another and leaves."""
    start = middle(page, f"[data-stop='{stop}']")
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start[0], "y": start[1]}]})
    page.wait_for_function("id => document.querySelector(`[data-stop='${id}']`).style.opacity !== ''", arg=stop)
    end = page.locator(f"[data-stop='{onto}'] td").first.bounding_box()
    assert end is not None
    to = {"x": end["x"] + end["width"] / 2, "y": end["y"] + end["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [to]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
