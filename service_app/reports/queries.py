"""Reads about reports."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.paging import Page, page_of
from service_app.items.models import Item
from service_app.reports.models import ItemReport

_WITH_ALL = (joinedload(ItemReport.item).joinedload(Item.product), joinedload(ItemReport.photo))


def list_reports(status: str, page: int) -> Page[ItemReport]:
    """A page of reports with their items: the new ones with the oldest first, the handled ones with the newest first."""
    found = select(ItemReport).where(ItemReport.status == status).options(*_WITH_ALL)
    return page_of(found.order_by(ItemReport.id if status == "new" else ItemReport.id.desc()), page)


def get_report(report_id: int) -> ItemReport:
    """A report with its item; refuses with NotFound."""
    found = select(ItemReport).where(ItemReport.id == report_id).options(*_WITH_ALL)
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
