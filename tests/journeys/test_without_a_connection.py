"""The line breaks in the middle of a hand-over: nothing is lost, and nothing happens twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from service_app.contracts.models import Handover
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.items.models import ItemPhoto
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.conftest import Scoped
from tests.factories.rentals import a_signed, again, an_active, free_item

pytestmark = pytest.mark.journey


def test_hand_over_waits_on_the_phone_with_its_photo_and_goes_once_the_line_is_back(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser, tmp_path: Path
) -> None:
    with scope(workshop):
        contract = a_signed()
        tag = free_item(contract.lines[0]).tag
    photo = tmp_path / "front.jpg"
    Image.new("RGB", (640, 480), "teal").save(photo)
    with real.served(app) as address:
        page = real.signed_in(browser, address, client, real.PHONE)
        page.goto(f"{address}/senne/contracts/{contract.reference}/1/hand-over?lang=en")
        page.fill("[name=tag]", tag)
        page.set_input_files("[name=photos]", photo)
        expect(page.locator(".shown img")).to_have_count(1)
        page.get_by_label("by card").check()
        page.context.set_offline(True)
        page.locator("form[data-keep] .button-main").click()
        expect(page.locator("[data-kept-bar]")).to_be_visible()
        expect(page.locator("[data-kept-count]")).to_have_text("1")
        assert real.axe(page) == []
        with scope(workshop):
            assert again(contract).lines[0].status == "planned"
        page.context.set_offline(False)
        page.wait_for_url(f"**/contracts/{contract.reference}", timeout=30_000)
        expect(page.locator("[data-kept-bar]")).to_be_hidden()
        expect(page.locator(".toast")).to_contain_text([f"{tag} is out"])
        page.wait_for_load_state("load")
        page.context.close()
    with scope(workshop):
        assert again(contract).lines[0].status == "out"
        assert session().scalar(select(func.count(ItemPhoto.id))) == 1
        row = session().scalars(select(Handover)).one()
        assert row.tapped_at is not None
        assert row.tapped_at < row.at


def test_answer_that_was_lost_does_not_make_it_happen_twice(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser
) -> None:
    with scope(workshop):
        contract = an_active()
    lost = [True]
    with real.served(app) as address:
        page = real.signed_in(browser, address, client, real.PHONE)
        page.goto(f"{address}/senne/contracts/{contract.reference}/1/take-back?lang=en")

        def drop(route: object) -> None:
            if route.request.method == "POST" and lost.pop() if lost else False:  # type: ignore[attr-defined]
                route.fetch(max_redirects=0)  # type: ignore[attr-defined]
                route.abort()  # type: ignore[attr-defined]
            else:
                route.continue_()  # type: ignore[attr-defined]

        page.route("**/take-back*", drop)
        page.locator("form[data-keep] .button-main").click()
        expect(page.locator("[data-kept-bar]")).to_be_visible()
        with scope(workshop):
            assert again(contract).lines[0].status == "returned", "the server did it; only its answer was lost"
        page.locator("[data-kept-bar] button").click()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("[data-kept-bar]")).to_be_hidden(timeout=30_000)
        page.wait_for_load_state("load")
        page.context.close()
    with scope(workshop):
        assert session().scalar(select(func.count(Handover.id)).where(Handover.direction == "in")) == 1


def test_what_was_refused_meanwhile_stays_until_somebody_looked_at_it(
    app: Ronde, workshop: Workshop, scope: Scoped, client: FlaskClient, browser: Browser
) -> None:
    with scope(workshop):
        contract = an_active()
    url = f"/senne/contracts/{contract.reference}/1/take-back"
    with real.served(app) as address:
        page = real.signed_in(browser, address, client)
        page.goto(f"{address}{url}?lang=en")
        page.context.set_offline(True)
        page.locator("form[data-keep] .button-main").click()
        expect(page.locator("[data-kept-bar]")).to_be_visible()
        assert client.post(url, data={"key": "somebody-else"}).status_code == 303
        page.context.set_offline(False)
        page.locator("[data-kept-bar] button").click()
        throw = page.get_by_role("button", name="Throw away")
        expect(throw).to_be_visible(timeout=30_000)
        throw.click()
        expect(page.locator("[data-kept-list] li")).to_have_count(0)
        page.wait_for_load_state("load")
        page.context.close()
