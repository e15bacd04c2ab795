"""Reads about reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.items.models import Item
from service_app.items.queries import TAG
from service_app.reports.models import ItemReport

WITH_ALL = (joinedload(ItemReport.item).joinedload(Item.product), joinedload(ItemReport.photo))


_TAG = (
    select(TAG).where(Item.workshop_id == ItemReport.workshop_id, Item.id == ItemReport.item_id).scalar_subquery()
).collate("C")
SORTS: dict[str, tuple[Any, ...]] = {
    "told": (ItemReport.id,),
    "-told": (ItemReport.id.desc(),),
    "tag": (_TAG, ItemReport.id),
    "-tag": (_TAG.desc(), ItemReport.id.desc()),
    "handled": (ItemReport.handled_at.asc().nulls_last(), ItemReport.id),
    "-handled": (ItemReport.handled_at.desc().nulls_last(), ItemReport.id.desc()),
}


def narrowed(found: Select[Any], status: str, kind: str) -> Select[Any]:
    """The reports of `found` that are new or handled, of a kind; '' means all."""
    wanted = {"status": status, "kind": kind}
    return found.where(*(getattr(ItemReport, name) == value for name, value in wanted.items() if value))


def get_report(report_id: int) -> ItemReport:
    """A report with its item; refuses with NotFound."""
    found = select(ItemReport).where(ItemReport.id == report_id).options(*WITH_ALL)
    report = session().scalars(found).first()
    if report is None:
        raise NotFound("not_found")
    return report


def reports_of(item: Item, most: int = 5) -> Sequence[ItemReport]:
    """The latest reports about an item, new ones first."""
    found = select(ItemReport).where(ItemReport.item_id == item.id).options(joinedload(ItemReport.photo))
    return session().scalars(found.order_by(ItemReport.status.desc(), ItemReport.id.desc()).limit(most)).all()


def report_of_key(key: str) -> ItemReport | None:
    """The report that a form has become already."""
    return session().scalars(select(ItemReport).where(ItemReport.key == key)).first()
