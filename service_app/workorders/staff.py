"""The staff's pages about care."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service_app import refusals
from service_app.core import beside, clock, listing
from service_app.core.access import needs
from service_app.core.errors import Refusal
from service_app.core.web import actor, current, see
from service_app.items.models import Item
from service_app.workorders import operations, queries
from service_app.workorders.queries import CareFilter

pages = Blueprint("workorders", __name__, template_folder="templates")

STATES = {
    "planned": ("planned", _l("planned")),
    "notified": ("due", _l("announced")),
    "done": ("done", _l("done")),
    "skipped": ("off", _l("skipped")),
}
pages.app_context_processor(lambda: {"care_states": STATES})


def _beside_item(item: Item) -> dict[str, Any] | None:
    found = queries.care_of_item(item) if current().can("work:read") else None
    return {"care": found} if found else None


beside.add("item", "workorders/item_card.html", _beside_item)


@pages.get("/care")
@needs("work:read")
def list_page() -> Any:
    """What is due for care, what was done, what was skipped."""
    wanted = CareFilter(listing.asked("q"), listing.asked("state") or "open", listing.page_number())
    page = queries.list_care(wanted)
    today = clock.today(current().workshop.zone)
    return render_template("workorders/care.html", wanted=wanted, page=page, pager=listing.pager(page), today=today)


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
