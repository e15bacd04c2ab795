"""Care at size: `python -m tests.bench.care --plans 200000` plans one day over so many plans and prints seconds and peak
memory; `--years 3` lives three years of 5,000 items and 12,000 plans day by day, twice side by side (two processors, some hours): with two
planners at once and with one; it looks for what must never be, and compares the two stories. With `--minutes` it stops behind the
first month that ends later, and goes on from there when it is called again."""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import create_engine, text

from config.local import LocalPostgres
from migrations.setup import prepare_database
from service_app import reactions
from service_app.core import clock, events, files, links, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database
from service_app.workorders import operations
from tests.bench.world import SECRET, VAR
from tests.factories.workshops import make_workshop
from tests.workorders import world

PASSWORDS = {"app": "app-of-the-bench", "worker": "worker-of-the-bench"}


def plan_day(database: Database, scope: tenancy.Scope) -> tuple[int, int]:
    """(rounds, rows) of one day, each round in a transaction of its own."""
    rounds = rows = 0
    while True:
        with database.transaction(scope):
            found = operations.plan_care()
        if not found:
            return rounds, rows
        rounds, rows = rounds + 1, rows + found


def cpu_seconds(database: Database) -> float:
    """What this process and its connections that live have used of the processor, in seconds."""
    with database.engine.connect() as connection:
        pids = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE usename = current_user")).scalars().all()
    ticks = 0
    for pid in pids:
        with suppress(FileNotFoundError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK") + sum(os.times()[:2])


def one_day(database: Database, scope: tenancy.Scope, plans: int, know_the_sizes: Callable[[], None]) -> None:
    """A first day, on which everything is due to be looked at, and the day after, on which little is."""
    with clock.travelled(world.BEGIN), database.transaction(scope):
        world.fill(max(plans // 2, 1), plans)
    know_the_sizes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for name, day in (("first day", world.BEGIN), ("next day", world.BEGIN + timedelta(days=1))):
        begun, before_cpu = time.monotonic(), cpu_seconds(database)
        with clock.travelled(day):
            rounds, rows = plan_day(database, scope)
        cpu = cpu_seconds(database) - before_cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        seconds = time.monotonic() - begun
        print(
            f"{name}: {plans} plans, {rounds} rounds, {rows} rows, {seconds:.1f} s, {cpu:.1f} CPU s, peak {peak} MB (before {before} MB)"
        )


def sizes_known(server_url: str) -> None:
    """What a server that is left to itself does after so many rows: this one has no autovacuum."""
    with create_engine(server_url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


@dataclass(frozen=True)
class Life:
    """So many years of so many things and plans, planned by so many at once."""

    years: int
    items: int
    plans: int
    planners: int


@dataclass
class Lived:
    """How far a life has come, kept in a file from one call to the next: its workshop, its months, its story so far."""

    kept: Path
    workshop_id: int
    months: int = 0
    story: str = ""

    def keep(self) -> None:
        """Write it down."""
        self.kept.write_text(json.dumps({"workshop_id": self.workshop_id, "months": self.months, "story": self.story}))


def begun(database: Database, life: Life) -> Lived:
    """The life as it was left, or a new one in a workshop of its own."""
    kept = VAR / "care" / f"lived-{life.years}-{life.items}-{life.plans}-{life.planners}.json"
    if kept.exists():
        return Lived(kept, **json.loads(kept.read_text()))
    workshop = make_workshop(database, slug=f"care-{time.time_ns()}", name="Bench", name_second=None)
    with clock.travelled(world.BEGIN), database.transaction(tenancy.workshop(workshop.id)):
        world.fill(life.items, life.plans)
    return Lived(kept, workshop.id)


def many_years(database: Database, life: Life, lived: Lived, know_the_sizes: Callable[[], None], minutes: int) -> None:
    """Day by day, with a week's outage in each year; until it is over, or the first month behind so many minutes."""
    scope, since = tenancy.workshop(lived.workshop_id), time.monotonic()

    def plan() -> None:
        world.by_turns(life.planners, write)
        world.by_turns(life.planners, announce)

    def write() -> None:
        plan_day(database, scope)

    def announce() -> None:
        found = 1
        while found:
            with database.transaction(scope):
                found = operations.announce_due_care(WORKER)

    while lived.months < life.years * 12 and time.monotonic() - since < minutes * 60:
        month = lived.months
        first, last = month * 365 // 12, (month + 1) * 365 // 12
        gone = range(month // 12 * 365 + 200, month // 12 * 365 + 207)
        mornings = (world.BEGIN + timedelta(days=each) for each in range(first, last) if each not in gone)
        world.live(database, scope, mornings, plan, seed=month)
        know_the_sizes()
        with clock.travelled(world.BEGIN + timedelta(days=last - 1)):
            plan()  # what was done in the day has its next day from the planner, and is looked for only behind it
        with clock.travelled(world.BEGIN + timedelta(days=last - 1)), database.transaction(scope):
            found, total, lived.story = world.faults(), len(world.told()), world.digest()
        lived.months += 1
        lived.keep()
        print(
            f"{life.planners} planner(s), month {lived.months}: {total} occurrences, faults {found or 'none'}, "
            f"story {lived.story}, {time.monotonic() - since:.0f} s", flush=True,
        )  # fmt: skip


def one_life(server_url: str, app_url: str, life: Life, minutes: int) -> tuple[int, str]:
    """A life in the process at hand: its months so far and its story."""
    install()
    database = Database(app_url)
    try:
        lived = begun(database, life)
        many_years(database, life, lived, partial(sizes_known, server_url), minutes)
        return lived.months, lived.story
    finally:
        database.engine.dispose()


def lived_twice(server_url: str, app_url: str, life: Life, minutes: int) -> None:
    """The same life twice, side by side: with two planners at once, and with one. Their stories must be one."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        lives = [pool.submit(one_life, server_url, app_url, replace(life, planners=n), minutes) for n in (2, 1)]
        (months, story), (other_months, other_story) = (each.result() for each in lives)
    if min(months, other_months) < life.years * 12:
        print(f"{months} and {other_months} months lived; call it again to go on", flush=True)
    else:
        print("the same story twice" if story == other_story else f"TWO STORIES: {story}, {other_story}", flush=True)


def install() -> None:
    """What a process needs to act."""
    files.install(VAR / "care-files")
    links.install(SECRET, "http://localhost")
    events.install(reactions.ALL)


def main() -> None:
    """Both, over a database of their own."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--plans", type=int, default=0)
    asked.add_argument("--years", type=int, default=0)
    asked.add_argument("--items", type=int, default=5000)
    asked.add_argument("--of", type=int, default=12000, help="plans of the years")
    asked.add_argument(
        "--minutes", type=int, default=24 * 60, help="of the years, before it stops to go on another time"
    )
    given = asked.parse_args()
    server = LocalPostgres(VAR / "care", durable=False).start()
    try:
        urls = prepare_database(server.url, PASSWORDS)
        install()
        if given.plans:
            database = Database(urls.app)
            workshop = make_workshop(database, slug=f"care-{time.time_ns()}", name="Bench", name_second=None)
            one_day(database, tenancy.workshop(workshop.id), given.plans, partial(sizes_known, server.url))
            database.engine.dispose()
        if given.years:
            lived_twice(server.url, urls.app, Life(given.years, given.items, given.of, 1), given.minutes)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
