"""The background work of a workshop, as people who must act on it see it: each row says what is wrong and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, func, select, update

from service_app import invariants
from service_app.core import ends, events, standing
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.jobs import ChannelPause, Heartbeat, Job
from service_app.invariants import BrokenInvariant
from service_app.notifications import doubtful, suppression
from service_app.notifications.models import InboundMessage, Suppression
from service_app.workshops.queries import get_workshop

LONGEST_REASON = 300
# Set aside for good: it stays in the list below, with the reason, until it is forgotten with the done ones.
_STUCK = ("dead", "unknown")
# What runs every few seconds is late after minutes; what is planned in minutes or hours, after two of them.
_SOON, _LATER = timedelta(minutes=2), timedelta(hours=2)
_SECONDLY = ("sweep.", "reap", "gather_webhooks")
# Beats of what comes when it comes: that it is long ago is no fault.
_BY_CHANCE = ("mail.read",)


@dataclass(frozen=True)
class Due:
    """What waits of a kind although it is due: how many, and how long the oldest has waited, in seconds."""

    kind: str
    count: int
    oldest_seconds: int


@dataclass(frozen=True)
class Beat:
    """When something last ran to its end, where, and whether that is too long ago. What has not run to its end once is by
    nobody, and `at` is when it was first looked for."""

    name: str
    at: datetime
    by: str
    is_late: bool

    @property
    def has_run(self) -> bool:
        """Whether it ran to its end at all."""
        return bool(self.by)


@dataclass(frozen=True)
class Background:
    """Counts by state, what is due by kind, channels in trouble, when each sweep last ran, how many addresses are silent (the
    house's own one by one) and answers unread, when mail was last read, and what must always hold and does not."""

    counts: dict[str, int]
    due: Sequence[Due]
    pauses: Sequence[ChannelPause]
    heartbeats: Sequence[Beat]
    suppressed: int
    own_suppressed: Sequence[Suppression]
    unread: int
    mail_read_at: datetime | None
    broken: Sequence[BrokenInvariant]

    @property
    def oldest_due_seconds(self) -> int:
        """How long the oldest due job of all has waited."""
        return max((each.oldest_seconds for each in self.due), default=0)

    @property
    def late(self) -> list[Beat]:
        """What should have run since."""
        return [beat for beat in self.heartbeats if beat.is_late]


def state() -> Background:
    """How the background work stands in the current workshop, by the database's clock."""
    by_state = session().execute(select(Job.state, func.count()).group_by(Job.state)).all()
    beats = heartbeats()
    return Background(
        counts={name: number for name, number in by_state},
        due=due_by_kind(),
        pauses=standing.troubled(),
        heartbeats=[beat for beat in beats if beat.name not in _BY_CHANCE],
        suppressed=session().scalar(select(func.count(Suppression.id))) or 0,
        own_suppressed=suppression.of_the_house(),
        unread=session().scalar(select(func.count(InboundMessage.id)).where(InboundMessage.read_at.is_(None))) or 0,
        mail_read_at=next((beat.at for beat in beats if beat.name == "mail.read"), None),
        broken=invariants.not_holding(),
    )


def heartbeats() -> list[Beat]:
    """When each sweep and planner last ran to its end."""
    age = func.clock_timestamp() - Heartbeat.at
    found = session().execute(select(Heartbeat.name, Heartbeat.at, Heartbeat.by, age).order_by(Heartbeat.name)).all()
    return [Beat(name, at, by, name not in _BY_CHANCE and old > _patience(name)) for name, at, by, old in found]


def _patience(name: str) -> timedelta:
    return _SOON if name.startswith(_SECONDLY) else _LATER


def due_by_kind() -> list[Due]:
    """What is due of each kind, the one that waited longest first."""
    age = func.extract("epoch", func.clock_timestamp() - func.min(Job.run_at))
    found = select(Job.kind, func.count(), age).where(Job.state == "ready", Job.run_at <= func.now()).group_by(Job.kind)
    return [Due(kind, count, int(seconds)) for kind, count, seconds in session().execute(found.order_by(age.desc()))]


def stuck_by_kind() -> list[tuple[str, int]]:
    """How many jobs of each kind gave up."""
    found = select(Job.kind, func.count()).where(Job.state == "dead").group_by(Job.kind).order_by(Job.kind)
    return [(kind, count) for kind, count in session().execute(found)]


def dead_jobs(most: int = 100) -> Sequence[Job]:
    """Jobs that gave up or whose outcome is unknown, newest first."""
    found = select(Job).where(Job.state.in_(_STUCK)).order_by(Job.id.desc()).limit(most)
    return session().scalars(found).all()


def set_aside_jobs(most: int = 50) -> Sequence[Job]:
    """Jobs that somebody set aside, newest first."""
    found = select(Job).where(Job.state == "cancelled", Job.set_aside_reason.is_not(None))
    return session().scalars(found.order_by(Job.id.desc()).limit(most)).all()


def in_doubt(those: Sequence[Job]) -> set[int]:
    """The messages of some jobs whose fate is unknown: running such a job again does nothing, for a person decides."""
    return doubtful.which_of(int(job.payload["message_id"]) for job in those if "message_id" in job.payload)


def drive_again(actor: Actor, job_id: int) -> bool:
    """Make a stuck job, or one set aside, ready once more with all its attempts; whether it was one. Twice is once: what is
    ready or under way is left as it is. Refuses with NotFound an unknown one, and with Conflict `state.not_allowed` that of a
    letter whose fate is unknown. Leaves job.driven_again."""
    actor.must("jobs:write")
    job = _job(job_id)
    if in_doubt([job]):
        raise Conflict("state.not_allowed", thing="message", axis="status", state=doubtful.STATE, to="queued")
    return _again(actor, update(Job).where(Job.id == job.id, Job.state.in_((*_STUCK, "cancelled"))), job.kind) == 1


def drive_kind_again(actor: Actor, kind: str) -> int:
    """The same for all of a kind that gave up; how many. What has an unknown fate is left to a person."""
    actor.must("jobs:write")
    return _again(actor, update(Job).where(Job.kind == kind, Job.state == "dead"), kind)


def _again(actor: Actor, which: Update, kind: str) -> int:
    ready = {"state": "ready", "attempts": 0, "lost_count": 0, "run_at": func.now(), "finished_at": None}
    found = _changed(which.values(**ready, set_aside_reason=None))
    count = len(found)
    for payload in found:
        ends.again(kind, payload)
    if count:
        events.record("job.driven_again", actor, [get_workshop(current_workshop_id())], {"kind": kind, "count": count})
    return count


def set_aside(actor: Actor, job_id: int, reason: str) -> bool:
    """Give a stuck job up for good, with the reason, and with it what it was about: a message has failed, a delivery can be
    sent anew from its list. Whether it was stuck. Refuses with NotFound an unknown one, and a reason that is missing or
    longer than LONGEST_REASON. Leaves job.set_aside."""
    actor.must("jobs:write")
    why = " ".join(reason.split())
    if not why:
        raise Invalid("field.required", field="reason")
    if len(why) > LONGEST_REASON:
        raise Invalid("text.too_long", field="reason", most=LONGEST_REASON)
    job = _job(job_id)
    which = update(Job).where(Job.id == job.id, Job.state.in_(_STUCK))
    found = _changed(which.values(state="cancelled", set_aside_reason=why, finished_at=func.now()))
    if found:
        ends.given_up(job.kind, job.payload)
        events.record("job.set_aside", actor, [get_workshop(current_workshop_id())], {"kind": job.kind, "count": 1})
    return bool(found)


def _changed(statement: Update) -> Sequence[dict[str, Any]]:
    """The payloads of the jobs that a statement changed."""
    done = session().execute(statement.returning(Job.payload).execution_options(synchronize_session=False))
    return done.scalars().all()


def _job(job_id: int) -> Job:
    found = session().scalars(select(Job).where(Job.id == job_id)).first()
    if found is None:
        raise NotFound("not_found")
    return found
