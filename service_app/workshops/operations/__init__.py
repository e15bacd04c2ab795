"""Changes to a workshop and its people."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from service_app.core.db import current_workshop_id, session
from service_app.workshops.models import ReferenceCounter


def next_reference(series: str) -> str:
    """The next human reference of a series: C-2026 -> C-2026-0042. Locks the series until the transaction ends; a
    rolled-back number is given out again."""
    statement = insert(ReferenceCounter).values(workshop_id=current_workshop_id(), series=series, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=["workshop_id", "series"], set_={"last": ReferenceCounter.last + 1}
    )
    last = (
        session()
        .execute(statement.returning(ReferenceCounter.last), execution_options={"scoped_by_hand": True})
        .scalar_one()
    )
    return f"{series}-{last:04d}"
