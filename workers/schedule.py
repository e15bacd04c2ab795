"""ONE table: what is swept or planned, how often, and why then. Intervals only: calendars live in rows, so two beats, a
late one or none change nothing but the delay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from service_app.core import jobs, tenancy
from service_app.core.db import session
from service_app.core.jobs import CHANNELS, Heartbeat
from workers import planners, sweeps, webhooks
from workers.process import Process


@dataclass(frozen=True)
class Entry:
    """A thing done every so many seconds, and why so often."""

    name: str
    seconds: float
    do: Callable[[Process], int]
    why: str


def _everywhere(name: str, seconds: float, plan: Callable[[], int], why: str) -> Entry:
    return Entry(name, seconds, lambda process: planners.in_every_workshop(process, name, plan), why)


def expect(process: Process) -> int:
    """Give what stands below and has never run to its end a beat by nobody, of now: a planner that fails in one workshop since
    its first release would have none, and so be late to nobody. Nothing is left to do after that: 0."""
    names = [{"name": entry.name, "at": func.clock_timestamp(), "by": ""} for entry in SCHEDULE]
    with process.database.transaction(tenancy.platform("expect beats")):
        statement = insert(Heartbeat).values(names).on_conflict_do_nothing()
        session().execute(statement, execution_options={"scoped_by_hand": True})
        jobs.beat("expect")
    return 0


SCHEDULE: tuple[Entry, ...] = (
    *(
        Entry(
            f"sweep.{channel}", 5, partial(sweeps.sweep, channel=channel), "a wake-up that got lost costs five seconds"
        )
        for channel in CHANNELS
    ),
    Entry("expect", 60, expect, "what never ran is known as late by its own measure from its first minute on"),
    Entry("reap", 15, sweeps.reap, "a killed worker's job is taken back soon after its lease"),
    Entry(
        "gather_webhooks", 5, webhooks.gather, "who listens hears within seconds; where nobody does it costs nothing"
    ),
    _everywhere("expire_offers", 60, planners.expire_offers, "an offer's items are free again within a minute"),
    _everywhere("serve_waiting", 60, planners.serve_waiting, "what is free is offered to who waits within the minute"),
    _everywhere("mark_overdue", 60, planners.mark_overdue, "a late item blocks its next booking at once"),
    _everywhere("remind", 60, planners.remind, "reminders of the day go out from eight"),
    _everywhere("digest", 600, planners.digest, "the day's digest is there when people come in"),
    _everywhere("remind_renewals", 600, planners.remind_renewals, "a term that renews is told thirty days before"),
    _everywhere("plan_care", 600, planners.plan_care, "care is a matter of days"),
    _everywhere(
        "turn_contracts", 600, planners.turn_contracts, "what changes with a day has changed when people come in"
    ),
    _everywhere("charge_recurring", 600, planners.charge_recurring, "a new month is charged on its first morning"),
    _everywhere(
        "keep_repairs_moving", 600, planners.keep_repairs_moving, "a quote is reminded of after a day, not an hour"
    ),
    _everywhere("plan_rounds", 300, planners.plan_rounds, "tomorrow is planned within minutes of the cut-off"),
    _everywhere(
        "end_left_behind",
        600,
        planners.end_left_behind,
        "what waits in vain is somebody's matter while it still matters",
    ),
    _everywhere("keep_ledger", 3600, planners.keep_ledger, "what was there before the ledger listened is no hurry"),
    _everywhere("forget_old", 3600, planners.forget_old, "done jobs are kept for thirty days"),
    _everywhere("ask_invariants", 3600, planners.ask_invariants, "a fault of ours is found within the hour"),
    Entry("forget_sessions", 3600, planners.forget_sessions, "ended sessions are kept for thirty days"),
)

BY_NAME: dict[str, Entry] = {entry.name: entry for entry in SCHEDULE}
