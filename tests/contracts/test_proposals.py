"""Amendments that the customer signs: proposed by staff, done when signed, and never at other figures than were shown."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from service_app.charges import operations as charges
from service_app.contracts import documents, links, proposals
from service_app.contracts.allowed import Subject
from service_app.contracts.documents import amendments
from service_app.contracts.models import Contract, Proposal
from service_app.contracts.operations import dates, lines, swaps
from service_app.contracts.operations.acts import ANEW, acts_of
from service_app.contracts.operations.offers import Signing, Wish
from service_app.contracts.operations.swaps import next_period
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Forbidden, Invalid
from service_app.core.i18n import in_language
from service_app.core.web import Ronde
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.notifications import letters
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.contracts.test_act_pages import page_of
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.life import START, a_plan, a_subscription, at, net, settle
from tests.factories.portal import come_in
from tests.factories.rentals import a_signed, a_wish, again, an_active, an_item
from tests.notifications.test_life_of_a_contract import _written, composed
from workers.process import Process

NORA = access.customer("Nora Lemmens")
NAME = Signing("Nora Lemmens")


def one_more(contract: Contract) -> Wish:
    line = contract.lines[0]
    return Wish(line.product, line.plan, clock.now() + timedelta(days=1), None)


def proposed(contract: Contract) -> Proposal:
    """One thing more, sent to be signed."""
    return proposals.propose(WORKER, Subject(contract), "add_line", {"wish": one_more(contract)})


def test_nothing_changes_before_it_is_signed_and_then_that_is_done_which_was_shown(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31", deposit_amount=Decimal(100))
        settle(contract)
        row = proposed(contract)
        assert len(contract.lines) == 1
        assert charges.deposit_of(contract.id).amount == 100, "looked at, and undone"
        assert availability.count_free(contract.lines[0].product, Stretch(at("2026-10-12"), None)) == 1
        assert row.figures["deposit"] == "100.00"
        assert contract.version
    with scope(workshop), clock.travelled(START + timedelta(hours=5)):
        row = again(row)
        act = proposals.sign_proposal(NORA, row, NAME)
        contract = again(contract)
        assert [line.status for line in contract.lines] == ["out", "planned"]
        assert (row.status, row.signer_name, row.act_id) == ("signed", "Nora Lemmens", act.id)
        assert (act.by_kind, act.outcome["proposal"]) == ("customer", row.id)
        assert charges.deposit_of(contract.id).amount == 200
        with pytest.raises(Conflict, match=r"proposal\.over"):
            proposals.sign_proposal(NORA, row, NAME)
        assert len(acts_of(contract)) == 1


def test_amendment_that_is_kept_bears_the_signature_and_the_hash_of_what_was_shown(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
        row = proposed(contract)
        act = proposals.sign_proposal(NORA, row, NAME)
        documents.keep_up(contract.id)
        kept = documents.paper_of_act(contract, act, "amendment")
        assert kept is not None
        signature = next(block for block in kept.snapshot["blocks"] if block["kind"] == "signature")
        assert signature["name"] == "Nora Lemmens"
        assert row.sha256 in signature["hash"]
        rest = [block for block in kept.snapshot["blocks"] if block["kind"] != "signature"]
        assert rest == [block for block in row.snapshot["blocks"] if not block.get("unsigned")], "the very words shown"


def test_later_end_and_another_plan_are_proposed_too(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product)
        rental = an_active(a_wish(product, a_day_plan(product), days=3, start=START))
        subscription = a_subscription("36")
        plan = a_plan(subscription.lines[0].product, "24", code="CHEAP")
        line = rental.lines[0]
        later = line.ends_at + timedelta(days=2)
        longer = proposals.propose(WORKER, Subject(rental, line), "extend", {"ends_at": later, "waive_late": False})
        asked = Subject(subscription, subscription.lines[0])
        with pytest.raises(Invalid, match=r"proposal\.not_now"):
            proposals.propose(WORKER, asked, "change_plan", {"plan": plan, "when": "now"})
        other = proposals.propose(WORKER, asked, "change_plan", {"plan": plan, "when": "period_end"})
        assert all(each.workshop_id for each in (rental, subscription, plan, longer, other)), "read for the next scope"
    with scope(workshop), clock.travelled(START + timedelta(hours=5)):
        before = net(again(rental))
        proposals.sign_proposal(NORA, again(longer), NAME)
        assert again(rental).lines[0].ends_at == later
        assert net(again(rental)) - before == sum(Decimal(row[1]) for row in longer.figures["rows"])
        proposals.sign_proposal(NORA, again(other), NAME)
        line = again(subscription).lines[0]
        assert (line.next_plan_id, line.next_plan_on) == (plan.id, next_period(line, START.date()))


def test_what_no_longer_fits_is_refused_and_changes_nothing(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        contract = an_active(a_wish(product, plan, days=3, start=START))
        line = contract.lines[0]
        body = {"ends_at": line.ends_at + timedelta(days=4), "waive_late": False}
        row = proposals.propose(WORKER, Subject(contract, line), "extend", body)
        with pytest.raises(Conflict, match=r"proposal\.waits"):
            proposals.propose(WORKER, Subject(contract, line), "extend", body)
        with pytest.raises(Invalid, match=r"signature\.name_needed"):
            proposals.sign_proposal(NORA, row, Signing(" "))
        dates.extend_line(WORKER, line, ANEW, ends_at=line.ends_at + timedelta(days=1))
        with pytest.raises(Conflict, match=r"proposal\.changed"):
            proposals.sign_proposal(NORA, row, NAME)
        proposals.withdraw_proposal(WORKER, row)
        again_row = proposals.propose(WORKER, Subject(contract, line), "extend", body)
        a_signed(a_wish(product, plan, days=1, start=line.ends_at + timedelta(days=1)))
        with pytest.raises(Conflict, match=r"availability\.none"):
            proposals.sign_proposal(NORA, again_row, NAME)
        assert (again(again_row).status, len(acts_of(contract))) == ("open", 1)


def test_who_may_not_do_it_may_not_propose_it_and_old_ones_no_longer_sign(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("31")
        auditor = access.staff("Ada", 1, "auditor")
        with pytest.raises(Forbidden):
            proposals.propose(auditor, Subject(contract), "add_line", {"wish": one_more(contract)})
        row = proposed(contract)
        with pytest.raises(Conflict, match=r"allowed\.staff_only"):
            lines.add_line(NORA, contract, ANEW, wish=one_more(contract))
    with scope(workshop), clock.travelled(START + timedelta(days=60)):
        assert proposals.waiting(again(contract)) is None
        with pytest.raises(Conflict, match=r"proposal\.over"):
            proposals.sign_proposal(NORA, again(row), NAME)
        proposed(again(contract))
        assert again(row).status == "withdrawn", "an old one makes way"


def test_staff_send_it_from_the_page_of_the_act_and_take_it_back(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        who = a_customer(email="nora@example.be", language="en")
        contract = an_active(a_wish(product, a_day_plan(product)), customer=who)
        end = contract.lines[0].ends_at
    address, hidden, page = page_of(client, contract, "extend")
    assert 'name="propose"' in page
    fields = dict(re.findall(r'name="(ends_on|ends_at)"[^>]*value="([^"]*)"', page))
    typed = {**fields, "ends_on": (clock.local(end, "Europe/Brussels").date() + timedelta(days=3)).isoformat()}
    assert client.post(address, data=hidden | typed | {"propose": "1"}).status_code == 303
    detail = client.get(f"/senne/contracts/{contract.reference}?lang=en").text
    assert "waits for the customer’s signature" in detail
    with scope(workshop):
        contract = again(contract)
        row = proposals.waiting(contract)
        assert row is not None
        assert contract.lines[0].ends_at == end
        path = links.proposal_url(row).removeprefix("http://localhost")
    assert path in detail
    taken = f"/senne/contracts/{contract.reference}/proposals/{row.id}/withdraw"
    assert client.post(taken).status_code == 303
    assert "no longer on offer" in client.get(f"{path}?lang=en").text
    assert client.get(f"{path}/amendment.pdf").status_code == 404


def test_customer_reads_and_signs_by_the_link_of_the_letter_once(
    app: Ronde, workshop: Workshop, other_workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        product = a_product()
        an_item(product)
        who = a_customer(name="Nora Lemmens", email="nora@example.be", language="en")
        contract = an_active(a_wish(product, a_day_plan(product)), customer=who)
        line = contract.lines[0]
        body = {"ends_at": line.ends_at + timedelta(days=2), "waive_late": False}
        row = proposals.propose(WORKER, Subject(contract, line), "extend", body)
        message = next(each for each in _written() if each.kind == "proposal")
        letter: letters.Letter | None = composed(workshop, message)
        assert letter is not None
        assert letter.button is not None
        assert letter.attachments[0][2].startswith(b"%PDF")
        path = letter.button[1].removeprefix("http://localhost")
    browser = app.test_client()
    page = browser.get(path).text
    assert "A later end" in page
    assert "Nothing changes" not in page
    assert browser.get(f"{path}/amendment.pdf").mimetype == "application/pdf"
    assert browser.get(path.replace("/senne/", "/lumen/")).status_code == 404
    assert browser.get(path[:-3]).status_code == 404
    assert browser.post(path, data={"signature_name": "Nora Lemmens"}).status_code == 422, "who does not agree"
    assert browser.post(path, data={"signature_name": "", "agreed": "1"}).status_code == 422
    for _time in range(2):
        assert browser.post(path, data={"signature_name": "Nora Lemmens", "agreed": "1"}).status_code == 303
    assert "Signed by Nora Lemmens" in browser.get(path).text
    with scope(workshop):
        assert again(row).status == "signed"
        assert again(contract).lines[0].ends_at == body["ends_at"]
        assert [act.operation for act in acts_of(again(contract))] == ["extend"]


def test_customer_finds_it_among_their_own_pages(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        an_item(product)
        contract = an_active(
            a_wish(product, a_day_plan(product)), customer=a_customer(email="n@example.be", language="en")
        )
        body = {"ends_at": contract.lines[0].ends_at + timedelta(days=2), "waive_late": False}
        proposals.propose(WORKER, Subject(contract, contract.lines[0]), "extend", body)
    browser = come_in(app.test_client(), "n@example.be")
    page = browser.get(f"/senne/my/contracts/{contract.reference}").text
    assert "waits for your signature" in page
    path = re.search(r'href="http://localhost(/senne/amend/[^"]+)"', page)
    assert path is not None
    assert browser.get(path[1]).status_code == 200


def test_late_amendment_says_what_stood_when_it_was_agreed(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        contract = a_subscription("24")
        line = contract.lines[0]
        assert line.version
        plan = a_plan(line.product, "36", code="DEAR")
        until = clock.now() + timedelta(days=40)
        added = lines.add_line(WORKER, contract, ANEW, wish=Wish(line.product, line.plan, clock.now(), until))
        changed = swaps.change_plan(WORKER, line, ANEW, plan=plan)
    with scope(workshop), clock.travelled(START + timedelta(days=3)):
        contract = again(contract)
        again(plan).monthly_amount = Decimal("99")
        more = contract.lines[1]
        more.ends_at, more.price = until + timedelta(days=9), more.price | {"monthly_amount": "99.00"}
        contract.lines[0].price = contract.lines[0].price | {"monthly_amount": "99.00"}
        with in_language("en"):
            said = [str(amendments.content(contract, again(act), 1)["blocks"]) for act in (added, changed)]
        assert "99,00" not in said[0] + said[1]
        assert "24,00" in said[0]
        assert "36,00" in said[1]
