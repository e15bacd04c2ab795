"""A list as a file: CSV that streams, XLSX that is written row by row to disk and then streamed. Both hold every column of
the declaration; neither holds a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from markupsafe import Markup

from service_app.core.sheets import harmless
from service_app.lists.declared import Column

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK = 64 * 1024


def value_of(column: Column, row: Any) -> Any:
    """What a cell of the file holds: the column's value, else the words of its cell."""
    if column.value is not None:
        return column.value(row)
    cell = column.cell(row)
    return Markup(cell).striptags() if isinstance(cell, Markup) else str(cell or "")


def as_csv(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """The file in pieces, UTF-8 with its mark, semicolons between the cells: what spreadsheets here open as a table."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow([harmless(str(column.label)) for column in columns])
    for row in rows:
        writer.writerow([harmless(_said(value_of(column, row))) for column in columns])
        if out.tell() > _BLOCK:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    content = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return content


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value.isoformat() if isinstance(value, date) else value)


def as_xlsx(title: str, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """The file in pieces. Texts are written as texts, numbers as numbers, days as days."""
    with tempfile.TemporaryFile() as file:
        _write(file, title, columns, rows)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def _write(file: Any, title: str, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "1")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, str(column.label), bold)
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(columns):
            _put(sheet, number, place, value_of(column, row), day, moment)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, 0, len(columns) - 1)
    book.close()


def _put(sheet: Any, row: int, place: int, value: Any, day: Any, moment: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, place, value.replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, day)
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    elif value not in (None, ""):
        sheet.write_string(row, place, str(value))
