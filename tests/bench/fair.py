"""Whether a backlog of one workshop delays another: a hundred thousand due jobs beside five, counted in turns of the claim; and a
hundred thousand letters beside five, until the five have arrived at a mail server."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import INTERVAL

from service_app.core import jobs, tenancy
from service_app.core.db import Database
from tests.bench.work import SETTINGS
from tests.bench.world import World
from tests.mail import mail_server
from workers import sweeps
from workers.process import make_process
from workers.sweeps import BATCH

FEW = 5
_FILL = text(
    "INSERT INTO job (workshop_id, kind, dedupe_key, channel, run_at)"
    " SELECT :w, 'bench.fair', 'n' || n, 'sms', now() - make_interval(secs => 60 + n % 3600) FROM generate_series(1, :many) n"
)


@dataclass(frozen=True)
class Fair:
    """After how many turns the few were all taken, how long a turn took at the middle (ms), and how many were behind."""

    turns: int
    middle_ms: float
    backlog: int


def fairness(world: World, many: int = 100_000) -> Fair:
    """The turns until the few of the second workshop are taken, past the backlog of the first. The later ones are measured too:
    a claim must not grow dear with what waits."""
    other = _another(world)
    with world.admin.begin() as connection:
        connection.execute(text("DELETE FROM job"))
        connection.execute(_FILL, {"w": world.workshop.id, "many": many})
        connection.execute(_FILL, {"w": other, "many": FEW})
        connection.execute(text("ANALYZE job"))
    database = Database(world.urls.worker)
    taken, turns, spent = 0, 0, []
    for turn in range(1, 21):
        began = time.perf_counter()
        with database.transaction(tenancy.platform("bench: a turn")):
            claimed = jobs.claim("sms", most=BATCH)
        spent.append((time.perf_counter() - began) * 1000)
        taken += sum(job.workshop_id == other for job in claimed)
        turns = turns or (turn if taken == FEW else 0)
    database.engine.dispose()
    with world.admin.begin() as connection:
        connection.execute(text("DELETE FROM job"))
    return Fair(turns, sorted(spent)[len(spent) // 2], many)


def _another(world: World) -> int:
    """A workshop beside the one with the backlog; its id."""
    with world.admin.begin() as connection:
        known = connection.scalar(text("SELECT id FROM workshop WHERE id <> :w LIMIT 1"), {"w": world.workshop.id})
        return int(known or connection.execute(
            text("INSERT INTO workshop (cluster_id, slug, name) SELECT cluster_id, 'bench-other', 'Other'"
                 " FROM workshop WHERE id = :w RETURNING id"), {"w": world.workshop.id},
        ).scalar_one())  # fmt: skip


_LETTERS = text("""
    WITH written AS (
        INSERT INTO message (workshop_id, kind, about_key, channel, audience, recipient, language, payload, status)
        SELECT :w, 'letter_test', 'bench:' || n, 'mail', 'staff', :who || n || '@example.be', 'en', '{"kind": "repair_ready"}', 'queued'
          FROM generate_series(1, :many) n RETURNING id)
    INSERT INTO job (workshop_id, kind, dedupe_key, channel, payload, run_at)
    SELECT :w, 'notifications.send', 'message:' || id, 'mail', jsonb_build_object('message_id', id), now() - :age FROM written
""").bindparams(bindparam("age", type_=INTERVAL()))
LONGEST = 60.0


@dataclass(frozen=True)
class Delay:
    """Seconds until the few letters of the second workshop had all arrived (more than LONGEST: not by then), how many of the
    first had by then, and how many it had waiting."""

    seconds: float
    before: int
    backlog: int


def delay(world: World, many: int) -> Delay:
    """One worker, a backlog of `many` letters that were due before, and FEW that come after it."""
    other = _another(world)
    with world.admin.begin() as connection:
        for table in ("job", "delivery", "kept_letter", "message"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(_LETTERS, {"w": world.workshop.id, "many": many, "who": "many", "age": timedelta(hours=1)})
        connection.execute(_LETTERS, {"w": other, "many": FEW, "who": "few", "age": timedelta()})
        connection.execute(text("ANALYZE job, message"))
    with mail_server() as (sink, port):
        settings = replace(
            SETTINGS, database_url=world.urls.worker, smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False
        )
        process = make_process(settings)
        began, came = time.monotonic(), 0
        sink.on_taken = lambda: (
            arrived.append(time.monotonic()) if str(sink.letters[-1]["To"]).startswith("few") else None
        )
        arrived: list[float] = []
        while len(arrived) < FEW and time.monotonic() - began < LONGEST:
            sweeps.sweep(process, "mail", seconds=1)
            came = came or (len(sink.letters) if len(arrived) == FEW else 0)
        process.database.engine.dispose()
    spent = arrived[-1] - began if len(arrived) == FEW else float("inf")
    return Delay(spent, came - FEW, many)
