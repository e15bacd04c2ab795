"""Repairs in the browser's words: the staff's pages, and the customer's page by its link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.web import Ronde
from service_app.repairs import links, queries
from service_app.repairs.operations import ending, intake, quotes
from service_app.repairs.operations.ending import HandBack
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active, an_item
from tests.factories.repairs import a_case, a_part, a_quote, a_quoted, a_ready, a_received, an_approved, an_option


def test_counter_takes_in_and_the_label_is_there(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        customer = a_customer(name="Nora Lemmens")
        reference = customer.reference
    page = client.get(f"/senne/repairs/new?customer={reference}").text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    typed = {
        "key": key, "customer": reference, "what": "Kettle", "brand": "Bodum", "fault": "Does nothing", "place": "Shelf 2",
        "accessories": "lid\nbox", "symptoms": ["dead"], "limit_amount": "25,00",
    }  # fmt: skip
    first = client.post("/senne/repairs/new", data=typed)
    assert first.status_code == 303, first.text
    assert client.post("/senne/repairs/new", data=typed).location == first.location, "sent twice it is one"
    detail = client.get(first.location).text
    assert "Kettle Bodum" in detail
    assert "lid, box" in detail
    assert "Bodum" in client.get(f"{first.location}/label").text


def test_counter_says_what_is_missing_and_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/senne/repairs/new", data={"what": "Kettle", "fault": "Does nothing", "key": "k"})
    assert answer.status_code == 422
    assert 'value="Kettle"' in answer.text
    assert "has-error" in answer.text


def test_thing_of_ours_needs_no_customer(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        tag = an_item(a_product()).tag
    answer = client.post("/senne/repairs/new", data={"item": tag, "fault": "Squeaks", "key": "k"})
    assert answer.status_code == 303, answer.text
    assert tag in client.get("/senne/repairs").text


def test_whole_repair_over_the_pages(client: FlaskClient, workshop: Workshop, scope: Scoped, app: Ronde) -> None:
    with scope(workshop):
        case = a_received()
        part = a_part(1)
        reference, code, token = case.reference, part.code, links.token_of(case)
    home = f"/senne/repairs/{reference}"

    def act(name: str, **typed: str) -> str:
        answer = client.post(f"{home}/do/{name}", data=typed)
        assert answer.status_code == 303, answer.text
        return client.get(home).text

    assert f"{home}/quote" in act("begin")
    act("find", root_cause="The element is open", cost="43,50", months="24", value_after="60")
    quote = {
        "defect": "The element is open", "options-0-title": "New element", "options-0-days": "3",
        "options-0-lines-0-kind": "labour", "options-0-lines-0-text": "Labour", "options-0-lines-0-quantity": "0,5",
        "options-0-lines-0-unit_amount": "48", "diagnosis_amount": "15", "is_diagnosis_in_price": "y",
    }  # fmt: skip
    longer = client.post(f"{home}/quote", data=quote | {"line": "0"})
    assert "options-0-lines-1-text" in longer.text
    assert "24,00" in longer.text
    sent = client.post(
        f"{home}/quote", data=quote | {"options-0-lines-1-part": code, "options-0-lines-1-quantity": "1", "send": "1"}
    )
    assert sent.status_code == 303, sent.text
    nora = app.test_client()
    follow = nora.get(f"/senne/repair/{token}?lang=en").text
    assert "31,50" in follow
    assert "New element" in follow
    answer = nora.post(f"/senne/repair/{token}", data={"act": "yes", "number": "1", "option": "1", "name": "Nora"})
    assert answer.status_code == 422
    assert "Tick that you agree" in answer.text
    yes = {"act": "yes", "number": "1", "option": "1", "name": "Nora", "agreed": "1"}
    assert nora.post(f"/senne/repair/{token}", data=yes).status_code == 303
    assert nora.post(f"/senne/repair/{token}", data=yes).status_code == 303, "a second press finds it done"
    act("work")
    use = re.search(rf"{home}/parts/(\d+)", client.get(home).text)
    assert use is not None
    assert client.post(f"{home}/parts/{use.group(1)}").status_code == 303
    assert client.post(f"{home}/clock", data={"task": "stop"}).status_code == 303
    act("finish", tests="It boils", all_passed="y")
    assert "31,50" in nora.get(f"/senne/repair/{token}?lang=en").text.split("To pay")[1][:80]
    act("hand_back", taken_by="Nora Lemmens", paid_by="card")
    with scope(workshop):
        ended = queries.get_case(reference)
        assert (ended.status, ended.money_status, ended.due_amount) == ("handed_back", "paid", Decimal("31.50"))


def test_old_quote_in_an_open_tab_is_refused_with_the_new_one_shown(
    app: Ronde, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        case = a_quoted()
        quotes.draft_quote(WORKER, case, a_quote(an_option(title="The dear way", hours="2")))
        quotes.send_quote(WORKER, case)
        token = links.token_of(case)
    yes = {"act": "yes", "number": "1", "option": "1", "name": "Nora", "agreed": "1"}
    answer = app.test_client().post(f"/senne/repair/{token}?lang=en", data=yes)
    assert answer.status_code == 409
    assert "number 2" in answer.text
    assert "The dear way" in answer.text


def test_customer_says_no_and_leaves_it_to_reuse(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        token = links.token_of(a_quoted())
    nora = app.test_client()
    assert nora.post(f"/senne/repair/{token}", data={"act": "no", "number": "1"}).status_code == 303
    page = nora.get(f"/senne/repair/{token}?lang=en").text
    assert "15,00" in page
    assert nora.post(f"/senne/repair/{token}", data={"act": "reuse", "name": "Nora"}).status_code == 303
    with scope(workshop):
        case = queries.get_case_by_id(links.read_case(token, workshop.id))
        assert (case.status, case.money_status) == ("given_up", "waived")


def test_link_of_one_workshop_opens_nothing_at_another(
    app: Ronde, workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        token = links.token_of(a_case())
    visitor = app.test_client()
    assert visitor.get(f"/senne/repair/{token}").status_code == 200
    assert visitor.get(f"/{other_workshop.slug}/repair/{token}").status_code == 404
    assert visitor.get("/senne/repair/made-up").status_code == 404


def test_link_opens_nothing_half_a_year_after_the_end_and_the_guarantee(
    app: Ronde, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        with clock.travelled(clock.now() - timedelta(days=181)):
            over, guaranteed = a_case(), a_ready()
            intake.cancel_repair(WORKER, over)
            ending.hand_back(WORKER, guaranteed, HandBack("Nora"))
        guaranteed.guarantee_until = clock.now().date()
        tokens = [links.token_of(case) for case in (over, guaranteed)]
    visitor = app.test_client()
    assert [visitor.get(f"/senne/repair/{token}").status_code for token in tokens] == [404, 200]


def test_receipt_carries_a_code_to_scan_and_a_button_that_prints(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        reference = a_received().reference
    page = client.get(f"/senne/repairs/{reference}/label").text
    assert "<svg" in page.split("scan-me")[1]
    assert "data-print" in page


def test_draft_is_nobodys_business(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        case = a_quoted()
        quotes.draft_quote(WORKER, case, a_quote(an_option(title="Not yet said")))
        token = links.token_of(case)
    assert "Not yet said" not in app.test_client().get(f"/senne/repair/{token}").text


@pytest.mark.parametrize("role", ["technician", "counter", "auditor"])
def test_each_page_opens(sign_in: Callable[..., FlaskClient], workshop: Workshop, scope: Scoped, role: str) -> None:
    with scope(workshop):
        part = a_part(1)
        references = [
            case.reference
            for case in (a_case(safety=("swollen",)), a_quoted(), an_approved(an_option(part)), a_ready(), a_received())
        ]
        contract = an_active()
        references.append(a_received(contract.customer, contract.lines[0].item).reference)
        code, customer, tag = part.code, contract.customer.reference, contract.lines[0].item.tag
    browser = sign_in(workshop, role)
    pages = [
        "repairs",
        "parts",
        f"parts/{code}",
        *(f"repairs/{each}" for each in references),
        f"repairs/{references[0]}/label",
    ]
    pages += [f"items/{tag}"] + ([f"customers/{customer}"] if role != "technician" else [])
    for page in pages:
        assert browser.get(f"/senne/{page}").status_code == 200, page


def test_what_is_not_open_any_more_says_so(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        reference = a_quoted().reference
    for answer in (
        client.get(f"/senne/repairs/{reference}/do/receive"),
        client.post(f"/senne/repairs/{reference}/do/receive"),
    ):
        assert answer.status_code == 409
        assert reference in answer.text
    assert client.get(f"/senne/repairs/{reference}/do/conjure").status_code == 404
