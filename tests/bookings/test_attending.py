"""Who presses a button at the invitation in a letter: it reaches who can call them, and changes nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar, Event, vCalAddress
from sqlalchemy import select

from service_app.bookings import operations
from service_app.bookings.models import Appointment
from service_app.cli.mail import take_in
from service_app.core import events
from service_app.core.access import WORKER
from service_app.core.db import Database, session
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.notifications.models import InboundMessage
from service_app.workshops.models import Workshop
from tests.bookings.test_invitations import NORA, Sent, again, answering, appointment, invited, sent
from tests.conftest import Scoped
from tests.factories.bookings import at
from tests.factories.customers import a_customer

__all__ = ["answering", "appointment", "sent"]
HEARD = "An answer stands with its customer."


def reply(
    letter: EmailMessage, partstat: str, *, method: str = "REPLY", comment: str = "", start: datetime | None = None
) -> bytes:
    """What a calendar writes when its owner presses: the entry named as in the invitation, and who says what of it."""
    entry, event, calendar = invited(letter)[2], Event(), Calendar()
    attendee = vCalAddress(f"mailto:{NORA}")
    attendee.params["PARTSTAT"] = partstat
    for name in ("uid", "organizer", "sequence"):
        event[name.upper()] = entry[name.upper()]
    event.add("dtstamp", entry["DTSTAMP"].dt)
    event.add("dtstart", start or entry["DTSTART"].dt)
    event.add("attendee", attendee)
    if comment:
        event.add("comment", comment)
    calendar.add("prodid", "-//A calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _mail(letter: EmailMessage, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Nora Lemmens <{NORA}>"
    mail["To"] = str(invited(letter)[2]["ORGANIZER"]).removeprefix("mailto:")
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{subject.replace(' ', '.')}@home.example>"
    return mail


def as_google(letter: EmailMessage, content: bytes) -> bytes:
    """Words of its own, the entry twice, and marked as written by a machine."""
    mail = _mail(letter, "Declined: Repair")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Nora Lemmens has declined this invitation.\n")
    mail.add_alternative("<p>Nora Lemmens has declined this invitation.</p>", subtype="html")
    mail.add_alternative(content.decode(), subtype="calendar", params={"method": "REPLY"})
    mail.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


def as_outlook(letter: EmailMessage, content: bytes) -> bytes:
    """No words unless some are typed."""
    mail = _mail(letter, "Declined - Repair")
    mail.set_content("\n")
    mail.add_alternative("<html><head><style>p{}</style></head><body></body></html>", subtype="html")
    mail.add_alternative(content.decode(), subtype="calendar", params={"method": "REPLY"})
    return mail.as_bytes()


def as_a_bare_entry(letter: EmailMessage, content: bytes) -> bytes:
    """Nothing but the entry."""
    mail = _mail(letter, "Re Repair")
    mail.set_content(content.decode(), subtype="calendar", params={"method": "REPLY"})
    return mail.as_bytes()


def answers() -> list[InboundMessage]:
    return list(session().scalars(select(InboundMessage).order_by(InboundMessage.id)))


def facts_about(thing: object) -> list[str]:
    return [fact.name for fact in events.timeline(thing)]


@pytest.mark.parametrize("written", [as_google, as_outlook, as_a_bare_entry])
def test_who_declines_in_a_calendar_is_to_be_called_and_the_appointment_stands(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, client: FlaskClient, sent: Sent,
    written: Callable[[EmailMessage, bytes], bytes],
) -> None:  # fmt: skip
    (letter,) = sent()
    content = written(letter, reply(letter, "DECLINED", comment="Sick at home"))
    assert [take_in(database, content) for _twice in range(2)] == [HEARD, "This was known already."]
    with scope(workshop):
        (answer,) = answers()
        here = again(appointment)
        assert here.status == "booked"
        assert (answer.read_at, answer.attachments) == (None, 0)
        assert here.reference in answer.subject
        assert "Sick at home" in answer.body
        for sign in ("BEGIN:", "VEVENT", "PARTSTAT"):
            assert sign not in answer.body + answer.subject
        assert facts_about(here)[0] == facts_about(answer.customer)[0] == "appointment.declined"
        subject, reference, customer = answer.subject, here.reference, answer.customer.reference
    for page in ("/senne/", f"/senne/appointments/{reference}", f"/senne/customers/{customer}"):
        assert subject in client.get(page).get_data(as_text=True)
    assert len(sent()) == 1, "nobody writes back to a calendar"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Does not come to"), ("fr", "Ne vient pas"), ("nl", "Komt niet")],
)  # fmt: skip
def test_it_is_said_in_the_workshops_language(
    app: Ronde, appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent,
    language: str, said: str,
) -> None:  # fmt: skip
    (letter,) = sent()
    with scope(workshop):
        session().get_one(Workshop, workshop.id).language = language
    with app.app_context():  # as the command has it
        take_in(database, as_outlook(letter, reply(letter, "DECLINED")))
    with scope(workshop):
        assert answers()[0].subject.startswith(said)


def test_who_only_says_that_they_come_is_read_already_and_who_writes_beside_it_is_not(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent
) -> None:
    (letter,) = sent()
    take_in(database, as_outlook(letter, reply(letter, "ACCEPTED")))
    take_in(database, as_a_bare_entry(letter, reply(letter, "ACCEPTED", comment="Ten minutes late")))
    with scope(workshop):
        silent, wrote = answers()
        assert (silent.read_at is None, wrote.read_at is None) == (False, True)
        assert "Ten minutes late" in wrote.body
        assert facts_about(again(appointment))[:2] == ["appointment.accepted"] * 2


def test_who_declines_what_is_off_already_troubles_nobody(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent
) -> None:
    (letter,) = sent()
    with scope(workshop):
        operations.cancel(WORKER, again(appointment))
    take_in(database, as_outlook(letter, reply(letter, "DECLINED")))
    with scope(workshop):
        assert answers()[0].read_at is not None


@pytest.mark.parametrize("partstat", ["TENTATIVE", "NEEDS-ACTION"])
def test_who_asks_for_another_moment_or_is_not_sure_is_to_be_called(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent, partstat: str
) -> None:
    (letter,) = sent()
    method = "REPLY" if partstat == "TENTATIVE" else "COUNTER"
    asked = reply(letter, partstat, method=method, start=at(15))
    take_in(database, as_outlook(letter, asked))
    with scope(workshop):
        (answer,) = answers()
        assert answer.read_at is None
        assert ("15:00" in answer.body) == (method == "COUNTER")
        assert "10:00" in answer.body
        assert facts_about(again(appointment))[0] == "appointment.doubted"


def test_what_is_no_answer_to_an_invitation_of_ours_is_an_answer_like_any_other(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent
) -> None:
    (letter,) = sent()
    good = reply(letter, "DECLINED")
    bad = [
        good.replace(b"appointment-", b"meeting-"), good.replace(b"METHOD:REPLY", b"METHOD:REQUEST"),
        good.replace(b"PARTSTAT=DECLINED", b"PARTSTAT=DELEGATED"), good.replace(b"VEVENT", b"VTODO"),
        good.replace(b"UID:appointment-", b"UID:appointment-9"), b"BEGIN:VCALENDAR\r\n" * 300,
    ]  # fmt: skip
    for number, content in enumerate(bad):
        mail = as_outlook(letter, content).replace(b"<Declined", f"<{number}".encode())
        assert take_in(database, mail) == HEARD
        assert take_in(database, as_google(letter, content)) == "Nothing to do: a machine wrote it.", number
    with scope(workshop):
        assert [answer.subject for answer in answers()] == ["Declined - Repair"] * len(bad)
        assert all("BEGIN:" not in answer.body for answer in answers())
        assert not any(name.startswith("appointment.de") for name in facts_about(again(appointment)))


def test_the_appointment_of_somebody_else_is_not_theirs_to_answer(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent
) -> None:
    (letter,) = sent()
    with scope(workshop):
        other = a_customer(email="other@example.be")
        session().flush()
        again(appointment).customer_id = session().get_one(Customer, (workshop.id, other.id)).id
    take_in(database, as_outlook(letter, reply(letter, "DECLINED")))
    with scope(workshop):
        assert answers()[0].subject == "Declined - Repair"
        assert "appointment.declined" not in facts_about(again(appointment))


ENDLESS = """BEGIN:VTIMEZONE
TZID:Our/Own
BEGIN:STANDARD
DTSTART:16010101T000000
RRULE:FREQ=SECONDLY
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T000000
RRULE:FREQ=SECONDLY
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE
"""


def test_zone_that_a_letter_brings_along_is_not_worked_out(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent
) -> None:
    """Its rules may go through every second since 1601: the hour counts as the workshop's."""
    (letter,) = sent()
    entry = reply(letter, "ACCEPTED", method="COUNTER", start=datetime(2027, 1, 4, 10)).decode()
    entry = entry.replace("BEGIN:VEVENT", ENDLESS.replace("\n", "\r\n") + "BEGIN:VEVENT")
    entry = entry.replace("DTSTART:20270104T100000", "DTSTART;TZID=Our/Own:20270104T100000")
    assert "TZID=Our/Own" in entry
    assert take_in(database, as_a_bare_entry(letter, entry.encode())) == HEARD
    with scope(workshop):
        (answer,) = answers()
        assert "10:00" in answer.body or "10h00" in answer.body.replace(" ", "").replace("\u202f", "")


def test_who_comes_and_whose_program_says_so_in_words_of_its_own_is_read_already(
    appointment: Appointment, scope: Scoped, workshop: Workshop, database: Database, sent: Sent
) -> None:
    (letter,) = sent()
    assert take_in(database, as_google(letter, reply(letter, "ACCEPTED"))) == HEARD
    with scope(workshop):
        (answer,) = answers()
        assert answer.read_at is not None
