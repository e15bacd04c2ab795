"""What a person sees when something is refused or breaks: where they are, what happened, and a way on."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service_app import styleguide
from service_app.core.errors import Conflict, Forbidden, TooMany
from service_app.workshops.models import Workshop


def breaking(error: Exception) -> Callable[[], None]:
    def context() -> None:
        raise error

    return context


def test_a_broken_page_keeps_the_rail_and_names_a_reference(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(styleguide, "context", breaking(RuntimeError("a bolt sheared")))
    answer = client.get("/senne/styleguide")
    assert answer.status_code == 500
    assert 'id="rail"' in answer.text
    assert "Atelier Senne" in answer.text
    assert "a bolt sheared" not in answer.text


def test_a_missing_right_is_named(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Forbidden("access.missing_right", permission="contract:write", role="driver")
    monkeypatch.setattr(styleguide, "context", breaking(refused))
    answer = client.get("/senne/styleguide")
    assert answer.status_code == 403
    assert "contract:write" in answer.text


def test_who_may_not_reads_who_may_and_who_can_give_it(
    workshop: Workshop, sign_in: Callable[..., FlaskClient], client: FlaskClient
) -> None:
    answer = sign_in(workshop, "driver").get("/senne/contracts/new")
    assert answer.status_code == 403
    for said in ("contract:write", "Driver", "Owner, Manager, Counter", "Owner Test"):
        assert said in answer.text, said


def test_too_many_tries_says_in_how_many_minutes_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styleguide, "context", breaking(TooMany("sign_in.too_many", seconds=541)))
    answer = client.get("/senne/styleguide")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "541"
    assert answer.text.count("in 10 minutes") == 1
    assert "541" not in answer.text


def test_a_conflict_shows_what_is_free_instead(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Conflict("state.moved_on", alternatives=[{"label": "CB-03", "url": "/senne/"}])
    monkeypatch.setattr(styleguide, "context", breaking(taken))
    answer = client.get("/senne/styleguide")
    assert answer.status_code == 409
    assert "CB-03" in answer.text


def test_htmx_gets_a_message_and_not_a_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styleguide, "context", breaking(Conflict("state.moved_on")))
    answer = client.get("/senne/styleguide", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.text.lstrip().startswith('<div class="toast toast-late"')


def test_a_page_that_is_not_there_looks_like_the_house(workshop: Workshop, client: FlaskClient) -> None:
    answer = client.get("/senne/no/such/thing")
    assert answer.status_code == 404
    assert 'class="plate"' in answer.text
