"""Reads about care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service_app.catalogue.models import CarePlan
from service_app.core import search
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.paging import Page, page_of
from service_app.items.models import Item
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations import GONE, OPEN

_WITH_ALL = (joinedload(CareOccurrence.plan), joinedload(CareOccurrence.item).joinedload(Item.product))


@dataclass(frozen=True)
class CareFilter:
    """What a list of care is narrowed to; `state` is open, done or skipped."""

    text: str = ""
    state: str = "open"
    page: int = 1


def list_care(wanted: CareFilter) -> Page[CareOccurrence]:
    """A page of occurrences with plan, item and product: open ones by day, the others by when they were done."""
    found = select(CareOccurrence).options(*_WITH_ALL)
    ids = search.matching("item", wanted.text)
    if ids is not None:
        found = found.where(CareOccurrence.item_id.in_(ids))
    if wanted.state in ("done", "skipped"):
        found = found.where(CareOccurrence.status == wanted.state)
        return page_of(found.order_by(CareOccurrence.done_at.desc(), CareOccurrence.id), wanted.page)
    found = found.join(CareOccurrence.item).join(CareOccurrence.plan)
    found = found.where(CareOccurrence.status.in_(OPEN), Item.status.not_in(GONE), CarePlan.is_active)
    return page_of(found.order_by(CareOccurrence.due_on, CareOccurrence.id), wanted.page)


def get_occurrence(occurrence_id: int) -> CareOccurrence:
    """An occurrence with its plan and item; refuses with NotFound."""
    found = select(CareOccurrence).where(CareOccurrence.id == occurrence_id).options(*_WITH_ALL)
    occurrence = session().scalars(found).first()
    if occurrence is None:
        raise NotFound("not_found")
    return occurrence


def care_of_item(item: Item, most: int = 8) -> Sequence[CareOccurrence]:
    """The latest and the next care of an item, newest first."""
    found = select(CareOccurrence).where(CareOccurrence.item_id == item.id).order_by(CareOccurrence.due_on.desc())
    return session().scalars(found.options(joinedload(CareOccurrence.plan)).limit(most)).all()
