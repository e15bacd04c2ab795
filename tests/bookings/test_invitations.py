"""The invitation that goes with a letter about an appointment: read back from the mail server as a mail program reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar, Event
from sqlalchemy import select, text

from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment
from service_app.bookings.operations import absences
from service_app.core import access, clock, jobs
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.notifications import choosing
from service_app.notifications import operations as letters_again
from service_app.notifications.models import Message
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations import skip_care
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_booked, a_person, a_service, at
from tests.factories.customers import a_customer
from tests.factories.life import START
from tests.mail import Sink
from tests.notifications.test_choosing import MOBILE
from tests.notifications.test_texts import Service as TextService
from tests.notifications.test_texts import an_account, service
from tests.workers.conftest import Made
from tests.workorders.test_off import a_booked as a_booked_care
from workers import planners, sweeps
from workers.process import Process

__all__ = ["service"]  # a provider of text messages

GUEST = access.customer("Nora")
NORA = "nora@example.be"
Sent = Callable[[], list[EmailMessage]]


@pytest.fixture
def answering(make: Made, post: tuple[Sink, int]) -> Process:
    """A background process with a mailbox for answers."""
    return make(
        smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False, smtp_sender="post@ronde.example",
        reply_mailbox="antwoord@ronde.example",
    )  # fmt: skip


@pytest.fixture
def sent(answering: Process, post: tuple[Sink, int], admin: Any) -> Sent:
    """Lets the workers work, also on what waits a minute, and gives the letters that went out."""

    def everything() -> list[EmailMessage]:
        return worked(answering, post[0], admin)

    return everything


def worked(process: Process, sink: Sink, admin: Any) -> list[EmailMessage]:
    for _round in range(4):
        with admin.begin() as connection:
            connection.execute(text("UPDATE job SET run_at = now() WHERE state = 'ready'"))
        for channel in jobs.CHANNELS:
            sweeps.sweep(process, channel)
    return list(sink.letters)


@pytest.fixture
def appointment(scope: Scoped, workshop: Workshop) -> Appointment:
    with scope(workshop):
        a_person("Ann")
        nora = a_customer(name='Nora "Nono" Lemmens', email=NORA, language="en")
        return a_booked(a_service("repair"), customer=nora)


def again(appointment: Appointment) -> Appointment:
    return queries.get_appointment_by_id(appointment.id)


def invited(letter: EmailMessage) -> tuple[str, Calendar, Event]:
    """(method of the part, calendar, its one entry) of the part that mail programs look for."""
    (part,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    (entry,) = calendar.walk("VEVENT")
    return str(part.get_param("method")), calendar, entry


def test_a_booking_is_an_invitation_that_asks_nothing(appointment: Appointment, workshop: Workshop, sent: Sent) -> None:
    (letter,) = sent()
    method, calendar, entry = invited(letter)
    assert (method, calendar["METHOD"], entry["STATUS"], entry["SEQUENCE"]) == ("REQUEST", "REQUEST", "CONFIRMED", 0)
    assert entry["DTSTART"].dt == at()
    assert {"DTSTAMP", "LAST-MODIFIED", "UID"} <= set(entry)
    organizer, attendee = entry["ORGANIZER"], entry["ATTENDEE"]
    replies_to = letter["Reply-To"].addresses[0].addr_spec
    assert replies_to.startswith("antwoord+")
    assert (organizer, organizer.params["CN"]) == (f"mailto:{replies_to}", workshop.name)
    assert organizer.params["SENT-BY"] == "mailto:post@ronde.example"
    assert (attendee, attendee.params["CN"]) == (f"mailto:{NORA}", "Nora 'Nono' Lemmens")
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")


def test_it_is_one_way_to_read_the_letter_and_a_file_that_is_no_second_invitation(
    appointment: Appointment, sent: Sent
) -> None:
    (letter,) = sent()
    ways, file = letter.iter_parts()
    assert letter.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in ways.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    *_words, calendar = ways.iter_parts()
    assert (calendar.get_content_charset(), calendar.is_attachment()) == ("utf-8", False)
    assert (file.get_content_type(), file.is_attachment()) == ("application/ics", True)
    assert file.get_filename() == f"{appointment.reference}.ics"
    assert Calendar.from_ical(file.get_content()) == invited(letter)[1]


def test_moved_and_cancelled_are_the_same_entry_of_the_same_organizer_each_later(
    appointment: Appointment, scope: Scoped, workshop: Workshop, sent: Sent
) -> None:
    sent()
    with scope(workshop):
        operations.reschedule(GUEST, again(appointment), at(14))
    sent()
    with scope(workshop):
        operations.cancel(GUEST, again(appointment))
    found = [invited(letter) for letter in sent()]
    assert [method for method, _calendar, _entry in found] == ["REQUEST", "REQUEST", "CANCEL"]
    entries = [entry for _method, _calendar, entry in found]
    assert len({entry["UID"] for entry in entries}) == 1
    assert len({str(entry["ORGANIZER"]) for entry in entries}) == 1
    assert [entry["SEQUENCE"] for entry in entries] == [0, 1, 2]
    assert entries[1]["DTSTART"].dt == at(14)
    assert (entries[2]["STATUS"], entries[2]["ATTENDEE"]) == ("CANCELLED", f"mailto:{NORA}")
    assert entries[0]["DTSTAMP"].dt <= entries[1]["DTSTAMP"].dt <= entries[2]["DTSTAMP"].dt


def test_what_changed_without_a_letter_does_not_keep_its_end_from_being_the_latest(
    appointment: Appointment, scope: Scoped, workshop: Workshop, sent: Sent
) -> None:
    """Somebody else does it, which nobody is told: the entry that takes it out of the calendar is later all the same."""
    first = invited(sent()[0])[2]
    with scope(workshop):
        a_person("Bo")
        absences.enter_absence(WORKER, queries.who(again(appointment)), at(8), at(18), "ill")
        operations.cancel(WORKER, again(appointment), reason="closed")
    (_booked, off) = sent()
    method, _calendar, entry = invited(off)
    assert (method, entry["UID"]) == ("CANCEL", first["UID"])
    assert entry["SEQUENCE"] > first["SEQUENCE"] + 1


def test_the_reminder_tells_the_same_entry_and_a_proposal_none(
    appointment: Appointment, scope: Scoped, workshop: Workshop, sent: Sent
) -> None:
    sent()
    with clock.travelled(at(9) - timedelta(days=1)), scope(workshop):
        assert planners.remind() == 1
        row = session().scalars(select(Message).where(Message.kind == "appointment_reminder")).one()
        assert row.not_after == at(0)
        row.not_after = None
    with clock.travelled(at(9) - timedelta(days=1)):
        first, reminder = sent()
    assert invited(reminder)[0] == "REQUEST"
    for name in ("UID", "SEQUENCE", "ORGANIZER"):
        assert invited(reminder)[2][name] == invited(first)[2][name]
    with scope(workshop):
        absences.enter_absence(WORKER, queries.who(again(appointment)), at(8), at(18), "ill")
    proposal = sent()[-1]
    assert "cannot take place as planned" in proposal["Subject"]
    assert [part for part in proposal.walk() if part.get_content_subtype() in ("calendar", "ics")] == []


def test_a_letter_sent_again_goes_to_the_address_of_now_and_is_the_same_entry(
    appointment: Appointment, scope: Scoped, workshop: Workshop, sent: Sent, post: tuple[Sink, int]
) -> None:
    post[0].hang_up = True
    sent()
    post[0].hang_up = False
    with scope(workshop):
        message = session().scalars(select(Message)).one()
        assert message.status == "unknown"
        nora = again(appointment).customer
        assert nora is not None
        nora.email = "nora@home.example"
        letters_again.send_again(WORKER, message.id)
    first, second = (invited(letter)[2] for letter in sent())
    for name in ("UID", "SEQUENCE", "ORGANIZER", "DTSTART"):
        assert first[name] == second[name]
    assert (first["ATTENDEE"], second["ATTENDEE"]) == (f"mailto:{NORA}", "mailto:nora@home.example")


@pytest.mark.parametrize("email", ["atelier@senne.example", ""])
def test_without_a_mailbox_for_answers_the_workshop_invites_itself(
    appointment: Appointment, scope: Scoped, workshop: Workshop, posting: Process, post: tuple[Sink, int], admin: Any,
    email: str,
) -> None:  # fmt: skip
    with scope(workshop):
        session().get_one(Workshop, workshop.id).email = email
    (letter,) = worked(posting, post[0], admin)
    organizer = invited(letter)[2]["ORGANIZER"]
    sender = letter["From"].addresses[0].addr_spec
    assert organizer == f"mailto:{email or sender}"
    assert ("SENT-BY" in organizer.params) == bool(email)


def test_a_text_message_carries_none_and_reads_as_the_letter_does(
    appointment: Appointment, scope: Scoped, workshop: Workshop, owner: Actor, make: Made, post: tuple[Sink, int],
    admin: Any, service: TextService,
) -> None:  # fmt: skip
    with scope(workshop):
        an_account(workshop, owner, service)
        nora = again(appointment).customer
        assert nora is not None
        nora.phone = MOBILE
        choosing.keep_choice(nora, "visits", "sms")
    texting = make(smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False, webhooks_local=True)
    assert worked(texting, post[0], admin) == []
    ((_path, _heads, said),) = service.calls
    assert b"Your appointment" in said
    for sign in (b"VCALENDAR", b"mailto:", b".ics"):
        assert sign not in said


def test_an_example_of_the_letter_puts_nobodys_appointment_into_a_calendar(
    appointment: Appointment, scope: Scoped, workshop: Workshop, sent: Sent
) -> None:
    sent()
    with scope(workshop):
        letters_again.write("letter_test", "test:1", {"kind": "appointment_booked"}, "me@senne.example", "en", "staff")
    example = sent()[-1]
    assert (example["To"], "Your appointment" in example["Subject"]) == ("me@senne.example", True)
    assert [part.get_content_type() for part in example.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_care_that_is_off_takes_the_visit_booked_for_it_out_of_the_calendar(
    scope: Scoped, workshop: Workshop, sent: Sent
) -> None:
    with clock.travelled(START):
        with scope(workshop):
            number = a_booked_care().id
            customer = session().scalars(select(Appointment)).one().customer
            assert customer is not None
            customer.email = NORA
        booked = next(letter for letter in sent() if letter["Subject"].startswith("Your appointment:"))
        with scope(workshop):
            care = session().get_one(CareOccurrence, (workshop.id, number))
            skip_care(WORKER, care, "Its wheel was new last week")
        off = sent()[-1]
    assert (invited(booked)[0], invited(off)[0]) == ("REQUEST", "CANCEL")
    assert invited(off)[2]["UID"] == invited(booked)[2]["UID"]
    assert invited(off)[2]["SEQUENCE"] > invited(booked)[2]["SEQUENCE"]
