"""The staff's pages about care."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.core import beside
from service_app.core.access import needs
from service_app.core.errors import Refusal
from service_app.core.web import actor, current, see
from service_app.items.models import Item
from service_app.lists import shown as lists
from service_app.workorders import operations, queries
from service_app.workorders.listed import LIST, STATES

pages = Blueprint("workorders", __name__, template_folder="templates")

pages.app_context_processor(lambda: {"care_states": STATES})


def _beside_item(item: Item) -> dict[str, Any] | None:
    found = queries.care_of_item(item) if current().can("work:read") else None
    return {"care": found} if found else None


beside.add("item", "workorders/item_card.html", _beside_item)


@pages.get("/care")
@needs("work:read")
def list_page() -> Any:
    """What is due for care, what was done, what was skipped."""
    return lists.page(LIST, "workorders/care.html")


@pages.post("/care/<int:occurrence_id>/done")
@needs("work:write")
def done(occurrence_id: int) -> Any:
    """It was done."""
    occurrence = queries.get_occurrence(occurrence_id)
    operations.do_care(actor(), occurrence, request.form.get("remark", ""))
    flash(_("%(tag)s is done. The next time is planned by itself.", tag=occurrence.item.tag), "done")
    return see("workorders.list_page")


@pages.post("/care/<int:occurrence_id>/skip")
@needs("work:write")
def skip(occurrence_id: int) -> Any:
    """Not this time, and why."""
    occurrence = queries.get_occurrence(occurrence_id)
    try:
        operations.skip_care(actor(), occurrence, request.form.get("reason", ""))
    except Refusal as refusal:
        flash(refusals.sentence(refusal), "late")
        return see("workorders.list_page")
    flash(_("%(tag)s is skipped this time.", tag=occurrence.item.tag), "done")
    return see("workorders.list_page")
