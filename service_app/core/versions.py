"""Two people, one row: a form carries the version it was filled from, and a later one wins nothing by accident."""

from __future__ import annotations

from typing import Any

from service_app.core.db import session
from service_app.core.errors import Conflict


def take(row: Any, expected: int | None) -> None:
    """Lock a row for a change, read it anew and raise its version.

    Refuses with Conflict `version.stale` when somebody changed it since `expected` was read; None means that nobody was
    shown the row before (an import, a job), so there is nothing to compare. Call it before anything is written.
    """
    session().refresh(row, with_for_update={"of": type(row)})
    if expected is not None and row.version != expected:
        raise Conflict("version.stale", thing=row.__tablename__, version=row.version)
    row.version += 1
