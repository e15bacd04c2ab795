"""The keys of a page stand in one table, and are of pages that are there."""

from __future__ import annotations

from flask.testing import FlaskClient

from service_app.core.web import Ronde
from service_app.keys import KEYS, of_page
from service_app.lists.declared import all_listings


def test_keys_are_of_pages_that_are_there(app: Ronde) -> None:
    assert set(KEYS) <= set(app.view_functions)


def test_every_list_has_the_keys_of_a_list(app: Ronde) -> None:
    assert all(of_page(listing.page) for listing in all_listings())
    assert of_page("desk.jobs_page") == ()


def test_the_list_of_keys_is_of_the_page(client: FlaskClient) -> None:
    board, items, jobs = (client.get(f"/senne/{path}?lang=en").text for path in ("board", "items", "jobs"))
    assert "Move it to another item of the same product" in board
    assert "Choose all rows since the last one" in items
    assert "Choose all rows since the last one" not in board
    assert "On this page" not in jobs
