"""Letters, imports, requests and reports are lists as any other: counts, orders, files, many rows at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.core import access
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.states import move
from service_app.imports import operations as imports
from service_app.imports.queries import get_run
from service_app.notifications import operations as notifications
from service_app.notifications.models import Message
from service_app.portal.models import CustomerRequest
from service_app.portal.operations import asking
from service_app.reports import operations as reports
from service_app.reports.models import ItemReport
from service_app.reports.operations import Told
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.scanning import a_bike
from tests.lists.test_pages import facets, rows_of


def a_letter(name: str, status: str, kind: str = "offer") -> int:
    customer = a_customer(name=name, email=f"{name.lower()}@example.be")
    notifications.write(kind, f"test:{name}", {"customer_id": customer.id}, customer.email or "", "fr", "customer")
    letter = session().scalars(select(Message).where(Message.customer_id == customer.id)).one()
    if status != "queued":
        letter.reason = "refused" if status == "failed" else None
        move(letter, status)
    return letter.id


@pytest.fixture
def letters(workshop: Workshop, scope: Scoped) -> list[int]:
    """Of Ana, who got it; of Bram and Cleo, who did not; of Dora, for whom it waits."""
    with scope(workshop):
        return [
            a_letter("Ana", "sent"), a_letter("Bram", "failed"), a_letter("Cleo", "failed", "signed"),
            a_letter("Dora", "queued"),
        ]  # fmt: skip


def test_letters_are_counted_found_and_sent_again(
    letters: list[int], workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    found = facets(client, "/senne/letters?lang=en")
    assert (found["All"], found["not delivered"], found["sent"], found["Signed copy"]) == ("4", "2", "1", "1")
    head, *rows = rows_of(client, "/senne/lists/letters/export.csv?status=failed&sort=to")
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["To"], row["Why"], row["Customer"]) for row in told] == [
        ("bram@example.be", "The mail server refused it.", "Bram"),
        ("cleo@example.be", "The mail server refused it.", "Cleo"),
    ]
    assert [row[2] for row in rows_of(client, "/senne/lists/letters/export.csv?q=dora")[1:]] == ["dora@example.be"]
    answer = client.post("/senne/lists/letters/acts", data={"act": "again", "all": "on", "query": "q=example"})
    page = client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    assert "2 done, 2 refused." in page
    assert "Offer, ana@example.be" in page
    with scope(workshop) as db_session:
        states = db_session.scalars(select(Message.status).order_by(Message.id)).all()
    assert states == ["sent", "queued", "queued", "queued"]


def test_who_may_read_letters_and_not_write_sends_none(
    letters: list[int], workshop: Workshop, sign_in: Callable[..., FlaskClient]
) -> None:
    auditor = sign_in(workshop, "auditor")
    assert "Send again" not in auditor.get("/senne/letters?lang=en").get_data(as_text=True)
    data = {"act": "again", "row": str(letters[1])}
    assert auditor.post("/senne/lists/letters/acts", data=data).status_code == 403


@pytest.mark.parametrize(
    ("kind", "act"), [("letters", "again"), ("requests", "done"), ("reports", "handled"), ("care", "done")]
)
def test_what_is_no_number_is_not_there(client: FlaskClient, kind: str, act: str) -> None:
    answer = client.post(f"/senne/lists/{kind}/acts", data={"act": act, "row": ["x", "9" * 30, "-1", "7"]})
    page = client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    assert "0 done, 4 refused." in page
    assert page.count("There is no such thing here.") == 4


def test_files_that_came_in_are_a_list_under_the_way_in(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:  # fmt: skip
    with scope(workshop):
        names = ("été.csv", "fin.csv", "eau.csv")
        runs = [imports.upload(WORKER, "customers", b"name\nNora\n", name).reference for name in names]
        imports.cancel(WORKER, get_run(runs[0]))
    page = client.get("/senne/imports?lang=en").get_data(as_text=True)
    assert "Read the file" in page
    assert 'role="search"' not in page.split('class="list-bar"')[1].split("</main>")[0]
    assert facets(client, "/senne/imports?lang=en")["cancelled"] == "1"
    assert [row[1] for row in rows_of(client, "/senne/lists/imports/export.csv?sort=file")[1:]] == [
        "eau.csv", "été.csv", "fin.csv",
    ]  # fmt: skip
    client.post("/senne/lists/imports/acts", data={"act": "stop", "row": runs})
    with scope(workshop):
        assert {get_run(reference).status for reference in runs} == {"cancelled"}
    client.post("/senne/lists/imports/views", data={"name": "Done", "query": "status=done", "default": "on"})
    assert client.get("/senne/imports").location == "/senne/imports?status=done"
    refused = client.post("/senne/imports", data={"kind": "customers"})
    assert refused.status_code == 422
    assert "Read the file" in refused.get_data(as_text=True) or "file" in refused.get_data(as_text=True)


def test_requests_are_open_until_they_are_handled(workshop: Workshop, scope: Scoped, client: FlaskClient) -> None:
    with scope(workshop):
        people = [a_customer(name=name) for name in ("Zoë", "Élise", "Edgar")]
        ids = [str(asking.ask_erasure(access.customer(person.name), person).id) for person in people]
    assert facets(client, "/senne/requests?lang=en")["to do"] == "3"
    assert [row[0] for row in rows_of(client, "/senne/lists/requests/export.csv?sort=customer")[1:]] == [
        "Edgar", "Élise", "Zoë",
    ]  # fmt: skip
    client.post("/senne/lists/requests/acts", data={"act": "done", "row": ids[:2]})
    with scope(workshop):
        done = session().scalars(select(CustomerRequest).where(CustomerRequest.done_at.is_not(None))).all()
        assert {str(row.id) for row in done} == set(ids[:2])
    page = client.get("/senne/requests?lang=en").get_data(as_text=True).split("<main")[1]
    assert "Edgar" in page
    assert "Zoë" not in page
    assert "Zoë" in client.get("/senne/requests?state=done&lang=en").get_data(as_text=True).split("<main")[1]
    answer = client.post("/senne/lists/requests/acts", data={"act": "done", "row": ids})
    page = client.get(f"{answer.location}?lang=en").get_data(as_text=True)
    assert "Zoë: to be forgotten" in page


def test_reports_are_handled_many_at_once_and_new_again(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:  # fmt: skip
    with scope(workshop):
        things = [a_bike(tag=f"R-{number}") for number in (10, 2, 1)]
        told = [Told("found", place="Rue Haute"), Told("broken", "Flat tyre"), Told("broken", "=1+1")]
        ids = [str(reports.report_item(item, said, item.tag).id) for item, said in zip(things, told, strict=True)]
    assert facets(client, "/senne/reports?lang=en")["something is wrong"] == "2"
    head, *rows = rows_of(client, "/senne/lists/reports/export.csv?sort=tag")
    assert [(row[0], row[head.index("In their words")]) for row in rows] == [
        ("R-1", "'=1+1"), ("R-2", "Flat tyre"), ("R-10", ""),
    ]  # fmt: skip
    client.post("/senne/lists/reports/acts", data={"act": "handled", "row": ids})
    assert facets(client, "/senne/reports?status=handled&lang=en")["handled"] == "3"
    client.post("/senne/lists/reports/acts", data={"act": "new", "row": ids[:1], "query": "status=handled"})
    with scope(workshop):
        states = session().scalars(select(ItemReport.status).order_by(ItemReport.id)).all()
    assert states == ["new", "handled", "handled"]
