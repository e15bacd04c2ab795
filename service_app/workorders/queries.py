"""Reads about care."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import joinedload

from service_app.catalogue.models import CarePlan
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.items.models import Item
from service_app.items.queries import TAG
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations import GONE, OPEN

WITH_ALL = (joinedload(CareOccurrence.plan), joinedload(CareOccurrence.item).joinedload(Item.product))


# Open is what still asks for a hand: not what was retired meanwhile, or whose plan is no longer followed.
STATE: Any = case(
    (CareOccurrence.status.not_in(OPEN), CareOccurrence.status),
    (and_(Item.status.not_in(GONE), CarePlan.is_active), "open"),
    else_="gone",
)
SORTS: dict[str, tuple[Any, ...]] = {
    "due": (CareOccurrence.due_on, CareOccurrence.id),
    "-due": (CareOccurrence.due_on.desc(), CareOccurrence.id.desc()),
    "tag": (TAG, CareOccurrence.id),
    "-tag": (TAG.desc(), CareOccurrence.id),
    "done": (CareOccurrence.done_at.asc().nulls_last(), CareOccurrence.id),
    "-done": (CareOccurrence.done_at.desc().nulls_last(), CareOccurrence.id),
}


def every_occurrence() -> Select[Any]:
    """All care there is, with its item and plan at hand."""
    return select(CareOccurrence).join(CareOccurrence.item).join(CareOccurrence.plan)


def narrowed(found: Select[Any], state: str) -> Select[Any]:
    """The occurrences of `found` that are open, done or skipped; '' means all."""
    return found.where(state == STATE) if state else found


def get_occurrence(occurrence_id: int) -> CareOccurrence:
    """An occurrence with its plan and item; refuses with NotFound."""
    found = select(CareOccurrence).where(CareOccurrence.id == occurrence_id).options(*WITH_ALL)
    occurrence = session().scalars(found).first()
    if occurrence is None:
        raise NotFound("not_found")
    return occurrence


def care_of_item(item: Item, most: int = 8) -> Sequence[CareOccurrence]:
    """The latest and the next care of an item, newest first."""
    found = select(CareOccurrence).where(CareOccurrence.item_id == item.id).order_by(CareOccurrence.due_on.desc())
    return session().scalars(found.options(joinedload(CareOccurrence.plan)).limit(most)).all()
