"""What failed a check, or was left out, is in order after all."""

from __future__ import annotations

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.workorders import queries
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations.doing import beside_the_rhythm
from service_app.workorders.operations.holding import hold_back_late


def say_fit(actor: Actor, occurrence: CareOccurrence, how: str) -> CareOccurrence:
    """What was done in part was made good, and what held the thing back for it ends. What was found stays as it was written:
    that it is fit now is one more time beside the rhythm, done today, with `how` as its remark. Refuses no word of how, and
    what holds nothing back (any more). Leaves care.done; the time that was added."""
    actor.must("work:write")
    if not how.strip():
        raise Invalid("item.reason_needed", field="how")
    session().refresh(occurrence, with_for_update={"of": CareOccurrence})
    session().refresh(occurrence.item)
    if occurrence not in queries.unfit(occurrence.item):
        raise Conflict("state.not_allowed", thing="care_occurrence", axis="status", state=occurrence.status, to="done")
    row = beside_the_rhythm(occurrence, queries.today_here())
    row.done_at, row.done_by, row.remark = clock.now(), actor.name, how.strip()[:1000]
    session().flush()
    move(row, "done")
    if occurrence.visit is not None:  # whoever says so looked at it
        occurrence.visit.is_unseen = False
    session().flush()
    hold_back_late(actor, row.item_id)
    events.record("care.done", actor, [row, row.item], {"tag": row.item.tag, "failed": 0, "minutes": 0})
    return row
