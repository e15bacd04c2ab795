"""The access matrix, asked of the running application: every route, every role, another workshop, nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service_app.core.access import WORKER
from service_app.core.db import Database
from service_app.core.web import Ronde
from service_app.portal import guards as portal_guards
from service_app.scanning.operations import stock_takes
from service_app.workshops import guards
from tests.factories.bookings import a_booked
from tests.factories.catalogue import a_product
from tests.factories.customers import a_customer, an_address
from tests.factories.rentals import an_active
from tests.house.access_matrix import COORDINATOR, CUSTOMER, CUSTOMERS_DOOR, LETTERS, PERSON, STAFF, STREET

# What stands in the places of an address: nothing has these in the workshop whose staff asks, and the other workshop has
# what the first four name.
SAMPLES = {
    "reference": "K-0001", "position": 1, "address_id": 1, "tag": "T-0001", "workshop": "senne", "token": "no-such-token",
    "purpose": "news", "operation": "extend", "list_key": "items", "kind": "csv", "step": "hours",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A route with a method, as a browser asks for it."""

    endpoint: str
    method: str
    path: str
    has_place: bool


def asked(app: Ronde, endpoints: Iterator[str] | dict[str, str] | set[str]) -> list[Asked]:
    """Every method of every rule of some endpoints."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in endpoints:
            path, places = _filled(rule)
            found += [
                Asked(rule.endpoint, method, path, places > 0) for method in sorted(rule.methods & {"GET", "POST"})
            ]
    return found


def _filled(rule: Rule) -> tuple[str, int]:
    places = [name for name in re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule.rule) if name != "workshop"]
    path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda place: str(SAMPLES.get(place[1], 999_999_999)), rule.rule)
    return path, len(places)


def answer(client: FlaskClient, route: Asked) -> int:
    """The status; a redirect to the door counts as 401."""
    response = client.open(route.path, method=route.method)
    if response.status_code in (302, 303) and response.location.startswith("/sign-in"):
        return 401
    return response.status_code


def routes_of(app: Ronde, guard: Callable[..., None]) -> set[str]:
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
    return {endpoint for endpoint in rules if app.guards[endpoint.rsplit(".", 1)[0]] is guard}


@pytest.mark.parametrize(
    ("guard", "rows"),
    [
        (guards.staff, set(STAFF)),
        (guards.person, PERSON),
        (guards.coordinator, COORDINATOR),
        (guards.street, STREET),
        (portal_guards.customer, CUSTOMER),
        (portal_guards.street, CUSTOMERS_DOOR),
    ],
    ids=["staff", "person", "coordinator", "street", "customer", "customers' door"],
)
def test_every_route_has_a_row_and_every_row_a_route(app: Ronde, guard: Callable[..., None], rows: set[str]) -> None:
    known = routes_of(app, guard)
    assert sorted(known - rows) == [], "add these rows to tests/house/access_matrix.py"
    assert sorted(rows - known) == [], "these rows have no route any more"


@pytest.mark.parametrize("letter", LETTERS)
def test_a_role_opens_what_its_column_says(app, workshop, sign_in, letter):
    client, wrong = sign_in(workshop, LETTERS[letter]), []
    for route in asked(app, STAFF):
        status = answer(client, route)
        is_open = status not in (401, 403) and status < 500
        if is_open != (letter in STAFF[route.endpoint]) or status >= 500:
            wrong.append((route.endpoint, route.method, status))
    assert wrong == []


def test_the_matrix_says_nothing_of_roles_that_are_not_there():
    assert {mark for row in STAFF.values() for mark in row} <= {*LETTERS, "-"}
    assert [endpoint for endpoint, row in STAFF.items() if len(row) != len(LETTERS)] == []


# What an auditor sends off is about themself, or only asks for a paper, a file or a look. A bulk act takes the right of its
# act besides, and a run is only ever ended or taken back by who began it.
AN_AUDITORS_OWN = {
    "channels.choose_digest", "items.print_labels", "lists.begin", "lists.begin_with", "lists.cancel",
    "lists.choose_columns", "lists.export", "lists.forget_view", "lists.restore_view", "lists.save_view", "lists.undo",
    "notifications.preview_texts", "scanning.do_with_many", "wordings.shown", "workshops.end_membership", "workshops.look",
}  # fmt: skip


def test_who_may_only_read_sends_nothing_off(app):
    posts = {route.endpoint for route in asked(app, STAFF) if route.method == "POST"}
    assert {endpoint for endpoint in posts if "R" in STAFF[endpoint]} - AN_AUDITORS_OWN == set()


def test_for_members_of_another_workshop_there_is_nothing(app, workshop, other_workshop, sign_in):
    stranger = sign_in(other_workshop, "owner")
    assert [route for route in asked(app, STAFF) if answer(stranger, route) != 404] == []


def test_for_who_was_let_go_there_is_nothing(app, workshop, sign_in, admin):
    client = sign_in(workshop, "manager")
    with admin.begin() as connection:
        connection.exec_driver_sql("UPDATE member SET is_active = false")
    assert [route for route in asked(app, STAFF) if answer(client, route) != 404] == []


def test_a_visitor_is_sent_to_the_door(app, workshop):
    visitor, behind_a_door = app.test_client(), set(STAFF) | PERSON | COORDINATOR
    assert [route for route in asked(app, behind_a_door) if answer(visitor, route) != 401] == []


def test_the_customers_rooms_lead_everybody_else_to_the_customers_door(app, workshop, sign_in):
    for client in (app.test_client(), sign_in(workshop, "owner")):
        wrong = []
        for route in asked(app, CUSTOMER):
            response = client.open(route.path, method=route.method)
            if not (response.location or "").startswith("/senne/my/sign-in"):
                wrong.append((route.endpoint, route.method, response.status_code))
        assert wrong == []


def test_only_the_coordinator_finds_the_cluster(app, workshop, sign_in):
    client = sign_in(workshop, "owner")
    assert [route for route in asked(app, COORDINATOR) if answer(client, route) != 404] == []


def test_the_street_breaks_under_no_method(app, workshop):
    visitor = app.test_client()
    assert [route for route in asked(app, STREET) if answer(visitor, route) >= 500] == []
    assert [route for route in asked(app, CUSTOMERS_DOOR) if answer(visitor, route) >= 500] == []


@pytest.fixture(params=["both walls", "the ORM's wall alone", "the database's wall alone"])
def walled(request, app, urls, admin_url) -> Iterator[Ronde]:
    """The application with both walls, with the database's switched off (a superuser), with the ORM's switched off."""
    whole = app.database
    kinds = {
        "both walls": lambda: Database(urls.app),
        "the ORM's wall alone": lambda: Database(admin_url),
        "the database's wall alone": lambda: Database(urls.app, wall=False),
    }
    app.database = kinds[request.param]()
    yield app
    app.database.engine.dispose()
    app.database = whole


@pytest.fixture
def filled(other_workshop, scope):
    """In the other workshop a customer, a product, an item out on a contract; their names in addresses."""
    with scope(other_workshop):
        customer = a_customer(address=an_address(), name="Stranger Danger")
        product = a_product(code="STRANGE")
        contract = an_active()
        tag = contract.lines[0].item.tag
        take = stock_takes.start_take(WORKER, "all")
        return {
            "customers": customer.reference, "contracts": contract.reference, "contracts_public": contract.reference,
            "bookings": a_booked().reference,
            "board": contract.reference, "items": tag, "catalogue": product.code, "scanning": take.reference,
        }  # fmt: skip


def test_what_another_workshop_has_is_not_there(walled, workshop, filled, sign_in):
    """Nothing of the other workshop opens, whichever wall stands."""
    client, wrong = sign_in(workshop, "owner"), []
    for route in asked(walled, STAFF):
        name = filled.get(route.endpoint.split(".")[0])
        if not route.has_place or name is None:
            continue
        path = route.path.replace("K-0001", name).replace("T-0001", name).replace("999999999", name)
        status = client.open(path, method=route.method).status_code
        if status != 404:
            wrong.append((route.endpoint, route.method, status))
    assert wrong == []


def leaks(app: Ronde, client: FlaskClient) -> list[str]:
    """The lists on which something of the other workshop shows."""
    lists = [route for route in asked(app, STAFF) if not route.has_place and route.method == "GET"]
    told = [(route.path, client.get(route.path + query).text) for route in lists for query in ("", "?q=stranger")]
    return [path for path, text in told for name in ("Stranger Danger", "STRANGE") if name in text]


def test_lists_and_searches_show_nothing_of_another_workshop(walled, workshop, filled, sign_in):
    assert leaks(walled, sign_in(workshop, "owner")) == []


def test_with_neither_wall_the_stranger_would_show(app, workshop, filled, sign_in, admin_url):
    """The proof above can fail: it is the walls that hold, not the pages."""
    client, whole = sign_in(workshop, "owner"), app.database
    app.database = Database(admin_url, wall=False)
    try:
        assert "/senne/customers" in leaks(app, client)
        assert client.get("/senne/customers/K-0001").status_code == 200
    finally:
        app.database.engine.dispose()
        app.database = whole
