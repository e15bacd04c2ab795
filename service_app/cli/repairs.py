"""`ronde import repairs FILE` and `ronde export repairs`: the history of repairs in and out, as the Open Repair Data
Standard writes it.

In comes a CSV of any length, read and written as a stream, a thousand rows in a transaction: broken off, it is begun again,
for what is here is known. (A spreadsheet goes the way of the other kinds, through a run with its page.) A bad row is named
with line, field and remedy, and written beside the file, where it can be mended and brought in.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import click
from flask_babel import force_locale
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.logging import configure
from config.settings import Settings
from service_app import create_app, refusals
from service_app.core import tenancy
from service_app.core.access import Actor
from service_app.core.db import Database
from service_app.core.errors import Invalid
from service_app.imports import mapping as columns_mapping
from service_app.imports.repairs import REPAIRS
from service_app.repairlog import operations, queries, reading, standard
from service_app.repairlog.reading import Record
from service_app.repairlog.standard import Columns, Flaw

BATCH = 1_000
MOST_SHOWN = 20
# What the file of refused rows has beside the columns of the file it came from.
BESIDE = ("Row", "What to do")


class _Undone(Exception):
    """Ends the transaction of rows that were only checked."""


@dataclass
class Count:
    """What became of the rows so far."""

    added: int = 0
    known: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.added + self.known + self.refused


@dataclass
class Refused:
    """The refused rows: the first to be shown, all to be written beside the file as they come."""

    path: Path
    header: tuple[str, ...]
    delimiter: str
    shown: list[tuple[int, str, str]] = field(default_factory=list)
    _open: IO[str] | None = None
    _writer: Any = None

    def add(self, record: Record, flaws: list[Flaw]) -> None:
        """One more row, with everything that is wrong with it."""
        said = [(flaw.field, refusals.say(flaw.code, flaw.data)) for flaw in flaws]
        if len(self.shown) < MOST_SHOWN:
            self.shown += [(record.line, name, sentence) for name, sentence in said]
        if self._open is None:
            self._open = self.path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
            self._writer = csv.writer(self._open, delimiter=self.delimiter, lineterminator="\n")
            self._writer.writerow([*self.header, *BESIDE])
        cells = [*record.cells, *[""] * (len(self.header) - len(record.cells))]
        told = " ".join(f"{name}: {sentence}".removeprefix(": ") for name, sentence in said)
        self._writer.writerow([*cells[: len(self.header)], record.line, told])

    def close(self) -> None:
        """All is written."""
        if self._open is not None:
            self._open.close()


def bring_in(
    database: Database, console: Console, actor: Actor, workshop_id: int, file: Path, columns: dict[str, str],
    dry_run: bool,
) -> int:  # fmt: skip
    """Bring the file in, telling the console; how many rows were refused. Refuses a header without what every row needs
    (`import.column_needed`), and a file that is no CSV (`repairs.not_csv`)."""
    count = Count()
    with ExitStack() as held:
        lines = held.enter_context(reading.opened(file))
        first = lines.readline()
        delimiter = reading.delimiter_of(first)
        header = next(iter(reading.records([first], delimiter)), Record(1, ())).cells
        places = _places(header, columns)
        refused = Refused(file.with_name(f"{file.stem}-refused{file.suffix}"), _own(header), delimiter)
        held.callback(refused.close)
        records = reading.records(_lines(lines), delimiter, first=2)
        told = held.enter_context(_progress(console, lines, file, "Checking" if dry_run else "Importing"))
        keep = _one_after_the_other if not dry_run else _all_undone
        for batch, outcomes in keep(database, workshop_id, actor, _read(records, places, len(header))):
            _settle(batch, outcomes, count, refused)
            told(count)
    _report(console, count, refused, dry_run)
    return count.refused


def _lines(lines: IO[str]) -> Iterator[str]:
    """The lines by `readline`, which, unlike iterating, leaves the place in the file to be asked for."""
    return iter(lines.readline, "")


def _own(header: tuple[str, ...]) -> tuple[str, ...]:
    """The columns without those that we put beside them in a file of refused rows that was mended."""
    return header[: -len(BESIDE)] if header[-len(BESIDE) :] == BESIDE else header


def _places(header: tuple[str, ...], columns: dict[str, str]) -> dict[str, int]:
    """{field: place of its column}, by the names in the header and what was said on the command line."""
    names = tuple(" ".join(name.split()) for name in header)
    chosen = columns_mapping.propose(names, REPAIRS.fields) | columns
    fields = columns_mapping.checked(chosen, names, REPAIRS.fields)
    missing = [name for name in standard.NEEDED if name not in fields.values()]
    if missing:
        raise Invalid("import.column_needed", field="mapping", fields=missing)
    return {name: names.index(column) for column, name in fields.items()}


@dataclass(frozen=True)
class Read:
    """A record understood: its columns, and what is wrong with it."""

    record: Record
    columns: Columns
    flaws: list[Flaw]


def _read(records: Iterator[Record], places: dict[str, int], width: int) -> Iterator[list[Read]]:
    understood = (_understand(record, places, width) for record in records)
    while batch := list(islice(understood, BATCH)):
        yield batch


def _understand(record: Record, places: dict[str, int], width: int) -> Read:
    if not record.is_whole:
        return Read(record, {}, [Flaw("", "repairs.quotation")])
    if len(record.cells) != width:
        flaw = Flaw("", "import.too_many_cells", {"cells": len(record.cells), "columns": width})
        return Read(record, {}, [flaw])
    columns, flaws = standard.understood({name: record.cells[place] for name, place in places.items()})
    return Read(record, columns, flaws)


Batches = Iterator[tuple[list[Read], list[str | Invalid]]]


def _one_after_the_other(
    database: Database, workshop_id: int, actor: Actor, batches: Iterator[list[Read]]
) -> Batches:  # fmt: skip
    for batch in batches:
        with database.transaction(tenancy.workshop(workshop_id)):
            outcomes = _take_in(actor, batch)
        yield batch, outcomes


def _all_undone(database: Database, workshop_id: int, actor: Actor, batches: Iterator[list[Read]]) -> Batches:
    """In one transaction that is undone at the end, so that a row sees those before it."""
    try:
        with database.transaction(tenancy.workshop(workshop_id)):
            for batch in batches:
                yield batch, _take_in(actor, batch)
            raise _Undone
    except _Undone:
        return


def _take_in(actor: Actor, batch: list[Read]) -> list[str | Invalid]:
    return operations.take_in_repairs(actor, [read.columns for read in batch if not read.flaws])


def _settle(batch: list[Read], outcomes: list[str | Invalid], count: Count, refused: Refused) -> None:
    told = iter(outcomes)
    for read in batch:
        outcome = None if read.flaws else next(told)
        if isinstance(outcome, Invalid):
            read.flaws.append(Flaw(outcome.field or "", outcome.code, outcome.data))
        if read.flaws:
            count.refused += 1
            refused.add(read.record, read.flaws)
        elif outcome == operations.KNOWN:
            count.known += 1
        else:
            count.added += 1


@contextmanager
def _progress(console: Console, lines: IO[str], file: Path, label: str) -> Iterator[Callable[[Count], None]]:
    """A bar over the bytes of the file on a terminal, else a line every thousand rows."""
    if not console.is_terminal:
        yield lambda count: console.print(f"{count.rows} rows: {_said(count)}")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(label, total=file.stat().st_size, told="")
        raw = lines.buffer if hasattr(lines, "buffer") else None

        def tell(count: Count) -> None:
            progress.update(task, completed=raw.tell() if raw else 0, told=f"{count.rows} rows")

        yield tell
        progress.update(task, completed=file.stat().st_size)


def _said(count: Count, will: str = "came in") -> str:
    return f"{count.added} {will}, {count.known} known already, {count.refused} refused"


def _report(console: Console, count: Count, refused: Refused, dry_run: bool) -> None:
    console.print(f"{count.rows} rows in all: {_said(count, 'would come in' if dry_run else 'came in')}")
    if not count.refused:
        return
    table = Table("Line", "Field", "What to do", box=None, pad_edge=False)
    for line, name, sentence in refused.shown:
        table.add_row(str(line), name or "the whole row", sentence)
    console.print(table)
    if count.refused > MOST_SHOWN:
        console.print(f"... and {count.refused - MOST_SHOWN} more.")
    console.print(f"The refused rows stand in {refused.path}: mend them there and import that file.", soft_wrap=True)


@click.command()
@click.argument("kind", type=click.Choice(["repairs"]))
@click.option("--workshop", "slug", help="The workshop's short name; needed when there are several.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only repairs of this day or later.")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write into this file instead of the terminal.",
)
def export_file(kind: str, slug: str | None, since: datetime | None, file: Path | None) -> None:
    """Write the history of repairs as a CSV of the Open Repair Data Standard: what was imported as it came in, our own
    closed cases without personal data."""
    from service_app.cli.imports import by_command, which_workshop  # it imports this module

    settings = Settings.from_environment()
    configure("WARNING")
    app = create_app(settings)
    try:
        with app.app_context(), force_locale("en"):
            workshop_id = which_workshop(app.database, slug, "export")
            _export(app.database, workshop_id, by_command("ronde export"), since.date() if since else None, file)
    finally:
        app.database.engine.dispose()


def _export(database: Database, workshop_id: int, actor: Actor, since: date | None, file: Path | None) -> None:
    with ExitStack() as held:
        held.enter_context(database.transaction(tenancy.workshop(workshop_id)))
        out = held.enter_context(file.open("w", encoding="utf-8", newline="")) if file else _terminal()
        total = queries.count_exported(since)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(standard.FIELDS)
        console = Console(highlight=False, stderr=True)
        for number, row in enumerate(operations.export_repairs(actor, since), start=1):
            writer.writerow(row)
            if number % (BATCH * 10) == 0:
                console.print(f"{number} of {total} rows")
        out.flush()
        left = queries.count_unexported(since)
        console.print(f"{total} repairs written." + (f" {left} have no category of the standard." if left else ""))


def _terminal() -> IO[str]:
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    return sys.stdout
