"""Facts, append-only. One event row, one `event_about` row per thing it concerns, and the jobs that the reaction table
lists for its name, all in the transaction of the change itself.

Timeline, audit, passport and webhooks read these rows. The runtime role may only insert and select; triggers refuse
the rest. Personal data stays out of `data`: names are looked up when a person reads the timeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core import clock, jobs
from service_app.core.access import Actor
from service_app.core.db import Base, Instant, current_workshop_id, kept, session
from service_app.core.tenancy import WorkshopRow, points_to


class Event(WorkshopRow, Base):
    """One fact: `name` is noun.past, `data` holds codes and figures, never sentences or personal data."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_workshop_id_name", "workshop_id", "name", "id"),)

    name: Mapped[str]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_account_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class EventAbout(Base):
    """That an event concerns a thing: the index of every timeline."""

    __tablename__ = "event_about"
    __table_args__ = (points_to("event", "event_id"),)

    workshop_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


@dataclass(frozen=True)
class Reaction:
    """A job that an event sets off: the kind and channel, what to add to the payload {event_id, <subject>_id…}, and how many
    seconds it waits, so that what is taken back at once sets nothing off."""

    kind: str
    channel: str
    data: Mapping[str, Any] | None = None
    priority: int = 50
    wait_seconds: int = 0


_reactions: dict[str, tuple[Reaction, ...]] = {}


def install(reactions: Mapping[str, tuple[Reaction, ...]]) -> None:
    """Hand over the reaction map; called once by create_app and by the worker's app."""
    _reactions.clear()
    _reactions.update(reactions)


# The fact, what it is about and the jobs it sets off go to the database in one round trip; a fact is part of every change.
_RECORD = text("""
    WITH happened AS (
        INSERT INTO event (workshop_id, name, at, actor_kind, actor_account_id, data)
        VALUES (:workshop_id, :name, :at, :actor_kind, :actor_account_id, :data)
        RETURNING id),
    about AS (
        INSERT INTO event_about (workshop_id, subject, subject_id, event_id)
        SELECT :workshop_id, thing.noun, thing.key, happened.id
          FROM happened, unnest(CAST(:nouns AS text[]), CAST(:keys AS bigint[])) AS thing(noun, key)),
    set_off AS (
        INSERT INTO job (workshop_id, kind, dedupe_key, channel, priority, payload, run_at, created_at)
        SELECT :workshop_id, each.kind, 'event:' || happened.id || ':' || each.letter, each.channel, each.priority,
               jsonb_build_object('event_id', happened.id) || each.payload, now() + make_interval(secs => each.wait), :at
          FROM happened,
               jsonb_to_recordset(:jobs) AS each(kind text, letter text, channel text, priority int, wait int, payload jsonb)
            ON CONFLICT DO NOTHING)
    SELECT id FROM happened
""").bindparams(
    bindparam("workshop_id", type_=BigInteger()),
    bindparam("name", type_=Text()),
    bindparam("at", type_=Instant()),
    bindparam("actor_kind", type_=Text()),
    bindparam("actor_account_id", type_=BigInteger()),
    bindparam("data", type_=JSONB()),
    bindparam("jobs", type_=JSONB()),
).execution_options(scoped_by_hand=True)  # fmt: skip


def record(name: str, actor: Actor, about: Iterable[Any], data: Mapping[str, Any] | None = None) -> int:
    """Write a fact about some rows, with the jobs it sets off; its id. An event that no table knows raises KeyError."""
    reactions = _reactions[name]
    session().flush()
    subjects = list(dict.fromkeys((thing.__tablename__, thing.id) for thing in about))
    known = {
        "workshop_id": current_workshop_id(), "name": name, "at": clock.now(), "actor_kind": actor.kind,
        "actor_account_id": actor.account_id, "data": dict(data or {}), "nouns": [noun for noun, _key in subjects],
        "keys": [key for _noun, key in subjects], "jobs": [_job(reaction, subjects) for reaction in reactions],
    }  # fmt: skip
    event_id = int(session().scalar(_RECORD, known))
    for channel in {reaction.channel: None for reaction in reactions}:
        jobs.nudge_afterwards(channel)
    return event_id


def _job(reaction: Reaction, subjects: list[tuple[str, int]]) -> dict[str, Any]:
    """A job as `_RECORD` takes it: told once for an event, to each letter."""
    more = dict(reaction.data or {})
    return {
        "kind": reaction.kind,
        "letter": more.get("letter", ""),
        "channel": reaction.channel,
        "priority": reaction.priority,
        "wait": reaction.wait_seconds,
        "payload": {f"{noun}_id": key for noun, key in subjects} | more,
    }


def latest_of(thing: Any) -> ColumnElement[int]:
    """The id of the newest fact about a row, inside another statement: asked where it is written, without a way of its own."""
    found = select(func.max(EventAbout.event_id)).where(
        EventAbout.workshop_id == thing.workshop_id,
        EventAbout.subject == thing.__tablename__,
        EventAbout.subject_id == thing.id,
    )
    return found.scalar_subquery()


_ABOUT = (
    select(EventAbout.event_id)
    .where(
        EventAbout.workshop_id == bindparam("workshop_id"),
        EventAbout.subject == bindparam("subject"),
        EventAbout.subject_id == bindparam("subject_id"),
    )
    .order_by(EventAbout.event_id.desc())
    .limit(bindparam("most"))
)
_TIMELINE = kept(select(Event).where(Event.id.in_(_ABOUT)).order_by(Event.id.desc()))


def timeline(thing: Any, limit: int = 50) -> list[Event]:
    """The latest facts about a row, newest first."""
    known = {"workshop_id": thing.workshop_id, "subject": thing.__tablename__, "subject_id": thing.id, "most": limit}
    return list(session().scalars(_TIMELINE, known))
