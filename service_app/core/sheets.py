"""Files for spreadsheets: the one writer of CSV and XLSX, and cells that stay what they are.

Text is never taken for a formula. In XLSX a cell says of itself that it is text. A CSV cannot, so a cell that begins as a
formula does gets an apostrophe in front (OWASP, "CSV Injection"), except a phone number: a plus and digits alone are no
formula, and an apostrophe would make the number useless to who dials or imports it. `imports.reading` takes the apostrophe
off again, so a file that is mended and brought back says what it said.

A cell is a text, a number, a day, an instant or None. Both kinds come in pieces, so that no file stands in memory whole.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
MEDIA_TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_PHONE = re.compile(r"\+\d[\d ]{5,20}")
_NUMBER = re.compile(r"-\d+([.,]\d+)?")
_BLOCK = 64 * 1024

Rows = Iterable[Sequence[Any]]


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front when it begins as a formula does; a phone number and a negative number stay."""
    if not cell.startswith(FORMULA_SIGNS) or _PHONE.fullmatch(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def as_csv(header: Sequence[str], rows: Rows, delimiter: str = ";", encoding: str = "utf-8-sig") -> Iterator[bytes]:
    """A CSV file in pieces: UTF-8 with its mark and semicolons, which spreadsheets here open as a table, unless said
    otherwise. An encoding that does not hold a sign raises UnicodeEncodeError."""
    safe = ([harmless(_said(cell)) for cell in row] for row in rows)
    return as_csv_exactly([harmless(cell) for cell in header], safe, delimiter, encoding)


def as_csv_exactly(
    header: Sequence[str], rows: Rows, delimiter: str = ";", encoding: str = "utf-8-sig"
) -> Iterator[bytes]:
    """As `as_csv`, with every cell as it came in: what begins as a formula did so in the file that was sent, and an
    apostrophe would become part of what is brought back."""
    out, encoder = io.StringIO(newline=""), codecs.getincrementalencoder(encoding)()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        if out.tell() > _BLOCK:
            yield encoder.encode(_taken(out))
    yield encoder.encode(_taken(out), final=True)


def _taken(out: io.StringIO) -> str:
    content = out.getvalue()
    out.seek(0)
    out.truncate()
    return content


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value.isoformat() if isinstance(value, date) else value)


def as_xlsx(title: str, header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """A spreadsheet in pieces, written row by row to disk before: one sheet of this title, its first row held in place.
    Texts are written as texts, numbers as numbers, days as days."""
    with tempfile.TemporaryFile() as file:
        _write(file, title, header, rows)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def _write(file: Any, title: str, header: Sequence[str], rows: Rows) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("".join(sign for sign in title if sign not in "[]:*?/\\")[:31] or "1")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for place, name in enumerate(header):
        sheet.write_string(0, place, name, bold)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _put(sheet, number, place, value, day, moment)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, 0, len(header) - 1)
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
