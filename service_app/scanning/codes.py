"""What was scanned, read: the address of a passport, or a tag or serial number as it stands. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 200
# The QR code holds the address in capitals where that makes it smaller, and older labels may name another host: what
# counts is how the path ends.
_ADDRESS = re.compile(r"https?://[^/\s]+(?:/[^\s?#]*)?/p/([^/\s?#]+)/?(?:[?#]\S*)?", re.IGNORECASE)
_PASSPORT = re.compile(r"([1-9][0-9]{0,11})-[A-Z0-9]{6,20}")


@dataclass(frozen=True)
class Code:
    """A code as it is looked for: `text` in capitals without spaces around it; of a passport also the id of the workshop
    that stands in it."""

    text: str
    workshop_id: int | None = None

    @property
    def is_passport(self) -> bool:
        """Whether it can only be a public code."""
        return self.workshop_id is not None


def read(scanned: str) -> Code | None:
    """The code in what a scanner gave; None when there is nothing in it."""
    text = scanned.replace("\0", "").strip()[:LONGEST]
    address = _ADDRESS.fullmatch(text)
    wanted = (address.group(1) if address else text).upper()
    passport = _PASSPORT.fullmatch(wanted)
    if passport is not None:
        return Code(wanted, int(passport.group(1)))
    return Code(wanted) if wanted else None


def read_all(lines: str) -> list[Code]:
    """The codes of a text, one a line, each once, in order."""
    found = (read(line) for line in lines.splitlines())
    return list({code.text: code for code in found if code is not None}.values())
