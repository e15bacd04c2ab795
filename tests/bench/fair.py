"""Whether a backlog of one workshop delays another: a hundred thousand due jobs beside five, counted in turns of the claim."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text

from service_app.core import jobs, tenancy
from service_app.core.db import Database
from tests.bench.world import World
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
    with world.admin.begin() as connection:
        other = connection.execute(
            text("SELECT id FROM workshop WHERE id <> :w LIMIT 1"), {"w": world.workshop.id}
        ).scalar()
        if other is None:
            other = connection.execute(
                text("INSERT INTO workshop (cluster_id, slug, name) SELECT cluster_id, 'bench-other', 'Other'"
                     " FROM workshop WHERE id = :w RETURNING id"), {"w": world.workshop.id},
            ).scalar_one()  # fmt: skip
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
