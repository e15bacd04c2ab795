"""Work for later, as rows. The row is the truth; Redis and Celery only carry wake-ups.

`enqueue` writes a row in the transaction of the change. A sweep claims due rows (FOR UPDATE SKIP LOCKED, fair between
workshops) with a lease and a fresh fencing token, runs each, and finishes it with that token: a worker that lost its
lease finishes nothing. Leases, `run_at` and `not_after` are compared with the database's clock only.

States: ready -> leased -> done | ready (retry) | dead | expired | cancelled | unknown. Dead rows stay and can be driven
again. `attempts` counts claims that ended in an error of our own or of the other side; `lost_count` counts leases that ran out.
`called_at` stands while a call is on its way whose repetition the other side would not recognise: a worker that dies then
leaves it there, and nobody makes that call again on a guess.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    UniqueConstraint,
    Uuid,
    bindparam,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import INTERVAL, insert
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core import ends
from service_app.core.db import Base, Recorded, after_commit, current_workshop_id, session
from service_app.core.tenancy import WorkshopRow

CHANNELS = ("planning", "mail", "sms", "push", "documents", "housekeeping", "webhook")
LEASE = timedelta(seconds=180)
LOST_LIMIT = 3
STATES = ("ready", "leased", "done", "dead", "expired", "cancelled", "unknown")


class Job(WorkshopRow, Recorded, Base):
    """One piece of work. `payload` holds ids and codes only; `version` is the shape of the payload."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("workshop_id", "kind", "dedupe_key"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index(
            "ix_job_ready",
            "workshop_id",
            "channel",
            "priority",
            "run_at",
            "id",
            postgresql_where=text("state = 'ready'"),
        ),
        Index("ix_job_due", "channel", "run_at", postgresql_where=text("state = 'ready'")),
        Index("ix_job_leased", "lease_until", postgresql_where=text("state = 'leased'")),
        Index(
            "ix_job_ordering",
            "workshop_id",
            "ordering_key",
            "id",
            postgresql_where=text("ordering_key IS NOT NULL AND state IN ('ready', 'leased')"),
        ),
        Index("ix_job_dead", "workshop_id", "id", postgresql_where=text("state IN ('dead', 'unknown')")),
    )

    kind: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    dedupe_key: Mapped[str]
    channel: Mapped[str]
    priority: Mapped[int] = mapped_column(server_default="50")
    payload: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    ordering_key: Mapped[str | None]
    run_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    not_after: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="ready")
    lease_token: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    leased_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    lost_count: Mapped[int] = mapped_column(server_default="0")
    called_at: Mapped[datetime | None]
    max_attempts: Mapped[int] = mapped_column(server_default="12")
    last_error_class: Mapped[str | None]
    last_error: Mapped[str | None]
    provider_ref: Mapped[str | None]
    set_aside_reason: Mapped[str | None]
    trace_id: Mapped[str | None]
    first_claimed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ChannelPause(Base):
    """A channel of a workshop that must not be tried before `until` (wrong credentials burn no attempts), or that failed
    `failures` times in a row; the row goes with the first success (see `standing`)."""

    __tablename__ = "channel_pause"

    workshop_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    until: Mapped[datetime]
    failures: Mapped[int] = mapped_column(server_default="0")
    since: Mapped[datetime | None]


class Heartbeat(Base):
    """When a sweep or planner last ran to its end; the page and the alarm read it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]


@dataclass(frozen=True)
class Claimed:
    """A claimed row, as the runner sees it."""

    workshop_id: int
    id: int
    kind: str
    version: int
    payload: Mapping[str, Any]
    lease_token: str
    attempts: int
    max_attempts: int
    lost_count: int
    was_called: bool
    is_too_late: bool


_nudge: list[Any] = []


def on_enqueue(nudge: Any) -> None:
    """Install what is called with a channel after a commit that enqueued; its failure is its own affair."""
    _nudge[:] = [nudge]


def enqueue(
    kind: str,
    *,
    channel: str,
    payload: Mapping[str, Any],
    dedupe_key: str,
    run_at: datetime | None = None,
    not_after: datetime | None = None,
    ordering_key: str | None = None,
    priority: int = 50,
) -> bool:
    """Write a job row in the current transaction; False when the same (kind, dedupe_key) is known already."""
    values = {
        "workshop_id": current_workshop_id(),
        "kind": kind,
        "dedupe_key": dedupe_key,
        "channel": channel,
        "payload": dict(payload),
        "not_after": not_after,
        "ordering_key": ordering_key,
        "priority": priority,
        "run_at": run_at if run_at is not None else func.now(),
    }
    statement = insert(Job).values(values).on_conflict_do_nothing().returning(literal(1))
    is_new = session().execute(statement, execution_options={"scoped_by_hand": True}).first() is not None
    if is_new and run_at is None:
        nudge_afterwards(channel)
    return is_new


def nudge_afterwards(channel: str) -> None:
    """Wake who sweeps the channel once what was written for it is committed."""
    for nudge in _nudge:
        after_commit(partial(nudge, channel))


# Every workshop that has something due gets its share of a claim; when they are more than a claim is long, chance decides,
# so that none of them always comes last.
_CLAIM = text("""
    WITH active AS MATERIALIZED (
        SELECT w.id
          FROM workshop w
         WHERE EXISTS (SELECT 1 FROM job j
                        WHERE j.workshop_id = w.id AND j.channel = :channel AND j.state = 'ready' AND j.run_at <= now())
           AND NOT EXISTS (SELECT 1 FROM channel_pause p
                            WHERE p.workshop_id = w.id AND p.channel = :channel AND p.until > now())
         ORDER BY random()),
    due AS MATERIALIZED (
        SELECT mine.workshop_id, mine.id
          FROM active w
         CROSS JOIN LATERAL (
              SELECT j.workshop_id, j.id, j.priority, j.run_at
                FROM job j
               WHERE j.workshop_id = w.id AND j.channel = :channel AND j.state = 'ready' AND j.run_at <= now()
                 AND (j.ordering_key IS NULL OR NOT EXISTS (
                      SELECT 1 FROM job earlier
                       WHERE earlier.workshop_id = j.workshop_id AND earlier.ordering_key = j.ordering_key
                         AND earlier.id < j.id AND earlier.state IN ('ready', 'leased')))
               ORDER BY j.priority, j.run_at, j.id
               LIMIT (SELECT greatest(1, :most / count(*)) FROM active)
                 FOR UPDATE OF j SKIP LOCKED) mine
         LIMIT :most)
    UPDATE job
       SET state = 'leased', lease_token = gen_random_uuid(), leased_by = :worker,
           lease_until = clock_timestamp() + :lease, attempts = attempts + 1,
           first_claimed_at = coalesce(first_claimed_at, now())
      FROM due
     WHERE job.workshop_id = due.workshop_id AND job.id = due.id
    RETURNING job.workshop_id, job.id, job.kind, job.version, job.payload, job.lease_token::text AS lease_token,
              job.attempts, job.max_attempts, job.lost_count, job.called_at IS NOT NULL AS was_called,
              coalesce(job.not_after < now(), false) AS is_too_late
""").bindparams(bindparam("lease", type_=INTERVAL()))


def worker_name() -> str:
    """This process, as leases name it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def claim(channel: str, *, most: int = 100, lease: timedelta = LEASE) -> list[Claimed]:
    """Lease up to `most` due rows of a channel, shared out among the workshops that have some. Needs a platform scope of
    the worker role, whose policy sees the jobs of all workshops."""
    rows = session().execute(_CLAIM, {"channel": channel, "most": most, "worker": worker_name(), "lease": lease})
    return [Claimed(**row) for row in rows.mappings()]


_FINISH = text("""
    UPDATE job SET state = :state, finished_at = clock_timestamp(), lease_token = NULL, lease_until = NULL, called_at = NULL,
                   last_error_class = :error_class, last_error = :error, provider_ref = coalesce(:provider_ref, provider_ref)
     WHERE workshop_id = :workshop_id AND id = :id AND lease_token = CAST(:token AS uuid) AND state = 'leased'
""")


def finish(
    job: Claimed, state: str = "done", *, error: BaseException | None = None, provider_ref: str | None = None
) -> bool:
    """End a leased job in the current transaction, and what ends with one that gives up (see `ends`); False when the lease has
    passed to another worker, and then the transaction must be rolled back."""
    done = session().execute(
        _FINISH,
        {
            "state": state,
            "workshop_id": job.workshop_id,
            "id": job.id,
            "token": job.lease_token,
            "error_class": type(error).__name__ if error else None,
            "error": str(error)[:2000] if error else None,
            "provider_ref": provider_ref,
        },
        execution_options={"scoped_by_hand": True},
    )
    is_ours = bool(done.rowcount)  # type: ignore[attr-defined]
    if is_ours and state == "dead":
        ends.given_up(job.kind, job.payload)
    return is_ours


_AGAIN = text("""
    UPDATE job SET state = 'ready', lease_token = NULL, lease_until = NULL, leased_by = NULL,
                   run_at = clock_timestamp() + :delay, attempts = attempts - :uncount,
                   last_error_class = :error_class, last_error = :error
     WHERE workshop_id = :workshop_id AND id = :id AND lease_token = CAST(:token AS uuid) AND state = 'leased'
""").bindparams(bindparam("delay", type_=INTERVAL()))


def back_off(attempt: int) -> timedelta:
    """Full jitter over 15 s doubled per attempt, at most six hours."""
    ceiling = min(15 * 2 ** max(attempt - 1, 0), 6 * 3600)
    return timedelta(seconds=random.uniform(1, ceiling))


def try_again(job: Claimed, error: BaseException, *, delay: timedelta | None = None, counts: bool = True) -> bool:
    """Give a leased job back after a passing failure; dead once its attempts are used up. `counts=False` burns none."""
    if counts and job.attempts >= job.max_attempts:
        return finish(job, "dead", error=error)
    done = session().execute(
        _AGAIN,
        {
            "delay": delay if delay is not None else back_off(job.attempts),
            "uncount": 0 if counts else 1,
            "workshop_id": job.workshop_id,
            "id": job.id,
            "token": job.lease_token,
            "error_class": type(error).__name__,
            "error": str(error)[:2000],
        },
        execution_options={"scoped_by_hand": True},
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


_PUT_BACK = text("""
    UPDATE job SET state = 'ready', lease_token = NULL, lease_until = NULL, leased_by = NULL, attempts = attempts - 1
     WHERE workshop_id = :workshop_id AND id = :id AND lease_token = CAST(:token AS uuid) AND state = 'leased'
""")


def put_back(job: Claimed) -> None:
    """Give a leased job back untouched: nobody tried it, so nothing is counted."""
    values = {"workshop_id": job.workshop_id, "id": job.id, "token": job.lease_token}
    session().execute(_PUT_BACK, values, execution_options={"scoped_by_hand": True})


_PUT_OFF = text("""
    UPDATE job SET state = 'ready', lease_token = NULL, lease_until = NULL, leased_by = NULL, attempts = attempts - 1,
                   run_at = clock_timestamp() + :delay
     WHERE workshop_id = :workshop_id AND id = :id AND lease_token = CAST(:token AS uuid) AND state = 'leased'
""").bindparams(bindparam("delay", type_=INTERVAL()))


def put_off(job: Claimed, delay: timedelta) -> bool:
    """Give a leased job back until later because its hour has not come: nothing failed, nothing is counted. False when
    the lease has passed to another worker."""
    values = {"workshop_id": job.workshop_id, "id": job.id, "token": job.lease_token, "delay": delay}
    done = session().execute(_PUT_OFF, values, execution_options={"scoped_by_hand": True})
    return bool(done.rowcount)  # type: ignore[attr-defined]


_HOLDS = text("""
    SELECT 1 FROM job WHERE workshop_id = :workshop_id AND id = :id AND lease_token = CAST(:token AS uuid)
       AND state = 'leased' AND lease_until > clock_timestamp() + interval '45 seconds'
""")


def still_holds(job: Claimed) -> bool:
    """Whether the lease is ours and long enough for the longest call to the outside; asked just before such a call."""
    values = {"workshop_id": job.workshop_id, "id": job.id, "token": job.lease_token}
    return session().execute(_HOLDS, values, execution_options={"scoped_by_hand": True}).first() is not None


_REAP = text("""
    UPDATE job SET lost_count = lost_count + 1, lease_token = NULL, lease_until = NULL,
                   state = CASE WHEN lost_count + 1 >= :limit THEN 'dead' ELSE 'ready' END,
                   finished_at = CASE WHEN lost_count + 1 >= :limit THEN clock_timestamp() END,
                   last_error_class = CASE WHEN lost_count + 1 >= :limit THEN 'Killer' ELSE 'LeaseLost' END,
                   last_error = 'the worker ' || coalesce(leased_by, '?') || ' did not finish within its lease',
                   run_at = clock_timestamp() + make_interval(secs => 5 * power(2, lost_count)::int)
     WHERE state = 'leased' AND lease_until < clock_timestamp()
    RETURNING workshop_id, kind, payload, state
""")


def reap() -> Sequence[Any]:
    """Take back every lease that ran out; a job that lost three workers is dead, and what ends with it is left to the caller,
    for it is a workshop's (rows of workshop_id, kind, payload, state). Needs the worker role's platform scope."""
    return session().execute(_REAP, {"limit": LOST_LIMIT}).all()


_CALLS = text("""
    UPDATE job SET called_at = CASE WHEN :is_out THEN clock_timestamp() END
     WHERE workshop_id = :workshop_id AND id = :id AND lease_token = CAST(:token AS uuid)
""")


def note_call(job: Claimed, *, is_out: bool = True) -> None:
    """Write down that a call goes out now which must not be made twice, or that its answer was heard; the job's end, whatever
    it is, takes it back. To try again does not: what broke off after the call heard no answer."""
    values = {"workshop_id": job.workshop_id, "id": job.id, "token": job.lease_token, "is_out": is_out}
    session().execute(_CALLS, values, execution_options={"scoped_by_hand": True})


def pause_channel(channel: str, reason: str, until: datetime) -> None:
    """Stop a channel of the current workshop until an instant: the configuration is wrong, not the jobs."""
    values = {"workshop_id": current_workshop_id(), "channel": channel, "reason": reason[:500], "until": until}
    statement = insert(ChannelPause).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["workshop_id", "channel"], set_={"reason": reason[:500], "until": until}
    )
    session().execute(statement, execution_options={"scoped_by_hand": True})


def is_paused(channel: str) -> bool:
    """Whether a channel of the current workshop is not to be tried now."""
    pause = select(ChannelPause.until).where(ChannelPause.workshop_id == current_workshop_id())
    pause = pause.where(ChannelPause.channel == channel, ChannelPause.until > func.now())
    return session().scalar(pause) is not None


def beat(name: str) -> None:
    """Record that a sweep or planner ran, by the database's clock."""
    values = {"name": name, "at": func.clock_timestamp(), "by": worker_name()}
    statement = insert(Heartbeat).values(values)
    session().execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"at": func.clock_timestamp(), "by": worker_name()}
        ),
        execution_options={"scoped_by_hand": True},
    )
