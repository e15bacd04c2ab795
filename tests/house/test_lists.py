"""A longer list takes no more statements: every list page, with one row and with many."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import select

from service_app.accounts.models import Account
from service_app.core import access
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.imports import operations as imports
from service_app.lists import operations as bulk
from service_app.lists.declared import get_listing
from service_app.notifications import operations as notifications
from service_app.portal.operations import asking
from service_app.reports import operations as reports
from service_app.reports.operations import Told
from service_app.scanning.operations import stock_takes
from tests.counting import counted_statements
from tests.factories.bookings import a_booked, a_person, a_service
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer, an_address
from tests.factories.materials import a_batch
from tests.factories.recovery import an_intake
from tests.factories.rentals import a_draft, an_active, an_item
from tests.factories.repairs import a_case
from tests.factories.takebacks import a_takeback


def an_item_of_its_own():
    an_item(a_product())


def a_product_with_a_plan():
    a_day_plan(a_product())


def a_request():
    asking.ask_erasure(access.customer("Nora"), a_customer())


def a_report():
    item = an_item(a_product())
    reports.report_item(item, Told("found"), item.tag)


def a_letter():
    notifications.write(
        "offer", f"contract:{secrets.token_hex(4)}", {"customer_id": a_customer().id}, "", "fr", "customer"
    )


def a_run():
    tag = an_item(a_product()).tag
    bulk.begin(
        access.staff("Inès", session().scalar(select(Account.id)) or 0, "owner"),
        get_listing("items"),
        "bench",
        [tag],
        {},
    )


def an_import():
    imports.upload(access.WORKER, "customers", b"name\nNora\n", "customers.csv")


def an_appointment():
    person = a_person()
    a_booked(a_service(), resource=person)


# How a row of each list is made; None where a row needs more than an operation, with the test that counts there.
MAKERS = {
    "imports.list_page": an_import,
    "lists.list_page": a_run,
    "notifications.list_page": a_letter,
    "portal_staff.list_page": a_request,
    "reports.list_page": a_report,
    "repairs.list_page": a_case,
    "takebacks.list_page": a_takeback,
    "materials.list_page": a_batch,
    "recovery.list_page": an_intake,
    "scanning.list_page": lambda: stock_takes.start_take(access.WORKER, "product", product=a_product()),
    "customers.list_page": lambda: a_customer(address=an_address()),
    "contracts.list_page": a_draft,
    "items.list_page": an_item_of_its_own,
    "catalogue.list_page": a_product_with_a_plan,
    "board.list_page": an_active,
    "bookings.list_page": an_appointment,
    "desk.today": an_active,
    "desk.find": lambda: a_customer(name="Many Manifold"),
}
COUNTED_ELSEWHERE = {
    "cluster.list_page": "one select over the workshops of the cluster",
    "wordings.list_page": "one select of the workshop's own texts",
    "webhooks.list_page": "one select of ten rows at most",
    "rounds.list_page": "tests/rounds/test_pages.py",
    "workorders.list_page": "tests/workorders",
}


def test_every_list_is_counted(app: Ronde) -> None:
    lists = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.endswith(".list_page")}
    assert lists <= set(MAKERS) | set(COUNTED_ELSEWHERE)


@pytest.mark.parametrize("endpoint", MAKERS)
def test_a_longer_list_takes_no_more_statements(app, client, workshop, scope, endpoint):
    path = next(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint).replace(
        "<workshop>", "senne"
    )

    def statements() -> int:
        with counted_statements(app.database.engine) as sent:
            assert client.get(f"{path}?q=many" if endpoint == "desk.find" else path).status_code == 200
        return len(sent)

    with scope(workshop):
        MAKERS[endpoint]()
        MAKERS[endpoint]()
    few = statements()
    with scope(workshop):
        for _ in range(6):
            MAKERS[endpoint]()
    assert statements() == few
