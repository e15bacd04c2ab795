"""Addresses and marks that say which letter something is about, signed so that nobody can say so who did not get it.

Behind the + of a mailbox stands workshop, message and a signature, in characters that a mail server may write in either
case: `bounces+1-17-<20 hex digits>@example.be`. The mark in the letter's own header is the same without a mailbox, for a
report that comes to another address than the letter's sender (a complaint) and carries the letter's head. A sign of one
use proves nothing for another.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from service_app.core import links

BOUNCE, REPLY, MARK = "bounce", "reply", "mark"
HEADER = "X-Ronde-Letter"
_SIGN = 20  # 80 bits: there is no oracle but a mailbox
_LOOKS = re.compile(rf"(?<![\w-])(\d{{1,10}})-(\d{{1,12}})-([0-9a-f]{{{_SIGN}}})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """The letter that an address or a mark names."""

    workshop_id: int
    message_id: int


def mark(use: str, workshop_id: int, message_id: int) -> str:
    """What names a letter for one use."""
    return f"{workshop_id}-{message_id}-{_sign(use, workshop_id, message_id)}"


def _sign(use: str, workshop_id: int, message_id: int) -> str:
    return links.derive(f"mail:{use}", f"{workshop_id}-{message_id}")[:_SIGN]


def at(mailbox: str, use: str, workshop_id: int, message_id: int) -> str | None:
    """The address of a letter at a mailbox, or None without one."""
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{mark(use, workshop_id, message_id)}@{domain}" if local else None


def named_in(text: str, use: str) -> Named | None:
    """The first letter that a text names for this use, by a sign of ours; None when there is none."""
    for found in _LOOKS.finditer(text):
        named = Named(int(found[1]), int(found[2]))
        if hmac.compare_digest(found[3].lower(), _sign(use, named.workshop_id, named.message_id)):
            return named
    return None
