"""`ronde import customers|products|items|contracts|repairs FILE`: the same as the page, on the command line. A CSV of
repairs is read as a stream, see `repairs`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask_babel import force_locale
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.logging import configure
from config.settings import Settings, SettingsError
from service_app import create_app, refusals
from service_app.cli import repairs
from service_app.core import access, tenancy
from service_app.core.access import Actor
from service_app.core.db import Database
from service_app.core.errors import Refusal
from service_app.imports import operations, passes, queries
from service_app.imports.kinds import KINDS
from service_app.imports.models import ImportRun
from service_app.imports.refused import refused_file
from service_app.imports.rows import CREATE_PRODUCTS
from service_app.workshops.queries import find_workshop, list_workshops

MOST_SHOWN = 20
ROWS_REFUSED = 2


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--workshop", "slug", help="The workshop's short name; needed when there are several.")
@click.option(
    "--column", "columns", multiple=True, metavar="COLUMN=FIELD", help="Read a column of the file as a field."
)
@click.option("--create-products", is_flag=True, help="With items: make the products that are not in the catalogue.")
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
def import_file(
    kind: str, file: Path, slug: str | None, columns: tuple[str, ...], create_products: bool, dry_run: bool
) -> None:
    """Bring customers, products, items, contracts or repairs in from a CSV or XLSX file. Good rows come in; bad ones are named
    with row, column and remedy, and written back beside the file. The same file twice is once."""
    settings = Settings.from_environment()
    configure("WARNING")
    app = create_app(settings)
    console = Console(highlight=False)
    actor = by_command("ronde import")
    try:
        with app.app_context(), force_locale("en"):
            workshop_id = which_workshop(app.database, slug, "import")
            if kind == "repairs" and not _is_spreadsheet(file):
                chosen = dict(_pair(column) for column in columns)
                refused = repairs.bring_in(app.database, console, actor, workshop_id, file, chosen, dry_run)
                code = ROWS_REFUSED if refused else 0
            else:
                what = (kind, file, workshop_id)
                code = _import(app.database, console, actor, what, columns, create_products, dry_run)
    except Refusal as refusal:
        with app.app_context(), force_locale("en"):
            raise click.ClickException(refusals.say(refusal.code, refusal.data)) from refusal
    finally:
        app.database.engine.dispose()
    sys.exit(code)


def by_command(name: str) -> Actor:
    """Who acts when a command does: it runs on the machine itself, so it may what an owner may."""
    return Actor(kind="staff", name=name, role="owner", permissions=access.ROLES["owner"])


def _is_spreadsheet(file: Path) -> bool:
    with file.open("rb") as begin:
        return begin.read(4) == b"PK\x03\x04"


def which_workshop(database: Database, slug: str | None, command: str) -> int:
    """The workshop of this short name, or the only one. Refuses with SettingsError, naming them, when it is not clear."""
    with database.transaction(tenancy.platform(f"{command}: which workshop")):
        known = list_workshops()
        found = find_workshop(slug) if slug else known[0] if len(known) == 1 else None
        if found is None:
            names = ", ".join(one.slug for one in known) or "none yet"
            raise SettingsError(f"Say which workshop with --workshop: {names}.")
        return found.id


def _import(
    database: Database, console: Console, actor: Actor, what: tuple[str, Path, int], columns: tuple[str, ...],
    create_products: bool, dry_run: bool,
) -> int:  # fmt: skip
    kind, file, workshop_id = what
    with database.transaction(tenancy.workshop(workshop_id)):
        run = operations.upload(actor, kind, file.read_bytes(), file.name)
        mapping = run.mapping | dict(_pair(column) for column in columns)
        operations.choose_mapping(actor, run, mapping, {CREATE_PRODUCTS: True} if create_products else {})
        broken_off = None if dry_run else queries.find_broken_off(kind, file.read_bytes(), run.mapping)
        if broken_off is not None:
            console.print(f"{broken_off.reference} was broken off at row {broken_off.seen}: going on there.")
            operations.cancel(actor, run)
            run = broken_off
        else:
            operations.begin(actor, run, "checking" if dry_run else "running")
        reference, run_id, total = run.reference, run.id, run.total
        console.print(_mapping_table(run))
    _work(database, console, actor, (workshop_id, run_id, total), "Checking" if dry_run else "Importing")
    with database.transaction(tenancy.workshop(workshop_id)):
        return _report(console, queries.get_run(reference), file, dry_run)


def _pair(text: str) -> tuple[str, str]:
    column, _sign, field = text.rpartition("=")
    if not column:
        raise click.BadParameter(f"{text!r}: write it as COLUMN=FIELD.")
    return column, field


def _mapping_table(run: ImportRun) -> Table:
    table = Table("Column", "Read as", box=None, pad_edge=False)
    for column in run.columns:
        table.add_row(column, run.mapping.get(column) or "-")
    return table


def _work(database: Database, console: Console, actor: Actor, run: tuple[int, int, int], label: str) -> None:
    workshop_id, run_id, total = run
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=total)
        while _batch(database, workshop_id, lambda: operations.work_on(run_id, actor)):
            progress.advance(task, passes.BATCH)
        progress.update(task, completed=total)


def _batch(database: Database, workshop_id: int, work: Callable[[], bool]) -> bool:
    with database.transaction(tenancy.workshop(workshop_id)):
        return work()


def _report(console: Console, run: ImportRun, file: Path, dry_run: bool) -> int:
    words = ("would come in", "known already", "refused") if dry_run else ("came in", "known already", "refused")
    counts = (run.created, run.known, run.rejected)
    console.print(
        f"{run.reference}: {run.total} rows: " + ", ".join(f"{n} {w}" for n, w in zip(counts, words, strict=True))
    )
    if not run.rejected:
        return 0
    table = Table("Row", "Column", "What to do", box=None, pad_edge=False)
    for refused in queries.refused_rows(run, most=MOST_SHOWN):
        for issue in refused.issues:
            table.add_row(str(issue.row_number), issue.column, refusals.say(issue.code, issue.data))
    console.print(table)
    if run.rejected > MOST_SHOWN:
        console.print(f"... and {run.rejected - MOST_SHOWN} more.")
    name, content = refused_file(run)
    back = file.with_name(f"{file.stem}-{name}")
    back.write_bytes(content)
    console.print(f"The refused rows stand in {back}: mend them there and import that file.", soft_wrap=True)
    return ROWS_REFUSED
