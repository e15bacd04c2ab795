"""The job engine and the letters: two worker processes over the bench's database."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from dataclasses import replace

from sqlalchemy import text

from config.settings import Settings
from service_app.core import clock
from tests.bench.world import SECRET, VAR, World
from tests.mail import mail_server
from workers import planners, sweeps
from workers.handlers import HANDLERS, Within
from workers.process import make_process

SETTINGS = Settings(environment="test", secret_key=SECRET, base_url="http://localhost", files_dir=VAR / "files")


def _sweep(url: str, channel: str, settings: Settings) -> None:
    HANDLERS["bench.noop"] = Within(lambda _payload: None)
    process = make_process(replace(settings, database_url=url))
    while sweeps.sweep(process, channel, seconds=600):
        pass
    process.database.engine.dispose()


def _two_workers(url: str, channel: str, settings: Settings) -> float:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_sweep, args=(url, channel, settings)) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 0.0


def no_op_jobs(world: World, many: int) -> float:
    """Jobs a second that do nothing, from the first claim to the last finish."""
    with world.admin.begin() as connection:
        connection.execute(text("DELETE FROM job"))
        connection.execute(
            text(
                "INSERT INTO job (workshop_id, kind, dedupe_key, channel)"
                " SELECT :w, 'bench.noop', 'n' || n, 'housekeeping' FROM generate_series(1, :many) n"
            ),
            {"w": world.workshop.id, "many": many},
        )
    _two_workers(world.urls.worker, "housekeeping", SETTINGS)
    with world.admin.connect() as connection:
        spent = connection.execute(
            text(
                "SELECT extract(epoch FROM max(finished_at) - min(first_claimed_at)), count(*) FROM job WHERE state = 'done'"
            )
        ).one()
    assert spent.count == many, f"{many - spent.count} jobs were not done"
    return many / float(spent.extract)


def _zone_at_noon() -> str:
    """Where it is about noon: reminders are written from eight in the morning on, whenever the bench runs."""
    east = 12 - clock.now().hour
    return f"Etc/GMT{-east:+d}"


def reminders(world: World, many: int) -> tuple[float, int, int]:
    """(letters a second, missing, doubled) of `many` reminders planned and sent to a mail server of our own."""
    zone = _zone_at_noon()
    tonight = clock.day_bounds(clock.today(zone), zone)[1]
    with world.admin.begin() as connection:
        connection.execute(text("UPDATE workshop SET zone = :zone"), {"zone": zone})
        connection.execute(text("DELETE FROM job"))
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(
                "UPDATE contract_line SET status = 'out', out_at = now() - interval '9 days', due_at = :due WHERE ctid IN"
                " (SELECT ctid FROM contract_line WHERE status = 'closed' LIMIT :many)"
            ),
            {"due": tonight, "many": many},
        )
    planner = make_process(replace(SETTINGS, database_url=world.urls.worker))
    begun = time.monotonic()
    planned = 0
    while found := planners.in_every_workshop(planner, "remind", planners.remind):
        planned += found
    planner.database.engine.dispose()
    with mail_server() as (sink, port):
        settings = replace(SETTINGS, smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
        _two_workers(world.urls.worker, "mail", settings)
        spent = time.monotonic() - begun
        counted = Counter(sink.ids())
    return planned / spent, many - len(counted), sum(1 for times in counted.values() if times > 1)
