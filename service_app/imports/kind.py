"""What a kind of import is made of: its fields (with other words for them in French, Dutch and English, by which a file's
columns are recognised), what a row needs at least, what identifies a row, the function that finds rows already here, and
the one that makes a row through the operation a person would use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_app.core import sheets
from service_app.core.access import Actor
from service_app.core.errors import Refusal
from service_app.imports import reading, values
from service_app.imports.identity import Identify
from service_app.imports.reading import Table
from service_app.imports.values import Parse

Values = Mapping[str, Any]
KNOWN = "known"


@dataclass(frozen=True)
class Field:
    """A field a column can be: its name, how a person calls it, how a cell is understood, other words for it, what an
    example file shows in it, and a hint about what a cell may hold."""

    name: str
    label: Any
    parse: Parse = values.short_text
    words: tuple[str, ...] = ()
    example: str = ""
    hint: Any = ""


@dataclass(frozen=True)
class Kind:
    """A kind of import. `needs` are groups of fields of which a row must fill at least one each.

    Rows are made one by one by `make`, after `find_known` said which are here; or, where there are thousands of a row that
    is no more than a row, all of a batch by `make_many`, which tells of each KNOWN, its refusal, or something else when it
    was made. `read` and `write` are how a file is read and how its refused rows are written back.
    """

    name: str
    label: Any
    permission: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]
    identify: Identify
    find_known: Callable[[Sequence[Values]], list[str | None]] | None = None
    make: Callable[[Actor, Values, Mapping[str, Any]], Any] | None = None
    make_many: Callable[[Actor, Sequence[Values], Mapping[str, Any]], Sequence[str | Refusal]] | None = None
    read: Callable[[bytes, str], Table] = reading.read
    write: Callable[[Sequence[str], sheets.Rows, str, str], Iterator[bytes]] = sheets.as_csv

    def field(self, name: str) -> Field:
        """The field of this name."""
        return next(field for field in self.fields if field.name == name)

    def known(self, rows: Sequence[Values]) -> list[str | None]:
        """The reference of each row that is here already; none where `make_many` tells."""
        return self.find_known(rows) if self.find_known is not None else [None] * len(rows)
