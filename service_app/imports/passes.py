"""One batch of rows, checked or brought in. The row's own operation validates in both cases, each row in a savepoint: a
check undoes every one of them, a run keeps the good ones.

The cursor `seen` moves in the transaction of the batch, so a pass that was killed goes on where its last batch ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import DataError, IntegrityError

from service_app.core import files
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Refusal
from service_app.imports import reading
from service_app.imports.identity import OF_ITSELF, Met, Register
from service_app.imports.kind import KNOWN, Kind
from service_app.imports.kinds import KINDS
from service_app.imports.models import ImportIssue, ImportRun
from service_app.imports.reading import Row

BATCH = 200


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a row: the field concerned ('' for the row as a whole), a code and its data."""

    field: str
    code: str
    data: dict[str, Any] = made_by(default_factory=dict)


@dataclass
class Judged:
    """A row read: its values by field, and what is wrong with it."""

    row: Row
    met: Met
    values: dict[str, Any]
    flaws: list[Flaw]
    known_as: str | None = None


class _Undone(Exception):
    """Ends the savepoint of a row that was only checked."""


def take_batch(actor: Actor, run: ImportRun, most: int = BATCH) -> bool:
    """Do the next `most` rows of the run's present pass ('checking' or 'running') and move the cursor; whether rows are
    left. Refuses an actor without the right of the kind."""
    kind = KINDS[run.kind]
    actor.must(kind.permission)
    batch = _judged_rows(kind, run, most)
    if kind.make_many is not None:
        _make_together(actor, kind, run, [judged for judged in batch if not judged.flaws])
    else:
        for judged in batch:
            _make_alone(actor, kind, run, judged)
    for judged in batch:
        _count(run, judged)
    _write_flaws(run, batch)
    run.seen += len(batch)
    return run.seen < run.total


def _judged_rows(kind: Kind, run: ImportRun, most: int) -> list[Judged]:
    rows = reading.unpack(files.read(run.rows_file))
    book = Register(run.columns, run.mapping, kind.identify)
    book.skip(rows, run.seen)
    batch = [judge(kind, book.meet(row), row, len(run.columns)) for row in islice(rows, most)]
    sound = [judged for judged in batch if not judged.flaws]
    for judged, reference in zip(sound, kind.known([one.values for one in sound]), strict=True):
        judged.known_as = reference
    return batch


def judge(kind: Kind, met: Met, row: Row, width: int) -> Judged:
    """Understand the cells of a row; every flaw is found, not only the first."""
    judged = Judged(row, met, {}, [])
    for name, cell in met.cells.items():
        try:
            value = kind.field(name).parse(cell)
        except Refusal as refusal:
            judged.flaws.append(Flaw(name, refusal.code, storable(refusal.data)))
        else:
            judged.values[name] = value
    if met.key[0] == OF_ITSELF:
        judged.values["external_ref"] = met.key[1]
    judged.flaws += _shape_flaws(kind, judged, width)
    return judged


def _shape_flaws(kind: Kind, judged: Judged, width: int) -> Iterator[Flaw]:
    if len(judged.row.cells) > width:
        yield Flaw("", "import.too_many_cells", {"cells": len(judged.row.cells), "columns": width})
    for group in kind.needs:
        if not any(name in judged.met.cells for name in group):
            yield Flaw(group[0], "import.cell_needed", {"fields": list(group)})
    if judged.met.earlier is not None and not judged.met.is_same:
        yield Flaw("", "import.repeated", {"row": judged.met.earlier, "key": judged.met.key[1]})


def _make_alone(actor: Actor, kind: Kind, run: ImportRun, judged: Judged) -> None:
    if not judged.flaws and judged.met.earlier is not None:
        judged.known_as = kind.known([judged.values])[0]
    if not judged.flaws and judged.known_as is None:
        judged.flaws += _make(actor, kind, run, judged)


def _make_together(actor: Actor, kind: Kind, run: ImportRun, sound: Sequence[Judged]) -> None:
    """All of a batch in one go and in one savepoint; `make_many` tells of each what became of it."""
    told: Sequence[str | Refusal] = ()
    assert kind.make_many is not None
    try:
        with session().begin_nested():
            told = kind.make_many(actor, [judged.values for judged in sound], run.options)
            if run.status == "checking":
                raise _Undone
    except _Undone:
        pass
    for judged, said in zip(sound, told, strict=True):
        if isinstance(said, Refusal):
            judged.flaws.append(Flaw(said.field or "", said.code, storable(said.data)))
        elif said == KNOWN:
            judged.known_as = judged.met.key[1]


def _count(run: ImportRun, judged: Judged) -> None:
    if judged.flaws:
        run.rejected += 1
    elif judged.known_as is not None or judged.met.earlier is not None:
        run.known += 1
    else:
        run.created += 1


def _make(actor: Actor, kind: Kind, run: ImportRun, judged: Judged) -> Sequence[Flaw]:
    try:
        assert kind.make is not None
        with session().begin_nested():
            kind.make(actor, judged.values, run.options)
            session().flush()
            if run.status == "checking":
                raise _Undone
    except _Undone:
        return ()
    except Refusal as refusal:
        return [Flaw(refusal.field or "", refusal.code, storable(refusal.data))]
    except (IntegrityError, DataError) as error:
        return [Flaw("", "import.not_accepted", {"detail": str(error.orig).splitlines()[0][:200]})]
    return ()


def storable(data: dict[str, Any]) -> dict[str, Any]:
    """A refusal's data as JSON holds it."""
    return {name: str(value) if isinstance(value, Decimal | date) else value for name, value in data.items()}


def _write_flaws(run: ImportRun, batch: Sequence[Judged]) -> None:
    columns = {name: column for column, name in run.mapping.items()}
    found = [
        {
            "run_id": run.id,
            "row_number": judged.row.number,
            "column": _column_of(flaw, columns),
            "code": flaw.code,
            "data": flaw.data,
        }
        for judged in batch
        for flaw in judged.flaws
    ]
    if found:
        session().execute(insert(ImportIssue), found)


def _column_of(flaw: Flaw, columns: dict[str, str]) -> str:
    """Where in the file the flaw is. A need that several fields could fill is shown at the first the file has."""
    wanted = [flaw.field, *flaw.data.get("fields", ())]
    return next((columns[name] for name in wanted if name in columns), "")
