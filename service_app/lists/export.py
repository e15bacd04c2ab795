"""A list as a file, with every column of its declaration; how it is written is in `core/sheets`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup

from service_app.core import sheets
from service_app.lists.declared import Column, Listing


def as_file(listing: Listing, kind: str, rows: Iterable[Any]) -> Iterator[bytes]:
    """The pieces of a file of this kind, of `sheets.MEDIA_TYPES`."""
    header = [str(column.label) for column in listing.columns]
    cells = ([value_of(column, row) for column in listing.columns] for row in rows)
    return sheets.as_csv(header, cells) if kind == "csv" else sheets.as_xlsx(str(listing.title), header, cells)


def value_of(column: Column, row: Any) -> Any:
    """What a cell of the file holds: the column's value, else the words of its cell."""
    if column.value is not None:
        return column.value(row)
    cell = column.cell(row)
    return Markup(cell).striptags() if isinstance(cell, Markup) else str(cell or "")
