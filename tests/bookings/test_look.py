"""What only a browser can tell: the pages by day, by night and on a phone, and booking with the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from service_app.bookings.operations import absences, waiting
from service_app.core import clock
from service_app.core.access import WORKER
from tests import browser as real
from tests.browser import DESK, PHONE, Opened, faults
from tests.factories.bookings import a_bench, a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer

pytestmark = pytest.mark.journey

LOOKS = pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def filled(scope, workshop):
    """People, benches, services, an appointment that is hit by an absence, somebody who waits."""
    with scope(workshop):
        ann = a_person("Ann", brakes=2)
        a_bench("Bench 1")
        service = a_service(
            "repair", skill="brakes", needs=["bench"], change_minutes=0, description={"en": "We look at it together."}
        )
        appointment = a_booked(service, note="The brake squeals", customer=a_customer(phone="+32470123456"))
        a_booked(service, at(14))
        absences.enter_absence(WORKER, ann, at(9, 30), at(11), "ill")
        long = a_service("long", minutes=540, step_minutes=540)
        a_person("Bo")
        a_booked(long, at(9, day=a_day(2)))
        full = a_booked(long, at(9, day=a_day(2)))
        waiting.join_waiting(WORKER, long, full.customer, a_day(2), a_day(2))
        return appointment.reference, ann.id


@LOOKS
def test_the_pages_of_the_workshop_are_faultless(opened: Opened, filled, look: dict[str, Any]) -> None:
    reference, ann = filled
    for path in (
        "appointments", f"appointments/{reference}", f"appointments/{reference}/move", "appointments/new",
        "appointments/waiting", "planning/people", f"planning/people/{ann}", f"planning/people/{ann}/edit",
        "planning/services", "planning/services/repair", f"board?lanes=people&day={a_day()}", "board?lanes=places",
    ):  # fmt: skip
        page = opened(path, look)
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], path
        page.context.close()


@LOOKS
def test_the_booking_pages_are_faultless(opened: Opened, filled, look: dict[str, Any]) -> None:
    page = opened("book", look)
    seen = {}

    def look_at(name: str) -> None:
        seen[name] = faults(page)

    look_at("what")
    page.get_by_role("button", name="Repair").first.click()
    page.get_by_label("What is it about?").fill("The brake squeals")
    look_at("note")
    page.get_by_role("button", name="Next: when").click()
    look_at("when")
    page.get_by_role("button", name="Take it").click()
    look_at("who")
    page.get_by_label("Your name").fill("Nora Lemmens")
    page.get_by_label("E-mail").fill("nora@example.be")
    page.get_by_role("button", name="Next: check").click()
    look_at("check")
    page.get_by_role("button", name="Book the appointment").click()
    page.get_by_role("heading", name="Booked. See you then").wait_for()
    look_at("done")
    page.get_by_role("link", name="Move it").click()
    look_at("move")
    page.goto(page.url.split("/visit/")[0] + "/waiting-list/long")
    look_at("wait")
    assert {name: found for name, found in seen.items() if found} == {}


def test_a_bar_is_moved_with_the_keyboard_and_put_back(opened: Opened, scope, workshop) -> None:
    with scope(workshop):
        a_person("Ann")
        a_booked(a_service("repair", step_minutes=30), at(14))
    page = opened(f"board?lanes=people&day={a_day()}")
    bar = page.locator("#board a.bar").first
    bar.focus()
    page.keyboard.press("Alt+ArrowRight")
    page.get_by_text("14:30").first.wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is where it was").first.wait_for()


def test_booked_without_a_script(app, filled, browser, scope, workshop) -> None:
    with real.served(app) as address:
        context = browser.new_context(java_script_enabled=False, locale="en-BE")
        page = context.new_page()
        page.goto(f"{address}/senne/book")
        page.locator(".offers button").first.click()
        page.locator("button.button-main").click()
        page.locator(".slots button").first.click()
        page.locator("[name=name]").fill("Nora Lemmens")
        page.locator("[name=email]").fill("nora@example.be")
        page.locator("button.button-main").click()
        page.locator("button.button-main").click()
        page.wait_for_url("**/visit/**")
        expect(page.locator("h1")).to_have_text("Booked. See you then")
        context.close()
    assert clock.now()
