"""The background work of a workshop, as people who must act on it see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.jobs import ChannelPause, Heartbeat, Job


@dataclass(frozen=True)
class Background:
    """Counts by state, the age of the oldest due job in seconds, channels paused, when each sweep last ran."""

    counts: dict[str, int]
    oldest_due_seconds: int
    pauses: Sequence[ChannelPause]
    heartbeats: Sequence[Heartbeat]
    now: datetime


def state() -> Background:
    """How the background work stands in the current workshop, by the database's clock."""
    by_state = session().execute(select(Job.state, func.count()).group_by(Job.state)).all()
    counts = {name: number for name, number in by_state}
    oldest = select(func.extract("epoch", func.now() - func.min(Job.run_at))).where(
        Job.state == "ready", Job.run_at <= func.now()
    )
    by_hand = {"scoped_by_hand": True}
    workshop_id = session().info["scope"].workshop_id
    return Background(
        counts=counts,
        oldest_due_seconds=int(session().scalar(oldest) or 0),
        pauses=session()
        .scalars(select(ChannelPause).where(ChannelPause.workshop_id == workshop_id, ChannelPause.until > func.now()))
        .all(),
        heartbeats=session().scalars(select(Heartbeat).order_by(Heartbeat.name)).all(),
        now=session().execute(select(func.now()), execution_options=by_hand).scalar_one(),
    )


def dead_jobs(most: int = 100) -> Sequence[Job]:
    """Jobs that gave up or whose outcome is unknown, newest first."""
    found = select(Job).where(Job.state.in_(("dead", "unknown"))).order_by(Job.id.desc()).limit(most)
    return session().scalars(found).all()


def drive_again(job_id: int) -> None:
    """Make a dead or unknown job ready once more, with all its attempts. Refuses with NotFound any other."""
    done = session().execute(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(("dead", "unknown")))
        .values(state="ready", attempts=0, lost_count=0, run_at=func.now(), finished_at=None)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("not_found")
