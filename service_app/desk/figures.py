"""Figures of the background work of all workshops, as lines of the Prometheus text format (version 0.0.4).

The web's role sees one workshop at a time, so each is asked in its own transaction; no figure names one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import func, select

from service_app import invariants
from service_app.core import standing, tenancy
from service_app.core.db import Database, session
from service_app.core.jobs import Heartbeat
from service_app.desk import background
from service_app.notifications import doubtful
from service_app.notifications.models import Suppression
from service_app.workshops.models import Workshop

HELP: dict[str, str] = {
    "ronde_oldest_due_seconds": "How long the oldest due job of a kind has waited",
    "ronde_jobs_due": "Jobs that are due, by kind",
    "ronde_jobs_dead": "Jobs that gave up, by kind",
    "ronde_channels_paused": "Workshops in which a channel is in trouble",
    "ronde_suppressed_addresses": "Addresses that are written to no more",
    "ronde_letters_unknown": "Letters of which nobody knows whether they arrived",
    "ronde_heartbeat_age_seconds": "How long ago a sweep or planner last ran to its end, or was first looked for",
    "ronde_invariant_violations": "Rows in which what must always hold does not, by what it is",
}

# What rooms above this one count in each workshop: the label's name, and the numbers by its value.
_MORE: dict[str, tuple[str, Callable[[], Mapping[str, int]]]] = {}


def also(name: str, help_: str, label: str, count: Callable[[], Mapping[str, int]]) -> None:
    """Show what a later room counts, summed over the workshops; told twice is shown once."""
    HELP[name] = help_
    _MORE[name] = (label, count)


def lines(database: Database) -> Iterator[str]:
    """The figures, each name with its help and type first."""
    found = _gathered(database)
    for name, help_ in HELP.items():
        yield f"# HELP {name} {help_}"
        yield f"# TYPE {name} gauge"
        for (of, label), value in sorted(found.items()):
            if of == name:
                yield f"{name}{label} {value}"


def _gathered(database: Database) -> dict[tuple[str, str], int]:
    sums: Counter[tuple[str, str]] = Counter({("ronde_suppressed_addresses", ""): 0, ("ronde_letters_unknown", ""): 0})
    sums.update({("ronde_invariant_violations", _label("name", name)): 0 for name in invariants.INVARIANTS})
    oldest: dict[tuple[str, str], int] = {}
    with database.transaction(tenancy.platform("metrics")):
        workshops = list(session().scalars(select(Workshop.id)))
        age = func.extract("epoch", func.clock_timestamp() - Heartbeat.at)
        for name, seconds in session().execute(select(Heartbeat.name, age)):
            oldest["ronde_heartbeat_age_seconds", _label("name", name)] = int(seconds)
    for workshop_id in workshops:
        with database.transaction(tenancy.workshop(workshop_id)):
            _add_workshop(sums, oldest)
    return {**sums, **oldest}


def _add_workshop(sums: Counter[tuple[str, str]], oldest: dict[tuple[str, str], int]) -> None:
    for due in background.due_by_kind():
        label = _label("kind", due.kind)
        sums["ronde_jobs_due", label] += due.count
        key = ("ronde_oldest_due_seconds", label)
        oldest[key] = max(oldest.get(key, 0), due.oldest_seconds)
    for kind, count in background.stuck_by_kind():
        sums["ronde_jobs_dead", _label("kind", kind)] += count
    for pause in standing.troubled():
        sums["ronde_channels_paused", _label("channel", pause.channel)] += 1
    sums["ronde_suppressed_addresses", ""] += session().scalar(select(func.count(Suppression.id))) or 0
    sums["ronde_letters_unknown", ""] += doubtful.count_in_doubt()
    for row in invariants.not_holding():
        sums["ronde_invariant_violations", _label("name", row.name)] += row.count
    for name, (label, counted) in _MORE.items():
        for value, number in counted().items():
            sums[name, _label(label, value)] += number


def _label(name: str, value: str) -> str:
    safe = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'{{{name}="{safe}"}}'
