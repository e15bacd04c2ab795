"""What a paper is made of: a letterhead and blocks, all of it text in the customer's language.

A paper is put into words once and kept as that snapshot; the PDF is drawn from the snapshot alone, so the same snapshot
makes the same bytes, whatever the rows say by then. Pictures stand in it by the SHA-256 of their file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from service_app.contracts.models import Contract
from service_app.contracts.standing import Stood, letterhead
from service_app.core import clock, documents, files
from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import exact
from service_app.customers.contact import spoken_phone
from service_app.workshops.queries import get_workshop

TEMPLATE = Path(__file__).parents[1] / "templates" / "contracts" / "paper.typ"

Block = dict[str, Any]


def make(
    contract: Contract,
    title: str,
    at: datetime,
    blocks: Iterable[Block | None],
    stood: Stood | None = None,
    **beside: Any,
) -> dict[str, Any]:
    """The snapshot of a paper of a contract, made at an instant; `stood` holds the letterhead of that instant where the act
    kept it, `beside` is kept with it and not shown."""
    head = Head(contract.reference, contract.language, stood or letterhead(contract))
    return make_under(head, title, at, blocks) | beside


@dataclass(frozen=True)
class Head:
    """What stands on top of a paper: its reference, its language, and who writes to whom (`standing.letterhead`)."""

    reference: str
    language: str
    stood: Stood


def make_under(head: Head, title: str, at: datetime, blocks: Iterable[Block | None]) -> dict[str, Any]:
    """The snapshot of any paper, made at an instant."""
    zone = get_workshop(current_workshop_id()).zone
    return {
        "lang": head.language,
        "title": title,
        "reference": head.reference,
        "made_at": at.isoformat(),
        "made": exact(clock.local(at, zone).date()),
        "workshop": _workshop(head.stood["workshop"]),
        "customer": _customer(head.stood["customer"]),
        "heads": {"between": _("Workshop"), "with": _("Customer"), "page": _("Page")},
        "blocks": [block for block in blocks if block is not None],
    }


def render(snapshot: Mapping[str, Any]) -> bytes:
    """The PDF of a snapshot; the same snapshot gives the same bytes."""
    drawn = [_with_pictures(block) for block in snapshot["blocks"]]
    made_at = datetime.fromisoformat(snapshot["made_at"])
    return documents.render(TEMPLATE, {**snapshot, "blocks": drawn}, made_at)


def _with_pictures(block: Block) -> Block:
    if block["kind"] == "pictures":
        return {**block, "rows": [[_bytes(sha256), alt] for sha256, alt in block["rows"]]}
    if block["kind"] == "signature" and block["drawing"] is not None:
        return {**block, "drawing": _bytes(block["drawing"])}
    return block


def _bytes(sha256: str) -> list[int]:
    found = session().scalars(select(files.StoredFile).where(files.StoredFile.sha256 == sha256)).one()
    return list(files.read(found))


def _workshop(known: Stood) -> dict[str, Any]:
    place = " ".join(part for part in (known["postcode"], known["city"]) if part)
    rows = [known["street"], place, spoken_phone(known["phone"]) if known["phone"] else "", known["email"]]
    vat = [_("VAT %(number)s", number=known["vat_number"])] if known["vat_number"] else []
    return {"name": known["name"], "second": known["name_second"], "rows": [*filter(None, rows), *vat]}


def _customer(known: Stood) -> list[str]:
    phone = spoken_phone(known["phone"]) if known["phone"] else ""
    rows = [known["name"], known["contact_name"], known["street"], known["place"], phone, known["email"]]
    return [str(row) for row in rows if row]


# The blocks. A part that has nothing to say is None and is left out.


def said(kind: str, rows: Sequence[str], title: str = "") -> Block | None:
    """Lines of text: as paragraphs ('text'), a 'list', a framed 'notice', or somebody's own words ('statement')."""
    kept = [row for row in rows if row]
    return {"kind": kind, "title": title, "rows": kept} if kept else None


def facts(rows: Sequence[tuple[str, Any]], title: str = "") -> Block | None:
    """(label, value) pairs; those without a value are left out."""
    kept = [[label, str(value)] for label, value in rows if value not in (None, "")]
    return {"kind": "facts", "title": title, "rows": kept} if kept else None


def table(head: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "", *, sums: bool = True) -> Block | None:
    """A table; a cell is a text, or a list of a text and its explanations. `sums`: the last column holds amounts."""
    plain = [[list(cell) if isinstance(cell, (list, tuple)) else str(cell) for cell in row] for row in rows]
    return {"kind": "table", "title": title, "head": list(head), "rows": plain, "sums": sums} if rows else None


def totals(rows: Sequence[tuple[str, str]]) -> Block | None:
    """Sums under a table."""
    return {"kind": "totals", "title": "", "rows": [list(row) for row in rows]} if rows else None


def ticks(rows: Sequence[tuple[str, str, bool]], title: str = "") -> Block | None:
    """(what, what is said of it, whether that is good), two beside each other."""
    return {"kind": "ticks", "title": title, "rows": [list(row) for row in rows]} if rows else None


def names(rows: Sequence[tuple[str, str]]) -> Block | None:
    """(as what, who) of the two who stand behind a sheet."""
    kept = [list(row) for row in rows if row[1]]
    return {"kind": "names", "title": "", "rows": kept} if kept else None


def small(rows: Sequence[str], title: str = "", fingerprint: str = "") -> Block | None:
    """Small print, and a hash under it."""
    return {"kind": "small", "title": title, "rows": list(rows), "hash": fingerprint} if rows or fingerprint else None
