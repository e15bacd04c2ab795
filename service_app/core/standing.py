"""How a channel to the outside stands in a workshop: whether it failed lately, is paused, and since when.

A wrong setting (535) pauses at once; so do FAILURES failures in a row that are the other side's and no message's. A pause
ends by hand, or when its time is over and the first try, which is the probe, succeeds: while it stands nothing else of the
channel is claimed, and each job asks again before its own call, so a probe that fails costs one call. Until a success the
row stays, and with it the banner on every page of the staff; what the banner says is looked up once in GLANCE seconds for
each process, so that a page costs no statement more for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Integer, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import INTERVAL

from service_app.core.db import current_workshop_id, kept, session
from service_app.core.jobs import ChannelPause

FAILURES = 5
REST = timedelta(minutes=5)
GLANCE = 10.0

# The failure that is one too many makes exactly FAILURES, so that it can be told from those after it.
_FAILED = text("""
    INSERT INTO channel_pause AS p (workshop_id, channel, reason, until, failures, since)
    VALUES (:workshop, :channel, :reason, CASE WHEN :least >= :most THEN now() + :rest ELSE now() END, :least, now())
        ON CONFLICT (workshop_id, channel) DO UPDATE
       SET failures = greatest(p.failures + 1, :least), reason = excluded.reason, since = coalesce(p.since, now()),
           until = CASE WHEN greatest(p.failures + 1, :least) >= :most THEN greatest(p.until, now() + :rest) ELSE p.until END
    RETURNING failures = :most
""").bindparams(
    bindparam("rest", type_=INTERVAL()), bindparam("least", type_=Integer()), bindparam("most", type_=Integer())
)
_GONE = text(
    "DELETE FROM channel_pause WHERE workshop_id = :workshop AND channel = :channel RETURNING failures >= :most"
)
_BY_HAND = {"scoped_by_hand": True}


def failed(channel: str, reason: str, *, at_once: bool = False, rest: timedelta = REST) -> bool:
    """Note a failure of the other side, by a code, a colon and what it said itself; whether it pauses the channel, which was
    not in trouble before. `at_once`: it is a wrong setting, one is enough."""
    forget()
    values = {
        "workshop": current_workshop_id(), "channel": channel, "reason": reason[:500], "most": FAILURES, "rest": rest,
        "least": FAILURES if at_once else 1,
    }  # fmt: skip
    return bool(session().execute(_FAILED, values, execution_options=_BY_HAND).scalar())


def went(channel: str) -> bool:
    """Note a success; whether that ended a trouble that people were told of."""
    forget()
    values = {"workshop": current_workshop_id(), "channel": channel, "most": FAILURES}
    return bool(session().execute(_GONE, values, execution_options=_BY_HAND).scalar())


_TROUBLED = kept(
    select(ChannelPause)
    .where(ChannelPause.workshop_id == bindparam("workshop"))
    .where((ChannelPause.until > func.now()) | (ChannelPause.failures >= FAILURES))
    .order_by(ChannelPause.channel)
)


def troubled() -> list[ChannelPause]:
    """The channels of the current workshop that are paused, or were and have not succeeded since."""
    return list(session().scalars(_TROUBLED, {"workshop": current_workshop_id()}))


@dataclass(frozen=True)
class Trouble:
    """A channel in trouble, as the banner says it."""

    channel: str
    reason: str


_glanced: dict[int, tuple[float, tuple[Trouble, ...]]] = {}


def at_a_glance() -> tuple[Trouble, ...]:
    """What `troubled` said at most GLANCE seconds ago."""
    workshop_id, now = current_workshop_id(), time.monotonic()
    known = _glanced.get(workshop_id)
    if known is None or now - known[0] > GLANCE:
        known = now, tuple(Trouble(pause.channel, pause.reason) for pause in troubled())
        _glanced[workshop_id] = known
    return known[1]


def forget() -> None:
    """What was glanced at is looked up again."""
    _glanced.clear()
