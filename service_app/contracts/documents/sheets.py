"""The sheets of the counter: what went out or came back, how it was, and who stood there."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from PIL import Image
from sqlalchemy import select

from service_app.contracts.documents import paper
from service_app.contracts.models import ContractLine, Handover, Inspection
from service_app.contracts.standing import Stood, of_handover
from service_app.contracts.words import GRADES
from service_app.core import files
from service_app.core.db import session
from service_app.core.i18n import exact, words
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop

MOST_PHOTOS = 8
THUMBNAIL = (480, 360)


def content(line: ContractLine, row: Handover) -> dict[str, Any]:
    """The sheet of a hand-over or a return, in the language at hand, as everything stood then."""
    is_out, stood = row.direction == "out", row.stood or _now(line, row)
    blocks = [
        paper.facts(_facts(row, stood), words(stood["product"])),
        paper.ticks(_accessories(row, stood), _("Accessories")),
        paper.ticks(_answers(row, stood), _("Checked")),
        paper.said("statement", [row.remark], _("Remark")),
        _pictures(_files(stood["photos"]), stood["tag"]),
        paper.said("text", [_what_now(is_out)]),
        paper.names(_names(row, stood, is_out)),
    ]
    title = _("Hand-over sheet") if is_out else _("Return sheet")
    return paper.make(line.contract, title, row.at, blocks, stood, line=line.id)


def _now(line: ContractLine, row: Handover) -> Stood:
    """For a row of before, that kept nothing: how it stands now, with the grade of before it was looked at again."""
    item = session().get_one(Item, (row.workshop_id, row.item_id))
    graded = select(Inspection.grade_before).where(Inspection.contract_line_id == line.id)
    before = session().scalars(graded).first()
    return of_handover(line, row, item) | ({"grade": before} if before is not None else {})


def _files(ids: Sequence[int]) -> list[files.StoredFile]:
    found = select(files.StoredFile).where(files.StoredFile.id.in_(ids)).order_by(files.StoredFile.id)
    return list(session().scalars(found)) if ids else []


def _facts(row: Handover, stood: Stood) -> list[tuple[str, Any]]:
    zone = get_workshop(row.workshop_id).zone
    is_out = row.direction == "out"
    return [
        (_("Tag"), stood["tag"]),
        (_("Serial number"), stood["serial"]),
        (_("Plan"), words(stood["plan"])),
        (_("Handed over") if is_out else _("Given back"), exact(row.at, zone)),
        (_("Due back by"), exact(datetime.fromisoformat(stood["due_at"]), zone) if stood["due_at"] else ""),
        (_("Grade") if is_out else _("Grade when it went out"), GRADES[stood["grade"]]),
        (_("Meter"), f"{row.meter} {stood['unit']}".strip() if row.meter is not None else ""),
    ]


def _accessories(row: Handover, stood: Stood) -> list[tuple[str, str, bool]]:
    listed = list(dict.fromkeys([*stood["accessories"], *row.missing]))
    return [(name, _("missing") if name in row.missing else _("there"), name not in row.missing) for name in listed]


def _answers(row: Handover, stood: Stood) -> list[tuple[str, str, bool]]:
    said = {step["code"]: words(step["text"]) for step in stood["steps"]}
    codes = [code for code in dict.fromkeys([*said, *row.answers]) if code in row.answers]
    return [(said.get(code, code), *_answer(row.answers[code])) for code in codes]


def _answer(value: Any) -> tuple[str, bool]:
    if isinstance(value, bool):
        return (_("yes"), True) if value else (_("no"), False)
    return str(value), True


def _pictures(photos: list[files.StoredFile], tag: str) -> paper.Block | None:
    """The first photos, small; each is kept as its own file, so that the sheet can be drawn again."""
    if not photos:
        return None
    title = ngettext("%(num)s photo", "%(num)s photos", len(photos))
    rows = [[_thumbnail(photo), _("Photo of %(tag)s", tag=tag)] for photo in photos[:MOST_PHOTOS]]
    return {"kind": "pictures", "title": str(title), "rows": rows}


def _thumbnail(photo: files.StoredFile) -> str:
    with Image.open(io.BytesIO(files.read(photo))) as picture:
        small = picture.convert("RGB")
        small.thumbnail(THUMBNAIL)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=72, optimize=True)
    return files.store(out.getvalue(), "image/jpeg", f"small-{photo.name}").sha256


def _what_now(is_out: bool) -> str:
    if is_out:
        return _("Is something wrong with it? Tell us within two days, and we look at it together.")
    return _(
        "We look at it within three working days. Normal wear costs nothing. After that you hear about the deposit."
    )


def _names(row: Handover, stood: Stood, is_out: bool) -> list[tuple[str, str]]:
    ours, theirs = row.by_name or stood["workshop"]["name"], row.customer_name or stood["customer"]["name"]
    if is_out:
        return [(_("Handed over by"), ours), (_("Received by"), theirs)]
    return [(_("Taken back by"), ours), (_("Brought back by"), theirs)]
