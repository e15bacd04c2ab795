"""How many statements the dear pages and the dearest act send; a longer contract sends no more."""

from __future__ import annotations

import pytest

from service_app.contracts import links
from service_app.contracts.models import Contract
from service_app.contracts.operations import offers
from service_app.contracts.operations.offers import Signing
from service_app.core import access, events
from service_app.core.errors import Conflict
from service_app.core.states import move
from tests.counting import counted_statements
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_sent, a_wish, an_active, an_item


def _wishes(many: int):
    product = a_product()
    plan = a_day_plan(product)
    for _each in range(many):
        an_item(product)
    return [a_wish(product, plan) for _each in range(many)]


@pytest.mark.parametrize("lines", [1, 4])
def test_signing_takes_seven_statements_however_many_things_it_is_about(app, workshop, scope, lines):
    """Workshop, offer; holds, contract, signature, deposit; the fact with what it sets off."""
    with scope(workshop):
        token = links.offer_token(a_sent(*_wishes(lines)))
    visitor = app.test_client()
    data = {"signature_name": "Nora", "agreed": "1"}
    with counted_statements(app.database.engine) as sent:
        assert visitor.post(f"/senne/sign/{token}", data=data).status_code == 303
    assert len(sent) == 7, sent


def test_a_longer_contract_takes_one_more_statement_for_each_thing(app, client, workshop, scope):
    """Whether the thing is a kit; the decision table asks it of one line at a time."""
    with scope(workshop):
        short, long = an_active(*_wishes(1)).reference, an_active(*_wishes(4)).reference
    sent = {}
    for reference in (short, long):
        client.get(f"/senne/contracts/{reference}")
        with counted_statements(app.database.engine) as sent[reference]:
            assert client.get(f"/senne/contracts/{reference}").status_code == 200
    assert len(sent[long]) - len(sent[short]) == 3


def test_a_fact_with_its_jobs_is_one_statement(workshop, scope):
    with scope(workshop):
        contract = a_sent(*_wishes(1))
        with counted_statements() as sent:
            events.record("contract.signed", access.WORKER, [contract, contract.customer], {"round": 1})
    assert len(sent) == 1


def test_a_move_takes_along_what_else_changed(workshop, scope):
    with scope(workshop):
        contract = a_sent(*_wishes(1))
        with counted_statements() as sent:
            contract.remark = "by telephone"
            move(contract, "draft")
    assert len(sent) == 1
    with scope(workshop) as db_session:
        kept = db_session.get_one(Contract, (workshop.id, contract.id))
        assert (kept.status, kept.remark, kept.version) == ("draft", "by telephone", contract.version)


def test_a_refused_signature_leaves_nothing(app, workshop, scope):
    with scope(workshop):
        contract = a_sent(*_wishes(1))
        token = links.offer_token(contract)
    visitor = app.test_client()
    data = {"signature_name": " ", "agreed": "1"}
    assert visitor.post(f"/senne/sign/{token}", data=data).status_code == 422
    with scope(workshop) as db_session:
        kept = db_session.get_one(Contract, (workshop.id, contract.id))
        assert (kept.status, kept.money_status, kept.signatures) == ("sent", "clear", [])


def test_who_signs_a_moment_later_hears_that_it_was_signed(workshop, scope):
    with scope(workshop):
        contract = a_sent(*_wishes(1))
    with scope(workshop) as db_session:
        first = db_session.get_one(Contract, (workshop.id, contract.id))
        offers.sign_offer(access.customer("Nora"), first, 1, Signing("Nora Lemmens"))
    with pytest.raises(Conflict) as refused, scope(workshop) as db_session:
        db_session.add(contract)
        offers.sign_offer(access.customer("Nora"), contract, 1, Signing("Nora Lemmens"))
    assert refused.value.code == "state.moved_on"
