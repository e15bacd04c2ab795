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

from sqlalchemy import BigInteger, Index, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from service_app.core import clock, jobs
from service_app.core.access import Actor
from service_app.core.db import Base, current_workshop_id, session
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
    """A job that an event sets off: the kind and channel, and what to add to the payload {event_id, <subject>_id…}."""

    kind: str
    channel: str
    data: Mapping[str, Any] | None = None
    priority: int = 50


_reactions: dict[str, tuple[Reaction, ...]] = {}


def install(reactions: Mapping[str, tuple[Reaction, ...]]) -> None:
    """Hand over the reaction map; called once by create_app and by the worker's app."""
    _reactions.clear()
    _reactions.update(reactions)


def record(name: str, actor: Actor, about: Iterable[Any], data: Mapping[str, Any] | None = None) -> Event:
    """Write a fact about some rows, with the jobs it sets off. An event that no table knows raises KeyError."""
    reactions = _reactions[name]
    db_session = session()
    db_session.flush()
    happened = Event(
        name=name, at=clock.now(), actor_kind=actor.kind, actor_account_id=actor.account_id, data=dict(data or {})
    )
    db_session.add(happened)
    db_session.flush()
    subjects = {thing.__tablename__: thing.id for thing in about}
    if subjects:
        _index(happened.id, [(thing.__tablename__, thing.id) for thing in about])
    for reaction in reactions:
        payload = {"event_id": happened.id} | {f"{noun}_id": key for noun, key in subjects.items()}
        jobs.enqueue(
            reaction.kind,
            channel=reaction.channel,
            payload=payload | dict(reaction.data or {}),
            dedupe_key=f"event:{happened.id}:{(reaction.data or {}).get('letter', '')}",
            priority=reaction.priority,
        )
    return happened


def _index(event_id: int, subjects: list[tuple[str, int]]) -> None:
    workshop_id = current_workshop_id()
    rows = [
        {"workshop_id": workshop_id, "subject": noun, "subject_id": key, "event_id": event_id}
        for noun, key in dict.fromkeys(subjects)
    ]
    session().execute(insert(EventAbout), rows)


def timeline(thing: Any, limit: int = 50) -> list[Event]:
    """The latest facts about a row, newest first."""
    ids = (
        select(EventAbout.event_id)
        .where(EventAbout.workshop_id == thing.workshop_id)
        .where(EventAbout.subject == thing.__tablename__, EventAbout.subject_id == thing.id)
        .order_by(EventAbout.event_id.desc())
        .limit(limit)
    )
    return list(session().scalars(select(Event).where(Event.id.in_(ids)).order_by(Event.id.desc())))
