"""`ronde price-month YYYY-MM --dry-run`: what a month comes to, without writing anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.settings import Settings, SettingsError
from service_app.contracts import pricing_run
from service_app.contracts.pricing_run import Totals
from service_app.core import tenancy
from service_app.core.db import Database
from service_app.workshops.queries import find_workshop, list_workshops

EVERY = 10_000


@click.command()
@click.argument("month", metavar="YYYY-MM")
@click.option("--workshop", "slug", help="The workshop's short name; needed when there are several.")
@click.option("--dry-run", is_flag=True, help="Price and write nothing; charging itself is what the workers do.")
def price_month(month: str, slug: str | None, dry_run: bool) -> None:
    """Price every monthly line for the months that begin in a calendar month: totals, and a hash of the figures that is
    the same whenever it is asked."""
    if not dry_run:
        raise click.UsageError(
            "Charging is what the workers do, each month as it begins. Add --dry-run to price a month."
        )
    first, console = _first_of(month), Console(highlight=False)
    database = Database(Settings.from_environment().database_url)
    try:
        with database.transaction(tenancy.workshop(_workshop(database, slug))):
            begun = time.perf_counter()
            totals = run(first, console)
            _report(console, month, totals, time.perf_counter() - begun)
    finally:
        database.engine.dispose()


def _first_of(month: str) -> date:
    try:
        return datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007
    except ValueError:
        raise click.BadParameter(f"{month!r}: write a month as 2026-11.", param_hint="YYYY-MM") from None


def _workshop(database: Database, slug: str | None) -> int:
    with database.transaction(tenancy.platform("price a month: which workshop")):
        known = list_workshops()
        found = find_workshop(slug) if slug else known[0] if len(known) == 1 else None
        if found is None:
            names = ", ".join(one.slug for one in known) or "none yet"
            raise SettingsError(f"Say which workshop with --workshop: {names}.")
        return found.id


def run(first: date, console: Console) -> Totals:
    """Price the month in the current workshop, showing how far it is."""
    totals = Totals()
    with _shown(console, pricing_run.count_lines(first)) as advance:
        for each in pricing_run.price_month(first):
            totals.add(each)
            advance(totals.lines)
    return totals


@contextmanager
def _shown(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, else a line every so many."""
    if not console.is_terminal:
        yield lambda done: console.print(f"{done} of {total} lines") if done % EVERY == 0 else None
        return
    columns = (TextColumn("Pricing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=total)
        yield lambda done: progress.update(task, completed=done) if done % 500 == 0 else None
        progress.update(task, completed=total)


def _report(console: Console, month: str, totals: Totals, seconds: float) -> None:
    console.print(f"{month}: {totals.lines} lines, {totals.days} days served, {totals.price}")
    console.print(f"not charged yet {totals.to_charge}, to be credited {totals.to_credit}")
    console.print(f"{totals.lines / max(seconds, 0.001):.0f} lines/s, sha256 {totals.sha256}")
