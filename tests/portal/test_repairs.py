"""A customer asks for a repair from their own pages, and follows it."""

from __future__ import annotations

import re

from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.repairs import queries
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
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


def test_moment_for_a_thing_of_theirs_begins_with_what_is_known(app: Ronde, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        tag, person = contract.lines[0].item.tag, contract.customer
        email, name, customer_id = person.email, person.name, person.id
        others = an_active().lines[0].item.tag
    nora = come_in(app.test_client(), email)
    assert "/my/repairs/when" not in nora.get("/senne/my/repairs").text, "nothing can be booked yet"
    assert nora.get("/senne/my/repairs/when").location.endswith("/my/repairs/new")
    with scope(workshop):
        a_person("Ann")
        a_service("repair", kind="repair")
    page = nora.get("/senne/my/repairs/when").text
    assert f'value="item:{tag}"' in page
    assert others not in page
    theirs = nora.post("/senne/my/repairs/when", data={"thing": f"item:{others}", "service": "repair"})
    assert theirs.status_code == 422
    begun = nora.post("/senne/my/repairs/when", data={"thing": f"item:{tag}", "service": "repair"})
    assert begun.status_code == 303, begun.text
    assert f'value="{tag}"' in nora.get(begun.location).text
    when = nora.post(begun.location, data={"tag": tag, "fault": "It squeaks"}).location
    moments = re.findall(r'name="starts_at"[^>]*value="([^"]+)"', nora.get(when).text)
    who = nora.post(when, data={"starts_at": moments[0]}).location
    assert f'value="{name}"' in nora.get(who).text
    check = nora.post(who, data={"name": name, "email": email}).location
    assert nora.post(check).status_code == 303
    with scope(workshop):
        case = queries.cases_of(session().get_one(Customer, (workshop.id, customer_id)))[0]
        assert (case.item.tag, case.coverage, case.status) == (tag, "contract", "booked")
