"""How my things are looked after: what is due, with the way to choose a moment, and what was done."""

from __future__ import annotations

from typing import Any

from flask import render_template

from service_app.core.access import needs
from service_app.core.web import current
from service_app.portal.my import pages
from service_app.workorders import links, queries, words
from service_app.workorders.models import CareVisit


def due() -> list[tuple[CareVisit, str, tuple[str, Any]]]:
    """(visit, its page, its state) of what I am asked about or come for."""
    return [_row(visit) for visit in queries.unanswered(current().customer)]


def _row(visit: CareVisit) -> tuple[CareVisit, str, tuple[str, Any]]:
    return visit, links.visit_url(visit), words.state_of(visit)


@pages.get("/my/care")
@needs(None)
def care_page() -> Any:
    """What is due, then what was done, the latest first."""
    rows = [_row(visit) for visit in queries.visits_of(current().customer)]
    return render_template(
        "portal/care.html",
        due=[row for row in rows if row[0].ended_at is None],
        done=[row for row in rows if row[0].ended_at is not None],
    )
