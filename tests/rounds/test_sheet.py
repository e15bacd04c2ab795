"""What only a browser can tell: the sheet without a connection, and how the pages look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from service_app.core.db import session
from service_app.core.events import Event
from service_app.rounds import links, queries
from service_app.rounds.models import DriverAct
from tests import browser as real
from tests.browser import DESK, PHONE, Opened, axe
from tests.factories.bookings import a_day, at
from tests.factories.rounds import a_published, a_vehicle, an_order

pytestmark = pytest.mark.journey


def test_eight_stops_without_a_connection_are_eight_events_once_each(app, client, browser, scope, workshop) -> None:
    with scope(workshop):
        ride = a_published(8)
        assert len(ride.stops) == 8
    with real.served(app) as address:
        page = real.signed_in(browser, address, client, PHONE)
        page.goto(f"{address}/senne/rounds/{ride.reference}/sheet?lang=en")
        page.wait_for_load_state("load")
        page.wait_for_selector("[data-kept=yes]")
        page.context.set_offline(True)
        for number, stop in enumerate(ride.stops, start=1):
            here = page.locator(f"#stop-{stop.id}")
            if number == 1:
                sign(page, here)
            here.get_by_label("Weighed").fill("5000")
            here.get_by_role("button", name="Done").click()
            here.get_by_text("far from what was expected").wait_for()
            here.get_by_label("Weighed").fill("5.1")
            here.get_by_role("button", name="Done").click()
            page.locator(f"[data-queue][data-count='{number}']").wait_for()
        page.reload()
        page.wait_for_load_state("load")
        page.locator("[data-queue][data-count='8']").wait_for()
        assert page.get_by_role("button", name="Done").count() == 0, "what was tapped stays tapped after a reload"
        kept = page.evaluate(
            """async () => { const cache = await caches.open((await caches.keys())[0]);
            return Number(await (await cache.match(new URL('until', location.href))).text()); }"""
        )
        assert timedelta(0) <= datetime.fromtimestamp(kept / 1000, UTC) - at(23, 59) <= timedelta(days=1, minutes=2)
        page.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")  # and again, as a phone that finds two networks says twice
        page.locator("[data-queue][data-count='0']").wait_for()
        page.evaluate("async () => (await caches.open('sheet:/old/')).put('/old/until', new Response('1'))")
        page.reload()
        page.wait_for_function("async () => !(await caches.keys()).includes('sheet:/old/')")
        page.context.close()
    with scope(workshop):
        done = session().scalars(select(Event).where(Event.name == "order.done")).all()
        assert [fact.data["grams"] for fact in done] == [5100] * 8
        acts = session().scalars(select(DriverAct).order_by(DriverAct.id)).all()
        assert ["signature" in act.data for act in acts] == [True] + [False] * 7, "eight acts, one of them signed"
        assert queries.get_round(ride.reference).status == "done"


def sign(page, here) -> None:
    here.get_by_text("Scan, photo, signature, more").click()
    canvas = here.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 100, steps=6)
    page.mouse.up()


def test_the_pages_are_faultless_by_day_by_night_and_on_a_phone(opened: Opened, scope, workshop) -> None:
    day = a_day()
    with scope(workshop):
        ride = a_published(3, day)
        a_vehicle("Second")
        order = an_order(day, note="Ring twice")
        token = links.token_of(ride.stops[0].orders[0])
        shared = links.shared_url(ride).rsplit("/", 1)[1]
    for path in (
        f"rounds?day={day}", "rounds/orders", "rounds/orders/new", f"rounds/orders/{order.reference}", "rounds/setup",
        f"rounds/{ride.reference}/sheet", f"stop/{token}", f"round/{shared}",
    ):  # fmt: skip
        page = opened(path, DESK)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert axe(page) == [], f"{path} by night"
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.context.close()
