"""Addresses: a letter goes to the one its customer has by then; one that went silent is seen, and opened again."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.cli.mail import take_in
from service_app.core import access, clock
from service_app.core.db import Database, session
from service_app.core.jobs import Job
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.notifications import operations, suppression
from service_app.notifications.models import Suppression
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.portal import come_in
from tests.factories.rentals import a_sent
from tests.factories.workshops import make_member
from tests.mail import Sink
from tests.notifications.test_coming_back import NORA, coming, failed, report, sent_to_nora, silent
from tests.notifications.test_letters import messages, sweep_all
from workers.process import Process

__all__ = ["coming"]


def test_a_letter_to_an_address_that_was_put_right_goes_to_the_new_one_when_it_is_sent_again(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database, client: FlaskClient
) -> None:
    sink = post[0]
    sent_to_nora(workshop, scope, coming, sink)
    take_in(database, report("delivery-status", sink.senders[-1], failed("5.1.1"), EmailMessage()))
    right = "nora.lemmens@example.be"
    with scope(workshop):
        session().scalars(select(Customer).where(Customer.email == NORA)).one().email = right
        (message,) = messages()
        operations.send_again(access.WORKER, message.id)
        shown = f"/senne/letters/{message.id}"
    sweep_all(coming)
    assert [str(letter["To"]) for letter in sink.letters] == [NORA, right]
    with scope(workshop):
        assert [(one.status, one.reason, one.mailed_to) for one in messages()] == [("sent", None, right)]
        assert silent() == [(NORA, "hard_bounce")], "the wrong one is still written to no more"
    assert right in client.get(shown).get_data(as_text=True)
    with scope(workshop):
        nora = session().scalars(select(Customer).where(Customer.email == right)).one()
        a_sent(customer=nora)
        nora.email = None
    sweep_all(coming)
    with scope(workshop):
        assert (messages()[-1].status, messages()[-1].reason) == ("skipped", "no_address"), (
            "taken away is not written to"
        )


def test_what_could_not_go_stands_on_its_customers_own_pages(
    app: Ronde, workshop: Workshop, scope: Scoped, coming: Process
) -> None:
    with scope(workshop):
        nora = a_customer(email=NORA, language="en")
    browser = come_in(app.test_client(), NORA)
    with scope(workshop):
        nora = session().get_one(Customer, (workshop.id, nora.id))
        suppression.suppress(NORA, "hard_bounce", "test")
        first = a_sent(customer=nora).reference
    sweep_all(coming)
    page = browser.get("/senne/my/messages").get_data(as_text=True)
    assert first in page
    assert "This did not reach you where we sent it." in page
    with scope(workshop):
        nora = session().get_one(Customer, (workshop.id, nora.id))
        nora.email = None
        second = a_sent(customer=nora).reference
    sweep_all(coming)
    with scope(workshop):
        session().get_one(Customer, (workshop.id, nora.id)).email = "nora.lemmens@example.be"
    browser = come_in(app.test_client(), "nora.lemmens@example.be")
    page = browser.get("/senne/my/messages").get_data(as_text=True)
    assert second in page
    assert "No e-mail address is known." in page
    with scope(workshop):
        told = {(one.kind, one.status, one.reason) for one in messages() if one.kind == "offer"}
        assert told == {("offer", "failed", "suppressed"), ("offer", "skipped", "no_address")}
        assert [one.summary for one in messages() if one.kind == "portal_link"] == [None]


def test_an_address_of_the_house_that_went_silent_is_seen_and_opened_and_a_new_password_reaches_it(
    app: Ronde, workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database,
    client: FlaskClient,
) -> None:  # fmt: skip
    sink, email = post[0], make_member(database, workshop, "owner")
    with scope(workshop):
        for number in range(3):
            operations.write("letter_test", f"test:{number}", {"kind": "offer"}, email, "en", "staff")
    sweep_all(coming)
    for sender in sink.senders[-3:]:
        take_in(database, report("delivery-status", sender, failed("4.2.2"), EmailMessage()))
    with scope(workshop):
        assert silent() == [(email, "soft_bounces")]
        operations.write("letter_test", "test:last", {"kind": "offer"}, email, "en", "staff")
    assert app.test_client().post("/forgot", data={"email": email}).status_code == 303
    sweep_all(coming)
    with scope(workshop):
        became = {one.kind: (one.status, one.reason) for one in messages()}
        assert became == {"letter_test": ("failed", "suppressed"), "reset": ("sent", None)}
        lift = f"/senne/letters/suppressed/{session().scalars(select(Suppression)).one().id}/lift"
    page = client.get("/senne/jobs").get_data(as_text=True)
    assert email in page
    assert lift in page
    assert client.post(lift, data={"back": "jobs"}).location.endswith("/senne/jobs")
    assert lift not in client.get("/senne/jobs").get_data(as_text=True)
    with scope(workshop):
        assert silent() == []
        suppression.suppress(email, "hard_bounce", "test")
    app.test_client().post("/forgot", data={"email": email})
    sweep_all(coming)
    with scope(workshop):
        assert (messages()[-1].kind, messages()[-1].reason) == ("reset", "suppressed"), "there is no such mailbox"


def test_letters_that_came_back_from_the_address_a_customer_has_by_now_are_counted_for_it(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database
) -> None:
    sink, right = post[0], "nora.lemmens@example.be"
    with scope(workshop):
        nora = a_customer(email=NORA)
        for _number in range(3):
            a_sent(customer=nora)
        for job in session().scalars(select(Job).where(Job.kind == "notifications.write")):
            operations.write_letter(job.payload["letter"], job.payload)
            job.state, job.finished_at = "done", clock.now()
        assert {(one.recipient, one.status) for one in messages()} == {(NORA, "queued")}
        nora.email = right
    sweep_all(coming)
    assert {str(letter["To"]) for letter in sink.letters} == {right}
    for sender in sink.senders[-3:]:
        take_in(database, report("delivery-status", sender, failed("4.2.2"), EmailMessage()))
    with scope(workshop):
        assert silent() == [(right, "soft_bounces")]


@pytest.mark.parametrize("whose", ["a customer's", "the house's"])
def test_address_that_is_written_to_again_is_silent_after_three_more_that_came_back_and_not_after_one(
    workshop: Workshop, scope: Scoped, coming: Process, post: tuple[Sink, int], database: Database, whose: str
) -> None:
    """Its owner emptied the mailbox, and somebody here was told so: what came back before says nothing any more."""
    sink, of_a_customer = post[0], whose == "a customer's"
    email = NORA if of_a_customer else make_member(database, workshop, "owner")
    with scope(workshop):
        nora = a_customer(email=NORA)

    def comes_back() -> list[tuple[str, str]]:
        with scope(workshop):
            if of_a_customer:
                a_sent(customer=session().get_one(Customer, (workshop.id, nora.id)))
            else:
                operations.write("letter_test", f"test:{len(sink.senders)}", {"kind": "offer"}, email, "en", "staff")
        sweep_all(coming)
        take_in(database, report("delivery-status", sink.senders[-1], failed("4.2.2"), EmailMessage()))
        with scope(workshop):
            return silent()

    for _lift in range(2):
        assert [comes_back() for _number in range(3)] == [[], [], [(email, "soft_bounces")]]
        with scope(workshop):
            suppression.lift(access.WORKER, session().scalars(select(Suppression)).one().id)
    assert len(sink.senders) == 6
