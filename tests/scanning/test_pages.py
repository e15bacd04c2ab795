"""The page of one scan: whatever the code is, the one thing, and its one button."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image

from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.web import SECURITY_HEADERS
from service_app.items import labels, operations
from service_app.items.models import Item
from service_app.scanning.operations import whereabouts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_product
from tests.factories.rentals import again, an_item
from tests.factories.scanning import a_bike, lost, out, to_fetch


def scan(client: FlaskClient, code: str) -> str:
    answer = client.get("/senne/scan", query_string={"code": code, "lang": "en"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def button(page: str) -> tuple[str, str]:
    """(words, address) of the large button."""
    found = re.search(r'<a class="button button-main hit-act"\s+href="([^"]+)">(.*?)</a>', page, re.DOTALL)
    if found is not None:
        return re.sub(r"<[^>]+>|\s+", " ", found[2]).strip(), found[1]
    posted = re.search(r'action="([^"]+)">(?:(?!</form>).)*hit-act"[^>]*>(.*?)</button>', page, re.DOTALL)
    assert posted is not None, page
    return re.sub(r"<[^>]+>|\s+", " ", posted[2]).strip(), posted[1]


def test_tag_serial_number_and_both_kinds_of_address_lead_to_the_thing(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        item = a_bike(serial="SN-4471/b")
        url = labels.public_url(item)
        codes = [item.tag, item.tag.lower(), "sn-4471/B", item.public_code.lower(), url, url.upper()]
    for code in codes:
        assert f'data-hit="{item.tag}"' in scan(client, code), code


def test_several_with_one_serial_number_are_offered(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        product = a_product()
        tags = [an_item(product, serial="SAME").tag for _each in range(2)]
    page = scan(client, "same")
    assert "Which of these?" in page
    assert all(f"/senne/scan?code={tag}" in page for tag in tags)


def test_hand_over_is_one_press_away(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item = a_bike(place="Rack 2")
        contract = to_fetch(item)
    page = scan(client, item.tag)
    assert button(page) == ("Hand over", f"/senne/contracts/{contract.reference}/1/hand-over")
    assert "Rack 2" in page
    assert contract.customer.name in page
    assert client.get(button(page)[1]).status_code == 200


def test_take_back_found_and_new_contract_lead_where_they_are_done(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        gone, lost_one, free = a_bike(), a_bike(), a_bike()
        away, lost_at = out(gone).contract.reference, lost(lost_one).contract.reference
        to_fetch(free, start=clock.now() + timedelta(days=9))
        plan = f"{free.product.code}-DAY"
    expected = {
        gone.tag: ("Take back", f"/senne/contracts/{away}/1/take-back"),
        lost_one.tag: ("It was found", f"/senne/contracts/{lost_at}/1/report-found"),
        free.tag: ("New contract", f"/senne/contracts/new?plan={plan}"),
    }
    for tag, wanted in expected.items():
        page = scan(client, tag)
        assert button(page) == wanted
        assert client.get(wanted[1]).status_code == 200
    assert "Goes out next" in scan(client, free.tag)


def test_back_in_stock_and_here_again_are_done_at_once(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        benched, missing = a_bike(), a_bike()
        operations.put_on_bench(WORKER, benched)
        whereabouts.lose_item(WORKER, missing)
    assert button(scan(client, benched.tag)) == ("Back in stock", f"/senne/items/{benched.tag}/bench")
    assert button(scan(client, missing.tag)) == ("It is here again", f"/senne/scan/{missing.tag}/here")
    assert client.post(f"/senne/scan/{missing.tag}/here").status_code == 303
    with scope(workshop):
        item = again(missing)
        assert item.status == "on_bench"
        assert [event.name for event in events.timeline(item)][:2] == ["item.found", "item.lost"]


def test_who_may_not_is_told_so(workshop: Workshop, scope: Scoped, sign_in) -> None:
    with scope(workshop):
        item = a_bike()
        out(item)
    page = scan(sign_in(workshop, "auditor"), item.tag)
    assert "hit-act" not in page
    assert "not part of your role" in page


def test_label_of_another_member_says_no_more_than_its_public_page(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(other_workshop):
        item = a_bike(place="Secret cellar", serial="HIDDEN-1")
        url, code = labels.public_url(item), item.public_code
    page = scan(client, url.upper())
    assert "The label is of Lumen" in page
    assert f"/p/{code}" in page
    assert not any(word in page for word in ("Secret cellar", "HIDDEN-1", item.tag, "Cargo bike"))
    assert "Nothing here is called" in scan(client, item.tag)


def test_nothing_is_found_with_words(client: FlaskClient) -> None:
    assert "Nothing here is called &lt;B&gt;" in scan(client, "<b>")
    assert "What have you got in your hand?" in scan(client, "")


def test_fragment_holds_the_hit_alone(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item = a_bike()
    answer = client.get(f"/senne/scan?code={item.tag}", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert 'data-hit="' in answer
    assert "<html" not in answer


def test_portrait_is_shown(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "olive").save(picture, "PNG")
    with scope(workshop):
        item = a_bike()
        photo = operations.add_photo(WORKER, item, picture.getvalue(), "bike.png")
    assert f"/senne/items/photos/{photo.id}" in scan(client, item.tag)


@pytest.mark.parametrize("path", ["/senne/scan", "/senne/scan/many"])
def test_decoder_is_allowed_on_the_pages_of_the_scanner_alone(client: FlaskClient, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert policy.replace(" 'wasm-unsafe-eval'", "") == SECURITY_HEADERS["Content-Security-Policy"]
    for other in ("/senne/items", "/senne/scan/takes", "/senne/"):
        assert "unsafe" not in client.get(other).headers["Content-Security-Policy"]


def test_hit_takes_as_many_statements_however_full_the_workshop_is(
    app, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    def statements(item: Item) -> int:
        with counted_statements(app.database.engine) as sent:
            scan(client, item.tag)
        return len(sent)

    with scope(workshop):
        first = a_bike()
        to_fetch(first)
    few = statements(first)
    with scope(workshop):
        for _each in range(5):
            out(a_bike())
    assert statements(first) == few <= 20
