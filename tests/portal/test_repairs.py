"""A customer asks for a repair from their own pages, and follows it."""

from __future__ import annotations

import re

from service_app.core.web import Ronde
from service_app.repairs import queries
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.portal import come_in
from tests.factories.rentals import an_active
from tests.factories.repairs import a_case


def test_thing_of_a_contract_is_asked_for_and_costs_nothing(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        customer_id, tag, email = contract.customer_id, contract.lines[0].item.tag, contract.customer.email
    nora = come_in(app.test_client(), email)
    page = nora.get("/senne/my/repairs/new").text
    assert f'value="item:{tag}"' in page
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    typed = {"key": key, "thing": f"item:{tag}", "fault": "It squeaks", "symptoms": ["noise"]}
    first = nora.post("/senne/my/repairs/new", data=typed)
    assert first.status_code == 303, first.text
    assert nora.post("/senne/my/repairs/new", data=typed).location == first.location
    assert nora.get(first.location).status_code == 200
    assert "It squeaks" in nora.get("/senne/my/repairs").text
    with scope(workshop):
        case = queries.case_of_key(f"my:{customer_id}:{key}")
        assert case is not None
        assert (case.coverage, case.status) == ("contract", "requested")


def test_something_of_their_own_and_what_is_missing_is_said(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        email = a_customer().email
    nora = come_in(app.test_client(), email)
    answer = nora.post("/senne/my/repairs/new", data={"key": "k", "thing": "", "what": "Kettle", "fault": ""})
    assert answer.status_code == 422
    assert 'value="Kettle"' in answer.text
    assert nora.post("/senne/my/repairs/new", data={"key": "k", "what": "Kettle", "fault": "Dead"}).status_code == 303


def test_thing_of_somebody_else_cannot_be_asked_for(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        tag = an_active().lines[0].item.tag
        other = a_case()
        thing_id, email = other.thing_id, a_customer().email
    nora = come_in(app.test_client(), email)
    for wanted in (f"item:{tag}", f"thing:{thing_id}"):
        answer = nora.post("/senne/my/repairs/new", data={"key": wanted, "thing": wanted, "fault": "x"})
        assert answer.status_code == 422, wanted
    assert other.reference not in nora.get("/senne/my/repairs").text
