"""The letter that tells the workshop of a report."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from service_app.core import links
from service_app.core.db import current_workshop_id
from service_app.core.i18n import words
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.reports import queries
from service_app.reports.words import SAID
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

REPORTED = "item_reported"


def _write(about: str, facts: dict[str, Any]) -> int:
    """To the workshop."""
    workshop = get_workshop(current_workshop_id())
    return operations.write(REPORTED, about, facts, workshop.email, workshop.language, "staff")


def _compose(message: Message, workshop: Workshop) -> Letter:
    report = queries.get_report(message.payload["item_report_id"])
    if report.status != "new":
        raise NotNeeded("already_done")
    item, what = report.item, str(SAID[report.kind][1])
    facts = [
        (_("What"), f"{words(item.product.name)} {item.tag}"),
        (_("In their words"), report.remark),
        (_("Where it is"), report.place),
        (_("How to reach them"), report.contact or _("they did not say")),
    ]
    return Letter(
        _("%(tag)s: %(what)s", tag=item.tag, what=what),
        _("Good day,"),
        [
            _("Somebody scanned the label of a thing of yours and reported it."),
            *([_("There is a photo with it.")] if report.photo_id is not None else []),
        ],
        [(label, value) for label, value in facts if value],
        (_("See the report"), links.absolute(f"/{workshop.slug}/reports")),
    )


letters.add(REPORTED, _compose)
operations.add_writer(REPORTED, _write)
