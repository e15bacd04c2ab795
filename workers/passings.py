"""Carrying what one member of the cluster says to another about a thing that passes between them: a transaction in the books of
each, one after the other, and never one over both. Whatever was done before a worker died is done once when it is carried again.
"""

from __future__ import annotations

from service_app.core import jobs, tenancy
from service_app.core.jobs import Claimed
from service_app.recovery.operations import passings
from workers.letters import LeaseLost
from workers.process import Process


def carry(process: Process, job: Claimed) -> None:
    """Say what is to be said of a passing, until there is nothing new: what changed while it was carried is carried too."""
    passing_id, carried = int(job.payload["passing_id"]), ""
    while True:
        with process.database.transaction(tenancy.workshop(job.workshop_id)):
            told = passings.word(passing_id)
        if told is None or told.kind == carried:
            break
        with process.database.transaction(tenancy.workshop(told.hearer_id)):
            answer = passings.heard(told)
        if told.kind == "agree":
            with process.database.transaction(tenancy.workshop(job.workshop_id)):
                passings.answered(passing_id, answer)
        carried = told.kind
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        if not jobs.finish(job):
            raise LeaseLost


def too_late(_job: Claimed) -> None:
    """What two workshops agreed on is never too late."""
