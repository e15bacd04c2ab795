"""The whole bench: seed, serve, measure, print one table."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain

from rich.console import Console
from rich.table import Table

from config.local import LocalPostgres, free_port
from service_app.core.paging import PAGE_SIZE
from tests.bench import fair, floor, load, month, repairs, slots, start, work, world
from tests.bench.load import Client, Rate
from tests.bench.world import SECRET, VAR, World
from tests.factories.workshops import PASSWORD

ROUNDS = 3


@contextmanager
def served(target: str, environment: dict[str, str]) -> Iterator[int]:
    """An application under gunicorn as in production; the port."""
    port = free_port()
    env = os.environ | environment | {"PORT": str(port), "WEB_WORKERS": "2", "WEB_THREADS": "8"}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", target]
    with (VAR / "web.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(40)


def _wait(port: int) -> None:
    for _try in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"the server does not answer: read {VAR / 'web.log'}")


def compare(*drives: Callable[[], Rate]) -> tuple[list[float], list[Rate]]:
    """The middle ratio of the first to each of the others, of rounds in turn, so that what else the machine does hits all
    alike; and the middle round's rates of each."""
    rounds = [[drive() for drive in drives] for _round in range(ROUNDS)]
    ratios = [
        statistics.median(one[0].per_second / one[other].per_second for one in rounds)
        for other in range(1, len(drives))
    ]
    return ratios, [sorted(rates, key=lambda rate: rate.per_second)[ROUNDS // 2] for rates in zip(*rounds, strict=True)]


def pages(seeded: World, port: int, bare: int, seconds: float) -> Iterator[tuple[str, float, float, str]]:
    """The read pages at eight clients against the bare list of as many rows; beside it against one of 25."""
    clients = [load.sign_in(port, seeded.email, PASSWORD) for _each in range(8)]
    plain = [Client(bare) for _each in range(8)]

    def asking(many: list[Client], path: str) -> Callable[[], Rate]:
        return lambda: load.drive(many, lambda one: one.ask("GET", path)[0], seconds)

    for name, path, same, short in (
        ("contract list, filter", "?status=ended", f"?rows={PAGE_SIZE}", "?rows=25"),
        ("contract list, filter + search", "?status=ended&q=nora", f"?rows={PAGE_SIZE}&q=nora", "?rows=25&q=nora"),
        ("contract page", f"/{seeded.reference}", "?rows=25", "?rows=25"),
    ):
        (ratio, beside), (mine, its, _short) = compare(
            asking(clients, f"/senne/contracts{path}"), asking(plain, f"/list{same}"), asking(plain, f"/list{short}")
        )
        figures = f"{mine.per_second:.0f}/s, median {mine.median_ms:.0f} ms; floor {its.per_second:.0f}/s"
        yield name, ratio, 0.6, f"{figures}; {beside:.2f} × one of 25 rows; failed {mine.failed}"


def signing(seeded: World, port: int, bare: int, seconds: float) -> Iterator[tuple[str, float, float, str]]:
    """Signing with its availability check against two inserts, with one client and with eight."""
    tokens, lock = list(seeded.tokens), threading.Lock()

    def sign(client: Client) -> int:
        with lock:
            if not tokens:
                raise SystemExit("every offer is signed: measure with more --offers")
            token = tokens.pop()
        data = {"signature_name": "Nora Lemmens", "agreed": "1", "csrf_token": client.csrf}
        return client.ask("POST", f"/senne/sign/{token}", data)[0]

    rates = {}
    for many in (1, 8):
        signers = [Client(port).open(f"/senne/sign/{tokens[0]}") for _each in range(many)]
        plain = [Client(bare) for _each in range(many)]
        (ratio,), (mine, its) = compare(
            partial(load.drive, signers, sign, seconds / ROUNDS),
            partial(load.drive, plain, lambda client: client.ask("POST", "/insert", {})[0], seconds / ROUNDS),
        )
        rates[many] = mine.per_second
        yield (
            f"signing, {many} client{'s' if many > 1 else ''}",
            ratio,
            0.3,
            f"{mine.per_second:.0f}/s, median {mine.median_ms:.0f} ms; floor {its.per_second:.0f}/s; failed {mine.failed}",
        )
    yield "signing, 8 clients against 1", rates[8] / rates[1], 1.0, ""


def _priced(measured: month.Measured) -> str:
    same = "the same figures again" if measured.is_same else "OTHER FIGURES"
    return f"{measured.lines} lines, {same}, {measured.grown_kb} kB more memory the second time"


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser(prog="python -m tests.bench")
    given.add_argument("--seconds", type=float, default=5, help="how long each measurement lasts")
    given.add_argument("--letters", type=int, default=10_000)
    given.add_argument(
        "--messages", type=int, default=100_000, help="how many letters of one workshop stand before five of another"
    )
    given.add_argument("--jobs", type=int, default=5_000)
    given.add_argument("--offers", type=int, default=4000)
    given.add_argument("--clone", action="store_true", help="measure the first start from a fresh clone, as `make run`")
    options = given.parse_args()
    VAR.mkdir(parents=True, exist_ok=True)
    console = Console()
    postgres = LocalPostgres(VAR / "postgres").start()
    try:
        console.print(_measured(postgres, options, console))
    finally:
        postgres.stop()


def _measured(postgres: LocalPostgres, options: argparse.Namespace, console: Console) -> Table:
    console.print(f"Seeding {world.CUSTOMERS} customers and {world.CONTRACTS} contracts")
    seeded = world.build(postgres, options.offers)
    floor.make_tables(seeded.admin)
    table = Table("what", "measured", "wanted", "holds", "figures")

    def row(name: str, value: float, wanted: float, figures: str, unit: str = "× floor") -> None:
        table.add_row(name, f"{value:.2f} {unit}", f"≥ {wanted:g}", "yes" if value >= wanted else "no", figures)
        console.print(f"  {name}: {value:.2f}  {figures}")

    environment = {
        "DATABASE_URL": seeded.urls.app, "SECRET_KEY": SECRET, "RONDE_ENV": "test", "FILES_DIR": str(VAR / "files"),
        "BENCH_WORKSHOP": str(seeded.workshop.id), "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    with served("service_app.wsgi:app", environment) as port, served("tests.bench.floor:app", environment) as bare:
        for name, ratio, wanted, figures in chain(
            pages(seeded, port, bare, options.seconds), signing(seeded, port, bare, options.seconds)
        ):
            row(name, ratio, wanted, figures, "× one client" if "against" in name else "× floor")
        ratio, figures = slots.search(seeded, bare, options.seconds)
        row("slot search, 12 people, 60 days", ratio, 0.3, figures)
    row("job engine, two workers", work.no_op_jobs(seeded, options.jobs), 500, f"{options.jobs} jobs", "jobs/s")
    fairly = fair.fairness(seeded, options.messages)
    holds = "yes" if fairly.turns == 1 else "no"
    behind = f"{fairly.backlog} due of another workshop; {fairly.middle_ms:.0f} ms a turn"
    table.add_row("five due beside a backlog", f"{fairly.turns} turns", "≤ 1", holds, behind)
    late = fair.delay(seeded, options.messages)
    behind = f"{late.backlog} letters of another workshop before them, {late.before} sent meanwhile"
    holds = "yes" if late.seconds < fair.LONGEST else "no"
    table.add_row("five letters beside a backlog", f"{late.seconds:.1f} s", f"< {fair.LONGEST:.0f}", holds, behind)
    priced = month.price(seeded.urls, seeded.admin, console)
    row("pricing a month", priced.per_second, 5000, _priced(priced), "lines/s")
    rate, missing, doubled = work.reminders(seeded, options.letters)
    table.add_row(
        "reminders planned and sent",
        f"{rate:.0f} letters/s",
        "none missing, none twice",
        "yes" if not missing and not doubled else "no",
        f"{options.letters} letters, {missing} missing, {doubled} twice",
    )
    seconds, said = repairs.bring_in(seeded)
    holds = "yes" if seconds <= 10 else "no"
    table.add_row("a file of 2,885 repairs brought in", f"{seconds:.1f} s", "≤ 10", holds, said)
    seeded.admin.dispose()
    starts(table, options.clone)
    return table


def starts(table: Table, from_a_clone: bool) -> None:
    """The first and the second start, and the memory of an idle product."""
    found = start.measure(from_a_clone=from_a_clone)
    megabytes = sum(found.memory_mb.values())
    parts = ", ".join(f"{name} {size:.0f}" for name, size in found.memory_mb.items())
    first = "from a clone" if from_a_clone else "packages and assets there already"
    for name, value, most, unit, figures in (
        ("first start", found.cold_seconds, 180, "s", first),
        ("second start", found.warm_seconds, 10, "s", ""),
        ("idle memory: web, worker, beat", megabytes, 600, "MB", parts),
    ):
        table.add_row(name, f"{value:.1f} {unit}", f"≤ {most}", "yes" if value <= most else "no", figures)


if __name__ == "__main__":
    main()
