"""What only a browser can tell: the sheet without a connection, and how the pages look."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service_app.core.db import session
from service_app.core.events import Event
from service_app.rounds import links, queries
from service_app.rounds.models import DriverAct
from tests import browser as real
from tests.browser import DESK, PHONE, Opened, axe
from tests.factories.bookings import a_day
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
        page.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")  # and again, as a phone that finds two networks says twice
        page.locator("[data-queue][data-count='0']").wait_for()
        page.context.close()
    with scope(workshop):
        done = session().scalars(select(Event).where(Event.name == "order.done")).all()
        assert [fact.data["grams"] for fact in done] == [5100] * 8
        assert len(session().scalars(select(DriverAct)).all()) == 8
        assert queries.get_round(ride.reference).status == "done"


def test_the_pages_are_faultless_by_day_by_night_and_on_a_phone(opened: Opened, scope, workshop) -> None:
    day = a_day()
    with scope(workshop):
        ride = a_published(3, day)
        a_vehicle("Second")
        order = an_order(day, note="Ring twice")
        token = links.token_of(ride.stops[0].orders[0])
    for path in (
        f"rounds?day={day}", "rounds/orders", "rounds/orders/new", f"rounds/orders/{order.reference}", "rounds/setup",
        f"rounds/{ride.reference}/sheet", f"stop/{token}",
    ):  # fmt: skip
        page = opened(path, DESK)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], path
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert axe(page) == [], f"{path} by night"
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.context.close()
