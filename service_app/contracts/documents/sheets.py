"""The sheets of the counter: what went out or came back, how it was, and who stood there."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from PIL import Image
from sqlalchemy import select

from service_app.contracts import queries
from service_app.contracts.documents import paper
from service_app.contracts.models import ContractLine, Handover, Inspection
from service_app.contracts.words import GRADES
from service_app.core import files
from service_app.core.db import session
from service_app.core.i18n import exact, words
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop

MOST_PHOTOS = 8
THUMBNAIL = (480, 360)


def content(line: ContractLine, row: Handover) -> dict[str, Any]:
    """The sheet of a hand-over or a return, in the language at hand."""
    is_out = row.direction == "out"
    item = session().get_one(Item, (row.workshop_id, row.item_id))
    photos = queries.photos_of_line(line, "hand_over" if is_out else "return")
    blocks = [
        paper.facts(_facts(line, row, item), words(line.product.name)),
        paper.ticks(_accessories(line, row), _("Accessories")),
        paper.ticks(_answers(line, row), _("Checked")),
        paper.said("statement", [row.remark], _("Remark")),
        _pictures([photo.file for photo in photos], item.tag),
        paper.said("text", [_what_now(line, is_out)]),
        paper.names(_names(line, row, is_out)),
    ]
    title = _("Hand-over sheet") if is_out else _("Return sheet")
    return paper.make(line.contract, title, row.at, blocks, line=line.id)


def _facts(line: ContractLine, row: Handover, item: Item) -> list[tuple[str, Any]]:
    zone = get_workshop(row.workshop_id).zone
    is_out = row.direction == "out"
    unit = line.product.meter_unit or ""
    return [
        (_("Tag"), item.tag),
        (_("Serial number"), item.serial),
        (_("Plan"), words(line.plan.name)),
        (_("Handed over") if is_out else _("Given back"), exact(row.at, zone)),
        (_("Due back by"), exact(line.due_at, zone) if line.due_at is not None else ""),
        (_("Grade") if is_out else _("Grade when it went out"), GRADES[_grade(line, item)]),
        (_("Meter"), f"{row.meter} {unit}".strip() if row.meter is not None else ""),
    ]


def _grade(line: ContractLine, item: Item) -> str:
    """The grade with which it went out: once it was looked at again, the one before that look."""
    found = select(Inspection.grade_before).where(Inspection.contract_line_id == line.id)
    return session().scalars(found).first() or item.grade


def _accessories(line: ContractLine, row: Handover) -> list[tuple[str, str, bool]]:
    listed = list(dict.fromkeys([*line.product.accessories, *row.missing]))
    return [(name, _("missing") if name in row.missing else _("there"), name not in row.missing) for name in listed]


def _answers(line: ContractLine, row: Handover) -> list[tuple[str, str, bool]]:
    steps = line.product.out_checklist if row.direction == "out" else line.product.in_checklist
    said = {step["code"]: words(step["text"]) for step in steps}
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


def _what_now(line: ContractLine, is_out: bool) -> str:
    if is_out:
        return _("Is something wrong with it? Tell us within two days, and we look at it together.")
    return _(
        "We look at it within three working days. Normal wear costs nothing. After that you hear about the deposit."
    )


def _names(line: ContractLine, row: Handover, is_out: bool) -> list[tuple[str, str]]:
    workshop = get_workshop(row.workshop_id)
    ours, theirs = row.by_name or workshop.name, row.customer_name or line.contract.customer.name
    if is_out:
        return [(_("Handed over by"), ours), (_("Received by"), theirs)]
    return [(_("Taken back by"), ours), (_("Brought back by"), theirs)]
