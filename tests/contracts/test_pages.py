"""A rental through its pages, as a person at the counter and a customer with a link go through it."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from flask.testing import FlaskClient
from pypdf import PdfReader

from service_app.contracts import documents, links
from service_app.contracts.models import Contract
from service_app.core import clock
from service_app.core.db import session
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_signed, again, an_item


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
