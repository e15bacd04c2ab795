"""What makes a row of a file itself, so that the same file twice is the same rows once.

Pure. The first filled identifying field counts (your own number, then e-mail, code or tag). A row without any is known
by all it says, and by how many rows before it say the very same: two equal rows are two things, each found again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from service_app.imports.reading import Row

OF_ITSELF = "row"
Identify = Callable[[Mapping[str, str]], tuple[str, str] | None]


@dataclass(frozen=True)
class Met:
    """A row met: the key it is known by, its cells by field, and the earlier row of the same key, if there was one."""

    key: tuple[str, str]
    cells: dict[str, str]
    earlier: int | None
    is_same: bool


class Register:
    """The rows of a file met so far, in order: tells a repetition from a contradiction."""

    def __init__(self, columns: Iterable[str], mapping: Mapping[str, str], identify: Identify) -> None:
        self._places = {mapping[name]: place for place, name in enumerate(columns) if name in mapping}
        self._identify = identify
        self._first: dict[tuple[str, str], tuple[int, str]] = {}
        self._alike: Counter[str] = Counter()

    def meet(self, row: Row) -> Met:
        """The next row of the file, beside what came before it."""
        cells = {field: row.cells[place] for field, place in self._places.items() if row.cells[place]}
        says = _digest(cells)
        key = self._identify(cells) or self._count(says)
        number, said = self._first.setdefault(key, (row.number, says))
        return Met(key, cells, None if number == row.number else number, said == says)

    def _count(self, says: str) -> tuple[str, str]:
        self._alike[says] += 1
        return OF_ITSELF, f"row-{says}-{self._alike[says]}"

    def skip(self, rows: Iterator[Row], many: int) -> None:
        """Meet the first `many` rows again: a pass that goes on where another stopped knows what came before."""
        for row in islice(rows, many):
            self.meet(row)


def _digest(cells: Mapping[str, str]) -> str:
    text = "\x1f".join(f"{field}={cells[field]}" for field in sorted(cells))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
