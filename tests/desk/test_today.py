"""The day's tickets: what is late and since when, what is back and waits for its money, what stands on the bench."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.contracts import words
from service_app.contracts.models import Contract
from service_app.contracts.operations import handovers, inspections, lateness, money
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict
from service_app.contracts.queries import narrowed
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.desk import queries
from service_app.items import operations as items
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.counting import counted_statements
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_wish, again, an_active, an_item


def back() -> list[Contract]:
    """What the list shows as back."""
    return list(session().scalars(narrowed(select(Contract), "back", "")))


def test_what_was_due_the_day_before_yesterday_is_two_days_late_whatever_the_hour(
    workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        product = a_product()
        wanted = a_wish(product, a_day_plan(product), days=1)
        an_item(product)
        contract = an_active(wanted, customer=a_customer(phone="0470 12 34 56"))
        due = contract.lines[0].due_at
    with clock.travelled(due.replace(hour=3) + timedelta(days=2)):
        with scope(workshop):
            lateness.mark_overdue(WORKER)
        page = sign_in(workshop).get("/senne/").text
    assert "2 days late" in page
    assert 'href="tel:+32470123456"' in page, "whom to call stands on the ticket"


def test_what_is_back_but_not_settled_stands_among_the_days_tickets(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = an_active()
        money.settle_up(WORKER, contract, method="card", use_deposit=False)
        inspection = handovers.take_back(WORKER, contract.lines[0], Found())
        inspections.finish_inspection(WORKER, inspection, Verdict(grade="B"))
        code = contract.reference
    page = client.get("/senne/").text
    assert "deposit to give back" in page
    assert "to settle" in client.get(f"/senne/contracts/{code}").text
    with scope(workshop):
        assert [row.reference for row in back()] == [code]
        contract = again(contract)
        money.settle_up(WORKER, contract, method="card", use_deposit=False, release_method="cash")
        assert words.of_contract(contract)[1] == "ended"
        assert back() == []
        assert queries.the_day(workshop.zone).to_settle == []


def test_what_still_is_out_waits_for_no_settling(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        an_active()
        assert queries.the_day(workshop.zone).to_settle == []
        assert back() == []


def test_bench_and_loops_of_the_month_stand_beside_the_day(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        contract = an_active()
        benched = an_item(contract.lines[0].product)
        items.put_on_bench(WORKER, benched)
        day = queries.the_day(workshop.zone)
        assert [item.tag for item in day.on_bench] == [benched.tag]
        assert (day.kept.loops, day.kept.mass_g) == (1, contract.lines[0].product.mass_g)
        tag = benched.tag
    page = client.get("/senne/").text
    assert f"/senne/items/{tag}" in page
    assert "went out in 1 loop" in page


def test_a_fresh_workshop_says_what_comes_next(client: FlaskClient) -> None:
    page = client.get("/senne/").text
    assert "Nothing due today." in page
    assert "A new contract puts one here." in page


def test_who_is_late_since_yesterday_is_called_once_a_day(
    workshop: Workshop, scope: Scoped, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        product = a_product()
        wanted = a_wish(product, a_day_plan(product), days=1)
        an_item(product)
        contract = an_active(wanted, customer=a_customer(phone="0470 12 34 56"))
        due, reference = contract.lines[0].due_at, contract.reference

    def to_call() -> list[str]:
        with scope(workshop):
            return [row.reference for row in queries.the_day(workshop.zone).to_call]

    with clock.travelled(due + timedelta(hours=1)):
        with scope(workshop):
            lateness.mark_overdue(WORKER)
        assert to_call() == [], "late since today: it may still come"
    with clock.travelled(due + timedelta(days=1)):
        assert to_call() == [reference]
        client = sign_in(workshop)
        assert client.post(f"/senne/called/{reference}", data={"outcome": "shouted"}).status_code == 422
        assert to_call() == [reference]
        assert client.post(f"/senne/called/{reference}", data={"outcome": "no_answer"}).status_code == 303
        assert to_call() == []
        assert "The customer was called" in client.get(f"/senne/contracts/{reference}").text
    with clock.travelled(due + timedelta(days=2)):
        assert to_call() == [reference]


def test_open_page_gets_nothing_until_something_happens(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    page = client.get("/senne/").text
    found = re.search(r'hx-get="([^"]+tag=[^"]+)"', page)
    assert found is not None
    again_url = found.group(1).replace("&amp;", "&")
    assert client.get(again_url, headers={"HX-Request": "true"}).status_code == 204
    with scope(workshop):
        reference = an_active().reference
    answer = client.get(again_url, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert reference not in page
    assert 'id="day"' in answer.text
    assert "tag=" + again_url.partition("tag=")[2] not in answer.text, "it asks on with another tag"


def test_day_asks_no_more_of_the_database_than_a_dozen_statements(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        an_active()
    client.get("/senne/")
    with counted_statements(client.application.database.engine) as statements:
        found = client.get("/senne/").text
    assert len(statements) <= 18, statements
    tag = re.search(r"tag=([^\"&]+)", found)
    assert tag is not None
    with counted_statements(client.application.database.engine) as statements:
        assert client.get(f"/senne/?tag={tag.group(1)}", headers={"HX-Request": "true"}).status_code == 204
    assert len(statements) <= 3, statements
