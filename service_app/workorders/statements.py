"""Statements of care that are written by hand, because they go over thousands of rows at once."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, TextClause, text

from service_app.core.db import current_workshop_id, session
from service_app.workorders.models import GONE, OPEN, UNSTARTED


def run(statement: TextClause, **values: Any) -> CursorResult[Any]:
    """A statement in the current workshop, `:w`; of the values given, and of the lists of states, those that it names."""
    given = {"w": current_workshop_id(), "gone": list(GONE), "open": list(OPEN), "unstarted": list(UNSTARTED)} | values
    used = {name: value for name, value in given.items() if f":{name}" in statement.text}
    return cast("CursorResult[Any]", session().execute(statement, used, execution_options={"scoped_by_hand": True}))


# What the days of a plan are worked out from.
PLANS = text("""
    SELECT id, kind, every, unit, meter_step, season, basis, starts_on, horizon_days, is_shifted_later, excluded, included
      FROM care_plan WHERE workshop_id = :w AND id = ANY(:ids)
""")
