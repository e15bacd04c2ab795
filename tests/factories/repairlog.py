"""Repairs that were tried, for tests: the sample file and single rows of the standard."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from service_app.core.access import WORKER
from service_app.repairlog import standard
from service_app.repairlog.models import END_OF_LIFE, FIXED, REPAIRABLE, PastRepair
from service_app.repairlog.operations import OwnRepair, record_repair, take_in_repairs

# Of our own making: every status, barrier and category, empty cells, quotation marks, line breaks, other scripts, odd ages.
NASTY = Path(__file__).parent.parent / "data" / "repairs-nasty.csv"
_ROW = {
    "data_provider": "Repair Connects",
    "country": "BEL",
    "product_category": "Kettle",
    "repair_status": FIXED,
    "event_date": "2024-05-04",
}


def cells_of(path: Path) -> list[list[str]]:
    """The rows of a file of the standard, its header first: what must be the same after a round trip."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def columns(number: int, **cells: str) -> standard.Columns:
    """The columns of one row, `cafe-<number>` unless another id is given."""
    found, flaws = standard.understood({"id": f"cafe-{number}"} | _ROW | cells)
    assert flaws == []
    return found


def past(fixed: int = 0, repairable: int = 0, end_of_life: int = 0, begin: int = 1, **cells: str) -> None:
    """So many repairs of open data, in the current workshop."""
    ends = [FIXED] * fixed + [REPAIRABLE] * repairable + [END_OF_LIFE] * end_of_life
    rows = [columns(begin + place, repair_status=end, **cells) for place, end in enumerate(ends)]
    assert set(take_in_repairs(WORKER, rows)) <= {"added"}


def own(case: str, status: str = FIXED, **facts: Any) -> PastRepair:
    """A closed case of our own."""
    actor = facts.pop("actor", WORKER)
    return record_repair(actor, OwnRepair(case, status, facts.pop("ended_on", date(2026, 5, 4)), **facts))


def owns(cases: Iterable[str], status: str = FIXED, **facts: Any) -> None:
    """Several."""
    for case in cases:
        own(case, status, **facts)
