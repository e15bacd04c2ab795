"""Planning a day in the background: a transaction that reads, arithmetic with none open, a transaction that writes."""

from __future__ import annotations

from datetime import date

from service_app.core import jobs, tenancy
from service_app.core.errors import Conflict
from service_app.core.jobs import Claimed
from service_app.rounds.operations import days
from workers.outcomes import LeaseLost
from workers.process import Process


def plan(process: Process, job: Claimed) -> None:
    """Plan the day of a job. What changed meanwhile makes it begin anew; a promise that does not fit any more is left to a
    person: the job ends and says so."""
    day = date.fromisoformat(job.payload["day"])
    with process.context(), process.database.transaction(tenancy.workshop(job.workshop_id)):
        drawn = days.frozen(day)
    problem, made = days.thought(drawn)
    try:
        with process.context(), process.database.transaction(tenancy.workshop(job.workshop_id)):
            days.plan_as_worker(day, drawn, problem, made)
            if not jobs.finish(job):
                raise LeaseLost
    except Conflict as refusal:
        with process.database.transaction(tenancy.workshop(job.workshop_id)):
            if refusal.code == "round.moved_on":
                jobs.try_again(job, refusal)
            else:
                jobs.finish(job, "dead", error=refusal)


def too_late(_job: Claimed) -> None:
    """A day that is over needs no plan; nothing else is."""
