"""Moving through the edge: what is answered, what is refused, what is not there."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from service_app.board import moving, queries
from service_app.contracts.models import Contract
from service_app.contracts.operations.acts import ANEW, acts_of
from service_app.contracts.queries import get_contract
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict
from service_app.items import availability
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_sent, a_signed, a_wish, an_item, hand_all_over

DAY = timedelta(days=1)
FRAGMENT = {"HX-Request": "true"}
ZONE = "Europe/Brussels"


@pytest.fixture
def contract(workshop: Workshop, scope: Scoped) -> Contract:
    """Signed, from tomorrow, with two items to choose from."""
    with scope(workshop):
        return a_signed()


def wall(instant: datetime) -> str:
    return clock.local(instant, ZONE).isoformat()[:16]


def start_of(contract: Contract) -> datetime:
    return get_contract(contract.reference).lines[0].starts_at


def drop(client: FlaskClient, contract: Contract, days: int = 2, **more: object):
    body = {
        "starts": wall(contract.lines[0].starts_at + DAY * days),
        "version": contract.version,
        "view": "?view=month",
    }
    return client.post(f"/senne/board/{contract.reference}/1?lang=en", data=body | more, headers=FRAGMENT)


def test_drop_is_answered_by_the_board_what_was_done_and_the_way_back(
    client: FlaskClient, workshop: Workshop, scope: Scoped, contract: Contract
) -> None:
    before = contract.lines[0].starts_at
    answer = drop(client, contract)
    assert answer.status_code == 200
    assert 'id="results"' in answer.text
    assert "<html" not in answer.text
    assert 'class="board by-month"' in answer.text, "the view that was looked at"
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert contract.reference in toast["text"]
    with scope(workshop):
        assert start_of(contract) - before in (2 * DAY, 2 * DAY + timedelta(hours=1), 2 * DAY - timedelta(hours=1))
    back = client.post(toast["undo"])
    assert back.status_code == 303
    assert parse_qs(urlsplit(back.location).query) == {"view": ["month"]}
    with scope(workshop):
        assert start_of(contract) == before


def test_what_somebody_else_changed_meanwhile_is_not_moved_nor_undone(
    client: FlaskClient, workshop: Workshop, scope: Scoped, contract: Contract
) -> None:
    undo = json.loads(drop(client, contract).headers["HX-Trigger"])["toast"]["undo"]
    stale = drop(client, contract, 3)
    assert stale.status_code == 409
    assert "Somebody else changed this" in stale.text
    with scope(workshop):
        now = get_contract(contract.reference)
    assert drop(client, now, 1).status_code == 200
    with scope(workshop):
        stands = start_of(contract)
    assert client.post(undo).status_code == 409
    with scope(workshop):
        assert start_of(contract) == stands


def test_bar_dropped_where_it_was_changes_nothing(
    client: FlaskClient, workshop: Workshop, scope: Scoped, contract: Contract
) -> None:
    answer = drop(client, contract, 0)
    assert answer.status_code == 200
    assert "HX-Trigger" not in answer.headers
    with scope(workshop):
        assert acts_of(get_contract(contract.reference)) == []


def test_nothing_free_is_said_with_other_starts_that_are(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        start = (clock.now() + DAY).replace(hour=9, minute=0, second=0, microsecond=0)
        contract = a_signed(a_wish(product, plan, start=start))
        a_signed(a_wish(product, plan, start=start + 10 * DAY), customer=contract.customer)
    answer = drop(client, contract, 10)
    assert answer.status_code == 409
    assert "It is free for as long from" in answer.text
    offered = re.findall(r'name="starts"\s+value="([^"]+)"', answer.text)
    ends = re.findall(r'name="ends"\s+value="([^"]+)"', answer.text)
    assert len(offered) == len(ends) == 3
    way_out = {"starts": offered[0], "ends": ends[0], "view": ""}
    assert client.post(f"/senne/board/{contract.reference}/1", data=way_out).status_code == 303
    with scope(workshop):
        assert wall(start_of(contract)) == way_out["starts"]


def test_offer_and_what_came_back_are_not_moved_and_the_card_says_why(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        offer = a_sent()
    page = client.get(f"/senne/board/{offer.reference}/1?lang=en").text
    assert "The offer is not signed yet." in page
    assert "Which one" not in page.split("Contract")[0]
    assert drop(client, offer).status_code == 409


def test_odd_things_that_are_sent_are_refused_and_break_nothing(client: FlaskClient, contract: Contract) -> None:
    for odd in (
        {"starts": "tomorrow"},
        {"starts": "2026-13-45T99:00"},
        {"item": "NO-SUCH"},
        {"starts": "2001-01-01T10:00"},
    ):
        assert drop(client, contract, **odd).status_code in (409, 422), odd
    base = f"/senne/board/{contract.reference}/1/back"
    for query in ("", "?starts=x", "?starts=2026-01-01T10:00", "?starts=2026-01-01T10:00%2B00:00&item=NO-SUCH"):
        assert client.post(base + query).status_code in (409, 422), query
    assert client.get(f"/senne/board/{contract.reference}/9").status_code == 404
    assert client.get("/senne/board/C-1999-0001/1").status_code == 404


def test_dates_in_the_card_that_differ_by_seconds_alone_are_the_same(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        start = (clock.now() + DAY).replace(second=17, microsecond=5)
        contract = a_signed(a_wish(product, a_day_plan(product), start=start))
        line = contract.lines[0]
        to_the_minute = [at.replace(second=0, microsecond=0) for at in (line.starts_at, line.ends_at) if at]
        assert not moving.move_planned(WORKER, line, ANEW, *to_the_minute, None)  # type: ignore[arg-type]


def test_end_that_is_drawn_is_only_looked_at(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        hand_all_over(contract)
        end = contract.lines[0].ends_at
        assert end is not None
    page = client.get(f"/senne/board/{contract.reference}/1?lang=en&ends={wall(end + 2 * DAY)}", headers=FRAGMENT)
    assert "The customer pays more" in page.text
    with scope(workshop):
        assert get_contract(contract.reference).lines[0].ends_at == end


def test_way_back_is_not_offered_to_what_lies_behind_us_or_had_no_thing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed()
        line = contract.lines[0]
        assert moving.standing_of(line).can_return
        with clock.travelled(line.starts_at + timedelta(hours=1)):
            assert not moving.standing_of(line).can_return
        availability.forget(line.id, "reservation")
        assert not moving.standing_of(line).can_return


def test_only_a_refusal_about_what_is_free_has_ways_out(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        line = a_signed().lines[0]
        wished = availability.Stretch(line.starts_at + 30 * DAY, line.starts_at + 32 * DAY)
        taken = queries.ways_out(line, wished, Conflict("availability.item_taken", tag="X"))
        assert len(taken.items) == 2
        assert not taken.stretches
        assert not queries.ways_out(line, wished, Conflict("version.stale")).items
