"""Handing text messages to a provider and notices to push services: two short transactions and none open during the call.

A lost answer is asked for again under the same reference where the provider sends once for it; elsewhere the message is
`unknown` and a person decides.
"""

from __future__ import annotations

from datetime import timedelta

from service_app.core import clock, jobs, outgoing, tenancy
from service_app.core.jobs import Claimed
from service_app.core.outgoing import Answer
from service_app.notifications import sending, texting, traffic
from service_app.notifications.providers import Request
from service_app.notifications.texting import Said
from workers.outcomes import LeaseLost, write_down
from workers.process import Process

# The provider refuses us, not the message: nothing is wrong with it.
ABOUT_US = (401, 402, 403)
AGAIN = (408, 409, 425, 429)
# Who is asked may have done it, and only could not say so in time. 503 says that nothing was done.
IN_DOUBT = (408, 500, 502, 504)


class NotTaken(Exception):
    """The other side did not take it."""


def send(process: Process, job: Claimed) -> None:
    """Send the text message of a job, or find that it is not needed or goes another way."""
    message_id = int(job.payload["message_id"])
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        if not may_go(job, "sms", message_id) or is_in_doubt(job, message_id):
            return
        request = texting.prepare_text(message_id, job.workshop_id, job.id)
        if request is None:
            if not jobs.finish(job):
                raise LeaseLost
            return
        if not jobs.still_holds(job):
            raise LeaseLost
        if not request.knows_key:
            jobs.note_call(job)
    answer = outgoing.post(request.url, request.body, request.headers, local=process.settings.webhooks_local)
    said = heard(answer, request)

    def settle() -> bool:
        texting.settle(message_id, job.workshop_id, said, job.id, is_last=job.attempts >= job.max_attempts)
        return end(job, "sms", said)

    write_down(process, job, settle)


def is_in_doubt(job: Claimed, message_id: int) -> bool:
    """Whether a worker died while a provider that knows no key was being asked: nobody can tell whether the text went out,
    so it is not sent on a guess. The message says `unknown` then, and a person decides."""
    if not job.was_called:
        return False
    said = Said("unknown", detail="a worker ended while the provider was being asked")
    texting.settle(message_id, job.workshop_id, said, job.id)
    if not jobs.finish(job, "unknown", error=NotTaken(said.detail)):
        raise LeaseLost
    return True


def may_go(job: Claimed, channel: str, message_id: int) -> bool:
    """Whether a message is to be looked at now: its channel is not paused, and it is not night. Else the job is put back."""
    way = sending.way_of(message_id, job.workshop_id)
    if (way is None or way.channel == channel) and jobs.is_paused(channel):  # what goes another way need not wait
        jobs.put_back(job)
        return False
    if way is None or way.not_before is None:
        return True
    if not jobs.put_off(job, way.not_before - clock.now()):
        raise LeaseLost
    return False


def heard(answer: Answer, request: Request) -> Said:
    """What an answer says of a text message."""
    code = str(answer.code or "")
    wait = timedelta(seconds=answer.wait_seconds) if answer.wait_seconds else None
    if answer.outcome == "taken":
        return Said("sent", code)
    if answer.outcome == "forbidden" or answer.code in ABOUT_US:
        return Said("misconfigured", code, answer.detail)
    if answer.outcome == "unreachable":
        is_lost = answer.may_have_arrived and not request.knows_key
        return Said("unknown" if is_lost else "deferred", "", answer.detail)
    if answer.code in IN_DOUBT and not request.knows_key:  # asked again it would send, and cost, a second time
        return Said("unknown", code, answer.detail)
    if answer.code in AGAIN or (answer.code or 0) >= 500:
        return Said("deferred", code, answer.detail, wait)
    return Said("refused", code, answer.detail)


def end(job: Claimed, channel: str, said: Said) -> bool:
    """End a job as what was said asks for, and note how the channel stands. A notice goes to an address that a customer gave:
    what fails there is that customer's, and says nothing of the channel."""
    told = f"{said.code} {said.detail}".strip()
    jobs.note_call(job, is_out=False)
    if said.kind == "misconfigured":
        traffic.failed(channel, f"refused: {told}", at_once=True)
        return jobs.try_again(job, NotTaken(told), delay=sending.PAUSE, counts=False)
    if not said.is_of_the_server:
        traffic.went(channel)
    elif channel != "push":
        traffic.failed(channel, f"away: {told}")
    if said.kind == "deferred":
        wait = min(said.wait, texting.LONGEST_WAIT) if said.wait is not None else None
        return jobs.try_again(job, NotTaken(told), delay=wait)
    if said.kind == "unknown":
        return jobs.finish(job, "unknown", error=NotTaken(told))
    return jobs.finish(job, provider_ref=told[:200] or None)


def too_late(job: Claimed) -> None:
    """Its time ran out before it could be sent; the list says so."""
    sending.expire(int(job.payload["message_id"]), job.workshop_id)
