"""The scanner as a browser has it: a real camera path, a scanner that types, a list that outlives the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.items import labels
from service_app.scanning import queries
from service_app.scanning.codes import Code
from service_app.scanning.operations import stock_takes
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import DESK, PHONE, Opened, axe, faults
from tests.camera import film, filming
from tests.conftest import Scoped
from tests.factories.rentals import again
from tests.factories.scanning import a_bike, back, lost, out, overdue, to_fetch

pytestmark = pytest.mark.journey

LOOKS = pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def address(app: Ronde) -> Iterator[str]:
    with real.served(app) as found:
        yield found


def burst(page: Page, code: str) -> None:
    """What a scanner types: one key after the other, faster than any hand, and Enter."""
    page.evaluate(
        """(code) => {
            const keys = [...code, 'Enter'];
            for (const key of keys) {
                const target = document.activeElement;
                const down = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
                if (!target.dispatchEvent(down)) continue;
                const now = document.activeElement;
                if (key === 'Enter') now.form?.requestSubmit();
                else if ('value' in now) now.setRangeText(key, now.selectionStart, now.selectionEnd, 'end');
            }
        }""",
        code,
    )


@pytest.fixture
def faraway(address: str, client: FlaskClient, browser: Browser) -> Iterator[Opened]:
    """As `opened`, for a line that breaks: the browser complains of that, rightly."""
    pages: list[Page] = []

    def open_page(path: str) -> Page:
        page = real.signed_in(browser, address, client, PHONE)
        page.goto(f"{address}/senne/{path}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()


# --- the camera --------------------------------------------------------------------------------------------------------


Camera = Callable[..., Page]


@pytest.fixture
def camera(address: str, client: FlaskClient, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`camera(film)` is a browser in which that film runs; `allowed` says whether the person lets the page see it."""
    stack: list[Any] = []

    def start(path: Path, *, allowed: bool = True, look: dict[str, Any] | None = None) -> Page:
        browser = filming(path)
        stack.append(browser)
        page = real.signed_in(browser.__enter__(), address, client, look or PHONE)
        if allowed:
            page.context.grant_permissions(["camera"], origin=address)
        return page

    yield start
    for each in reversed(stack):
        each.__exit__(None, None, None)


def test_camera_reads_a_label_and_one_press_leads_to_the_hand_over(
    workshop: Workshop, scope: Scoped, camera: Camera, address: str, tmp_path: Path
) -> None:
    with scope(workshop):
        item = a_bike(place="Rack 2")
        contract = to_fetch(item)
        url = labels.public_url(item).upper()
    page = camera(film(tmp_path / "label.y4m", ("", 10), (url, 30)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}/senne/scan?lang=en")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator(".hit-act")).to_have_text("Hand over", timeout=20_000)
    assert axe(page) == []
    assert any(re.search(r"/static/dist/zxing_reader-[\w-]+\.wasm$", each) for each in asked)
    assert [each for each in asked if not each.startswith((address, "blob:", "data:"))] == []
    page.locator(".hit-act").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hand over")
    assert page.url.endswith(f"/senne/contracts/{contract.reference}/1/hand-over")
    assert page.locator("#tag").input_value() == item.tag
    assert complaints == []


def test_code_that_stays_in_view_counts_once_and_the_next_one_too(
    workshop: Workshop, scope: Scoped, camera: Camera, address: str, tmp_path: Path
) -> None:
    with scope(workshop):
        first, second = a_bike(), a_bike()
        take = stock_takes.start_take(WORKER, "all")
    sent: list[str] = []
    page = camera(film(tmp_path / "two.y4m", (first.tag, 10), ("", 2), (second.tag, 10), ("", 2)), look=DESK)
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.add_init_script("window.buzzes = 0; navigator.vibrate = () => { window.buzzes += 1; return true; };")
    page.goto(f"{address}/senne/scan/takes/{take.reference}?lang=en")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("#standing .figure-value").first).to_contain_text("2 / 2", timeout=20_000)
    page.get_by_role("button", name="Stop the camera").click()
    expect(page.get_by_role("button", name="Use the camera")).to_be_focused()
    assert not page.locator("video").is_visible()
    for tag in (first.tag, second.tag):
        assert sum(tag in each for each in sent) == 1
    assert page.evaluate("window.buzzes") == 2


def test_camera_that_is_refused_says_so_and_leaves_the_field(camera: Camera, address: str, tmp_path: Path) -> None:
    page = camera(film(tmp_path / "none.y4m", ("", 5)), allowed=False)
    page.goto(f"{address}/senne/scan?lang=en")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("[data-said]")).to_contain_text("The camera was refused. Type the code", timeout=15_000)
    expect(page.get_by_label("Tag, serial number or address")).to_be_focused()
    assert not page.locator("video").is_visible()
    assert axe(page) == []


def test_without_a_camera_it_says_so(opened: Opened) -> None:
    page = opened("scan")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("[data-said]")).to_contain_text(re.compile("There is no camera here|The camera was refused"))


# --- a scanner that types ----------------------------------------------------------------------------------------------


def test_scanner_works_wherever_the_focus_is(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        item = a_bike(tag="GT-01")  # g and t alone would go to Today
        out(item)
        other = a_bike()
    page = opened("scan")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    burst(page, "GT-01")
    expect(page.locator(".hit-act")).to_have_text("Take back")
    page.locator(".hit-act").focus()
    burst(page, other.tag)
    expect(page.locator("[data-hit]")).to_have_attribute("data-hit", other.tag)
    burst(page, "GT-01")
    expect(page.locator(".hit-act")).to_have_text("Take back")
    page.locator(".hit-act").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Take back")
    page.locator("main form .button-main").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Inspect")
    with scope(workshop):
        assert again(item).status == "to_inspect"


def test_next_scan_takes_the_place_of_the_last_also_on_a_page_that_was_loaded_with_one(
    workshop: Workshop, scope: Scoped, opened: Opened
) -> None:
    with scope(workshop):
        first, second = a_bike(), a_bike()
    page = opened(f"scan?code={first.tag}")
    expect(page.get_by_label("Tag, serial number or address")).to_be_focused()
    page.keyboard.type(second.tag)
    page.keyboard.press("Enter")
    expect(page.locator("[data-hit]")).to_have_attribute("data-hit", second.tag)


def test_scan_into_another_field_is_taken_out_of_it_again(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        item = a_bike()
        take = stock_takes.start_take(WORKER, "all")
    page = opened(f"scan/takes/{take.reference}")
    page.get_by_label("Where you stand").fill("Rack 2")
    burst(page, item.tag)
    expect(page.locator("[data-said]")).to_have_text(f"{item.tag} is here.")
    expect(page.get_by_label("Where you stand")).to_have_value("Rack 2")
    with scope(workshop):
        assert queries.entries_of(take, "found")[0].place == "Rack 2"


def test_everything_is_done_by_keyboard_alone(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        item = a_bike()
        to_fetch(item)
    page = opened("scan")
    expect(page.get_by_label("Tag, serial number or address")).to_be_focused()
    page.keyboard.type(item.tag.lower(), delay=60)
    page.keyboard.press("Enter")
    expect(page.locator(".hit-act")).to_be_visible()
    for _press in range(8):
        if page.evaluate("document.activeElement.classList.contains('hit-act')"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/1/hand-over")


# --- many --------------------------------------------------------------------------------------------------------------


def add(page: Page, *codes: str) -> None:
    for code in codes:
        page.get_by_label("Tag, serial number or address").fill(code)
        page.keyboard.press("Enter")


def tally(page: Page) -> list[str]:
    return page.locator("[data-tally-list] > li > .code").all_inner_texts()


def test_many_are_tallied_undone_and_taken_back(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        first, second, here = a_bike(), a_bike(), a_bike()
        overdue(first, 3)
        out(second)
    page = opened("scan/many")
    add(page, first.tag, second.tag.lower(), first.tag, first.public_code, here.tag)
    expect(page.locator("[data-tally-count]")).to_have_text("3")
    expect(page.locator("[data-tally-list] .state")).to_have_count(3)
    assert tally(page) == [here.tag, second.tag, first.tag]
    page.get_by_role("button", name="Undo the last").click()
    assert tally(page) == [second.tag, first.tag]
    add(page, "NOBODY")
    expect(page.locator("[data-tally-list] > li").first).to_contain_text("unknown code")
    page.reload()
    expect(page.locator("[data-tally-list] .state")).to_have_count(3)
    assert tally(page) == ["NOBODY", second.tag, first.tag]
    page.get_by_role("button", name="Do it with all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Take all back")
    expect(page.locator("main")).to_contain_text("Done with 2 of 3.")
    expect(page.locator("main")).to_contain_text("Late fee")
    expect(page.locator("main")).to_contain_text("Nothing here is called NOBODY.")
    page.get_by_role("link", name="Scan more").click()
    assert tally(page) == []
    with scope(workshop):
        assert [again(item).status for item in (first, second, here)] == ["to_inspect", "to_inspect", "in_stock"]


def test_what_is_scanned_without_a_line_is_looked_up_when_it_is_back(
    workshop: Workshop, scope: Scoped, faraway: Opened
) -> None:
    with scope(workshop):
        first, second = a_bike(), a_bike()
    page = faraway("scan/many")
    add(page, first.tag)
    expect(page.locator("[data-tally-list] .state")).to_have_count(1)
    page.context.set_offline(True)
    add(page, second.tag, second.tag.lower())
    expect(page.locator("[data-tally-list] > li").first).to_contain_text("waits for the connection")
    expect(page.locator("[data-said]")).to_contain_text("No connection.")
    page.get_by_role("button", name="Do it with all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Scan many")
    page.context.set_offline(False)
    expect(page.locator("[data-tally-list] .state")).to_have_count(2)
    assert tally(page) == [second.tag, first.tag]


def test_only_what_the_act_needs_is_asked(opened: Opened) -> None:
    page = opened("scan/many")
    assert not page.get_by_label("Where to").is_visible()
    page.get_by_label("Move all to a place").check()
    expect(page.get_by_label("Where to")).to_be_visible()
    page.get_by_label("Hand all over on one contract").check()
    expect(page.get_by_label("Where to")).not_to_be_visible()
    expect(page.get_by_label("Contract", exact=True)).to_be_visible()


# --- a stock-take ------------------------------------------------------------------------------------------------------


def test_stock_take_from_its_start_to_what_is_missing(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        here, gone, missing, given_up = a_bike(place="Rack 2"), a_bike(), a_bike(place="Cellar"), a_bike(place="Cellar")
        out(gone)
    page = opened("scan/takes")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/scan/takes/*")
    add(page, here.tag, gone.tag, "NOBODY")
    expect(page.locator("#standing .figure-value").nth(0)).to_contain_text("1 / 3")
    expect(page.locator("#standing .figure-value").nth(2)).to_contain_text("2")
    assert axe(page) == []
    surprise = page.locator(".ticket", has_text=gone.tag)
    expect(surprise.get_by_role("link", name="Take back")).to_be_visible()
    page.get_by_role("button", name="Undo NOBODY").click()
    expect(page.locator("#standing .figure-value").nth(2)).to_contain_text("1")
    page.get_by_role("button", name="Finish the count").click()
    expect(page.locator(".axes")).to_contain_text("finished")
    page.locator(".ticket", has_text=missing.tag).get_by_role("button", name="It is here").click()
    expect(page.locator(".ticket", has_text=missing.tag)).to_contain_text("here after all")
    page.locator(".ticket", has_text=given_up.tag).get_by_role("button", name="Mark it lost").click()
    expect(page.locator(".ticket", has_text=given_up.tag)).to_contain_text("given up as lost")
    assert axe(page) == []
    with scope(workshop):
        assert [again(item).status for item in (missing, given_up)] == ["in_stock", "lost"]


def test_what_is_counted_without_a_line_is_kept_and_sent_once(
    workshop: Workshop, scope: Scoped, faraway: Opened
) -> None:
    with scope(workshop):
        first, second = a_bike(), a_bike()
        take = stock_takes.start_take(WORKER, "all")
    page = faraway(f"scan/takes/{take.reference}")
    page.context.set_offline(True)
    add(page, first.tag, second.tag, first.tag)
    expect(page.locator("[data-unsent]")).to_contain_text("3 scanned and not sent yet.")
    with scope(workshop):
        assert queries.standing_of(take).found == 0
    page.context.set_offline(False)
    expect(page.locator("[data-unsent]")).not_to_be_visible()
    expect(page.locator("#standing .figure-value").first).to_contain_text("2 / 2")
    with scope(workshop):
        assert len(queries.entries_of(take, "found", "unexpected", "unknown")) == 2


def test_answer_that_got_lost_counts_nothing_twice(workshop: Workshop, scope: Scoped, faraway: Opened) -> None:
    """The server counted it, and the browser never heard: it sends the code again."""
    with scope(workshop):
        item = a_bike()
        take = stock_takes.start_take(WORKER, "all")
    page = faraway(f"scan/takes/{take.reference}")
    lost_answers: list[int] = []

    def lose(route: Any) -> None:
        if lost_answers:
            route.continue_()
            return
        lost_answers.append(route.fetch().status)
        route.abort()

    page.route("**/count", lose)
    add(page, item.tag)
    expect(page.locator("[data-said]")).to_have_text(f"{item.tag} was counted already.", timeout=15_000)
    assert lost_answers == [200]
    with scope(workshop):
        assert queries.standing_of(take).found == 1


@pytest.mark.parametrize("status", [400, 403, 503])
def test_code_that_was_not_taken_stays_on_the_list(
    status: int, workshop: Workshop, scope: Scoped, faraway: Opened
) -> None:
    with scope(workshop):
        item = a_bike()
        take = stock_takes.start_take(WORKER, "all")
    page = faraway(f"scan/takes/{take.reference}")
    page.route("**/count", lambda route: route.fulfill(status=status, body="<p>Not now.</p>"))
    add(page, item.tag)
    expect(page.locator("[data-said]")).to_have_text("Not now.")
    expect(page.locator("[data-unsent]")).to_contain_text("1 scanned and not sent yet.")
    page.unroute("**/count")
    page.reload()
    expect(page.locator("#standing .figure-value").first).to_contain_text("1 / 1")
    with scope(workshop):
        assert queries.standing_of(take).found == 1


def test_colleague_sees_what_is_counted_and_keeps_the_focus(workshop: Workshop, scope: Scoped, opened: Opened) -> None:
    with scope(workshop):
        first, second = a_bike(), a_bike()
        take = stock_takes.start_take(WORKER, "all")
        stock_takes.count(WORKER, take, Code(first.tag))
    page = opened(f"scan/takes/{take.reference}")
    undo = page.get_by_role("button", name=f"Undo {first.tag}")
    undo.focus()
    with scope(workshop):
        stock_takes.count(WORKER, take, Code(second.tag))
    expect(page.locator("#standing .figure-value").first).to_contain_text("2 / 2", timeout=12_000)
    expect(undo).to_be_focused()


# --- every page, in every look -----------------------------------------------------------------------------------------


@pytest.fixture
def world(workshop: Workshop, scope: Scoped) -> dict[str, Any]:
    """A thing in each state, an open take with something of everything, and a finished one."""
    with scope(workshop):
        reserved, gone, late, looked_at, lost_one, free = (a_bike(place="Rack 2", serial=f"SN-{n}") for n in range(6))
        to_fetch(reserved)
        out(gone)
        overdue(late, 2)
        back(looked_at)
        lost(lost_one)
        to_fetch(free, start=clock.now() + timedelta(days=9))
        done = stock_takes.start_take(WORKER, "place", place="Rack 2")
        stock_takes.count(WORKER, done, Code(free.tag))
        stock_takes.finish_take(WORKER, done)
        take = stock_takes.start_take(WORKER, "all")
        for code in (free.tag, gone.tag, lost_one.tag, "NOBODY-KNOWS-THIS-LONG-CODE"):
            stock_takes.count(WORKER, take, Code(code), "Window")
    tags = [item.tag for item in (reserved, gone, late, looked_at, lost_one, free)]
    return {"tags": tags, "takes": [take.reference, done.reference]}


@LOOKS
def test_every_page_is_without_fault(world: dict[str, Any], opened: Opened, look: dict[str, Any]) -> None:
    paths = [
        "scan", "scan?code=NOBODY", *(f"scan?code={tag}" for tag in world["tags"]), "scan/many", "scan/takes",
        *(f"scan/takes/{reference}" for reference in world["takes"]),
    ]  # fmt: skip
    page, seen = opened("scan", look), {}
    for path in paths:
        page.goto(re.sub(r"/senne/.*", f"/senne/{path}", page.url))
        if path == "scan/many":
            add(page, *world["tags"], "NOBODY")
            expect(page.locator("[data-tally-list] .state")).to_have_count(7)
        found = faults(page)
        small = page.evaluate(
            """() => matchMedia('(pointer: coarse)').matches ? [...document.querySelectorAll('main button, main .button')]
                .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
                .map((each) => each.outerHTML.slice(0, 80)) : []"""
        )
        if found + small:
            seen[path] = found + small
    assert seen == {}


@LOOKS
def test_result_of_a_batch_is_without_fault(world: dict[str, Any], opened: Opened, look: dict[str, Any]) -> None:
    page = opened("scan/many", look)
    add(page, *world["tags"][:4], "NOBODY")
    expect(page.locator("[data-tally-list] .state")).to_have_count(5)
    page.get_by_role("button", name="Do it with all").click()
    expect(page.locator("main")).to_contain_text("Done with 2 of 5.")
    assert faults(page) == []
