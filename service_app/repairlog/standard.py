"""The Open Repair Data Standard v0.3: from the cells of a row to typed columns and back, and what is wrong with a cell.

Pure. What a file may hold is told by its table schema, and where the published files differ from it, by them too: an id is
`repconn_12` there and `anstiftung-12` in the schema; a thing is "Item too worn out" there and "Too worn out" in the
schema; a barrier stands beside a repair that succeeded. Nothing is corrected on the way in: a row is taken as it is, or
refused with the field concerned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from service_app.catalogue import brands
from service_app.catalogue.repair_categories import BY_ID, BY_NAME
from service_app.core.errors import Invalid
from service_app.repairlog import chance
from service_app.repairlog.models import BARRIERS, STATUSES

Cells = Mapping[str, str]
Columns = dict[str, Any]
LONGEST_PROBLEM = 20_000
LONGEST = 500


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a row: the field concerned ('' for the row as a whole), the code of a refusal and its data."""

    field: str
    code: str
    data: dict[str, Any] = made_by(default_factory=dict)


def _text(cell: str) -> str:
    return _within(cell, LONGEST)


def _within(cell: str, most: int) -> str:
    if len(cell) > most:
        raise Invalid("import.text_too_long", most=most)
    return cell


def _problem(cell: str) -> str:
    return _within(cell, LONGEST_PROBLEM)


def _id(cell: str) -> str:
    if not re.fullmatch(r"[a-z]{1,40}[-_][0-9]{1,18}", cell):
        raise Invalid("repairs.id", value=_shown(cell))
    return cell


def _country(cell: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", cell):
        raise Invalid("repairs.country", value=_shown(cell))
    return cell


def _category(cell: str) -> str:
    if cell not in BY_NAME:
        near = get_close_matches(cell[:80], BY_NAME, n=3, cutoff=0.3) or ["Misc"]
        raise Invalid("repairs.category", value=_shown(cell), near=", ".join(near))
    return cell


def _category_id(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", cell) or int(cell) not in BY_ID:
        raise Invalid("repairs.category_id", value=_shown(cell), last=max(BY_ID))
    return int(cell)


def _year(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", cell):
        raise Invalid("repairs.year", value=_shown(cell))
    return int(cell)


def _age(cell: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,6})?", cell):
        raise Invalid("repairs.age", value=_shown(cell))
    return Decimal(cell)


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def chosen(cell: str) -> str:
        if cell not in known:
            raise Invalid("import.choice", value=_shown(cell), known=", ".join(known))
        return cell

    return chosen


def _day(cell: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError:
        raise Invalid("repairs.day", value=_shown(cell)) from None


def _shown(cell: str) -> str:
    """The beginning of a cell, as a sentence names it."""
    return cell[:40]


# The fields in the order of the standard, and how a cell that is not empty is understood.
READ: dict[str, Callable[[str], Any]] = {
    "id": _id,
    "data_provider": _text,
    "country": _country,
    "partner_product_category": _text,
    "product_category": _category,
    "product_category_id": _category_id,
    "brand": _text,
    "year_of_manufacture": _year,
    "product_age": _age,
    "repair_status": _one_of(STATUSES),
    "repair_barrier_if_end_of_life": _one_of(BARRIERS),
    "group_identifier": _text,
    "event_date": _day,
    "problem": _problem,
}
FIELDS = tuple(READ)
NEEDED = ("id", "data_provider", "country", "product_category", "repair_status", "event_date")
# The column of a field, where the two are not of one name.
_COLUMN = {"id": "ords_id"}
_NOTHING: dict[str, Any] = {"product_category_id": None, "year_of_manufacture": None, "product_age": None}


# NUL, and what stands in place of bytes that are not UTF-8 (see `reading`): it cannot be kept.
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")


def _read(name: str, cell: str) -> Any:
    if _NO_TEXT.search(cell):
        raise Invalid("repairs.signs")
    return READ[name](cell)


def checked(name: str) -> Callable[[str], str]:
    """For a table of imports: the cell of a field itself, once it is understood. Refuses as `understood` names it."""

    def cell(text: str) -> str:
        _read(name, text)
        return text

    return cell


def understood(cells: Cells) -> tuple[Columns, list[Flaw]]:
    """The columns of a row from {field: cell}, a field without a cell being empty; and every flaw, not only the first.
    The columns are to be used only where there is none."""
    columns: Columns = {}
    flaws: list[Flaw] = []
    for name in FIELDS:
        cell = cells.get(name, "")
        if not cell:
            columns[_COLUMN.get(name, name)] = _NOTHING.get(name, "")
            if name in NEEDED:
                flaws.append(Flaw(name, "import.cell_needed", {"fields": [name]}))
            continue
        try:
            columns[_COLUMN.get(name, name)] = _read(name, cell)
        except Invalid as refusal:
            flaws.append(Flaw(name, refusal.code, refusal.data))
    if flaws:
        return columns, flaws
    own = BY_NAME[columns["product_category"]]
    if columns["product_category_id"] not in (None, own.id):
        return columns, [
            Flaw(
                "product_category_id",
                "repairs.category_differs",
                {"value": cells["product_category_id"], "category": own.name, "right": own.id},
            )
        ]
    columns |= {"product_category_id": own.id, "case_reference": None, "as_written": {}}
    columns |= counted_by(columns["brand"], columns["product_age"])
    printed = dict(zip(FIELDS, written(columns), strict=True))
    columns["as_written"] = {name: cells.get(name, "") for name in FIELDS if printed[name] != cells.get(name, "")}
    return columns, []


def counted_by(brand: str, age: Decimal | None) -> Columns:
    """What the chance of a repair counts by: the columns `brand_key` and `age_band`."""
    return {"brand_key": brands.key(brand), "age_band": chance.band_of(age)}


def written(columns: Mapping[str, Any]) -> list[str]:
    """The fourteen cells of a row, in the order of FIELDS, from its columns: cell for cell what came in."""
    as_written: Mapping[str, str] = columns["as_written"]
    return [as_written[name] if name in as_written else _printed(columns[_COLUMN.get(name, name)]) for name in FIELDS]


def _printed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
