"""What becomes of a channel: a failure that pauses it and a success that ends the pause are facts of the workshop."""

from __future__ import annotations

from service_app.core import events, standing
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.workshops.queries import get_workshop


def failed(channel: str, reason: str, *, at_once: bool = False) -> None:
    """A failure of the other side. Leaves channel.paused when it is one too many."""
    if standing.failed(channel, reason, at_once=at_once):
        events.record("channel.paused", WORKER, [get_workshop(current_workshop_id())], {"channel": channel})


def went(channel: str) -> None:
    """A success. Leaves channel.resumed when the channel was in trouble."""
    if standing.went(channel):
        events.record("channel.resumed", WORKER, [get_workshop(current_workshop_id())], {"channel": channel})


def resume(actor: Actor, channel: str) -> bool:
    """Try a channel again now; whether there was anything to resume. Leaves channel.resumed then."""
    actor.must("jobs:write")
    standing.forget()
    known = [pause for pause in standing.troubled() if pause.channel == channel]
    for pause in known:
        session().delete(pause)
    if known:
        session().flush()
        events.record("channel.resumed", actor, [get_workshop(current_workshop_id())], {"channel": channel})
    return bool(known)
