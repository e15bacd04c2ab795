"""What the customer is told of a repair, in their language, and the form that comes with a quote."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from service_app.core import clock, files
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.jobs import Job
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.repairs import documents
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import bench, ending, intake, quotes
from service_app.repairs.operations.ending import HandBack
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.repairs import (
    a_case,
    a_part,
    a_quote,
    a_quoted,
    a_ready,
    a_received,
    a_thing,
    an_approved,
    an_option,
)
from tests.notifications.test_letters import again_workshop
from workers.process import Process


def waiting() -> RepairCase:
    case = an_approved(an_option(a_part(0)), customer=a_customer(email="nora@example.org"))
    bench.wait_for_parts(WORKER, case, clock.now().date() + timedelta(days=9))
    return case


def handed_back() -> RepairCase:
    case = a_ready()
    ending.hand_back(WORKER, case, HandBack("Nora"))
    return case


def declined() -> RepairCase:
    case = a_quoted()
    quotes.decline_quote(WORKER, case, 1)
    return case


def cancelled() -> RepairCase:
    case = a_case()
    intake.cancel_repair(WORKER, case)
    return case


def given_up() -> RepairCase:
    case = a_received()
    quotes.begin_diagnosis(WORKER, case)
    bench.give_up(WORKER, case, "end_of_life", "La carcasse a fondu")
    return case


CASES: dict[str, Callable[[], RepairCase]] = {
    "repair_asked": lambda: a_case(safety=("swollen",)),
    "repair_received": a_received,
    "repair_quoted": a_quoted,
    "repair_approved": an_approved,
    "repair_waiting": waiting,
    "repair_ready": a_ready,
    "repair_stopped": declined,
    "repair_handed_back": handed_back,
    "repair_cancelled": cancelled,
}


def written(kind: str) -> list[Message]:
    for job in session().scalars(select(Job).where(Job.kind == "notifications.write").order_by(Job.id)):
        operations.write_letter(job.payload["letter"], job.payload)
    session().flush()
    return list(session().scalars(select(Message).where(Message.kind == kind)))


def composed(message: Message, workshop: Workshop) -> Letter | None:
    with in_language(message.language):
        try:
            return letters.compose(message, again_workshop(workshop))
        except NotNeeded:
            return None


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("kind", CASES)
def test_step_is_told_once_with_a_link_that_is_this_repair(
    kind: str, language: str, workshop: Workshop, scope: Scoped, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process.context(), scope(workshop):
        case = CASES[kind]()
        assert case.customer is not None
        case.customer.language = language
        found = written(kind)
        assert len(found) == 1
        found[0].language = language
        letter = composed(found[0], workshop)
        assert letter is not None
        assert case.reference in letter.subject
        assert letter.button is not None
        assert "/senne/repair/" in letter.button[1]
        assert all("%(" not in text for text in (letter.subject, *letter.paragraphs))


def test_request_received_at_once_is_told_by_the_receipt_alone(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        a_received()
        assert composed(written("repair_asked")[0], workshop) is None
        assert composed(written("repair_received")[0], workshop) is not None


def test_quote_that_was_replaced_is_not_told_of_any_more(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with process.context(), scope(workshop):
        case = a_quoted()
        quotes.draft_quote(WORKER, case, a_quote(an_option(hours="2")))
        quotes.send_quote(WORKER, case)
        first, second = written("repair_quoted")
        assert composed(first, workshop) is None
        assert composed(second, workshop) is not None


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Atlantic/Azores"])
def test_last_day_a_quote_names_is_one_on_which_it_can_be_answered(
    zone: str, workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        again_workshop(workshop).zone = zone
        with clock.travelled(clock.at_local(date(2027, 3, 1), time(15), zone)):
            case = a_quoted(customer=a_customer(language="en"))
            letter = composed(written("repair_quoted")[0], workshop)
            job = session().scalars(select(Job).where(Job.kind == "repairs.form")).one()
            form = documents.make_form(job.payload)
        assert letter is not None
        assert dict(letter.facts)["Holds until"] == "Wednesday 31 March"
        assert form is not None
        assert form.file is not None
        assert "Wednesday 31 March" in PdfReader(io.BytesIO(files.read(form.file))).pages[0].extract_text()
        with clock.travelled(clock.at_local(date(2027, 3, 31), time(23, 59), zone)):
            quotes.approve_quote(WORKER, case, 1, quotes.Answer(1, "Nora"))
        assert case.quotes[0].status == "approved"


def test_what_cannot_be_mended_says_why(workshop: Workshop, scope: Scoped, process: Process) -> None:
    with process.context(), scope(workshop):
        given_up()
        letter = composed(written("repair_stopped")[0], workshop)
        assert letter is not None
        assert "La carcasse a fondu" in letter.paragraphs


def test_form_of_a_quote_is_made_once_and_stays_what_was_said(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with process.context(), scope(workshop):
        customer = a_customer(name="Nora Lemmens", language="nl")
        thing = a_thing(customer, "Waterkoker", serial="W-77")
        a_quoted(an_option(most_amount=None), customer=customer, thing=thing)
        customer.name, thing.serial = "Nora Peeters", "W-78"  # before the job comes round
        session().flush()
        job = session().scalars(select(Job).where(Job.kind == "repairs.form")).one()
        quote = documents.make_form(job.payload)
        assert quote is not None
        assert documents.make_form(job.payload) is None
        assert quote.file is not None
        content = files.read(quote.file)
        read = PdfReader(io.BytesIO(content))
        assert str(read.root_object["/Lang"]).startswith("nl")
        text = "".join(page.extract_text() for page in read.pages)
        for fact in ("Waterkoker", "W-77", "Nora Lemmens", "36,00", "2024/1799"):
            assert fact in text
