"""Sending a letter: read and rendered in one short transaction, handed to the mail server with none open, and what became
of it written in a second one.

The Message-ID derives from the row, so every attempt carries the same. A server that said yes and an answer that was
lost leave the message `unknown`: nobody sends it twice on a guess, a person decides.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta
from email import policy
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
from service_app.customers.models import Customer
from service_app.notifications.letters import Letter, NotNeeded, compose
from service_app.notifications.models import Delivery, KeptLetter, Message
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

TIMEOUT_SECONDS = 10
OPTIONAL = ("reminder",)


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: sent, kept, refused, deferred, unknown, or misconfigured (wrong credentials)."""

    kind: str
    code: str | None = None
    detail: str = ""


def prepare(message_id: int, workshop_id: int, settings: Settings) -> EmailMessage | None:
    """The letter as it goes out, or None when it is not to be sent: it was sent before, its time is over, the customer
    no longer wants it, or it has nothing to say any more. The message then says so."""
    message = session().get(Message, (workshop_id, message_id), with_for_update=True)
    if message is None or message.status != "queued":
        return None
    if message.not_after is not None and message.not_after <= clock.now():
        move(message, "expired")
        return None
    if message.kind in OPTIONAL and not _still_wanted(message):
        _skip(message, "not_wanted")
        return None
    workshop = get_workshop(workshop_id)
    try:
        with in_language(message.language):
            letter = compose(message, workshop)
            message.subject = letter.subject
            return _mail(message, letter, workshop, settings)
    except NotNeeded as reason:
        _skip(message, str(reason))
        return None


def _still_wanted(message: Message) -> bool:
    customer = session().get_one(Customer, (message.workshop_id, message.customer_id))
    return customer.wants_reminders


def _skip(message: Message, reason: str) -> None:
    message.reason = reason
    move(message, "skipped")


def _mail(message: Message, letter: Letter, workshop: Workshop, settings: Settings) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = Address(workshop.name, addr_spec=settings.smtp_sender)
    mail["To"] = message.recipient
    if workshop.email and message.audience == "customer":
        mail["Reply-To"] = Address(workshop.name, addr_spec=workshop.email)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(clock.now())
    host = urlsplit(settings.base_url).hostname or "localhost"
    mail["Message-ID"] = f"<ronde.{message.workshop_id}.{message.id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    shown = {"letter": letter, "workshop": workshop, "language": message.language}
    mail.set_content(render_template("notifications/letter.txt", **shown), cte="quoted-printable")
    html = css_inline.inline(render_template("notifications/letter.html", **shown), load_remote_stylesheets=False)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, media_type, content in letter.attachments:
        main, sub = media_type.split("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


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


def hand_over(mail: EmailMessage, settings: Settings) -> Outcome:
    """Give a letter to the mail server. Never raises for what a server or a network does."""
    try:
        with smtplib.SMTP(settings.smtp_host or "", settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            return _talk(server, mail, settings)
    except smtplib.SMTPAuthenticationError as error:
        return Outcome("misconfigured", str(error.smtp_code), _said(error.smtp_error))
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return Outcome("deferred" if 400 <= code < 500 else "refused", str(code), _said(said))
    except smtplib.SMTPResponseException as error:
        kind = "deferred" if 400 <= error.smtp_code < 500 else "refused"
        return Outcome(kind, str(error.smtp_code), _said(error.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        return Outcome("deferred", type(error).__name__, str(error)[:500])


def _talk(server: smtplib.SMTP, mail: EmailMessage, settings: Settings) -> Outcome:
    if settings.smtp_starttls:
        server.starttls(context=ssl.create_default_context())
    if settings.smtp_username:
        server.login(settings.smtp_username, settings.smtp_password or "")
    server.ehlo_or_helo_if_needed()
    envelope = mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
    code, said = server.mail(envelope[0])
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, said, envelope[0])
    code, said = server.rcpt(envelope[1])
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({envelope[1]: (code, said)})
    try:
        code, said = server.data(mail.as_bytes(policy=policy.SMTP))
    except (smtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
        if isinstance(error, smtplib.SMTPDataError):
            raise
        return Outcome("unknown", type(error).__name__, "the connection ended before the server answered")
    if code != 250:
        raise smtplib.SMTPDataError(code, said)
    return Outcome("sent", str(code), _said(said))


def _said(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return text[:500]


_STATES = {"sent": "sent", "kept": "sent", "refused": "failed", "unknown": "unknown"}


def settle(message_id: int, workshop_id: int, outcome: Outcome) -> None:
    """Write what became of an attempt."""
    message = session().get_one(Message, (workshop_id, message_id), with_for_update=True)
    noted = "deferred" if outcome.kind == "misconfigured" else outcome.kind
    session().add(Delivery(message_id=message.id, outcome=noted, code=outcome.code, detail=outcome.detail))
    to = _STATES.get(outcome.kind)
    if to is None or message.status != "queued":
        return
    move(message, to)
    if to == "sent":
        message.sent_at = clock.now()
    else:
        message.reason = outcome.kind
    session().flush()


PAUSE = timedelta(minutes=15)
