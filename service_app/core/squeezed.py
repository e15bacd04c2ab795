"""Pages sent smaller than they are written: the board of 300 things is 697 kB of HTML and 40 kB of gzip.

A length that follows from a secret and from what a stranger made the page say tells the secret, guess by guess (BREACH). Our
cookies do not come along with requests from elsewhere (SameSite=Lax), and beside that every answer has up to 100 random
bytes in its gzip header, where a file name may stand, so that lengths of the same page differ by chance ("Heal the BREACH",
as Django does since 4.2). The libraries for Flask leave that out, which is why this is not one of them.
Static files are squeezed when they are built (frontend/squeeze.js).
"""

from __future__ import annotations

import gzip
import secrets
from io import BytesIO

from flask import Response, request

SHRINKS = frozenset(
    ("text/html", "text/plain", "text/css", "text/csv", "text/calendar", "application/json", "application/ld+json",
     "application/problem+json", "image/svg+xml")
)  # fmt: skip
# A packet holds about so many bytes: what fits in one comes no sooner when it is smaller.
LEAST = 1400
# 250 kB of a board cost 3 ms of processor at this level; at 6 they cost twice as much for a twentieth less.
LEVEL = 4
MOST_CHANCE = 100


def squeeze(answer: Response) -> Response:
    """The answer, gzipped where its reader takes that and it is worth it; what is streamed or sent as a file stays."""
    if answer.mimetype not in SHRINKS or answer.is_streamed or answer.direct_passthrough:
        return answer
    answer.vary.add("Accept-Encoding")
    content = answer.get_data()
    if len(content) < LEAST or "Content-Encoding" in answer.headers or not request.accept_encodings["gzip"]:
        return answer
    answer.set_data(squeezed(content))
    answer.headers["Content-Encoding"] = "gzip"
    tag, _is_weak = answer.get_etag()
    if tag is not None:
        answer.set_etag(tag, weak=True)
    return answer


def squeezed(content: bytes) -> bytes:
    """Gzip of the bytes, of a length that differs by chance."""
    sent = BytesIO()
    name = "x" * secrets.randbelow(MOST_CHANCE + 1)
    with gzip.GzipFile(filename=name, mode="wb", fileobj=sent, compresslevel=LEVEL, mtime=0) as file:
        file.write(content)
    return sent.getvalue()
