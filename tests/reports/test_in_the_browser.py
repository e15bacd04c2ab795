"""A stranger with a telephone in front of a thing, in Dutch and without a script; and the workshop's list."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.items import operations as items
from service_app.items.models import Item
from service_app.reports import operations, queries
from service_app.reports.operations import Told
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import DESK, PHONE, Opened, faults
from tests.conftest import Scoped
from tests.factories.rentals import again
from tests.factories.scanning import a_bike, lost, out
from tests.items.test_pages import a_picture

pytestmark = pytest.mark.journey

LOOKS = pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def address(app: Ronde) -> Iterator[str]:
    with real.served(app) as found:
        yield found


@pytest.fixture
def item(workshop: Workshop, scope: Scoped) -> Item:
    """A bike with a portrait."""
    picture = io.BytesIO()
    Image.new("RGB", (620, 465), "olive").save(picture, "JPEG")
    with scope(workshop):
        found = a_bike()
        items.add_photo(WORKER, found, picture.getvalue(), "bike.jpg")
        return found


@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without script"])
def test_stranger_reports_a_broken_thing_in_dutch(
    has_script: bool, workshop: Workshop, scope: Scoped, item: Item, address: str, browser: Browser, tmp_path: Path
) -> None:
    photo = tmp_path / "IMG_0001.jpg"
    photo.write_bytes(a_picture())
    context = browser.new_context(locale="nl-BE", java_script_enabled=has_script, **PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/P/{item.public_code}")
    page.get_by_role("link", name="Er is iets mis mee").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vertel het ons")
    expect(page.get_by_label("Er is iets mis mee")).to_be_checked()
    page.get_by_role("button", name="Versturen").click()
    expect(page.locator("main")).to_contain_text("Zeg in enkele woorden wat er mis is, of voeg een foto toe.")
    page.get_by_label("Wat ziet u?").fill("Het voorwiel is krom.")
    page.get_by_label("Een foto").set_input_files(photo)
    page.get_by_label("Waar is het?").fill("Hoogstraat 12")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bedankt")
    assert context.cookies() == []
    context.close()
    with scope(workshop):
        (report,) = queries.reports_of(item)
        assert (report.kind, report.remark, report.place, report.language) == (
            "broken", "Het voorwiel is krom.", "Hoogstraat 12", "nl",
        )  # fmt: skip
        assert report.photo is not None


@LOOKS
def test_pages_of_the_street_are_without_fault(
    item: Item, address: str, browser: Browser, look: dict[str, Any]
) -> None:
    context = browser.new_context(reduced_motion="reduce", locale="fr-BE", **look)
    page, seen = context.new_page(), {}
    page.on("console", lambda said: seen.update({page.url: said.text}) if said.type == "error" else None)
    for path in ("", "/report", "/report?kind=broken&lang=nl", "/report/thanks"):
        page.goto(f"{address}/p/{item.public_code}{path}")
        found = faults(page)
        if found:
            seen[path] = found
    context.close()
    assert seen == {}


def test_field_for_machines_is_seen_by_nobody(item: Item, address: str, browser: Browser) -> None:
    context = browser.new_context(locale="en-BE", java_script_enabled=False, **PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/p/{item.public_code}/report")
    assert page.locator("[name=website]").count() == 1
    assert not page.locator("[name=website]").is_visible()
    assert page.get_by_label("Website").count() == 1  # for who reads the source, and hidden from what reads aloud
    assert "Website" not in page.locator("main").aria_snapshot()
    context.close()


@LOOKS
def test_list_and_card_are_without_fault(
    workshop: Workshop, scope: Scoped, item: Item, opened: Opened, look: dict[str, Any]
) -> None:
    with scope(workshop):
        away, gone = a_bike(), a_bike()
        out(away)
        lost(gone)
        told = Told("broken", "Front wheel is bent", "Rue Haute 12", "0470 11 22 33", (a_picture(), "x.jpg"), "fr")
        operations.report_item(again(item), told, "a")
        operations.report_item(away, Told("found", place="Parvis de Saint-Gilles"), "b")
        operations.report_item(gone, Told("found", contact="somebody.with.a.long.name@example.be"), "c")
    page = opened("reports", look)
    for path in ("reports", f"items/{item.tag}"):
        page.goto(page.url.split("/senne/")[0] + f"/senne/{path}")
        assert faults(page) == [], path
    page.get_by_role("button", name="Handled").first.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("tbody tr")).to_have_count(3)
