"""A message whose job gave up, or was set aside, is on its way no more: it has failed, and somebody calls who was owed it.
Run again, its job finds it waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service_app.core import ends
from service_app.core.db import current_workshop_id, session
from service_app.core.jobs import Job
from service_app.core.states import move
from service_app.notifications import suppression
from service_app.notifications.models import Message
from service_app.notifications.texting import JOBS

REASON = "stuck"


def give_up(payload: Mapping[str, Any]) -> None:
    """Nothing brings a message any further: it has failed. One that another job still brings is left to it."""
    message = _of(payload)
    if message is None or message.status != "queued" or _is_brought(message):
        return
    message.reason = REASON
    move(message, "failed")
    suppression.note_untold(message)
    session().flush()


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


def _is_brought(message: Message) -> bool:
    found = select(Job.id).where(Job.kind.in_(JOBS.values()), Job.state.in_(("ready", "leased")))
    return session().scalar(found.where(Job.payload["message_id"].astext == str(message.id)).limit(1)) is not None


for _kind in JOBS.values():
    ends.say(_kind, given_up=give_up, again=begin_again)
