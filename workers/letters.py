"""Handing letters to the mail server: two short transactions and none open during the call."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

from sqlalchemy import update

from service_app.core import clock, jobs, tenancy
from service_app.core.db import session
from service_app.core.jobs import Claimed, Job
from service_app.notifications import posting, sending, texting, traffic
from service_app.notifications.posting import Outcome
from workers.outcomes import LeaseLost, write_down
from workers.process import Process

LAST = 90  # behind what goes to many


class Deferred(Exception):
    """The mail server put the letter off, or could not be reached."""


class Misconfigured(Exception):
    """The mail server refuses us, not the letter."""


def send(process: Process, job: Claimed) -> None:
    """Send the letter of a job, keep it where there is no mail server, or find that it is not needed."""
    message_id = int(job.payload["message_id"])
    mail = _prepare(process, job, message_id)
    if mail is None:
        return
    sender = sending.comes_back_to(message_id, job.workshop_id, process.settings)
    heard = posting.hand_over(mail, process.settings, sender)
    said = f"{heard.code} {heard.detail}".strip()

    def settle() -> bool:
        _note(heard, said)
        outcome = _weighed(heard, job)
        is_last = outcome.kind == "deferred" and job.attempts >= job.max_attempts and not _is_away(outcome)
        sending.settle(message_id, job.workshop_id, outcome, is_last=is_last)
        return _end(job, outcome, said, is_last=is_last)

    write_down(process, job, settle)


def _prepare(process: Process, job: Claimed, message_id: int) -> EmailMessage | None:
    """The letter to hand over now; None when there is none: kept, nothing to send, put off to the morning, or the
    channel was paused meanwhile."""
    with process.database.transaction(tenancy.workshop(job.workshop_id)):
        way = sending.way_of(message_id, job.workshop_id)
        is_for_another = way is not None and way.channel != "mail" and job.payload.get("by") != "mail"
        if not is_for_another and jobs.is_paused("mail"):
            jobs.put_back(job)
            return None
        if way is not None and way.not_before is not None:
            if not jobs.put_off(job, way.not_before - clock.now()):
                raise LeaseLost
            return None
        if way is not None and is_for_another:
            texting.hand_over(message_id, way, job.id)
            if not jobs.finish(job):
                raise LeaseLost
            return None
        mail = sending.prepare(message_id, job.workshop_id, process.settings)
        if mail is not None and process.settings.smtp_host is not None:
            if not jobs.still_holds(job):
                raise LeaseLost
            return mail
        if mail is not None:
            sending.keep(message_id, job.workshop_id, mail)
        if not jobs.finish(job):
            raise LeaseLost
    return None


def _note(outcome: Outcome, said: str) -> None:
    """How the channel stands after an attempt."""
    if outcome.kind == "misconfigured":
        jobs.pause_channel("mail", f"refused: {said}", clock.now() + sending.PAUSE)
        traffic.failed("mail", f"refused: {said}", at_once=True)
    elif outcome.is_by_policy:
        traffic.failed("mail", f"refused: {said}")
    elif (
        outcome.is_of_the_server or outcome.kind == "unknown"
    ):  # it took the letter and said nothing, perhaps to all of them
        traffic.failed("mail", f"away: {said}")
    else:
        traffic.went("mail")


def _weighed(outcome: Outcome, job: Claimed) -> Outcome:
    """What a server refuses for who asks is asked for once more before the letter ends: a server that takes nothing from us
    says so to the others meanwhile, and pauses the channel. While that stands, no letter ends with it. Where it is one
    address that wants nothing of us, the next letter to another goes, which ends the pause, and this one fails at its turn."""
    if not outcome.is_by_policy:
        return outcome
    if jobs.is_paused("mail"):
        return replace(outcome, kind="misconfigured")
    return replace(outcome, kind="deferred") if job.attempts < 2 else outcome


def _is_away(outcome: Outcome) -> bool:
    """Whether the server is away for everybody: then letters wait for as long as that lasts, and it costs none of them an
    attempt. A letter at which alone the server hangs up pauses nothing, for others go between, and so it comes to an end."""
    return outcome.is_of_the_server and jobs.is_paused("mail")


def _end(job: Claimed, outcome: Outcome, said: str, *, is_last: bool) -> bool:
    if outcome.kind == "misconfigured":
        if outcome.is_by_policy:
            _put_last(job)
        return jobs.try_again(job, Misconfigured(said), delay=sending.PAUSE, counts=False)
    if outcome.kind == "deferred" and not is_last:
        return jobs.try_again(job, Deferred(said), counts=not _is_away(outcome))
    if outcome.kind == "unknown":
        return jobs.finish(job, "unknown", error=Deferred(said))
    return jobs.finish(job, provider_ref=said[:200] or None)


def _put_last(job: Claimed) -> None:
    """Whoever wants nothing of us comes behind the others: a few of them would take each turn that a paused channel is tried
    at, and nothing else would ever end the pause."""
    session().execute(update(Job).where(Job.workshop_id == job.workshop_id, Job.id == job.id).values(priority=LAST))


def too_late(job: Claimed) -> None:
    """The time of a letter ran out before it could be sent; the list says so."""
    sending.expire(int(job.payload["message_id"]), job.workshop_id)
