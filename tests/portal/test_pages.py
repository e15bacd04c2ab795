"""The customer's pages: their own things and nobody else's, me, everything held, and links of letters."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.charges import operations as charges
from service_app.charges.models import CHARGE_KINDS
from service_app.contracts import documents, links
from service_app.contracts.models import DOCUMENT_KINDS, Contract, ContractAct, ContractLine
from service_app.contracts.operations import dates, endings, handovers
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.core import access, clock, jobs
from service_app.core.access import WORKER
from service_app.core.db import Base, session
from service_app.customers.models import Consent, Customer
from service_app.items.operations import add_photo
from service_app.portal import held, queries, words
from service_app.portal.models import CustomerRequest, PortalSession
from service_app.portal.operations import asking
from service_app.workshops.queries import get_workshop
from tests.counting import counted_statements
from tests.factories.customers import a_customer, an_address
from tests.factories.portal import a_subscription, come_in
from tests.factories.rentals import a_sent, again, an_active
from tests.house.access_matrix import CUSTOMER
from tests.house.test_access import asked
from tests.items.test_pages import a_picture
from workers import sweeps

NORA = "nora@example.be"
PAGES = ("", "contracts", "money", "documents", "me")


@pytest.fixture
def nora(app, workshop, scope) -> FlaskClient:
    """Nora, signed in, with a rental that is out."""
    with scope(workshop):
        an_active(customer=a_customer(name="Nora Lemmens", email=NORA, language="en", address=an_address()))
    return come_in(app.test_client(), NORA)


def hers() -> Customer:
    return session().scalars(select(Customer).where(Customer.email == NORA)).one()


def test_every_page_opens_and_names_what_is_hers(nora, workshop, scope):
    with scope(workshop):
        contract = queries.contracts_of(hers())[0]
        reference, tag = contract.reference, contract.lines[0].item.tag
        documents.make_document(contract.id)
    for page in PAGES:
        assert nora.get(f"/senne/my/{page}").status_code == 200, page
    assert tag in nora.get("/senne/my/").text
    assert reference in nora.get("/senne/my/contracts").text
    paper = re.search(r"/senne/my/documents/\d+", nora.get("/senne/my/documents").text)
    assert nora.get(paper[0]).data.startswith(b"%PDF")


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_pages_speak_the_customers_language(app, workshop, scope, language):
    with scope(workshop):
        a_customer(email=NORA, language=language)
    client = come_in(app.test_client(), NORA)
    assert f'<html lang="{language}"' in client.get("/senne/my/").text


def test_a_draft_is_not_shown_and_an_offer_waits_to_be_signed(nora, workshop, scope):
    with scope(workshop):
        offer = a_sent(customer=hers())
        url = links.offer_url(offer).removeprefix("http://localhost")
    page = nora.get("/senne/my/").text
    assert url in page
    assert nora.get(url).status_code == 200


@pytest.fixture
def strangers(workshop, other_workshop, scope):
    """What another customer of the same workshop has: contract, document, session, request."""
    with scope(workshop):
        contract = an_active(customer=a_customer(name="Stranger Danger", email="stranger@example.be"))
        paper = documents.make_document(contract.id)
        return {"reference": contract.reference, "document": paper.id}


def test_what_another_customer_has_is_not_there(app, nora, workshop, scope, strangers):
    stranger = come_in(app.test_client(), "stranger@example.be")
    assert stranger.get(f"/senne/my/contracts/{strangers['reference']}").status_code == 200
    wrong = []
    for route in asked(app, CUSTOMER):
        if not route.has_place:
            continue
        path = route.path.replace("K-0001", strangers["reference"]).replace("999999999", str(strangers["document"]))
        status = nora.open(path, method=route.method).status_code
        if status != 404:
            wrong.append((path, route.method, status))
    assert wrong == []
    told = "".join(nora.get(f"/senne/my/{page}").text for page in (*PAGES, "me/everything.json"))
    assert "Stranger" not in told
    assert strangers["reference"] not in told


def test_a_session_of_another_customer_is_not_ended(app, nora, workshop, scope, strangers):
    come_in(app.test_client(), "stranger@example.be")
    with scope(workshop):
        theirs = session().scalars(select(PortalSession).order_by(PortalSession.id.desc())).first().id
    assert nora.post("/senne/my/me/sessions/end", data={"session": str(theirs)}).status_code == 404
    assert nora.post("/senne/my/me/sessions/end", data={"session": "x"}).status_code == 404


def test_sessions_are_listed_and_ended(app, nora):
    other = come_in(app.test_client(), NORA)
    page = nora.get("/senne/my/me").text
    number = re.search(r'name="session" value="(\d+)"', page)
    assert nora.post("/senne/my/me/sessions/end", data={"session": number[1]}).status_code == 303
    assert other.get("/senne/my/").status_code == 302
    third = come_in(app.test_client(), NORA)
    nora.post("/senne/my/me/sessions/end")
    assert third.get("/senne/my/").status_code == 302
    assert nora.get("/senne/my/").status_code == 200


def test_language_messages_and_consent_are_the_customers_own(nora, workshop, scope):
    nora.post("/senne/my/me/language", data={"language": "nl"})
    assert '<html lang="nl"' in nora.get("/senne/my/me").text
    assert nora.post("/senne/my/me/language", data={"language": "de"}).status_code == 422
    assert nora.post("/senne/my/ways", data={"reminders": "none", "news": "mail"}).status_code == 303
    with scope(workshop):
        assert (hers().language, hers().wants_reminders) == ("nl", False)
        assert session().scalars(select(Consent.purpose).where(Consent.withdrawn_at.is_(None))).all() == ["news"]
    assert nora.post("/senne/my/ways", data={"reminders": "mail", "news": "none"}).status_code == 303
    with scope(workshop):
        assert hers().wants_reminders
        assert session().scalars(select(Consent).where(Consent.withdrawn_at.is_(None))).all() == []


def test_being_forgotten_is_asked_once_and_reaches_the_workshop(nora, client, workshop, scope):
    for _time in range(2):
        assert nora.post("/senne/my/me/erase", data={"remark": "I moved away"}).status_code == 303
    assert "You asked for this" in nora.get("/senne/my/me").text
    with scope(workshop):
        assert session().scalars(select(CustomerRequest.kind)).all() == ["erase"]
        reference = hers().reference
    assert "I moved away" in client.get("/senne/requests").text
    assert "I moved away" in client.get(f"/senne/customers/{reference}").text


def test_one_address_of_two_customers_goes_on_as_the_other(nora, workshop, scope):
    with scope(workshop):
        other = a_customer(kind="organisation", name="Les Halles", contact_name="Nora", email=NORA)
        reference = other.reference
    assert "Les Halles" in nora.get("/senne/my/me").text
    assert nora.post(f"/senne/my/me/other/{reference}").status_code == 303
    assert "nothing from us just now" in nora.get("/senne/my/?lang=en").text
    assert nora.post("/senne/my/me/other/K-9999").status_code == 404


# --- everything held ---------------------------------------------------------------------------------------------------


def reachable() -> set[str]:
    """Every table that hangs on a customer, by however many foreign keys."""
    found = {"customer"}
    while True:
        more = {
            table.name
            for table in Base.metadata.tables.values()
            for key in table.foreign_key_constraints
            if key.referred_table.name in found
        } - found
        if not more:
            return found
        found |= more


def test_every_table_that_hangs_on_a_customer_is_exported_or_left_out_for_a_reason():
    known = {row.table for row in held.HELD} | set(held.LEFT_OUT)
    assert reachable() - known == set(), "add the table to service_app/portal/held.py, or say there why not"
    assert known - reachable() == set()


def test_a_table_hangs_on_one_that_was_read_before():
    seen = {""}
    for row in held.HELD:
        assert row.above in seen, row.table
        assert row.column in Base.metadata.tables[row.table].c
        assert set(row.without) <= set(Base.metadata.tables[row.table].c.keys())
        seen.add(row.table)


def test_everything_held_is_a_file_without_secrets(nora, workshop, scope):
    with scope(workshop):
        (contract,) = queries.contracts_of(hers())
        documents.keep_up(contract.id)
        line = contract.lines[0]
        add_photo(
            WORKER, line.item, a_picture(), "../../at the door.jpg", occasion="hand_over", contract_line_id=line.id
        )
        stranger = an_active()
        documents.keep_up(stranger.id)
    answer = nora.get("/senne/my/me/everything.zip")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    with scope(workshop):
        reference = hers().reference
    told = json.loads(packed.read(f"{reference}.json"))
    assert set(packed.namelist()) == {f"{reference}.json", *(row["path"] for row in told["files"])}
    named = {row["file_id"] for row in (*told["contract_document"], *told["item_photo"])}
    assert named == {row["id"] for row in told["files"]}, "hers, and nobody else's"
    for row in told["files"]:
        assert hashlib.sha256(packed.read(row["path"])).hexdigest() == row["sha256"]
        assert row["path"].startswith("files/")
        assert ".." not in row["path"]
    assert {row["media_type"] for row in told["files"]} == {"application/pdf", "image/jpeg"}
    assert [row["name"] for row in told["customer"]] == ["Nora Lemmens"]
    assert told["customer_address"][0]["city"] == "Molenbeek-Saint-Jean"
    assert len(told["contract"]) == len(told["contract_line"]) == 1
    assert told["charge"]
    assert told["deposit_movement"]
    assert told["timeline"]
    assert "hash" not in " ".join(told["portal_session"][0])
    with scope(workshop):
        charged = charges.charges_of(queries.contracts_of(hers())[0].id)
        assert [row["id"] for row in told["charge"]] == [row.id for row in charged]


# --- links of letters --------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(app, workshop, scope):
    """`linked("extend")` is a browser that nobody signed in, the path of a letter's link, and the line."""

    def make(act: str, maker=an_active):
        with scope(workshop):
            contract = maker(customer=a_customer(language="en"))
            line = contract.lines[0]
            return app.test_client(), links.act_url(line, act).removeprefix("http://localhost"), line

    return make


def hidden(page: str) -> dict[str, str]:
    fields = re.findall(r"<input[^>]*>", page.rsplit('method="post"', 1)[1])
    found = {re.search(r'name="(\w+)"', one): re.search(r'value="([^"]*)"', one) for one in fields}
    return {name[1]: value[1] for name, value in found.items() if name and value and name[1] != "csrf_token"}


def test_a_letters_link_does_its_one_act_without_signing_in(linked, workshop, scope):
    browser, path, line = linked("extend")
    page = browser.get(path).text
    assert "Keep it longer" in page
    answer = browser.post(path, data=hidden(page))
    assert answer.location == f"{path}/done"
    assert "a while longer" in browser.get(answer.location).text
    assert browser.get("/senne/my/").status_code == 302
    with scope(workshop):
        assert again(line).ends_at > line.ends_at
        assert session().scalars(select(ContractAct)).one().by_kind == "customer"


def test_a_letters_link_of_a_problem_reports_it(linked, workshop, scope):
    browser, path, line = linked("report_outage", a_subscription)
    answer = browser.post(path, data=hidden(browser.get(path).text) | {"symptom": "flat tyre"})
    assert answer.status_code == 303
    with scope(workshop):
        assert again(line).outages[0].symptom == "flat tyre"


def test_a_letters_link_runs_out_and_is_of_one_workshop(linked, other_workshop):
    browser, path, line = linked("extend")
    assert browser.get(path.replace("/senne/", "/lumen/")).status_code == 404
    assert browser.get(path[:-2]).status_code == 404
    token = path.rsplit("/", 1)[1]
    with clock.travelled(clock.now() + timedelta(days=31)), pytest.raises(Exception, match=r"link\.gone"):
        links.read_act(token, line.workshop_id)


def test_a_letters_link_says_when_it_is_too_late_for_it(linked, workshop, scope):
    browser, path, line = linked("extend")
    with scope(workshop):
        handovers.take_back(WORKER, again(line), Found())
    page = browser.get(path).text
    assert "It is back already." in page
    assert 'method="post"' not in page.split("<main")[1]


def test_a_signed_offer_opens_no_act(linked, workshop, scope):
    browser, _path, line = linked("extend")
    with scope(workshop):
        token = links.offer_token(again(line).contract)
    assert browser.get(f"/senne/my/do/{token}").status_code == 404


def test_letters_carry_the_links(workshop, scope, posting, post):
    with scope(workshop):
        an_active(customer=a_customer(email=NORA, language="en"))
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    bodies = [letter.get_body(("plain",)).get_content() for letter in post[0].letters]
    assert any("/senne/my/do/" in body and "Report a problem" in body for body in bodies)


def test_a_withdrawal_is_acknowledged_with_what_was_declared_and_when(workshop, scope, posting, post):
    with scope(workshop):
        contract = a_subscription(customer=a_customer(email=NORA, language="en"))
        actor = access.customer("Nora Lemmens")
        endings.withdraw_contract(actor, contract, ANEW, statement="I, Nora, withdraw.", contact="me@example.be")
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    letter = next(one for one in post[0].letters if "withdrawal" in str(one["Subject"]))
    assert letter["To"] == "me@example.be"
    body = letter.get_body(("plain",)).get_content()
    assert "I, Nora, withdraw." in body
    assert re.search(r"Received: \d+ \w+ \d{4}, \d\d:\d\d", body)
    assert contract.reference in body


def test_what_a_customer_asks_is_told_to_the_workshop(workshop, scope, posting, post):
    with scope(workshop):
        get_workshop(workshop.id).email = "atelier@example.be"
        get_workshop(workshop.id).language = "en"
        line = a_subscription(customer=a_customer(name="Nora Lemmens")).lines[0]
        asking.ask_swap(access.customer("Nora"), line, "defect", remark="it hums")
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(posting, channel)
    letter = next(one for one in post[0].letters if one["To"] == "atelier@example.be")
    assert "Nora Lemmens asks" in str(letter["Subject"])
    assert "it hums" in letter.get_body(("plain",)).get_content()


# --- shape -------------------------------------------------------------------------------------------------------------


def test_the_plain_timeline_tells_the_customers_side_and_no_more(nora, workshop, scope):
    with scope(workshop):
        contract = queries.contracts_of(hers())[0]
        line = contract.lines[0]
        dates.extend_line(WORKER, line, ANEW, line.ends_at + timedelta(days=1))
        told = [entry.title for entry in words.life_of(contract)]
        reference = contract.reference
    assert told == ["The end was moved", "You took it along", "You signed", "We sent you the offer"]
    assert "You took it along" in nora.get(f"/senne/my/contracts/{reference}").text


def test_every_state_and_every_charge_has_words():
    assert set(words.CONTRACT) == set(Contract.__states__["status"]) - {"draft"}
    assert set(words.LINE) == set(ContractLine.__states__["status"])
    assert set(words.CHARGE) == {*CHARGE_KINDS, "credit"}
    assert set(words.DOCUMENTS) == set(DOCUMENT_KINDS)


def test_more_contracts_take_only_the_statements_of_their_money(app, nora, workshop, scope):
    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            assert nora.get("/senne/my/contracts").status_code == 200
        return len(sent)

    few = statements()
    with scope(workshop):
        for _more in range(4):
            an_active(customer=hers())
    assert statements() == few
