"""From due to done: a letter reaches the customer, a tap on a phone chooses the moment, a technician works through the
checklist, and the next day stands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service_app.core import clock, jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.repairs import from_care
from service_app.repairs.models import RepairCase
from service_app.workorders import operations, queries
from tests.browser import DESK, PHONE, axe, served, signed_in
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active
from tests.workorders.days import occurrences, plan_all
from workers import sweeps

CHECKS = (
    {"code": "c1", "text": {"fr": "Freins", "en": "Brakes"}, "kind": "tick"},
    {"code": "c2", "text": {"fr": "Pression", "en": "Pressure (bar)"}, "kind": "measure"},
)


@pytest.mark.journey
def test_from_the_letter_by_a_tap_on_a_phone_to_the_checklist_and_the_next_day(
    app, client, browser, scope, workshop, posting, post
) -> None:
    with scope(workshop):
        contract = an_active(customer=a_customer(name="Nora", email="nora@example.be", language="en"))
        a_person("Anna", bikes=2)
        a_service("entretien", skill="bikes", kind="care", horizon_days=60)
        begins = clock.now().date() - timedelta(days=355)
        a_care_plan(
            contract.lines[0].item, every=12, starts_on=begins, notice_days=40, checklist=CHECKS, basis="completion"
        )  # fmt: skip
        plan_all()
        operations.announce_due_care(WORKER)
    for _round in range(2):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    letter = next(
        one for one in post[0].letters if one["To"] == "nora@example.be" and "look after" in str(one["Subject"])
    )
    path = re.search(r"http://[^/\s]+(/senne/look-after/\S+)", letter.get_body(("plain",)).get_content())
    assert path is not None
    with served(app) as address:
        page = browser.new_context(**PHONE).new_page()
        page.goto(f"{address}{path[1]}")
        assert axe(page) == []
        page.locator("button[name='way']").first.tap()
        page.wait_for_load_state("load")
        expect(page.locator("main")).to_contain_text("We see each other on")
        page.context.close()
        with scope(workshop):
            visit_id = occurrences()[0].visit_id
            assert occurrences()[0].status == "booked"
        desk = signed_in(browser, address, client, DESK)
        desk.goto(f"{address}/senne/care/visits/{visit_id}")
        desk.locator("input[name$='-c1'][value='fail']").check()
        desk.locator("input[name$='-c2']").fill("3,5")
        desk.locator("input[name='minutes']").fill("35")
        desk.locator(".form-actions button").first.click()
        desk.wait_for_load_state("load")
        expect(desk.locator("main")).to_contain_text("3,5")
        desk.context.close()
    for channel in jobs.CHANNELS:
        sweeps.sweep(posting, channel)
    with scope(workshop):
        case = session().scalars(select(RepairCase)).one()
        assert from_care.open_case(visit_id or 0) == case, "begun once by the check that failed"
        assert queries.get_visit(visit_id or 0).minutes == 35
        plan_all()
        done, following = occurrences()
        assert (done.status, following.status) == ("done_partial", "forecast")
        assert following.due_on > clock.now().date() + timedelta(days=350)
