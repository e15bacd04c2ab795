"""The workshop's side of reports: the list, the card beside a thing, and taking care of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from flask_babel import gettext as _

from service_app.core import beside, files
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.web import actor, current, offer_undo, see, upload
from service_app.items.models import Item
from service_app.lists import shown
from service_app.reports import operations, queries, words
from service_app.reports.listed import LIST
from service_app.reports.models import ItemReport
from service_app.scanning import hits
from service_app.scanning.expected import next_step

pages = Blueprint("reports", __name__, template_folder="templates")
pages.app_context_processor(lambda: {"report_kinds": words.SAID, "report_states": words.STATES})


def _beside_item(item: Item) -> dict[str, Any] | None:
    found = queries.reports_of(item)
    return {"item": item, "reports": found, "may_write": current().can("item:write")} if found else None


beside.add("item", "reports/item_card.html", _beside_item)


@pages.get("/reports")
@needs("item:read")
def list_page() -> Any:
    """What people on the street reported, the oldest first."""
    return shown.page(LIST, "lists/page.html", next_act=_next_act)


def _next_act(report: ItemReport) -> hits.Button | None:
    """What the thing expects; a thing in stock that is broken wants the bench, which its own page offers."""
    if report.item.status == "in_stock":
        return None
    step = next_step(actor(), report.item, current().workshop.zone)
    return hits.button_of(step) if step is not None and step.is_allowed else None


@pages.post("/reports/<int:report_id>/handled")
@needs("item:write")
def handle(report_id: int) -> Any:
    """Somebody took care of it; it can be taken back while the toast stands."""
    report = queries.get_report(report_id)
    operations.handle_report(actor(), report)
    offer_undo(_("The report about %(tag)s is handled.", tag=report.item.tag), "reports.reopen", report_id=report.id)
    return see("reports.list_page")


@pages.post("/reports/<int:report_id>/new")
@needs("item:write")
def reopen(report_id: int) -> Any:
    """Not taken care of after all."""
    operations.reopen_report(actor(), queries.get_report(report_id))
    return see("reports.list_page")


@pages.get("/reports/<int:report_id>/photo")
@needs("item:read")
def photo(report_id: int) -> Response:
    """The photo that came with a report."""
    stored = queries.get_report(report_id).photo
    if stored is None:
        raise NotFound("not_found")
    answer = upload(files.read(stored), stored.media_type)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
