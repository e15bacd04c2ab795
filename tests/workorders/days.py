"""What the planner does in a day, for tests: called until nothing is left; and a photo of what was done."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from PIL import Image
from sqlalchemy import select

from service_app.core.db import session
from service_app.workorders import operations
from service_app.workorders.models import CareOccurrence

DAY = datetime(2026, 9, 7, 9, tzinfo=UTC)


def a_photo() -> bytes:
    """A small real picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()


def plan_all() -> int:
    """Plan until nothing is left to plan; how much was done."""
    total = 0
    while found := operations.plan_care():
        total += found
    session().expire_all()
    return total


def occurrences() -> list[CareOccurrence]:
    """All of them in the order in which they were written."""
    return list(session().scalars(select(CareOccurrence).order_by(CareOccurrence.item_id, CareOccurrence.number)))
