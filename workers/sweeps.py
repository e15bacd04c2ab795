"""Claim due jobs of a channel, run each, finish it.

A job runs in one transaction with its finish: what it did and that it is done are committed together, or not at all. A
worker that lost its lease finishes nothing, and what it did is rolled back. A kind that nobody here knows stays ready,
for the newer worker that does.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import zip_longest

import structlog
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service_app.core import ends, jobs, tenancy
from service_app.core.errors import Refusal
from service_app.core.jobs import Claimed
from workers.handlers import HANDLERS, Outside, Within
from workers.outcomes import LeaseLost
from workers.process import Process

log = structlog.get_logger()

SWEEP_SECONDS = 60.0
UNKNOWN_RESTS = timedelta(minutes=5)
BATCH = 50


class UnknownKind(Exception):
    """No handler here does this kind of job."""


def sweep(process: Process, channel: str, *, seconds: float = SWEEP_SECONDS, most: int = BATCH) -> int:
    """Do the due jobs of a channel until none is left or the time is up; the number taken."""
    until, taken = time.monotonic() + seconds, 0
    while True:
        with process.database.transaction(tenancy.platform(f"sweep {channel}")):
            claimed = jobs.claim(channel, most=most)
        done = _work_through(process, claimed, until)
        taken += done
        if done == 0 or time.monotonic() > until:
            break
    with process.database.transaction(tenancy.platform(f"sweep {channel}")):
        jobs.beat(f"sweep.{channel}")
    return taken


def _work_through(process: Process, claimed: Sequence[Claimed], until: float) -> int:
    """Run claimed jobs until the time is up; the number run. Those it did not come to are put back at once: a slow mail
    server must not let their leases run out, which counts as a lost worker.

    What lost a worker before is run alone, with nothing else in hand: whoever held it then may be what kills, and would
    take those beside it along, three times, until all were given up for dead."""
    claimed = in_turn(claimed)
    suspect = next((job for job in claimed if job.lost_count), None)
    if suspect is not None and len(claimed) > 1:
        _put_back(process, [job for job in claimed if job is not suspect])
        run(process, suspect)
        return 1
    for place, job in enumerate(claimed):
        if time.monotonic() > until:
            _put_back(process, claimed[place:])
            return place
        run(process, job)
    return len(claimed)


def in_turn(claimed: Sequence[Claimed]) -> list[Claimed]:
    """The first of each workshop, then the second of each, and so on, which workshop begins being left to chance: where each
    call is slow a turn ends long before its last job, and those of one workshop must not always stand before another's."""
    queues: dict[int, list[Claimed]] = {}
    for job in claimed:
        queues.setdefault(job.workshop_id, []).append(job)
    order = random.sample(list(queues.values()), len(queues))
    return [job for row in zip_longest(*order) for job in row if job is not None]


def _put_back(process: Process, rest: Sequence[Claimed]) -> None:
    with process.database.transaction(tenancy.platform("put back")):
        for job in rest:
            jobs.put_back(job)


def run(process: Process, job: Claimed) -> None:
    """Run one claimed job; whatever happens is written on its row."""
    with structlog.contextvars.bound_contextvars(job=job.id, kind=job.kind, workshop=job.workshop_id):
        try:
            with process.context():
                _do(process, job)
        except LeaseLost:
            log.warning("stale_finish", attempts=job.attempts)
        except Exception as error:  # the row keeps what went wrong; the next job must not suffer
            _give_back(process, job, error)


def _do(process: Process, job: Claimed) -> None:
    handler = HANDLERS.get(job.kind)
    if job.is_too_late:
        _expire(process, job, handler)
        return
    if handler is None:
        raise UnknownKind(job.kind)
    if isinstance(handler, Outside):
        handler.do(process, job)
        return
    _within(process, job, handler)


def _within(process: Process, job: Claimed, handler: Within) -> None:
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        handler.do(job.payload)
        if not jobs.finish(job):
            raise LeaseLost


def _expire(process: Process, job: Claimed, handler: Within | Outside | None) -> None:
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        if isinstance(handler, Outside):
            handler.too_late(job)
        if not jobs.finish(job, "expired"):
            raise LeaseLost


def _give_back(process: Process, job: Claimed, error: Exception) -> None:
    """Write an error on the row: again later, or dead when trying again cannot help."""
    log.warning("job_failed", error=type(error).__name__, attempts=job.attempts, exc_info=error)
    try:
        with process.context(), process.database.transaction(tenancy.workshop(job.workshop_id)):
            if isinstance(error, UnknownKind):
                jobs.try_again(job, error, delay=UNKNOWN_RESTS, counts=False)
            elif isinstance(error, Refusal | LookupError | NoResultFound):
                jobs.finish(job, "dead", error=error)
            else:
                jobs.try_again(job, error)
    except (DBAPIError, PoolTimeout):
        log.warning("job_left_to_its_lease", exc_info=True)


def reap(process: Process) -> int:
    """Take back the jobs of workers that died; the number taken back. What ends with those that gave up is written in their
    workshop: who dies in between leaves it to whoever sets the job aside."""
    with process.database.transaction(tenancy.platform("reap")):
        taken = jobs.reap()
        jobs.beat("reap")
    for row in taken:
        if row.state == "dead":
            with process.context(), process.database.transaction(tenancy.workshop(row.workshop_id)):
                ends.given_up(row.kind, row.payload)
    return len(taken)
