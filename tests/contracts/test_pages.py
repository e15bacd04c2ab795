"""A rental through its pages, as a person at the counter and a customer with a link go through it."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import func, select

from service_app.charges import operations as charges
from service_app.contracts import documents, links, queries
from service_app.contracts.models import Contract
from service_app.contracts.operations import offers
from service_app.core import clock, files
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.items.models import Allocation
from service_app.lists import queries as lists
from service_app.lists.declared import get_listing
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_draft, a_sent, a_signed, a_wish, again, an_active, an_item, free_item


def wanted(customer: str, plan: str, **more: object) -> dict[str, object]:
    start = clock.today("Europe/Brussels") + timedelta(days=2)
    return {
        "customer": customer, "rows-0-plan": plan, "rows-0-quantity": "2", "starts_on": start.isoformat(), "starts_at": "10:00",
        "ends_on": (start + timedelta(days=3)).isoformat(), "ends_at": "10:00", "save": "1",
    } | more  # fmt: skip


def test_new_contract_is_quoted_and_saved_as_a_draft(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        customer, product = a_customer(name="Les Halles"), a_product()
        plan = a_day_plan(product)
        an_item(product)
        an_item(product)
        code, who = plan.code, customer.reference
    page = client.post("/senne/contracts/preview", data=wanted("halles", code)).get_data(as_text=True)
    assert "Les Halles" in page
    assert "2 free" in page
    answer = client.post("/senne/contracts/new", data=wanted(who, code))
    assert answer.status_code == 303
    with scope(workshop):
        contract = session().query(Contract).one()
        assert contract.status == "draft"
        assert len(contract.lines) == 2


def test_offer_is_read_and_signed_by_the_customer_in_their_language(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_sent(customer=a_customer(name="Jan Peeters", language="nl"))
        url, reference = links.offer_url(contract).removeprefix("http://localhost"), contract.reference
    street = client.application.test_client()
    page = street.get(url).get_data(as_text=True)
    assert '<html lang="nl"' in page
    assert "Jan Peeters" in page
    assert reference in page
    assert street.post(url, data={"signature_name": "Jan Peeters"}).status_code == 422
    assert street.post(url, data={"signature_name": "J", "agreed": "1"}).status_code == 422
    assert street.post(url, data={"signature_name": "Jan Peeters", "agreed": "1"}).status_code == 303
    assert street.post(url, data={"signature_name": "Jan Peeters", "agreed": "1"}).status_code == 303
    with scope(workshop):
        contract = again(contract)
        assert contract.status == "signed"
        assert [(one.signer_name, one.method, one.language) for one in contract.signatures] == [
            ("Jan Peeters", "typed", "nl")
        ]
        assert contract.signatures[0].terms_sha256 == contract.terms_sha256


def test_link_of_one_workshop_opens_nothing_at_another(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        url = links.offer_url(a_sent()).removeprefix("http://localhost")
    with scope(other_workshop):
        a_sent()
    street = client.application.test_client()
    assert street.get(url).status_code == 200
    assert street.get(url.replace("/senne/", "/lumen/")).status_code == 404
    assert street.get(url[:-3] + "xyz").status_code == 404


def test_contract_as_pdf_says_in_the_customers_language_what_was_agreed(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = a_signed(customer=a_customer(name="Nora #strong[Lemmens]", language="fr"))
        kept = documents.make_document(contract.id)
        assert documents.make_document(contract.id).id == kept.id
        first, second = documents.render(contract), documents.render(contract)
        reference = contract.reference
    assert first == second
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first)).pages)
    assert reference in text
    assert "Nora #strong[Lemmens]" in text
    assert re.search(r"90,00", text)


@pytest.mark.parametrize(
    ("language", "agreed"), [("fr", "Ce qui est convenu"), ("nl", "Wat afgesproken is"), ("en", "What was agreed")]
)
def test_contract_as_pdf_speaks_the_language_of_its_customer_and_not_of_who_opens_it(
    workshop: Workshop, scope: Scoped, client: FlaskClient, language: str, agreed: str
) -> None:
    with scope(workshop):
        code = a_signed(customer=a_customer(language=language)).reference
    made = client.get(f"/senne/contracts/{code}/contract.pdf").data
    assert agreed in "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def picture() -> bytes:
    """A small JPEG with a place in its EXIF."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of Nora"
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_rental_goes_from_signature_to_its_end_through_the_pages(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = a_signed()
        code, tag = contract.reference, free_item(contract.lines[0]).tag
    here = f"/senne/contracts/{code}"
    assert client.post(f"{here}/1/hand-over", data={"tag": tag}).status_code == 409, "the deposit comes first"
    assert client.post(f"{here}/deposit", data={"method": "card"}).status_code == 303
    assert "T-NONE" in client.post(f"{here}/1/hand-over", data={"tag": "T-NONE"}).get_data(as_text=True)
    photos = [(io.BytesIO(picture()), "bike.jpg"), (io.BytesIO(b""), "")]
    sent = {"tag": tag.lower(), "meter": "120", "photos": photos, "customer_name": "Nora"}
    assert client.post(f"{here}/1/hand-over", data=sent, content_type="multipart/form-data").status_code == 303
    refused = client.post(f"{here}/1/take-back", data={"meter": "90"})
    assert refused.status_code == 422
    assert "120" in refused.get_data(as_text=True)
    back = client.post(f"{here}/1/take-back", data={"meter": "131", "missing": ["lock"]})
    assert back.headers["Location"].endswith("/1/inspect")
    assert 'value="lock"' in client.get(f"{here}/1/inspect").get_data(as_text=True)
    verdict = {
        "grade": "C", "next_use": "in_stock", "findings-0-kind": "missing", "findings-0-part": "lock",
        "findings-0-cost": "40,00", "findings-0-share": "50",
    }  # fmt: skip
    assert client.post(f"{here}/1/inspect", data=verdict).status_code == 303
    page = client.get(here).get_data(as_text=True)
    assert "lock: 50 % of 40,00" in page
    settled = client.post(f"{here}/settle", data={"method": "card", "use_deposit": "y", "release_method": "cash"})
    assert settled.status_code == 303
    assert client.post(f"{here}/settle", data={"method": "card"}).status_code == 303, "settling twice changes nothing"
    with scope(workshop):
        contract = again(contract)
        assert (contract.status, contract.money_status) == ("ended", "settled")
        assert [str(charge.amount) for charge in charges.charges_of(contract.id)] == ["90.00", "20.00"]
        deposit = charges.deposit_of(contract.id)
        assert deposit is not None
        assert [(row.kind, str(row.amount)) for row in deposit.movements] == [
            ("received", "150.00"), ("retained", "90.00"), ("retained", "20.00"), ("released", "40.00"),
        ]  # fmt: skip
        item = contract.lines[0].item
        assert item is not None
        assert (item.grade, item.status, item.meter, item.loops) == ("C", "in_stock", 131, 1)
        photo = queries.photos_of_line(contract.lines[0], "hand_over")[0]
        assert b"Camera of Nora" not in files.read(photo.file)


def test_offer_of_what_is_taken_is_refused_with_other_dates(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        a_sent(a_wish(product, plan))
        code = a_draft(a_wish(product, plan)).reference
    answer = client.post(f"/senne/contracts/{code}/send")
    assert answer.status_code == 409
    assert "It is free for as long from:" in answer.get_data(as_text=True)
    with scope(workshop):
        assert queries.get_contract(code).status == "draft"


def test_extension_shows_its_cost_before_and_charges_it_after(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = an_active()
        line = contract.lines[0]
        assert line.ends_at is not None
        code, day = contract.reference, (line.ends_at + timedelta(days=4)).date()
    here = f"/senne/contracts/{code}/1/extend"
    sent = {"ends_on": day.isoformat(), "ends_at": "11:00"}
    assert "67,50" in client.post(here, data=sent | {"look": "1"}).get_data(as_text=True)
    assert client.post(here, data=sent).status_code == 303
    with scope(workshop):
        assert [str(charge.amount) for charge in charges.charges_of(again(contract).id)] == ["90.00", "67.50"]


@pytest.mark.parametrize(
    "page", ["", "/change", "/1/hand-over", "/1/take-back", "/1/inspect", "/1/extend", "/1/prepare"]
)
def test_contract_of_another_workshop_is_not_found(
    page: str, workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(other_workshop):
        code = an_active().reference
    assert client.get(f"/senne/contracts/{code}{page}").status_code == 404
    assert client.get(f"/lumen/contracts/{code}{page}").status_code == 404


def test_list_is_filtered_searched_and_asks_as_many_questions_however_long(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        for number in range(3):
            an_item(product)
            a_sent(a_wish(product, plan), customer=a_customer(name=f"Zoë Vandamme {number}"))
        a_draft(a_wish(product, plan), customer=a_customer(name="Karim Bensaïd"))
        with counted_statements() as few:
            lists.page_of(get_listing("contracts"), {"status": "draft"}, "-reference", 1)
        session().expire_all()
        with counted_statements() as many:
            assert lists.page_of(get_listing("contracts"), {"status": "sent"}, "-reference", 1)[0].total == 3
        assert len(few) == len(many)
    page = client.get("/senne/contracts?q=bensaid").get_data(as_text=True)
    assert "Karim Bensaïd" in page
    assert "Vandamme" not in page
    assert "Nothing matches." in client.get("/senne/contracts?status=late").get_data(as_text=True)


def test_charge_is_waived_with_a_reason_only(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        contract = an_active()
        charge_id, code = charges.charges_of(contract.id)[0].id, contract.reference
    here = f"/senne/contracts/{code}/charges/{charge_id}/waive"
    assert client.post(here, data={"reason": " "}).status_code == 422
    assert client.post(here, data={"reason": "Goodwill"}).status_code == 303
    with scope(workshop):
        assert again(contract).money_status in ("clear", "settled")


@pytest.mark.fault
def test_of_two_hundred_offers_sent_at_once_one_goes_out_and_the_others_are_shown_other_dates(
    workshop: Workshop, scope: Scoped, client: FlaskClient, app: Ronde
) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        an_item(product)
        references = [a_draft(a_wish(product, plan)).reference for _number in range(200)]
    cookie = client.get_cookie("ronde")
    assert cookie is not None

    def send(reference: str) -> tuple[int, bool]:
        hand = app.test_client()
        hand.set_cookie("ronde", cookie.value)
        answer = hand.post(f"/senne/contracts/{reference}/send")
        return answer.status_code, "It is free for as long from:" in answer.text

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, references))
    assert sorted(status for status, _shown in answers) == [303, *[409] * 199]
    assert all(shown for status, shown in answers if status == 409)
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(Allocation)) == 1


def test_link_of_another_round_or_of_a_draft_opens_no_paper(workshop: Workshop, scope: Scoped, app: Ronde) -> None:
    visitor = app.test_client()

    def paper(path: str) -> int:
        return visitor.get(f"{path}/contract.pdf").status_code

    with scope(workshop):
        contract = a_sent()
        first = links.offer_url(contract).removeprefix("http://localhost")
    assert paper(first) == 200
    with scope(workshop):
        offers.reopen_offer(WORKER, again(contract))
    assert paper(first) == 404
    with scope(workshop):
        offers.send_offer(WORKER, again(contract))
        second = links.offer_url(again(contract)).removeprefix("http://localhost")
    assert (paper(first), paper(second)) == (404, 200)
