"""What a letter that came to us says: a letter of ours came back (RFC 3464), somebody complains of one (RFC 5965), or a
person answers. Reads bytes, touches no row, believes nothing that does not carry a sign of ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import Message
from html.parser import HTMLParser
from typing import Any

from service_app.notifications import addresses, attending
from service_app.notifications.addresses import Named
from service_app.notifications.attending import Attendance

MOST_CHARACTERS = 20_000
# Where those who delivered it wrote to whom it came; then what the writer said.
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
# Of the address itself: no such mailbox, no such domain, syntax, moved away, no mail taken, disabled (RFC 3463).
_FOR_GOOD = re.compile(r"^5\.(1\.(0|1|2|3|6|10)|2\.1)$")
# An address at which somebody may be: not the empty one, nor that of a mail server itself.
_OF_A_PERSON = re.compile(r"(?i)(?<![\w.+-])(?!mailer-daemon@|postmaster@)[\w.+-]+@")
# No piece of a longer number, such as a machine's address.
_STATUS = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\w)")


@dataclass(frozen=True)
class CameBack:
    """A letter of ours that was not delivered; `is_for_good` when the address is no address."""

    letter: Named
    is_for_good: bool
    code: str
    detail: str


@dataclass(frozen=True)
class Complaint:
    """Somebody called a letter of ours spam."""

    letter: Named
    detail: str


@dataclass(frozen=True)
class Answer:
    """What somebody wrote in answer to a letter of ours, or pressed at the invitation in it (`attendance`)."""

    letter: Named
    key: str
    sender: str
    subject: str
    body: str
    attachments: int
    attendance: Attendance | None = None


@dataclass(frozen=True)
class Nothing:
    """Nothing for us, and why."""

    why: str


Read = CameBack | Complaint | Answer | Nothing


def is_of_the_address(status: str) -> bool:
    """Whether an enhanced status says that the address is none, and so every letter to it would come back."""
    return _FOR_GOOD.match(status) is not None


def status_in(text: str) -> str:
    """The first enhanced status in what a server said, or ''."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def read(content: bytes, to: str = "") -> Read:
    """What a letter says. `to`: the address it came to, where the mail server says it. Never raises for what is written in
    it."""
    try:
        return _read(content, to)
    except RecursionError:  # parts within parts by the thousand: nobody writes that
        return Nothing("it is too deep")


def _read(content: bytes, to: str) -> Read:
    mail: Any = message_from_bytes(content, policy=policy.compat32)
    kind = _report_type(mail)
    if mail.get_content_type() == "multipart/report" and kind == "delivery-status":
        return _came_back(mail, to)
    if mail.get_content_type() == "multipart/report" and kind == "feedback-report":
        return _complaint(mail)
    return _said_in_words(content, mail, to) or _answer(content, mail, to)


def _report_type(mail: Message) -> str:
    try:
        return str(mail.get_param("report-type", "") or "").lower()
    except Exception:  # parameters that the library gives up on
        return ""


def _recipients(mail: Message, to: str) -> str:
    return "\n".join([to, *(str(value) for name in _TO for value in mail.get_all(name, []))])


def _mark_inside(mail: Message) -> Named | None:
    """The letter whose head or whole stands in a report."""
    for part in mail.walk():
        text = str(part.get(addresses.HEADER, ""))
        if part.get_content_type() == "text/rfc822-headers":
            text = _decoded(part)
        named = addresses.named_in(text, addresses.MARK)
        if named is not None:
            return named
    return None


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(part.get_payload())


def _fields(mail: Message, media_type: str) -> Iterator[Message]:
    """The blocks of fields of a report's part."""
    for part in mail.walk():
        if part.get_content_type() != media_type:
            continue
        blocks = part.get_payload()
        if isinstance(blocks, list):
            yield from (block for block in blocks if isinstance(block, Message))
        else:
            yield message_from_bytes(_decoded(part).lstrip().encode(), policy=policy.compat32)


def _came_back(mail: Message, to: str) -> Read:
    letter = addresses.named_in(_recipients(mail, to), addresses.BOUNCE) or _mark_inside(mail)
    if letter is None:
        return Nothing("it names no letter of ours")
    for block in _fields(mail, "message/delivery-status"):
        if str(block.get("Action", "")).strip().lower() == "failed":
            status = status_in(str(block.get("Status", "")))
            said = " ".join(str(block.get("Diagnostic-Code", "")).split())
            if not status or status.endswith(
                ".0.0"
            ):  # some put no more there, and the other server's own words beside it
                status = status_in(said) or status
            return CameBack(letter, is_of_the_address(status), status, _plain(said, 500))
    return Nothing("nothing failed for good")


def _said_in_words(content: bytes, mail: Message, to: str) -> Read | None:
    """A letter that came back without a report (RFC 3464): to the address it was to come back to, from nobody. What it says of
    the address stands in its words; where it does not say, it came back for now."""
    letter = addresses.named_in(_recipients(mail, to), addresses.BOUNCE)
    sender = str(mail.get("From", "")) + str(mail.get("Return-Path", ""))
    if letter is None or _OF_A_PERSON.search(sender) or _is_of_a_machine(mail):
        return None
    said = _plain(_body(content), 2000)
    status = status_in(said)
    return CameBack(letter, is_of_the_address(status), status, " ".join(said.split())[:500])


def _is_of_a_machine(mail: Message) -> bool:
    """Whether it calls itself an answer that nobody wrote: of who is away, of a list."""
    return bool(
        str(mail.get("Auto-Submitted", "no")).strip().lower() not in ("no", "auto-generated")
        or mail.get("X-Autoreply")
        or mail.get("X-Autorespond")
        or str(mail.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply")
    )


def _complaint(mail: Message) -> Read:
    letter = _mark_inside(mail)
    if letter is None:
        return Nothing("it names no letter of ours")
    kinds = [str(block.get("Feedback-Type", "")).strip().lower() for block in _fields(mail, "message/feedback-report")]
    if not any(kind in ("abuse", "fraud") for kind in kinds):
        return Nothing("it is no complaint")
    return Complaint(letter, _plain(", ".join(kinds), 200))


def _answer(content: bytes, mail: Message, to: str) -> Read:
    letter = addresses.named_in(_recipients(mail, to), addresses.REPLY)
    if letter is None:
        return Nothing("it names no letter of ours")
    attendance = attending.read(mail, letter.workshop_id)
    if attendance is not None:  # a machine writes it, because somebody pressed
        attendance = replace(attendance, words=_plain(attendance.words, MOST_CHARACTERS))
    elif _is_automatic(mail) or _is_of_a_machine(mail):
        return Nothing("a machine wrote it")
    known = str(mail.get("Message-ID", "")).strip().encode("utf-8", "replace")
    key = hashlib.sha256(known or content).hexdigest()
    shown = _shown(content)
    # Of who comes some programs write a sentence of their own, which is no word of theirs.
    is_word = attendance is None or attendance.says != "accepted" or not _is_automatic(mail)
    return Answer(
        letter, key, _plain(_header(shown, "From"), 300), _plain(_header(shown, "Subject"), 300),
        _plain(_body(content), MOST_CHARACTERS) if is_word else "", _attachments(mail, attendance), attendance,
    )  # fmt: skip


def _is_automatic(mail: Message) -> bool:
    return str(mail.get("Auto-Submitted", "no")).strip().lower() != "no"


def _attachments(mail: Message, attendance: Attendance | None) -> int:
    files = [part for part in mail.walk() if _is_a_file(part)]
    return sum(1 for part in files if attendance is None or not attending.is_calendar(part))


def _shown(content: bytes) -> Any:
    """A letter as people see it, or as it is written where the library gives up on that."""
    try:
        return message_from_bytes(content, policy=policy.default)
    except Exception:
        return message_from_bytes(content, policy=policy.compat32)


def _is_a_file(part: Message) -> bool:
    try:
        return bool(part.get_filename())
    except Exception:  # it has a name, whatever that is
        return True


def _header(mail: Message, name: str) -> str:
    try:
        return " ".join(str(mail.get(name, "")).split())
    except Exception:  # the library gives up on some headers that people send, each time with another error
        return " ".join(str(dict(mail.raw_items()).get(name, "")).split())


def _body(content: bytes) -> str:
    shown = _shown(content)
    for media_type in ("plain", "html"):
        try:
            part = shown.get_body((media_type,))
            text = None if part is None else _decoded_as_said(part)
        except Exception:  # the library gives up on how some parts are described
            text = _decoded_plainly(content, f"text/{media_type}")
        if text is not None:
            return text if media_type == "plain" else _without_marks(text)
    return ""


def _decoded_plainly(content: bytes, media_type: str) -> str | None:
    """The first part of a type, whatever else is said of it."""
    for part in message_from_bytes(content, policy=policy.compat32).walk():
        if part.get_content_type() == media_type:
            del part["Content-Type"]
            return _decoded(part)
    return None


def _decoded_as_said(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except Exception:  # no such charset, one that is none of letters, or a name that is no name
        return content.decode("utf-8", "replace")


class _Words(HTMLParser):
    _BREAKS = ("br", "p", "div", "tr", "li", "blockquote")
    _UNREAD = ("style", "script", "head", "title")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._unread += tag in self._UNREAD
        if tag in self._BREAKS:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unread = max(0, self._unread - (tag in self._UNREAD))

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.said.append(data)


def _without_marks(html: str) -> str:
    words = _Words()
    try:
        words.feed(html)
    except Exception:  # the library gives up on some marks: then all that is between marks
        return re.sub(r"<[^<>]*>", " ", html)
    return re.sub(r"\n{3,}", "\n\n", "".join(words.said))


def _plain(text: str, most: int) -> str:
    """Without what the database cannot keep, and not endless."""
    clean = text.replace("\x00", "").replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    return clean.strip()[:most]
