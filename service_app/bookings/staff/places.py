"""Who waits for a slot."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template
from flask_babel import gettext as _

from service_app.bookings import queries, words
from service_app.bookings.operations import waiting
from service_app.bookings.staff.shared import pages, tabs
from service_app.core.access import needs
from service_app.core.web import actor, see


@pages.get("/appointments/waiting")
@needs("appointment:read")
def waiting_page() -> Any:
    """Who waits for what, the first first."""
    return render_template(
        "bookings/waiting.html", rows=queries.list_waiting(), tabs=tabs("bookings.waiting_page"), states=words.WAITING
    )


@pages.post("/appointments/waiting/<int:entry_id>/leave")
@needs("appointment:write")
def leave_waiting(entry_id: int) -> Any:
    """They wait no longer."""
    entry = queries.get_waiting(entry_id)
    waiting.leave_waiting(actor(), entry)
    flash(_("%(name)s waits no longer.", name=entry.customer.name), "done")
    return see("bookings.waiting_page")
