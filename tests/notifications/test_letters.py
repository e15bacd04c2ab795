"""Letters: in the reader's language, in text and HTML, once, and what a mail server may do to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from service_app.contracts.operations import handovers, lateness
from service_app.contracts.operations.handovers import Found
from service_app.core import clock, jobs
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.jobs import Job
from service_app.notifications import letters, operations
from service_app.notifications.models import Delivery, Message
from service_app.workorders import operations as workorders
from service_app.workshops.models import Workshop
from service_app.workshops.operations import people
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_wish, again, an_active, an_item
from tests.mail import Sink
from workers import planners, sweeps
from workers.process import Process


def sweep_all(process: Process) -> None:
    for _round in range(3):
        for channel in jobs.CHANNELS:
            sweeps.sweep(process, channel)


def messages() -> list[Message]:
    return list(session().scalars(select(Message).order_by(Message.id)))


def job_states() -> list[str]:
    return list(session().scalars(select(Job.state).where(Job.kind == "notifications.send").order_by(Job.id)))


def test_offer_goes_out_once_in_the_customers_language_as_text_and_html(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        a_sent(customer=a_customer(name="Jan & Zonen", language="nl", email="jan@example.be"))
    sweep_all(posting)
    sweep_all(posting)
    sink, _port = post
    assert len(sink.letters) == 1
    letter = sink.letters[0]
    assert letter["To"] == "jan@example.be"
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "/senne/sign/" in plain.get_content()
    assert "Jan &amp; Zonen" in html.get_content()
    assert 'lang="nl"' in html.get_content()
    assert "<style" not in html.get_content()
    with scope(workshop):
        assert [(one.status, one.language) for one in messages()] == [("sent", "nl")]
        assert session().scalars(select(Delivery)).one().outcome == "sent"


def test_signed_copy_carries_the_contract(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        reference = an_active().reference
    sweep_all(posting)
    attached = {part.get_filename(): part for letter in post[0].letters for part in letter.iter_attachments()}
    assert set(attached) == {f"{reference}.pdf", f"{reference}-hand-over-1.pdf"}
    assert all(part.get_content().startswith(b"%PDF") for part in attached.values())


def _everything(workshop: Workshop, scope: Scoped, owner: Actor, language: str) -> None:
    """Every fact that a letter tells, in one workshop."""
    with scope(workshop):
        workshop = again_workshop(workshop)
        workshop.email = "atelier@example.be"
        a_sent(customer=a_customer(language=language))
        product = a_product()
        a_care_plan(product, every=1, notice_days=60)
        plan = a_day_plan(product)
        an_item(product)
        an_item(product)
        contract = an_active(a_wish(product, plan), a_wish(product, plan), customer=a_customer(language=language))
        workorders.plan_care()
        workorders.announce_due_care(WORKER)
        people.invite_member(owner, "new@example.be", "counter", language)
        line = contract.lines[0]
        assert line.due_at is not None
        due = line.due_at
    with scope(workshop), clock.travelled(due + timedelta(hours=3)):
        assert lateness.mark_overdue(WORKER) == 2
        handovers.take_back(WORKER, again(contract).lines[1], Found())


def again_workshop(workshop: Workshop) -> Workshop:
    return session().get_one(Workshop, workshop.id)


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_every_letter_has_subject_and_text_in_each_language(
    language: str, workshop: Workshop, scope: Scoped, owner: Actor, process: Process
) -> None:
    _everything(workshop, scope, owner, language)
    with scope(workshop):
        session().execute(
            text("UPDATE job SET state = 'done', finished_at = now() WHERE kind = 'notifications.send'"),
            execution_options={"scoped_by_hand": True},
        )
    for channel in ("planning", "mail", "documents"):
        sweeps.sweep(process, channel)
    seen = set()
    with process.context(), scope(workshop):
        for message in messages():
            with in_language(message.language):
                try:
                    letter = letters.compose(message, again_workshop(workshop))
                except letters.NotNeeded:
                    continue
            assert letter.subject.strip(), message.kind
            assert all(letter.paragraphs), message.kind
            assert "%(" not in letter.subject + "".join(letter.paragraphs), message.kind
            seen.add(message.kind)
    assert seen >= {"offer", "signed", "handed_over", "overdue", "returned", "care_due", "invitation"}


@pytest.mark.parametrize(("days", "subject"), [(7, "In 7 days"), (1, "Tomorrow"), (0, "Today")])
def test_reminder_is_planned_once_and_sent_on_its_day(
    days: int, subject: str, workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop), clock.travelled(datetime(2026, 11, 2, 9, tzinfo=UTC)):
        product = a_product()
        an_item(product)
        plan = a_day_plan(product)
        contract = an_active(a_wish(product, plan, days=16), customer=a_customer(language="en"))
        due = contract.lines[0].due_at
        assert due is not None
    day = clock.local(due, "Europe/Brussels").date() - timedelta(days=days)
    sweep_all(posting)
    post[0].letters.clear()
    with clock.travelled(clock.at_local(day, time(7, 30), "Europe/Brussels")):
        assert planners.in_every_workshop(posting, "remind", planners.remind) == 0, "not before eight"
    with clock.travelled(clock.at_local(day, time(8, 5), "Europe/Brussels")):
        assert planners.in_every_workshop(posting, "remind", planners.remind) == 1
        assert planners.in_every_workshop(posting, "remind", planners.remind) == 0
    with scope(workshop):
        session().execute(
            text("UPDATE job SET not_after = now() + interval '1 hour' WHERE kind = 'notifications.send'"),
            execution_options={"scoped_by_hand": True},
        )
    with clock.travelled(clock.at_local(day, time(8, 6), "Europe/Brussels")):
        sweep_all(posting)
    assert [str(letter["Subject"]).split(":")[0] for letter in post[0].letters] == [subject]


def test_yesterdays_reminder_expires_and_one_for_what_is_back_is_not_sent(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        contract = an_active()
        line = contract.lines[0]
        facts = {"contract_line_id": line.id, "contract_id": contract.id, "customer_id": contract.customer_id}
        for days, past in ((1, True), (0, False)):
            facts |= {"days": days, "due_on": date.today().isoformat()}
            not_after = clock.now() + (timedelta(hours=-1) if past else timedelta(days=2))
            operations._write_to_customer("reminder", f"test:{days}", facts, not_after)
    with clock.travelled(clock.at_local(clock.today("Europe/Brussels"), time(12), "Europe/Brussels")):
        sweep_all(posting)
    assert not [letter for letter in post[0].letters if "due back" in str(letter["Subject"])]
    with scope(workshop):
        found = {one.about_key: (one.status, one.reason) for one in messages() if one.kind == "reminder"}
        assert found["test:0"] == ("skipped", "extended")
        assert found["test:1"][0] == "expired"
        assert "expired" in job_states()


def test_customer_without_address_is_told_nothing_and_the_list_says_so(
    workshop: Workshop, scope: Scoped, process: Process, client: FlaskClient
) -> None:
    with scope(workshop):
        a_sent(customer=a_customer(email=""))
    sweep_all(process)
    with scope(workshop):
        message = messages()[0]
        assert (message.status, message.reason) == ("skipped", "no_address")
    assert "No e-mail address is known." in client.get(f"/senne/letters/{message.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("answer", "status", "job", "outcome"),
    [
        ("550 no such user", "failed", "done", "refused"),
        ("451 try later", "queued", "ready", "deferred"),
    ],
)
def test_what_the_mail_server_says_is_written_down(
    answer: str, status: str, job: str, outcome: str, workshop: Workshop, scope: Scoped, posting: Process,
    post: tuple[Sink, int], client: FlaskClient,
) -> None:  # fmt: skip
    with scope(workshop):
        a_sent()
    post[0].rcpt_answer = answer
    sweep_all(posting)
    with scope(workshop):
        message = messages()[0]
        assert message.status == status
        assert job_states() == [job]
        assert session().scalars(select(Delivery)).one().outcome == outcome
    assert answer.split(" ", 1)[1] in client.get(f"/senne/letters/{message.id}").get_data(as_text=True)
    post[0].rcpt_answer = "250 OK"
    if status == "failed":
        assert client.post(f"/senne/letters/{message.id}/again").status_code == 303
    with scope(workshop):
        session().execute(text("UPDATE job SET run_at = now()"), execution_options={"scoped_by_hand": True})
    sweep_all(posting)
    assert len(post[0].letters) == 1
    with scope(workshop):
        assert messages()[0].status == "sent"


def test_server_that_hangs_up_after_taking_it_leaves_the_letter_unknown_and_nobody_sends_it_on_a_guess(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        a_sent()
    post[0].hang_up = True
    sweep_all(posting)
    sweep_all(posting)
    assert len(post[0].letters) == 1
    with scope(workshop):
        assert messages()[0].status == "unknown"
        assert job_states() == ["unknown"]


def test_mail_server_that_is_away_costs_nothing_but_time(workshop: Workshop, scope: Scoped, make: object) -> None:
    away = make(smtp_host="127.0.0.1", smtp_port=9, smtp_starttls=False)  # type: ignore[operator]
    with scope(workshop):
        a_sent()
    sweep_all(away)
    with scope(workshop):
        assert messages()[0].status == "queued"
        assert job_states() == ["ready"]
        assert session().scalars(select(Delivery.code)).one() == "ConnectionRefusedError"


def test_without_a_mail_server_letters_are_kept_and_readable(
    workshop: Workshop, scope: Scoped, process: Process, client: FlaskClient
) -> None:
    with scope(workshop):
        an_active(customer=a_customer(name="Awa Diallo", language="fr"))
    sweep_all(process)
    with scope(workshop):
        found = {message.kind: message for message in messages()}
        assert {kind: message.status for kind, message in found.items()} == {
            "offer": "skipped", "signed": "sent", "handed_over": "sent",
        }  # fmt: skip
    page = client.get("/senne/letters").get_data(as_text=True)
    assert found["signed"].subject in page
    one = client.get(f"/senne/letters/{found['signed'].id}")
    assert "frame-src 'self'" in one.headers["Content-Security-Policy"]
    assert "Awa Diallo" in one.get_data(as_text=True)
    framed = client.get(f"/senne/letters/{found['signed'].id}/shown")
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    pdf = client.get(f"/senne/letters/{found['signed'].id}/attachments/0")
    assert pdf.data.startswith(b"%PDF")


def test_letters_of_another_workshop_are_not_found(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, process: Process, client: FlaskClient
) -> None:
    with scope(other_workshop):
        a_sent()
    sweep_all(process)
    with scope(other_workshop):
        theirs = messages()[0].id
    for page in ("", "/shown", "/attachments/0"):
        assert client.get(f"/senne/letters/{theirs}{page}").status_code == 404
    assert client.post(f"/senne/letters/{theirs}/again").status_code == 404


def test_ten_sweeps_of_a_hundred_letters_send_each_once(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        for number in range(40):
            an_item(product)
            a_sent(a_wish(product, plan), customer=a_customer(email=f"c{number}@example.be"))
    sweep_all(posting)
    assert len(post[0].ids()) == len(set(post[0].ids())) == 40
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(Message).where(Message.status == "sent")) == 40
        assert session().scalar(select(func.count()).select_from(Message)) == 40
