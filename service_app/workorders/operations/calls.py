"""What another fact calls for: a return, a grade, a check that failed. Each is a job of its own, and told again changes
nothing: the return it answers is kept with the duty, and what is open already is not asked for twice."""

from __future__ import annotations

from sqlalchemy import bindparam, text
from sqlalchemy.types import BigInteger

from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.items.models import Item
from service_app.workorders.settling import CALLED_FOR, settle_item
from service_app.workorders.statements import run
from service_app.workshops.queries import get_workshop

# A duty of the contract that the fact itself is about holds for it, though it is closed: a return ends what the contract has,
# and the inspection comes after that. What is told of the thing later is nothing of that contract.
_HELD = """
    (d.is_open OR (i.status <> ALL(:gone) AND EXISTS (
        SELECT 1 FROM event_about a
         WHERE a.workshop_id = :w AND a.subject = 'contract' AND a.subject_id = p.contract_id AND a.event_id = :ref)))
"""
_AFTER_RETURN = text(
    CALLED_FOR.format(
        held=_HELD, because="p.kind = 'return' AND d.item_id = :item AND d.last_ref IS DISTINCT FROM :ref"
    )
).bindparams(bindparam("ref", type_=BigInteger()))
_BY_GRADE = text(
    CALLED_FOR.format(
        held=_HELD,
        because="p.kind = 'condition' AND d.item_id = :item AND p.grade IS NOT NULL AND i.grade >= p.grade"
        " AND d.last_ref IS DISTINCT FROM :ref",
    )
).bindparams(bindparam("ref", type_=BigInteger()))
_AFTER_FAILURE = text(
    CALLED_FOR.format(
        held=_HELD,
        because="p.kind = 'condition' AND d.item_id = :item AND p.grade IS NULL AND d.last_ref IS DISTINCT FROM :ref",
    )
).bindparams(bindparam("ref", type_=BigInteger()))
_BECAUSE = {"return": _AFTER_RETURN, "grade": _BY_GRADE, "failure": _AFTER_FAILURE}


def call_for_care(item_id: int, because: str, ref: int) -> int:
    """Care that a fact about an item calls for today: `because` 'return', 'grade' or 'failure', `ref` the id of the fact.
    The number of occurrences written."""
    item = session().get_one(Item, (current_workshop_id(), item_id))
    today = clock.today(get_workshop(item.workshop_id).zone)
    settle_item(item.id, today)
    return run(_BECAUSE[because], item=item.id, ref=ref, today=today, now=clock.now()).rowcount
