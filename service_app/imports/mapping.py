"""Which column of a file is which field: proposed by its name, in French, Dutch or English, and by what its cells hold.

Pure. A field gets one column at most, the best match first; a column that matches nothing is left out, and a person may
say otherwise. `columns_key` names a set of columns, so that what was chosen last time is proposed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from service_app.core.errors import Invalid
from service_app.imports.values import plain


class Named(Protocol):
    """What a field shows of itself here: its name, and other words for it."""

    @property
    def name(self) -> str: ...

    @property
    def words(self) -> tuple[str, ...]: ...


def columns_key(columns: Iterable[str]) -> str:
    """SHA-256 (hex) of a set of column names: neither order nor capitals nor accents matter."""
    return hashlib.sha256("\n".join(sorted(plain(column) for column in columns)).encode()).hexdigest()


def propose(columns: Sequence[str], fields: Sequence[Named]) -> dict[str, str]:
    """{column: field} by name; columns without a likely field are absent."""
    scores = [
        (_score(column, field), -position, -place, column, field.name)
        for position, column in enumerate(columns)
        for place, field in enumerate(fields)
    ]
    found: dict[str, str] = {}
    for score, _position, _place, column, field in sorted(scores, reverse=True):
        if score and column not in found and field not in found.values():
            found[column] = field
    return {column: found[column] for column in columns if column in found}


def _score(column: str, field: Named) -> int:
    """100 for the field's own name, 90 down to 60 for its other words in their order, 40 for a name that begins or ends
    with one of its longer words; 0 for nothing alike."""
    said = plain(column)
    names = [plain(word) for word in (field.name, *field.words)]
    if said in names:
        place = names.index(said)
        return 100 if place == 0 else max(90 - place, 60)
    if any(len(name) > 4 and (said.startswith(f"{name} ") or said.endswith(f" {name}")) for name in names):
        return 40
    return 0


def remembered(known: Mapping[str, str], columns: Sequence[str], fields: Sequence[Named]) -> dict[str, str]:
    """A mapping kept from an earlier file, for the columns of this one; fields that are no more drop out."""
    names = {field.name for field in fields}
    chosen = {plain(column): field for column, field in known.items() if field in names}
    return {column: chosen[plain(column)] for column in columns if plain(column) in chosen}


def checked(mapping: Mapping[str, str], columns: Sequence[str], fields: Sequence[Named]) -> dict[str, str]:
    """The mapping in the order of the file's columns, without those left out.

    Refuses with `import.no_such_column`, `import.no_such_field`, `import.field_twice`.
    """
    names = {field.name for field in fields}
    chosen = {column: field for column, field in mapping.items() if field}
    for column, field in chosen.items():
        if column not in columns:
            raise Invalid("import.no_such_column", field="mapping", column=column, known=", ".join(columns))
        if field not in names:
            raise Invalid("import.no_such_field", field="mapping", name=field, known=", ".join(sorted(names)))
    twice = [field for field in chosen.values() if list(chosen.values()).count(field) > 1]
    if twice:
        raise Invalid("import.field_twice", field="mapping", name=twice[0])
    return {column: chosen[column] for column in columns if column in chosen}


def by_hand(pairs: Iterable[str]) -> dict[str, str]:
    """`Column=field` as typed on the command line; the last `=` divides, and nothing after it leaves the column out.

    Refuses with `import.map_shape`.
    """
    found = {}
    for pair in pairs:
        column, sign, field = pair.rpartition("=")
        if not sign or not column.strip():
            raise Invalid("import.map_shape", value=pair)
        found[column.strip()] = field.strip()
    return found
