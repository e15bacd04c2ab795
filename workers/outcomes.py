"""Writing down what a call to the outside came to: what is known must not be lost because the database blinked.

A server took a letter and the connection to the database breaks at the COMMIT: forgetting the answer would send the letter
again. So the writing is tried again for a few seconds; the fencing token makes that safe, for when the first COMMIT did go
through the job is finished, and the second finds nothing of its own. Only a worker that dies, or a database that stays away
for longer, leaves the outcome unknown.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service_app.core import tenancy
from service_app.core.jobs import Claimed
from workers.process import Process

log = structlog.get_logger()

# Seconds between tries; together far below what is left of the lease and of the hard limit of a task.
PAUSES = (0.2, 1.0, 3.0, 6.0)


class LeaseLost(Exception):
    """Another worker has the job by now."""


def write_down(process: Process, job: Claimed, settle: Callable[[], bool]) -> None:
    """Run `settle` in a transaction of the job's workshop; it says whether the job was still ours, else LeaseLost. Raises
    what the database says when it stays away."""
    for pause in (*PAUSES, None):
        try:
            with process.database.transaction(tenancy.workshop(job.workshop_id)):
                if not settle():
                    raise LeaseLost
            return
        except (OperationalError, InterfaceError, PoolTimeout):
            if pause is None:
                raise
            log.warning("outcome_written_again", job=job.id, pause=pause)
            time.sleep(pause)
