"""A stock-take as a file: one row a thing; how it is written is in `core/sheets`."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from service_app.core import clock, sheets
from service_app.core.db import session
from service_app.core.i18n import words as said
from service_app.core.web import current
from service_app.items.models import Item
from service_app.items.words import STATES
from service_app.scanning import queries
from service_app.scanning.models import StockTake, StockTakeEntry
from service_app.scanning.words import OUTCOMES, RESULTS


def file_of(take: StockTake, kind: str) -> tuple[str, bytes]:
    """(name, content): every entry of a take, and while it is open what is missing so far."""
    header = [
        _("Code"), _("Product"), _("Serial number"), _("Result"), _("State"), _("Where it is kept"), _("Seen at"),
        _("Counted by"), _("When"), _("What became of it"),
    ]  # fmt: skip
    rows = [_row(entry) for entry in reversed(queries.entries_of(take, *RESULTS))]
    if take.status == "open":
        missing = session().scalars(queries.missing_from(take).options(joinedload(Item.product)))
        rows += [[item.tag, *_of_item(item, "missing"), item.place, "", "", "", ""] for item in missing]
    pieces = sheets.as_xlsx(take.reference, header, rows) if kind == "xlsx" else sheets.as_csv(header, rows)
    return f"{take.reference}.{kind}", b"".join(pieces)


def _of_item(item: Item | None, result: str) -> list[str]:
    word = str(RESULTS[result][1])
    if item is None:
        return ["", "", word, ""]
    return [said(item.product.name), item.serial, word, str(STATES[item.status][1])]


def _row(entry: StockTakeEntry) -> list[str]:
    is_missing = entry.result == "missing"
    at = clock.local(entry.created_at, current().workshop.zone)
    became = str(OUTCOMES[entry.outcome][1]) if is_missing else ""
    return [
        entry.code, *_of_item(entry.item, entry.result), entry.item.place if entry.item is not None else "",
        "" if is_missing else entry.place, entry.by_name, f"{at:%Y-%m-%d %H:%M}", became,
    ]  # fmt: skip
