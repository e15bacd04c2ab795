"""The planner against best known answers, and on a day as a workshop has it.

`python -m tests.bench.rounds [FOLDER]`: FOLDER holds Solomon's instances as NAME.txt with NAME.sol (CVRPLIB's form); they are
not ours to pass on, so they are named and not kept here. Distances are truncated to a tenth, as DIMACS did. Without a folder
only the day is planned: 120 stops over Brussels, three bikes and a van.
"""

from __future__ import annotations

import random
import sys
import time
from math import hypot
from pathlib import Path

from service_app.rounds import streets
from service_app.rounds.planning import greedy, optimiser, planner
from service_app.rounds.planning.problem import Job, Plan, Problem, Vehicle, read_problem, written
from tests.rounds.feasible import faults

TENTHS = 10
HOUR = 3600


def solomon(path: Path) -> Problem:
    """An instance in tenths."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines()]
    start = next(at for at, line in enumerate(lines) if line[:1] == ["NUMBER"])
    many, capacity = (int(each) for each in lines[start + 1])
    rows = [[int(each) for each in line] for line in lines if len(line) == 7 and line[0].isdigit()]
    metres = [[int(TENTHS * hypot(one[1] - other[1], one[2] - other[2])) for other in rows] for one in rows]
    jobs = tuple(
        Job((str(row[0]),), row[0], (row[3], 0), (0, 0), row[6] * TENTHS, row[4] * TENTHS, row[5] * TENTHS, 100_000)
        for row in rows[1:]
    )
    leg = ((rows[0][4] * TENTHS, rows[0][5] * TENTHS),)
    vehicles = tuple(
        Vehicle(f"v{number}", (capacity, 1), leg, 1.0, 10**9, table="as the crow flies") for number in range(many)
    )
    return Problem(jobs, vehicles, metres, {"as the crow flies": metres}, 0)


def best_known(path: Path) -> float:
    """The cost of a .sol."""
    return float(next(line.split()[1] for line in path.read_text("utf-8").splitlines() if line.startswith("Cost")))


def a_workshops_day(stops: int = 120, seed: int = 7) -> Problem:
    """Stops over the region, windows of two to eight hours, three bikes with a noon break and a van."""
    drawn = random.Random(seed)
    points = [(50.8466, 4.3528)]
    jobs = []
    for number in range(1, stops + 1):
        points.append((drawn.gauss(50.843, 0.022), drawn.gauss(4.355, 0.03)))
        opens = drawn.choice((8, 9, 10, 12)) * HOUR
        load = (drawn.randint(1, 25) * 1000, drawn.randint(10, 150))
        takes, brings = (load, (0, 0)) if drawn.random() < 0.7 else ((0, 0), load)
        closes = opens + drawn.randint(2, 8) * HOUR
        needs = ("two people",) if drawn.random() < 0.05 else ()
        prize = drawn.choice((200_000, 500_000, 2_000_000))
        jobs.append(Job((f"o{number}",), number, takes, brings, drawn.randint(3, 9) * 60, opens, closes, prize, needs))
    legs = ((int(8.5 * HOUR), 12 * HOUR), (int(12.75 * HOUR), 17 * HOUR))
    bikes = [Vehicle(f"bike-{number}", (150_000, 900), legs, 4.2, 60_000) for number in range(3)]
    van = Vehicle("van", (900_000, 7000), legs, 6.1, 150_000, ("two people",))
    return Problem(tuple(jobs), (*bikes, van), streets.table(tuple(points)))


def solve_folder(folder: Path, seconds: float = 5.0) -> list[tuple[str, float, float, Plan]]:
    """(name, best known, found, plan) of each instance."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        made = optimiser.plan(solomon(path), 1, seconds=seconds)
        assert made is not None
        found.append((path.stem, best_known(path.with_suffix(".sol")), made.metres / TENTHS, made))
    return found


def main(folder: str = "") -> None:
    """Print what was measured."""
    gaps = []
    for name, best, found, made in solve_folder(Path(folder)) if folder else []:
        gaps.append(100 * (found - best) / best)
        wrong = len(faults(solomon(Path(folder) / f"{name}.txt"), made))
        print(
            f"{name:6} best {best:8.1f}  found {found:8.1f}  gap {gaps[-1]:5.2f} %  left {len(made.left)}  faults {wrong}"
        )
    if gaps:
        print(f"mean gap {sum(gaps) / len(gaps):.2f} %, worst {max(gaps):.2f} % after 5 s each")
    problem = a_workshops_day()
    begun = time.monotonic()
    simple = greedy.plan(problem)
    simple_took = time.monotonic() - begun
    made = planner.plan(problem, 1, seconds=12)
    took = time.monotonic() - begun - simple_took
    again = planner.replay(read_problem(written(problem)), made)
    print(
        f"120 stops: {took:.1f} s, {made.maker}, {made.metres / 1000:.1f} km, {len(made.left)} left, {made.iterations} steps; "
        f"greedy {simple_took:.1f} s, {simple.metres / 1000:.1f} km, {len(simple.left)} left; "
        f"faults {len(faults(problem, made))}; the same again: {written(again) == written(made)}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
