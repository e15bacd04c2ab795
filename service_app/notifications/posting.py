"""The talk with the mail server: one letter, one outcome, in at most LONGEST_TALK.

What the server says about the letter (its recipient, its content) is the letter's end; what it says about us (who we are,
whether we may send at all) is a wrong setting and no letter's fault; all else passes. Once the server took the letter,
nothing it says afterwards counts: a letter is not sent twice because a goodbye went wrong.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from config.settings import Settings
from service_app.notifications.reading import status_in

TIMEOUT_SECONDS = 10
# A server that sends a byte now and then never lets a timeout happen; the whole talk has its end as well.
LONGEST_TALK = 30.0
# Sign in first, wrong sign-in, weak or missing encryption: nothing is wrong with the letter.
_ABOUT_US = (530, 534, 535, 538)


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: sent, kept, refused, deferred, unknown, or misconfigured (the server refuses us).
    `is_before_recipient`: it ended before the server heard whom the letter is for."""

    kind: str
    code: str | None = None
    detail: str = ""
    is_before_recipient: bool = False

    @property
    def is_of_the_server(self) -> bool:
        """Whether it failed before anything was said about the letter: no line, no name, a server that has no time, no room,
        or nobody to check our sign-in. Put off at its recipient (greylisting) is the letter's own matter."""
        if self.kind != "deferred":
            return False
        return self.is_before_recipient or self.code == "421" or not (self.code or "").isdecimal()

    @property
    def is_by_policy(self) -> bool:
        """Whether it was refused for who asks (5.7.x, RFC 3463): perhaps as one whose letters are taken from nobody, perhaps
        only at this address or for what it says."""
        return self.kind == "refused" and status_in(self.detail).startswith("5.7.")


class _Written(EmailPolicy):
    """As for a mail server, but an address for programs (RFC 8058) stays in one piece: the library would write one that is
    longer than a line as an encoded word, which no program reads as an address."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() == "list-unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_WRITTEN = _Written(linesep="\r\n")


class _Talk(smtplib.SMTP):
    """A connection that is cut when the talk takes too long; it knows whether the server asked for the letter itself (354)."""

    _end: threading.Timer | None = None
    asked_for_content = False

    def connect(self, *where: Any, **how: Any) -> tuple[int, bytes]:
        self._end = threading.Timer(LONGEST_TALK, self._cut)
        self._end.daemon = True
        self._end.start()
        return super().connect(*where, **how)

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def getreply(self) -> tuple[int, bytes]:
        code, said = super().getreply()
        self.asked_for_content = self.asked_for_content or code == 354
        return code, said

    def close(self) -> None:
        if self._end is not None:
            self._end.cancel()
        super().close()


def hand_over(mail: EmailMessage, settings: Settings, sender: str | None = None) -> Outcome:
    """Give a letter to the mail server; `sender` is the address it comes back to, else its From.

    Never raises for what a server or a network does."""
    try:
        with closing(_Talk(settings.smtp_host or "", settings.smtp_port, timeout=TIMEOUT_SECONDS)) as server:
            return _talk(server, mail, settings, sender or mail["From"].addresses[0].addr_spec)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _answered(code, said, "refused")
    except smtplib.SMTPDataError as error:
        return _answered(error.smtp_code, error.smtp_error, "refused")
    except smtplib.SMTPResponseException as error:  # the greeting, the encryption, the sign-in, the sender
        return replace(_answered(error.smtp_code, error.smtp_error, "misconfigured"), is_before_recipient=True)
    except smtplib.SMTPNotSupportedError as error:
        return Outcome("misconfigured", type(error).__name__, str(error)[:500])
    except UnicodeEncodeError as error:
        return Outcome("refused", type(error).__name__, str(error)[:500])
    except (smtplib.SMTPException, OSError) as error:
        return Outcome("deferred", type(error).__name__, str(error)[:500])


def _answered(code: int, said: bytes | str, otherwise: str) -> Outcome:
    """An answer that was not yes: some codes are about us whenever they come, and only a whole 5xx is for good; what was
    cut off in the middle says nothing."""
    kind = "misconfigured" if code in _ABOUT_US else otherwise if 500 <= code < 600 else "deferred"
    return Outcome(kind, str(code), _said(said))


def _talk(server: _Talk, mail: EmailMessage, settings: Settings, sender: str) -> Outcome:
    if settings.smtp_starttls:
        server.starttls(context=ssl.create_default_context())
    if settings.smtp_username:
        server.login(settings.smtp_username, settings.smtp_password or "")
    server.ehlo_or_helo_if_needed()
    outcome = _pass_on(server, mail, sender)
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    return outcome


def _pass_on(server: _Talk, mail: EmailMessage, sender: str) -> Outcome:
    recipient = mail["To"].addresses[0].addr_spec
    code, said = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, said, sender)
    code, said = server.rcpt(recipient)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({recipient: (code, said)})
    if server.sock is not None:
        # Who reads a letter through before taking it needs longer than for a word (RFC 5321, 4.5.3.2.6): the rest of the talk.
        server.sock.settimeout(LONGEST_TALK)
    try:
        code, said = server.data(mail.as_bytes(policy=_WRITTEN))
    except smtplib.SMTPDataError:
        raise
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        if not server.asked_for_content:  # nothing of the letter went
            raise
        return Outcome("unknown", type(error).__name__, "the connection ended before the server answered")
    if code != 250 and 400 <= code < 600:
        raise smtplib.SMTPDataError(code, said)
    return Outcome("sent" if code == 250 else "unknown", str(code), _said(said))


def _said(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return text[:500]
