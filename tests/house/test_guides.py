"""Each screen that one works on says how it works, in every language (tests/house/test_translations), shortly."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service_app.core.web import Ronde
from service_app.guides import GUIDES
from service_app.navigation import _TABLE


def test_every_guide_is_of_a_screen_that_is_there(app: Ronde) -> None:
    assert set(GUIDES) <= set(app.view_functions)


def test_every_room_of_the_rail_with_much_in_it_has_a_guide() -> None:
    rooms = {row[1] for _label, rows in _TABLE for row in rows}
    assert rooms - set(GUIDES) <= {"portal_staff.list_page", "workshops.members_page"}


@pytest.mark.parametrize("endpoint", GUIDES)
def test_a_guide_is_short(endpoint: str) -> None:
    assert 2 <= len(GUIDES[endpoint]) <= 6
    assert sum(len(str(sentence)) for sentence in GUIDES[endpoint]) < 520


def test_the_question_mark_stands_where_there_is_a_guide(client: FlaskClient) -> None:
    assert 'popovertarget="guide"' in client.get("/senne/items?lang=en").text
    assert 'popovertarget="guide"' not in client.get("/senne/people").text


def test_a_newcomer_is_shown_where_to_play(client: FlaskClient, app: Ronde, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    assert "demo workshop" not in client.get("/senne/items?lang=en").text
    named = replace(app.extensions["settings"], demo_url="https://demo.example/")
    monkeypatch.setitem(app.extensions, "settings", named)
    assert 'href="https://demo.example/"' in client.get("/senne/items").text
