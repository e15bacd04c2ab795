"""Reads about imports: runs, what was refused and why, the first rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import func, select

from service_app.core import files
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read
from service_app.imports import reading
from service_app.imports.models import ImportIssue, ImportRun
from service_app.imports.reading import Row

SAMPLES = 3
_MORE: dict[str, Any] = {
    "file": as_read(ImportRun.file_name), "created": ImportRun.created, "known": ImportRun.known,
    "rejected": ImportRun.rejected,
}  # fmt: skip
SORTS: dict[str, tuple[Any, ...]] = {
    "reference": (ImportRun.id,),
    "-reference": (ImportRun.id.desc(),),
    **{name: (column, ImportRun.id) for name, column in _MORE.items()},
    **{f"-{name}": (column.desc(), ImportRun.id.desc()) for name, column in _MORE.items()},
}


@dataclass(frozen=True)
class RefusedRow:
    """A row of the file with everything that is wrong with it."""

    row: Row
    issues: list[ImportIssue]


def get_run(reference: str) -> ImportRun:
    """The run of this reference. Refuses with NotFound."""
    run = session().scalars(select(ImportRun).where(ImportRun.reference == reference)).first()
    if run is None:
        raise NotFound("not_found")
    return run


def find_broken_off(kind: str, content: bytes, mapping: Mapping[str, str]) -> ImportRun | None:
    """A run from the command line, of the same file under the same mapping, that was broken off: to be gone on with."""
    found = select(ImportRun).where(
        ImportRun.kind == kind, ImportRun.status == "running", ImportRun.by_account_id.is_(None)
    )
    for run in session().scalars(found.order_by(ImportRun.id.desc()).limit(20)):
        if run.mapping == dict(mapping) and files.read(run.file) == content:
            return run
    return None


def sample_columns(run: ImportRun) -> dict[str, list[str]]:
    """{column: what its first filled cells hold}."""
    rows = list(reading.unpack(files.read(run.rows_file), 0, 50))
    return {
        column: list(islice((row.cells[place] for row in rows if row.cells[place]), SAMPLES))
        for place, column in enumerate(run.columns)
    }


def refused_rows(run: ImportRun, first: int = 0, most: int | None = None) -> Iterator[RefusedRow]:
    """The refused rows in the order of the file, from position `first` (0 is the first refused one)."""
    numbers = select(ImportIssue.row_number).where(ImportIssue.run_id == run.id).distinct()
    wanted = list(session().scalars(numbers.order_by(ImportIssue.row_number).offset(first).limit(most)))
    found = select(ImportIssue).where(ImportIssue.run_id == run.id, ImportIssue.row_number.in_(wanted))
    issues = session().scalars(found.order_by(ImportIssue.row_number, ImportIssue.id)).all() if wanted else ()
    by_number = {number: list(group) for number, group in groupby(issues, key=lambda issue: issue.row_number)}
    for row in reading.unpack(files.read(run.rows_file)):
        if row.number in by_number:
            yield RefusedRow(row, by_number[row.number])


def count_refusals(run: ImportRun) -> list[tuple[str, str, int]]:
    """(code, column, how many rows), the most frequent first."""
    found = select(ImportIssue.code, ImportIssue.column, func.count()).where(ImportIssue.run_id == run.id)
    grouped = found.group_by(ImportIssue.code, ImportIssue.column).order_by(func.count().desc()).limit(20)
    return [(code, column, many) for code, column, many in session().execute(grouped)]
