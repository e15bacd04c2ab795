"""The invitation that goes with a letter about an appointment (iTIP, RFC 5546, by mail as RFC 6047 has it), so that mail
programs put the appointment into a calendar, move it there, and take it out again.

It goes twice, as Google writes it and CalConnect advises: as a third way to read the letter (`text/calendar` with its
method in multipart/alternative), which is where Gmail, Outlook and Apple look for an invitation; Outlook looks nowhere else.
And as a file, for programs that know nothing of invitations, and for people. The file is `application/ics` and not
`text/calendar`, so that no program takes it for a second invitation.
"""

from __future__ import annotations

from email.message import EmailMessage

from sqlalchemy import func, select

from config.settings import Settings
from service_app.bookings import calendars
from service_app.bookings.calendars import Party
from service_app.bookings.models import Appointment
from service_app.core.db import session
from service_app.notifications import addresses
from service_app.notifications.letters.parts import customer_of
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop


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
