"""A file of the standard, record by record and never as a whole: the full open data of the world come in as the file of
one café does.

Pure. A cell is what stands in the file, to the last space, for it has to go out again as it came. A quotation mark that
is never closed costs its own line and no other: reading goes on at the line after it. Bytes that are not UTF-8 come
through as what Python calls surrogates, so that `standard` names the cell and the refused row holds the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from service_app.core.errors import Invalid

LONGEST_CELL = 100_000
MOST_LINES = 2_000
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Record:
    """A row of a file: the line it begins at (as an editor counts), its cells, and whether its quotation marks pair."""

    line: int
    cells: tuple[str, ...]
    is_whole: bool = True


def opened(path: Path) -> IO[str]:
    """The file as text, its line ends untouched. Refuses with `repairs.not_csv` what is no text."""
    with path.open("rb") as file:
        begin = file.read(4)
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        return path.open(encoding="utf-16", newline="")
    if begin.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Invalid("repairs.not_csv", field="file", name=path.name)
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def delimiter_of(header: str) -> str:
    """The sign that cuts the first line into the most columns; a comma where none does."""
    return max(DELIMITERS, key=header.count)


def records(lines: Iterable[str], delimiter: str, first: int = 1) -> Iterator[Record]:
    """The records of some lines of text, empty ones left out."""
    csv.field_size_limit(LONGEST_CELL)
    waiting, line = iter(lines), first
    while True:
        taken: list[str] = []
        try:
            cells = next(csv.reader(_noted(waiting, taken), delimiter=delimiter, strict=True), None)
        except csv.Error:
            broken, *rest = taken
            yield Record(line, _pieces(broken, delimiter), is_whole=False)
            waiting, line = chain(rest, waiting), line + 1
            continue
        if cells is None:
            return
        if any(cells):
            yield Record(line, tuple(cells))
        line += len(taken)


def _noted(waiting: Iterator[str], taken: list[str]) -> Iterator[str]:
    """The lines one by one, each noted as it is taken: what a broken record took is given back. A record of more lines
    than a text of a person ever has is a quotation mark left open, and is stopped before it eats the file."""
    for text in waiting:
        taken.append(text)
        yield text
        if len(taken) > MOST_LINES:
            raise csv.Error("a record without an end")


def _pieces(line: str, delimiter: str) -> tuple[str, ...]:
    """The cells of a broken line as well as they can be told, for the file of refused rows."""
    return tuple(cell.strip('"') for cell in line.rstrip("\r\n").split(delimiter))
