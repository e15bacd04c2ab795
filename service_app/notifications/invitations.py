"""The invitation that goes with a letter about an appointment (iTIP, RFC 5546, by mail as RFC 6047 has it), so that mail
programs put the appointment into a calendar, move it there, and take it out again.

It goes twice, as Google writes it and CalConnect advises: as a third way to read the letter (`text/calendar` with its
method in multipart/alternative), which is where Gmail, Outlook and Apple look for an invitation; Outlook looks nowhere else.
And as a file, for programs that know nothing of invitations, and for people. The file is `application/ics` and not
`text/calendar`, so that no program takes it for a second invitation.

Who presses a button at it answers, although nobody asked. That cancels nothing: one press on a telephone, often for
another reason (a calendar tidied up), is not worth an hour at the bench, and who does not come is better called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from flask_babel import gettext as _
from sqlalchemy import func, select

from config.settings import Settings
from service_app.bookings import calendars
from service_app.bookings.calendars import Party
from service_app.bookings.models import Appointment
from service_app.core import clock
from service_app.core.db import session
from service_app.core.i18n import in_language, words
from service_app.notifications import addresses
from service_app.notifications.attending import Attendance
from service_app.notifications.letters.parts import customer_of, when
from service_app.notifications.models import Message
from service_app.notifications.reading import MOST_CHARACTERS, Answer
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop


def enclose(
    mail: EmailMessage, message: Message, appointment: Appointment, workshop: Workshop, settings: Settings
) -> None:
    """Put the invitation of an appointment, or that it is off, into a letter to its customer that has its words and no
    attachment yet; in the language at hand. Invited is the address that this letter goes to."""
    customer, sender = customer_of(message), settings.smtp_sender
    organizer = _organizer_of(message, appointment, workshop, settings)
    method, text = calendars.invitation(
        appointment, workshop,
        Party(workshop.name, organizer, sent_by=sender if sender.lower() != organizer.lower() else ""),
        Party(customer.contact_name or customer.name, message.mailed_to),
    )  # fmt: skip
    mail.add_alternative(text, subtype="calendar", params={"method": method}, cte="quoted-printable")
    name = f"{appointment.reference}.ics"
    mail.add_attachment(text.encode(), maintype="application", subtype="ics", filename=name)


def _organizer_of(message: Message, appointment: Appointment, workshop: Workshop, settings: Settings) -> str:
    """Where the answer of a mail program goes: to the address for answers of the first letter about the appointment, by
    which it finds its customer, and not to that of each letter. Whoever changes or calls off an entry has to be who made it,
    or programs leave it as it is. Without a mailbox for answers to the workshop, as answers in words do."""
    if settings.reply_mailbox:
        theirs = (Message.customer_id == message.customer_id) & (Message.id <= message.id)
        same = Message.payload["appointment_id"].astext == str(appointment.id)
        first = session().scalar(select(func.min(Message.id)).where(theirs, same))
        own = addresses.at(settings.reply_mailbox, addresses.REPLY, message.workshop_id, first or message.id)
        if own is not None:
            return own
    return workshop.email or settings.smtp_sender


@dataclass(frozen=True)
class Said:
    """What somebody pressed at the invitation of an appointment: the fact, and how it stands with their answers, in the
    workshop's language. `needs_nobody`: nobody has to do anything, and nothing was written."""

    appointment: Appointment
    event: str
    subject: str
    body: str
    needs_nobody: bool


_EVENTS = {
    "accepted": "appointment.accepted", "declined": "appointment.declined", "tentative": "appointment.doubted",
    "counter": "appointment.doubted",
}  # fmt: skip


def said(message: Message, answer: Answer) -> Said | None:
    """What was pressed, where an answer is that and the appointment is of the customer of the letter it answers."""
    attendance = answer.attendance
    if attendance is None:
        return None
    appointment = session().get(Appointment, (message.workshop_id, attendance.appointment_id))
    if appointment is None or appointment.customer_id != message.customer_id:
        return None
    workshop = get_workshop(message.workshop_id)
    written = [text for text in (attendance.words, answer.body) if text]
    is_fine = attendance.says == "accepted" or appointment.status != "booked"
    with in_language(workshop.language):
        told = "\n".join(_told(attendance, appointment, workshop, is_fine=is_fine))
        subject = _subject(attendance, appointment)
    body = "\n\n".join([told, *dict.fromkeys(written)])[:MOST_CHARACTERS]
    return Said(appointment, _EVENTS[attendance.says], subject, body, is_fine and not written)


def _subject(attendance: Attendance, appointment: Appointment) -> str:
    code = appointment.reference
    if attendance.says == "accepted":
        return _("Comes to the appointment %(code)s", code=code)
    if attendance.says == "declined":
        return _("Does not come to the appointment %(code)s", code=code)
    if attendance.says == "tentative":
        return _("May not come to the appointment %(code)s", code=code)
    return _("Asks for another moment for the appointment %(code)s", code=code)


def _told(attendance: Attendance, appointment: Appointment, workshop: Workshop, *, is_fine: bool) -> Iterator[str]:
    yield f"{words(appointment.service.name)}, {when(appointment.starts_at, workshop.zone)}"
    at = attendance.asked_for
    if at is not None:
        at = at if at.tzinfo is not None else clock.at_local(at.date(), at.time(), workshop.zone)
        yield _("Asked for: %(when)s", when=when(at, workshop.zone))
    if not is_fine:
        yield _("Pressed in a calendar; the appointment stands as it was. Call before you move or cancel it.")
