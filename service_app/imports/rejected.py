"""Files out: the refused rows in the format they came in, with their number and the reason beside each; example files.

Pure. A cell that a spreadsheet would take for a formula gets an apostrophe in front; `reading` takes it off again, so a
file that is mended and brought back says what it said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from service_app.core.sheets import harmless


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ";", encoding: str = "") -> bytes:
    """A CSV file in the encoding it came in where that holds every sign, else in UTF-8 with its mark."""
    safe = ([harmless(cell) for cell in row] for row in rows)
    return as_csv_exactly([harmless(cell) for cell in header], safe, delimiter, encoding)


def as_csv_exactly(
    header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ";", encoding: str = ""
) -> bytes:
    """As `as_csv`, with every cell as it came in: what begins as a formula did so in the file that was sent, and an
    apostrophe would become part of what is brought back."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter or ";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    try:
        return out.getvalue().encode(encoding or "utf-8-sig")
    except UnicodeEncodeError:
        return out.getvalue().encode("utf-8-sig")


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A spreadsheet with one sheet of plain texts, its first row held in place."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    for place, cell in enumerate(header):
        sheet.write_string(0, place, cell, bold)
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
