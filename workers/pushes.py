"""Handing notices to the services of browsers: two short transactions and none open during the calls."""

from __future__ import annotations

from datetime import timedelta

from service_app.core import jobs, outgoing, tenancy
from service_app.core.jobs import Claimed
from service_app.core.outgoing import Answer
from service_app.notifications import pushing
from service_app.notifications.pushing import Call
from service_app.notifications.texting import Said
from workers import texts
from workers.outcomes import LeaseLost, write_down
from workers.process import Process


def send(process: Process, job: Claimed) -> None:
    """Send the notice of a job to the customer's browsers, or find that it is not needed or goes another way."""
    message_id = int(job.payload["message_id"])
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        if not texts.may_go(job, "push", message_id):
            return
        calls = pushing.prepare(message_id, job.workshop_id, job.id)
        if not calls:
            if not jobs.finish(job):
                raise LeaseLost
            return
        if not jobs.still_holds(job):
            raise LeaseLost
    found = {call.subscription_id: _heard(_ask(call, process)) for call in calls}

    def settle() -> bool:
        is_last = job.attempts >= job.max_attempts
        said = pushing.settle(message_id, job.workshop_id, found, job.id, is_last=is_last)
        return texts.end(job, "push", said)

    write_down(process, job, settle)


def _ask(call: Call, process: Process) -> Answer:
    return outgoing.post(call.url, call.body, call.headers, local=process.settings.webhooks_local)


def _heard(answer: Answer) -> Said:
    """What an answer says of a browser: a service that refuses it (404, 410, a key that is not its own) knows it no more. A
    lost answer is asked for again: the tag makes two notices one. Who gave the address chooses its words too, so of an answer
    the code is kept, and of one that was none what kind of fault it was."""
    code = str(answer.code or "")
    if answer.outcome == "taken":
        return Said("sent", code)
    detail = answer.detail.partition(":")[0] if answer.code is None else ""
    if answer.outcome == "unreachable" or answer.code in texts.AGAIN or (answer.code or 0) >= 500:
        wait = timedelta(seconds=answer.wait_seconds) if answer.wait_seconds else None
        return Said("deferred", code, detail, wait)
    return Said("refused", code, detail)
