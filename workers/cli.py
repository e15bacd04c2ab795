"""`ronde worker`, `ronde beat`, `ronde sweep`."""

from __future__ import annotations

import os
import signal
import time

import click
import structlog
from sqlalchemy import func, select

from config.logging import configure
from config.settings import Settings, SettingsError
from service_app.core import tenancy
from service_app.core.db import session
from service_app.core.jobs import Heartbeat
from workers.process import Process, make_process
from workers.schedule import SCHEDULE, Entry

log = structlog.get_logger()

LEAST_PAUSE = 0.5
# What beat alone sets off: a wake-up sweeps as well, and whoever hands letters in beats too, without beat or worker.
_OF_BEAT = [entry.name for entry in SCHEDULE if not entry.name.startswith("sweep.")]


def _settings_with_redis() -> Settings:
    settings = Settings.from_environment()
    if settings.redis_url is None:
        raise SettingsError("REDIS_URL is not set: give a Redis, or use `ronde sweep --loop`, which needs none.")
    return settings


@click.command()
@click.option("--concurrency", default=2, show_default=True, help="Processes that work at the same time.")
def worker(concurrency: int) -> None:
    """Run one Celery worker."""
    _settings_with_redis()
    from workers.celery_app import app

    arguments = ["worker", f"--concurrency={concurrency}", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    app.worker_main([*arguments, f"--hostname=ronde-{os.getpid()}@%h"])


@click.command()
def beat() -> None:
    """Send the intervals to the workers."""
    _settings_with_redis()
    from workers.celery_app import app

    app.start(["beat", "--loglevel=WARNING", "--pidfile=", "--scheduler=celery.beat:Scheduler"])


@click.command()
@click.option("--loop", is_flag=True, help="Keep at it until stopped.")
def sweep(loop: bool) -> None:
    """Do the background work without Redis; --loop keeps at it."""
    settings = Settings.from_environment()
    configure(settings.log_level)
    process = make_process(settings)
    if not loop:
        for entry in SCHEDULE:
            click.echo(f"  {entry.name}: {entry.do(process)}")
        return
    _keep_at_it(process)


def _keep_at_it(process: Process) -> None:
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda found, _frame: stopping.append(found))
    due = {entry.name: 0.0 for entry in SCHEDULE}
    while not stopping:
        for entry in SCHEDULE:
            if not stopping and time.monotonic() >= due[entry.name]:
                _do(entry, process)
                due[entry.name] = time.monotonic() + entry.seconds
        time.sleep(LEAST_PAUSE)


def _do(entry: Entry, process: Process) -> None:
    """Run an entry; what goes wrong, a database that is away for one, is for the next time and not the loop's end."""
    try:
        entry.do(process)
    except Exception:
        log.exception("entry_failed", entry=entry.name)


@click.command()
@click.option("--seconds", default=120, show_default=True, help="How long ago the last sweep may have been.")
def alive(seconds: int) -> None:
    """Say whether the background work ran lately, as beat asks for it and a worker does it; the exit code tells a health
    check."""
    process = make_process(Settings.from_environment())
    with process.database.transaction(tenancy.platform("alive")):
        old = func.extract("epoch", func.clock_timestamp() - func.max(Heartbeat.at))
        age = session().scalar(select(old).where(Heartbeat.name.in_(_OF_BEAT), Heartbeat.by != ""))
    process.database.engine.dispose()
    if age is None or age > seconds:
        ago = "never" if age is None else f"{int(age)} seconds ago"
        raise click.ClickException(f"The last sweep was {ago}: see whether worker and beat run.")
    click.echo(f"The last sweep was {int(age)} seconds ago.")
