"""A technician is ill over an appointment nobody else can take: entered on a tablet, answered by the customer on a phone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from service_app.bookings import links, queries
from service_app.core.web import Ronde
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.conftest import Scoped
from tests.factories.bookings import a_booked, a_day, a_person, a_service
from tests.factories.customers import a_customer

pytestmark = pytest.mark.journey

TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


def test_ill_in_the_morning_another_moment_is_held_and_the_customer_agrees_in_dutch(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser
) -> None:
    with scope(workshop):
        ann = a_person("Ann")
        customer = a_customer(name="Noor Vandamme", language="nl")
        visit = a_booked(a_service(name={"nl": "Herstelling", "en": "Repair"}), customer=customer, language="nl")
        reference, was, person_id, token = visit.reference, visit.starts_at, ann.id, links.visit_token(visit)
    with real.served(app) as address:
        tablet = real.signed_in(browser, address, client, TABLET)
        tablet.goto(f"{address}/senne/planning/people/{person_id}")
        tablet.get_by_label("From", exact=True).fill(a_day().isoformat())
        tablet.get_by_label("Why").select_option("ill")
        tablet.locator("form:has([name=first_day]) button").click()
        expect(tablet.locator("#hit")).to_contain_text("Noor Vandamme")
        assert real.axe(tablet) == []
        with scope(workshop):
            held = queries.proposal_for(queries.get_appointment(reference))
            assert held is not None
            offered = held.starts_at
        phone = browser.new_context(reduced_motion="reduce", locale="nl-BE", **real.PHONE).new_page()
        phone.goto(f"{address}/senne/visit/{token}")
        assert real.axe(phone) == []
        phone.locator("form:has(button.button-main) button.button-main").first.click()
        expect(phone.locator(".notice-ok, .notice-done").first).to_be_visible()
        tablet.reload()
        expect(tablet.locator("main")).not_to_contain_text("Noor Vandamme")
        for page in (tablet, phone):
            page.wait_for_load_state("load")
            page.context.close()
    with scope(workshop):
        visit = queries.get_appointment(reference)
        assert (visit.starts_at, visit.status) == (offered, "booked")
        assert visit.starts_at != was
