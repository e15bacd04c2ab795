"""Items through their pages: taken in, moved, graded, benched, photographed, labelled, scanned, retired."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader

from service_app.core import events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.items import availability, labels, operations, queries
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.items.operations import ItemFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.rentals import a_sent, again, an_active, an_item


def a_picture(place: bool = True) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of Nora"
    Image.new("RGB", (90, 60), "olive").save(out, "JPEG", exif=exif if place else None, comment=b"Taken at home")
    return out.getvalue()


def test_item_is_taken_in_with_the_next_tag_and_its_first_ledger_entry(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        code = a_product(code="CB-L").code
    form = {"product": code, "grade": "A", "place": "Rack 2", "cost_amount": "1.850,50", "serial": "D-77"}
    answer = client.post("/senne/items/new", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/senne/items/CB-L-0001"
    with scope(workshop):
        item = queries.get_item("cb-l-0001")
        assert (item.grade, item.place, item.serial, item.status) == ("A", "Rack 2", "D-77", "in_stock")
        ledger = queries.ledger_of(item)
        assert [(entry.kind, str(entry.amount)) for entry in ledger.entries] == [("acquisition", "-1850.50")]
        assert [event.name for event in events.timeline(item)] == ["item.created"]
    assert client.post("/senne/items/new", data=form | {"tag": "CB-L-0001"}).status_code == 409
    assert client.post("/senne/items/new", data=form | {"product": ""}).status_code == 422
    assert client.post("/senne/items/new", data=form | {"year_made": "1700"}).status_code == 422


def test_stale_form_is_shown_again_with_both_values(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        item = an_item(a_product(), place="Cellar")
        tag, seen = item.tag, item.version
    assert client.post(f"/senne/items/{tag}/move", data={"place": "Window"}).status_code == 303
    answer = client.post(f"/senne/items/{tag}/edit", data={"version": str(seen), "place": "Attic", "grade": "B"})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Window" in page
    assert "Attic" in page


def test_move_can_be_undone_and_bench_keeps_an_item_from_being_booked(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        item = an_item(a_product(), place="Cellar")
        tag = item.tag
    client.post(f"/senne/items/{tag}/move", data={"place": "Window"})
    client.post(f"/senne/items/{tag}/move-back?place=Cellar")
    client.post(f"/senne/items/{tag}/bench", data={"to": "on_bench"})
    assert f"/senne/items/{tag}/bench?to=in_stock" in client.get(f"/senne/items/{tag}").text, "it can be undone"
    assert client.post(f"/senne/items/{tag}/bench", data={"to": "on_bench"}).status_code == 409
    with scope(workshop):
        item = again(item)
        assert (item.place, item.status) == ("Cellar", "on_bench")
        block = queries.coming_up(item)[0]
        assert (block.kind, block.blocked_until) == ("work", None)
        assert availability.count_free(item.product, Stretch(block.starts_at, None)) == 0
    client.post(f"/senne/items/{tag}/bench?to=in_stock")
    with scope(workshop):
        item = again(item)
        assert item.status == "in_stock"
        assert queries.coming_up(item) == []


def test_photo_is_served_to_members_only_and_carries_no_place(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        tag = an_item(a_product()).tag
    sent = {"photo": (io.BytesIO(a_picture()), "bike.jpg")}
    assert client.post(f"/senne/items/{tag}/photos", data=sent).status_code == 303
    refused = client.post(f"/senne/items/{tag}/photos", data={"photo": (io.BytesIO(b"GIF89a"), "x.gif")})
    assert refused.status_code == 422
    with scope(workshop):
        photo = queries.photos_of(queries.get_item(tag))[0]
    answer = client.get(f"/senne/items/photos/{photo.id}")
    assert answer.mimetype == "image/jpeg"
    assert b"Camera of Nora" not in answer.data
    assert b"Taken at home" not in answer.data
    with scope(other_workshop):
        theirs = operations.add_photo(WORKER, an_item(a_product()), a_picture(), "x.jpg")
    assert client.get(f"/senne/items/photos/{theirs.id}").status_code == 404
    assert client.application.test_client().get(f"/senne/items/photos/{photo.id}").status_code == 302


def test_retired_item_is_not_promised_to_anybody(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_sent()
        booked = availability.allocation_of(contract.lines[0].id, "hold")
        assert booked is not None
        with pytest.raises(Conflict, match=r"item\.promised"):
            operations.retire_item(WORKER, booked.item, "worn")
        free = an_item(contract.lines[0].product)
        with pytest.raises(Invalid, match=r"item\.reason_needed"):
            operations.retire_item(WORKER, free, "")
        operations.retire_item(WORKER, free, "Frame cracked")
        assert free.status == "retired"
        with pytest.raises(Conflict, match=r"state\.not_allowed"):
            operations.put_on_bench(WORKER, free)


def test_label_sheet_begins_where_the_sheet_is_free_and_its_codes_lead_to_the_items(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        items = [an_item(product) for _number in range(29)]
        tags = [item.tag for item in items]
        url = labels.public_url(items[0])
        assert url == f"http://localhost/p/{items[0].public_code}"
    answer = client.post("/senne/items/labels", data={"tags": "\n".join(tags), "first": "20"})
    assert answer.mimetype == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert len(pages) == 2
    first, second = (page.extract_text() for page in pages)
    assert all(tag in first for tag in tags[:5])
    assert all(tag in second for tag in tags[5:])
    assert client.post("/senne/items/labels", data={"tags": "", "first": "1"}).status_code == 422
    unknown = client.post("/senne/items/labels", data={"tags": f"{tags[0]} NONE-1", "first": "1"})
    assert unknown.status_code == 422
    assert "NONE-1" in unknown.get_data(as_text=True)
    assert client.post("/senne/items/labels", data={"tags": tags[0], "first": "25"}).status_code == 422


def test_scanned_code_tells_a_stranger_what_it_is_and_leads_a_member_to_the_item(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = an_active()
        item = contract.lines[0].item
        assert item is not None
        code, tag, who = item.public_code, item.tag, contract.customer.name
    street = client.application.test_client()
    page = street.get(f"/P/{code}").get_data(as_text=True)
    assert tag in page
    assert "Atelier Senne" in page
    assert who not in page
    assert client.get(f"/p/{code.lower()}").headers["Location"] == f"/senne/items/{tag}"
    wrong = code.replace(f"{workshop.id}-", f"{other_workshop.id}-")
    for other in (wrong, "0-ABCDEFGH", "x", f"{code}Z", "99999-ABCDEFGHJ"):
        assert street.get(f"/p/{other}").status_code == 404, other


def test_what_an_item_is_promised_for_leads_to_its_contract(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_sent()
        booked = availability.allocation_of(contract.lines[0].id, "hold")
        assert booked is not None
        tag, code = booked.item.tag, contract.reference
    assert f"/senne/contracts/{code}" in client.get(f"/senne/items/{tag}").text


def test_tag_and_key_are_unique_within_a_workshop_only(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    for one in (workshop, other_workshop):
        with scope(one):
            operations.take_in_item(WORKER, a_product(), ItemFacts(tag="CB-1"), "ref-1")
    with scope(workshop):
        product = a_product()
        with pytest.raises(Conflict, match=r"item\.tag_taken"):
            operations.take_in_item(WORKER, product, ItemFacts(tag="cb-1"))
        with pytest.raises(Conflict, match=r"item\.external_ref_taken"):
            operations.take_in_item(WORKER, product, ItemFacts(), "ref-1")
        with pytest.raises(Invalid, match=r"tag\.invalid"):
            operations.take_in_item(WORKER, product, ItemFacts(tag="CB 1/é"))
        assert session().query(Item).count() == 1


@pytest.mark.parametrize("page", ["", "/edit"])
def test_item_of_another_workshop_is_not_found(
    page: str, workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(other_workshop):
        tag = an_item(a_product()).tag
    assert client.get(f"/senne/items/{tag}{page}").status_code == 404
    assert client.get(f"/lumen/items/{tag}{page}").status_code == 404


def test_same_tag_taken_in_by_two_people_at_once_is_one_item_and_one_conflict(
    workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        code = a_product().code
    clients = [sign_in(workshop, "counter") for _each in range(6)]
    form = {"product": code, "grade": "A", "tag": "CB-77"}
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda one: one.post("/senne/items/new", data=form).status_code, clients))
    assert sorted(answers) == [303, 409, 409, 409, 409, 409]
