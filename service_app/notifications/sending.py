"""Sending a letter: read and rendered in one short transaction, handed to the mail server with none open, and what became
of it written in a second one.

The Message-ID derives from the row, so every attempt carries the same. A server that said yes and an answer that was
lost leave the message `unknown`: nobody sends it twice on a guess, a person decides.
"""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

import css_inline
from flask import render_template

from config.settings import Settings
from service_app.core import clock
from service_app.core.db import session
from service_app.core.i18n import in_language
from service_app.core.states import move
from service_app.notifications import addresses, choosing, invitations, silencing, suppression
from service_app.notifications.choosing import Way
from service_app.notifications.kinds import KINDS
from service_app.notifications.letters import Letter, NotNeeded, compose
from service_app.notifications.models import Delivery, KeptLetter, Message
from service_app.notifications.posting import Outcome
from service_app.notifications.reading import is_of_the_address, status_in
from service_app.notifications.wording import worded
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop


def way_of(message_id: int, workshop_id: int) -> Way | None:
    """How a message goes now, and whether it waits for the morning because it is night at the workshop; None when it does
    not go at all any more. What it says is read and rendered when it goes, so a reminder whose fact is gone by the morning is
    never sent."""
    message = session().get(Message, (workshop_id, message_id))
    return choosing.choose(message) if message is not None and message.status == "queued" else None


def prepare(message_id: int, workshop_id: int, settings: Settings) -> EmailMessage | None:
    """The letter as it goes out, or None when it is not to be sent: it was sent before, its time is over, the customer
    no longer wants it, its address is written to no more, or it has nothing to say any more. The message then says so."""
    message = session().get(Message, (workshop_id, message_id), with_for_update=True)
    if message is None or message.status != "queued":
        return None
    if message.not_after is not None and message.not_after <= clock.now():
        move(message, "expired")
        return None
    way = choosing.choose(message)
    if way.reason is not None and way.reason != "no_address":
        _skip(message, way.reason)
        return None
    workshop = get_workshop(workshop_id)
    try:
        with in_language(message.language):
            letter = compose(message, workshop)
            letter = worded(letter, message, workshop) if message.audience == "customer" else letter
            kept_in_short(message, letter)  # also of what cannot go: its customer reads it on their own pages
            return _mail(message, letter, workshop, settings) if _leads_somewhere(message) else None
    except NotNeeded as reason:
        _skip(message, str(reason))
        return None


# Who reads these in a list is let in as somebody, or told where to go on: the subject of one is the code itself. Nothing of
# them is kept, and the pages call them by their kind.
_NOT_IN_SHORT = ("portal_link", "invitation", "reset")
LONGEST_SUMMARY = 600


def kept_in_short(message: Message, letter: Letter) -> None:
    """Keep the subject, and for the customer's own list what it says in short; nothing of a key."""
    if message.kind in _NOT_IN_SHORT:
        return
    message.subject = " ".join(letter.subject.split())
    if message.audience == "customer":
        message.summary = "\n\n".join(letter.paragraphs)[:LONGEST_SUMMARY]


def _leads_somewhere(message: Message) -> bool:
    """Whether there is an address that is written to; where there is none, the message says so."""
    to = choosing.mail_address(message, message.customer)
    if not to:
        _skip(message, "no_address")
        return False
    message.via, message.via_address = "mail", to
    if suppression.keeps_back(message, to):
        suppression.refuse(message)
        return False
    return True


def _skip(message: Message, reason: str) -> None:
    message.reason = reason
    move(message, "skipped")


def _mail(message: Message, letter: Letter, workshop: Workshop, settings: Settings) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = Address(workshop.name, addr_spec=settings.smtp_sender)
    mail["To"] = message.mailed_to
    answers_to = _answers_to(message, workshop, settings)
    if answers_to:
        mail["Reply-To"] = Address(workshop.name, addr_spec=answers_to)
    mail["Subject"] = " ".join(letter.subject.split())  # a line break in a name would end the header
    mail["Date"] = format_datetime(clock.now())
    host = urlsplit(settings.base_url).hostname or "localhost"
    mail["Message-ID"] = f"<ronde.{message.workshop_id}.{message.id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail[addresses.HEADER] = addresses.mark(addresses.MARK, message.workshop_id, message.id)
    if KINDS[message.kind].may_be_silenced and message.customer_id is not None:
        mail["List-Unsubscribe"] = f"<{silencing.url(workshop, message.customer_id)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    shown = {"letter": letter, "workshop": workshop, "language": message.language}
    mail.set_content(render_template("notifications/letter.txt", **shown), cte="quoted-printable")
    html = css_inline.inline(render_template("notifications/letter.html", **shown), load_remote_stylesheets=False)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if letter.invitation is not None:
        invitations.enclose(mail, message, letter.invitation, workshop, settings)
    for name, media_type, content in letter.attachments:
        main, sub = media_type.split("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def _answers_to(message: Message, workshop: Workshop, settings: Settings) -> str | None:
    """An address of the letter's own, by which the answer finds its customer; without a mailbox for that the workshop's, and
    for a key too: an answer quotes it, and would stand on the customer's page while it still opens."""
    if message.audience != "customer":
        return None
    if message.customer_id is None or not settings.reply_mailbox or message.kind in _NOT_IN_SHORT:
        return workshop.email
    return addresses.at(settings.reply_mailbox, addresses.REPLY, message.workshop_id, message.id)


def comes_back_to(message_id: int, workshop_id: int, settings: Settings) -> str | None:
    """The envelope's sender: an address of the letter's own, so that what comes back names it whatever it says inside; None
    without a mailbox for that."""
    return addresses.at(settings.bounce_mailbox, addresses.BOUNCE, workshop_id, message_id)


def expire(message_id: int, workshop_id: int) -> None:
    """Yesterday's reminder is not sent today."""
    message = session().get(Message, (workshop_id, message_id), with_for_update=True)
    if message is not None and message.status == "queued":
        move(message, "expired")


def keep(message_id: int, workshop_id: int, mail: EmailMessage) -> None:
    """Keep a letter that has no mail server to go to; it counts as sent."""
    message = session().get_one(Message, (workshop_id, message_id))
    session().add(KeptLetter(message_id=message.id, source=mail.as_string()))
    settle(message_id, workshop_id, Outcome("kept"))


_STATES = {"sent": "sent", "kept": "sent", "refused": "failed", "unknown": "unknown"}


def settle(message_id: int, workshop_id: int, outcome: Outcome, *, is_last: bool = False) -> None:
    """Write what became of an attempt. `is_last`: there is none after this one, so what was put off has failed, and somebody
    calls who was owed it."""
    message = session().get_one(Message, (workshop_id, message_id), with_for_update=True)
    noted = "deferred" if outcome.kind == "misconfigured" else outcome.kind
    session().add(Delivery(message_id=message.id, outcome=noted, code=outcome.code, detail=outcome.detail))
    is_given_up = is_last and outcome.kind == "deferred"
    to = "failed" if is_given_up else _STATES.get(outcome.kind)
    if to is None or message.status != "queued":
        return
    move(message, to)
    if to == "sent":
        message.sent_at = clock.now()
    else:
        message.reason = "given_up" if is_given_up else outcome.kind
    if to == "failed":
        if not is_given_up and is_of_the_address(status_in(outcome.detail)):
            suppression.suppress(message.mailed_to, "hard_bounce", f"message:{message.id}")
        suppression.note_untold(message)
    session().flush()


PAUSE = timedelta(minutes=15)
