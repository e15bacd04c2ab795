"""Calling endpoints: two short transactions and none open during the call; and looking for what is to be told."""

from __future__ import annotations

import structlog

from service_app.core import jobs, outgoing, tenancy
from service_app.core.jobs import Claimed
from service_app.core.outgoing import Answer
from service_app.webhooks import gathering, sending
from service_app.webhooks.sending import Call
from workers.outcomes import LeaseLost, write_down
from workers.process import Process

log = structlog.get_logger()


class NotTaken(Exception):
    """The other side did not take it."""


def send(process: Process, job: Claimed) -> None:
    """Make the call of a job, or find that it is not wanted now or not any more."""
    call = _prepare(process, job)
    if call is None:
        return
    answer = outgoing.post(call.url, call.body, call.headers, local=process.settings.webhooks_local)
    write_down(process, job, lambda: _end(job, answer))


def _prepare(process: Process, job: Claimed) -> Call | None:
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        call = sending.prepare(int(job.payload["delivery_id"]))
        if isinstance(call, Call):
            if not jobs.still_holds(job):
                raise LeaseLost
            return call
        if not (jobs.finish(job) if call is None else jobs.put_off(job, call)):
            raise LeaseLost
    return None


def _end(job: Claimed, answer: Answer) -> bool:
    said = f"{answer.outcome} {answer.code or ''} {answer.detail}".strip()
    wait = sending.settle(int(job.payload["delivery_id"]), answer, job.attempts)
    if wait is not None:
        return jobs.try_again(job, NotTaken(said), delay=wait)
    return jobs.finish(job, provider_ref=said[:200])


def too_late(_job: Claimed) -> None:
    """A delivery has no last moment of its own."""


def gather(process: Process) -> int:
    """Make the deliveries of every workshop that has an endpoint which listens; the others cost nothing. What goes wrong in
    one is logged, and the others go on."""
    made, failed = 0, False
    with process.database.transaction(tenancy.platform("gather webhooks")):
        workshops = gathering.listening()
    for workshop_id in workshops:
        try:
            with process.database.transaction(tenancy.workshop(workshop_id)):
                made += gathering.gather()
        except Exception:  # one workshop's trouble is not the others'
            failed = True
            log.exception("gather_failed", workshop=workshop_id)
    if not failed:
        with process.database.transaction(tenancy.platform("gather webhooks")):
            jobs.beat("gather_webhooks")
    return made
