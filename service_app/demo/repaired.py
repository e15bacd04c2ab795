"""The history of repairs of the demo's workshop of appliances: open data as it was published, see ATTRIBUTION.md."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from service_app.core.access import Actor
from service_app.repairlog import standard
from service_app.repairlog.operations import take_in_repairs

REPAIRS = Path(__file__).with_name("repair-connects-2023-09.csv.gz")


def take_in(boss: Actor) -> None:
    """Take the file in, in the current workshop."""
    with gzip.open(REPAIRS, "rt", encoding="utf-8", newline="") as file:
        take_in_repairs(boss, [standard.understood(row)[0] for row in csv.DictReader(file)])
