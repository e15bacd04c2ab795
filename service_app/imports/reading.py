"""From the bytes of a file to numbered rows of text: CSV and XLSX, in whatever dress a spreadsheet gave them.

Pure: bytes in, rows out. Row numbers are those a spreadsheet shows: the header is usually row 1, an empty row counts, a
cell with line breaks does not make its row longer. Whatever cannot be read in full is refused, naming the row, rather
than read in part: a quotation mark never closed would otherwise swallow the rest of the file in silence.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from service_app.core.errors import Invalid
from service_app.core.sheets import FORMULA_SIGNS

MOST_ROWS = 50_000
MOST_BYTES = 30 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_CELL = 100_000
# A spreadsheet is a zip: 30 MB of it may unfold to far more. Real ones unfold about tenfold.
MOST_UNFOLDED = 600 * 1024 * 1024
LAST_ROW = 1_048_576
DELIMITERS = (";", ",", "\t")
Cell = Callable[[str], str]
# What the library raises for a workbook that is none, is cut off, locked with a password or packed another way: whatever
# the ZIP, the XML and its own reading of both do. The XML of both parsers that it may use is a SyntaxError.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError,
    OSError, EOFError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of the file: its number there and its cells as text, stripped unless they were read exactly."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file read: its format ('csv' or 'xlsx'), how a CSV was written, the names of its columns, its rows."""

    format: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(content: bytes, name: str) -> Table:
    """Read a file by what it contains, not by how it is called.

    Refuses with `import.…` codes: too_large, empty, no_rows, too_many_rows, too_many_columns, old_excel, unreadable,
    cell_too_long, quotation.
    """
    return _read(content, name, _bare)


def read_exactly(content: bytes, name: str) -> Table:
    """As `read`, with every cell of a CSV as it stands, to the last space: for what has to go out again as it came in."""
    return _read(content, name, str)


def _read(content: bytes, name: str, cell: Cell) -> Table:
    if len(content) > MOST_BYTES:
        raise Invalid("import.too_large", field="file", megabytes=MOST_BYTES // 1024 // 1024)
    if not content.strip():
        raise Invalid("import.empty", field="file")
    if content.startswith(b"PK\x03\x04"):
        return _read_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("import.old_excel", field="file")
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff")):
        raise Invalid("import.unreadable", field="file", name=name)
    return _read_csv(content, name, cell)


def _read_csv(content: bytes, name: str, cell: Cell) -> Table:
    text, encoding = decode(content)
    if "\x00" in text:
        raise Invalid("import.unreadable", field="file", name=name)
    text, announced = _announced_delimiter(text)
    delimiter = announced or sniff_delimiter(text)
    columns, rows = _with_header(_csv_records(text, delimiter, cell))
    return Table("csv", encoding, delimiter, columns, rows)


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: UTF-8 and UTF-16 with or without their mark, else Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), encoding
    for encoding in (_unmarked_utf16(content) or "utf-8", "utf-8", "cp1252"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _unmarked_utf16(content: bytes) -> str | None:
    """Text of our languages in UTF-16 has a zero in nearly every other byte."""
    sample = content[:2000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.7:
        return "utf-16-le"
    if half and sample[0::2].count(0) > half * 0.7:
        return "utf-16-be"
    return None


def _announced_delimiter(text: str) -> tuple[str, str | None]:
    """Excel writes `sep=;` as a first line that is not a row."""
    first, _, rest = text.partition("\n")
    said = first.strip().strip('"').lower()
    if said.startswith("sep=") and len(said) == 5 and said[4] in DELIMITERS:
        return rest, said[4]
    return text, "\t" if said == "sep=" else None


def sniff_delimiter(text: str) -> str:
    """The delimiter under which the first rows fall into the most columns, alike in number."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    try:
        records = [
            record for record in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 30) if record
        ]
    except csv.Error:
        return 0.0, 0
    width = len(records[0]) if records else 0
    if width < 2:
        return 0.0, 0
    alike = sum(len(record) == width for record in records) / len(records)
    return alike * width, width


def _csv_records(text: str, delimiter: str, cell: Cell) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "import.cell_too_long" if "field larger" in str(error) else "import.quotation"
            raise Invalid(code, field="file", row=number, most=LONGEST_CELL) from error
        yield Row(number, tuple(map(cell, record)))


def _bare(cell: str) -> str:
    """Without stray spaces, and without the apostrophe that keeps a spreadsheet from reading a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_SIGNS else cell


def _read_xlsx(content: bytes) -> Table:
    # It brings numpy along where that is installed: twenty megabytes for every process, of which few ever read a workbook.
    from openpyxl import load_workbook

    try:
        _refuse_unfolding(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        columns, rows = _with_header(
            Row(_possible(number), tuple(cell_text(value) for value in values))
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1)
        )
        book.close()
    except Invalid:
        raise
    except _BROKEN as error:
        raise Invalid("import.unreadable", field="file", name="xlsx") from error
    return Table("xlsx", "", "", columns, rows)


def _possible(number: int) -> int:
    """The number of a row, as far as a workbook has rows: a few bytes may claim one behind a hundred million empty ones."""
    if number > LAST_ROW:
        raise Invalid("import.too_many_rows", field="file", most=MOST_ROWS)
    return number


def _refuse_unfolding(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNFOLDED:
            raise Invalid("import.too_large", field="file", megabytes=MOST_BYTES // 1024 // 1024)


def cell_text(value: Any) -> str:
    """A spreadsheet's value as the text a person would have typed: dates as yyyy-mm-dd, whole numbers without .0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def _with_header(records: Iterable[Row]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    filled = (record for record in records if any(record.cells))
    header = next(filled, None)
    if header is None:
        raise Invalid("import.empty", field="file")
    columns = name_columns(header.cells)
    if len(columns) > MOST_COLUMNS:
        raise Invalid("import.too_many_columns", field="file", most=MOST_COLUMNS)
    rows = tuple(Row(row.number, _trimmed(row.cells, len(columns))) for row in islice(filled, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise Invalid("import.too_many_rows", field="file", most=MOST_ROWS)
    if not rows:
        raise Invalid("import.no_rows", field="file")
    return columns, rows


def name_columns(cells: Iterable[str]) -> tuple[str, ...]:
    """Every column with a name of its own: an empty one by its letter, a repeated one with a number."""
    named = list(cells)
    while named and not named[-1]:
        named.pop()
    names: list[str] = []
    for position, cell in enumerate(named, start=1):
        name = " ".join(cell.split()) or xl_col_to_name(position - 1)
        repeats = sum(known == name or known.startswith(f"{name} (") for known in names)
        names.append(f"{name} ({repeats + 1})" if repeats else name)
    return tuple(names)


def _trimmed(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Padded to the header's width; cells beyond it stay when they hold something, so that the row can be refused."""
    if len(cells) < width:
        return cells + ("",) * (width - len(cells))
    return cells if any(cells[width:]) else cells[:width]


def pack(table: Table) -> bytes:
    """The rows as lines of JSON, [number, cells…] each: what later passes read instead of the file, at equal speed for
    every format and without holding all of it."""
    return b"".join(
        json.dumps([row.number, *row.cells], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        for row in table.rows
    )


def unpack(packed: bytes, start: int = 0, most: int | None = None) -> Iterator[Row]:
    """Packed rows from position `start` (0 is the first), at most `most`."""
    lines = islice(io.BytesIO(packed), start, None if most is None else start + most)
    for line in lines:
        number, *cells = json.loads(line)
        yield Row(number, tuple(cells))
