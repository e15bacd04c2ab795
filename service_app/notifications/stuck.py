"""A message whose job gave up, or was set aside, is on its way no more: it has failed, and somebody calls who was owed it.
Run again, its job finds it waiting.

Who ends a job may die before that follows from it, and a job may be gone: `end_left_behind` finds what waits and is brought by
none. What may have gone out meanwhile is in doubt instead, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, cast, select

from service_app.core import ends
from service_app.core.db import current_workshop_id, session
from service_app.core.jobs import Job
from service_app.core.states import move
from service_app.notifications import suppression
from service_app.notifications.models import Message
from service_app.notifications.texting import JOBS

REASON = "stuck"
IN_DOUBT = "lost"


def give_up(payload: Mapping[str, Any]) -> None:
    """Nothing brings a message any further: it has failed. One that another job still brings is left to it."""
    message = _of(payload)
    if message is not None:
        _end(message)


def end_left_behind(limit: int = 200) -> int:
    """End, in the current workshop, the messages that wait although no job brings them any more; how many."""
    here = current_workshop_id()
    waiting = select(cast(Message.id, String)).where(Message.workshop_id == here, Message.status == "queued")
    # EXCEPT goes through both once, however many they are; NOT IN asks the second for each of the first when they are many.
    brought = select(Job.payload["message_id"].astext).where(Job.workshop_id == here, _AT_IT)
    ids = sorted(map(int, session().scalars(waiting.except_(brought).limit(limit))))
    return sum(_end(message) for message in filter(None, (_of({"message_id": found_id}) for found_id in ids)))


def _end(message: Message) -> bool:
    """End a message that waits in vain; whether it did. It has to be locked: only then is it sure that nobody brings it."""
    if message.status != "queued" or _is_brought(message):
        return False
    if _may_have_gone(message):
        message.reason = IN_DOUBT
        move(message, "unknown")
    else:
        message.reason = REASON
        move(message, "failed")
        suppression.note_untold(message)
    session().flush()
    return True


def begin_again(payload: Mapping[str, Any]) -> None:
    """What failed with its job waits again; what became of it since stays as it is."""
    message = _of(payload)
    if message is None or (message.status, message.reason) != ("failed", REASON):
        return
    message.reason = None
    move(message, "queued")
    session().flush()


def _of(payload: Mapping[str, Any]) -> Message | None:
    key = (current_workshop_id(), int(payload.get("message_id", 0)))
    return session().get(Message, key, with_for_update=True)


_BRINGS = Job.kind.in_(JOBS.values())
_AT_IT = _BRINGS & Job.state.in_(("ready", "leased"))


def _is_brought(message: Message) -> bool:
    found = select(Job.id).where(_AT_IT, Job.payload["message_id"].astext == str(message.id))
    return session().scalar(found.limit(1)) is not None


def _may_have_gone(message: Message) -> bool:
    """Whether an attempt may have been made of which nobody wrote down what came of it: a call was on its way when the last job
    ended, or that job says it is done, or is gone itself. One that gave up said why, and what it tried before is written."""
    found = select(Job.state, Job.called_at).where(_BRINGS, Job.payload["message_id"].astext == str(message.id))
    last = session().execute(found.order_by(Job.id.desc()).limit(1)).first()
    return last is None or last.called_at is not None or last.state in ("done", "unknown")


for _kind in JOBS.values():
    ends.say(_kind, given_up=give_up, again=begin_again)
