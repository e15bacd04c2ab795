"""Finding anything: codes, people, rooms and acts, by one box."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from service_app.customers.models import Customer
from service_app.repairs.models import CustomerThing
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_booked
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active
from tests.factories.repairs import a_case, a_part, a_thing

FRAGMENT = {"HX-Request": "true"}


def found(client: FlaskClient, query: str) -> str:
    return client.get("/senne/find", query_string={"q": query}, headers=FRAGMENT).text


def test_acts_stand_behind_their_sign_and_only_for_who_may(
    client: FlaskClient, workshop: Workshop, sign_in: Callable[..., FlaskClient]
) -> None:
    assert "New contract" in found(client, ">")
    assert "Invite somebody" in found(client, ">inv")
    assert "New contract" not in found(client, ">inv")
    driver = found(sign_in(workshop, "driver"), ">")
    assert "Print labels" in driver
    assert "New contract" not in driver


def test_an_act_is_found_by_its_words_too(client: FlaskClient) -> None:
    assert "/senne/customers/new" in found(client, "new cust")


def test_signs_narrow_to_codes_and_to_people(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active(customer=a_customer(name="Nora Lemmens"))
        code = contract.reference
    assert f"/contracts/{code}" in found(client, "nora")
    people = found(client, "@nora")
    assert "/customers/" in people
    assert "/contracts/" not in people
    assert "/customers/" not in found(client, f"#{code}")


def test_a_scanned_tag_leads_to_its_item_though_contracts_name_it(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        item = an_active().lines[0].item
        assert item is not None
        tag = item.tag
    answer = client.get(f"/senne/find?q={tag.lower()}")
    assert answer.status_code == 302
    assert answer.location.endswith(f"/senne/items/{tag}")
    options = found(client, tag)
    assert options.index(f"/items/{tag}") == options.index('href="') + len('href="/senne')


def test_repairs_appointments_take_backs_parts_and_products_are_found_by_who_may_read_them(
    client: FlaskClient, workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        nora = a_customer(name="Nora Lemmens")
        case, visit, part = a_case(nora, what_of(nora)), a_booked(customer=nora), a_part(name="Nozzle")
        product = a_product(name={"en": "Nordic kettle", "fr": "Bouilloire"})
        mine = [f"/repairs/{case.reference}", f"/appointments/{visit.reference}"]
        codes = {case.reference, visit.reference, part.code, product.code}
    answer = found(client, "nora lem")
    assert [link for link in mine if link not in answer] == []
    for code in codes:
        assert client.get("/senne/find", query_string={"q": code}).location.endswith(f"/{code}"), code
    assert f"/parts/{part.code}" in found(client, "noz")
    assert f"/products/{product.code}" in found(client, "#nordic")
    assert f"/repairs/{case.reference}" not in found(client, "@nora"), "people alone"
    driver = found(sign_in(workshop, "driver"), "nora lem")
    assert f"/repairs/{case.reference}" not in driver


def what_of(customer: Customer) -> CustomerThing:
    return a_thing(customer, "Kettle", brand="Bodum")


def test_a_code_that_is_not_there_is_searched_from_the_error_page(client: FlaskClient) -> None:
    answer = client.get("/senne/items/CB-L-99")
    assert answer.status_code == 404
    assert 'action="/senne/find"' in answer.text
    assert 'value="CB-L-99"' in answer.text
