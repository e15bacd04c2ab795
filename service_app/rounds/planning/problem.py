"""What a plan is made of. Seconds are counted from the problem's own zero, distances in metres, loads in grams and litres."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

Load = tuple[int, int]
Matrix = list[list[int]]
NOTHING: Load = (0, 0)


@dataclass(frozen=True)
class Job:
    """A stop that is wished for. `keys` are the orders served by it, `place` its row in the table of distances (0 is the
    depot). `takes` is loaded there, `brings` comes from the depot. Service begins within [opens, closes]. `prize` is what
    it is worth to serve it, in metres; `only` binds it to one vehicle."""

    keys: tuple[str, ...]
    place: int
    takes: Load = NOTHING
    brings: Load = NOTHING
    seconds: int = 300
    opens: int = 0
    closes: int = 86_400
    prize: int = 1_000_000
    needs: tuple[str, ...] = ()
    only: str | None = None
    zone: str = ""

    @property
    def key(self) -> str:
        """The name of the stop in a plan."""
        return "+".join(self.keys)


@dataclass(frozen=True)
class Vehicle:
    """A vehicle with its crew for the day. `legs` are the stretches [from, to) in which it is out, a break between two;
    `speed` in metres per second, `reach` in metres over the whole day, `zones` those it may enter (none: all)."""

    key: str
    capacity: Load
    legs: tuple[tuple[int, int], ...]
    speed: float = 4.0
    reach: int = 60_000
    offers: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    table: str = ""


@dataclass(frozen=True)
class Problem:
    """A day. `metres` holds all distances, `seconds` by name the tables of a routing server; a vehicle without one drives
    the distance at its speed. `turn_seconds` is what emptying and loading between two trips takes."""

    jobs: tuple[Job, ...]
    vehicles: tuple[Vehicle, ...]
    metres: Matrix
    seconds: dict[str, Matrix] = field(default_factory=dict)
    turn_seconds: int = 600

    def times(self, vehicle: Vehicle) -> Matrix:
        """How many seconds the vehicle takes from place to place."""
        if vehicle.table:
            return self.seconds[vehicle.table]
        return [[round(metres / vehicle.speed) for metres in row] for row in self.metres]


@dataclass(frozen=True)
class Visit:
    """A stop in a plan: when service begins, and what is on board when the vehicle leaves."""

    key: str
    arrives: int
    load: Load


@dataclass(frozen=True)
class Trip:
    """From the depot and back: a vehicle's leg, when it leaves and is back, how far it was."""

    vehicle: str
    leg: int
    leaves: int
    back: int
    metres: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class Plan:
    """Trips in order, and what is left out: {key: reason}. `maker` is pyvrp or greedy; with `iterations` and `seed` it can
    be made again."""

    trips: tuple[Trip, ...]
    left: dict[str, str]
    maker: str
    seed: int = 0
    iterations: int = 0

    @property
    def metres(self) -> int:
        """The whole way."""
        return sum(trip.metres for trip in self.trips)

    @property
    def served(self) -> list[str]:
        """The keys of the stops that are in it."""
        return [visit.key for trip in self.trips for visit in trip.visits]


def merged(problem: Problem) -> Problem:
    """The same day with jobs at one place made one stop where their windows and needs allow it and the whole is no more than
    the largest vehicle carries: somebody rings once."""
    found: list[Job] = []
    for job in problem.jobs:
        at = next((at for at, other in enumerate(found) if _go_together(problem, other, job)), None)
        if at is None:
            found.append(job)
        else:
            found[at] = _both(found[at], job)
    return replace(problem, jobs=tuple(found))


def _go_together(problem: Problem, one: Job, other: Job) -> bool:
    if one.place != other.place or one.only != other.only:
        return False
    both = _both(one, other)
    return both.opens <= both.closes and any(
        all(max(both.takes[each], both.brings[each]) <= vehicle.capacity[each] for each in (0, 1))
        and set(both.needs) <= set(vehicle.offers)
        for vehicle in problem.vehicles
    )


def _both(one: Job, other: Job) -> Job:
    """One stop for two: the second takes half its time, for one is at the door already."""
    return replace(
        one, keys=one.keys + other.keys, takes=plus(one.takes, other.takes), brings=plus(one.brings, other.brings),
        seconds=one.seconds + other.seconds // 2, opens=max(one.opens, other.opens), closes=min(one.closes, other.closes),
        prize=one.prize + other.prize, needs=tuple(sorted({*one.needs, *other.needs})),
    )  # fmt: skip


def plus(one: Load, other: Load) -> Load:
    """Two loads together."""
    return one[0] + other[0], one[1] + other[1]


def written(thing: Problem | Plan) -> str:
    """As JSON, always the same for the same: what is kept beside a plan."""
    return json.dumps(asdict(thing), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_problem(text: str) -> Problem:
    """A problem as it was written."""
    found: dict[str, Any] = json.loads(text)
    jobs = (Job(**{name: _tuples(value) for name, value in job.items()}) for job in found["jobs"])
    vehicles = (Vehicle(**{name: _tuples(value) for name, value in each.items()}) for each in found["vehicles"])
    return Problem(tuple(jobs), tuple(vehicles), found["metres"], found["seconds"], found["turn_seconds"])


def read_plan(text: str) -> Plan:
    """A plan as it was written."""
    found: dict[str, Any] = json.loads(text)
    trips = tuple(
        Trip(
            **trip
            | {
                "visits": tuple(
                    Visit(visit["key"], visit["arrives"], _tuples(visit["load"])) for visit in trip["visits"]
                )
            }
        )
        for trip in found["trips"]
    )
    return Plan(**found | {"trips": trips})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
