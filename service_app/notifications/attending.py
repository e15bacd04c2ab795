"""What a mail program says of an invitation of ours when its reader presses a button (REPLY and COUNTER, RFC 5546). Reads
bytes, touches no row, believes no entry that is not named as ours are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from email.message import Message
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

MOST_BYTES = 200_000
MOST_PARTS = 3  # a program writes it once or twice; each takes its time to read
_TYPES = ("text/calendar", "application/ics")
_OURS = re.compile(r"^appointment-(\d{1,10})-(\d{1,12})@")
_SAID = ("accepted", "declined", "tentative")


@dataclass(frozen=True)
class Attendance:
    """`says`: accepted, declined, tentative, or counter, which asks for another moment: `asked_for`, where it says which,
    without a zone if it names none. `words`: what its reader wrote beside it."""

    appointment_id: int
    says: str
    asked_for: datetime | None
    words: str


def is_calendar(part: Message) -> bool:
    """Whether a part is for calendars and not for people."""
    return part.get_content_type() in _TYPES


def read(mail: Message, workshop_id: int) -> Attendance | None:
    """The first answer in a letter to an invitation of this workshop, or None. Never raises for what is written in it."""
    for part in islice(filter(is_calendar, mail.walk()), MOST_PARTS):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and len(content) <= MOST_BYTES:
            try:
                found = _read(Calendar.from_ical(content.decode("utf-8", "replace")), workshop_id)
            except Exception:  # the library gives up on what some programs write, each time with another error
                found = None
            if found is not None:
                return found
    return None


def _read(calendar: Any, workshop_id: int) -> Attendance | None:
    method = str(calendar.get("method", "")).upper()
    event = next(iter(calendar.walk("VEVENT")), None)
    named = _OURS.match(str(event.get("uid", ""))) if event is not None else None
    if event is None or named is None or int(named[1]) != workshop_id or method not in ("REPLY", "COUNTER"):
        return None
    about = _first(event.get("attendee"))
    said = getattr(about, "params", {})
    says = "counter" if method == "COUNTER" else str(said.get("PARTSTAT", "")).lower()
    if says not in (*_SAID, "counter"):
        return None
    words = str(_first(event.get("comment")) or said.get("X-RESPONSE-COMMENT", ""))
    return Attendance(int(named[2]), says, _moment(event) if says == "counter" else None, words)


def _first(value: Any) -> Any:
    return next(iter(value), None) if isinstance(value, list) else value


def _moment(event: Any) -> datetime | None:
    at = getattr(event.get("dtstart"), "dt", None)
    if not isinstance(at, datetime) or not 2000 <= at.year < 2200:
        return None
    # A zone of the letter's own is worked out by the rules in it, which may go through every second since 1601: its hour is
    # taken for the workshop's, as one that names no zone.
    return at if at.tzinfo is None or isinstance(at.tzinfo, timezone | ZoneInfo) else at.replace(tzinfo=None)
