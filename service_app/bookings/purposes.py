"""The open table of what an appointment made at the desk may be for, beyond its customer: care that is asked of them.

A later room registers it when its face is imported: `purposes.add("care", Purpose(known, bind))`. Its pages lead to the form
of a new appointment with `purpose="care-12"`: a kind and a number that means something to that room alone. What is `known` of
it is filled in, and `bind` gets the appointment in the transaction that books, so that it is booked for its purpose or not at
all. Registered twice stands once, so that an app made anew changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from service_app.bookings.models import Appointment
from service_app.core.access import Actor
from service_app.core.errors import NotFound


@dataclass(frozen=True)
class Known:
    """What the form is filled with: `customer` the reference of who is meant, `service` the code of what fits ('' when nothing
    does), `day` from when on, `note` what it is about, and `said` a sentence to whoever books, on what it is for."""

    customer: str
    service: str
    day: date
    note: str
    said: str


@dataclass(frozen=True)
class Purpose:
    """`known(number)` refuses with NotFound what may not be booked for; `bind(actor, number, appointment)` keeps the booked
    appointment with it, and may refuse."""

    known: Callable[[int], Known]
    bind: Callable[[Actor, int, Appointment], None]


_purposes: dict[str, Purpose] = {}


def add(kind: str, purpose: Purpose) -> None:
    """Let appointments be made for this at the desk."""
    _purposes[kind] = purpose


def known(text: str) -> Known | None:
    """What is known of what an address says it is for ("care-12"); None when it says nothing. Refuses with NotFound."""
    if not text:
        return None
    purpose, number = _read(text)
    return purpose.known(number)


def bind(actor: Actor, text: str, appointment: Appointment) -> None:
    """Keep a booked appointment with what it is for, when it is for something. Refuses with NotFound, or as the room does."""
    if text:
        purpose, number = _read(text)
        purpose.bind(actor, number, appointment)


def _read(text: str) -> tuple[Purpose, int]:
    kind, _dash, number = text.partition("-")
    # As long as a key can be: more digits are no number of anything.
    if kind not in _purposes or not (number.isascii() and number.isdecimal() and len(number) <= 18):
        raise NotFound("not_found")
    return _purposes[kind], int(number)
