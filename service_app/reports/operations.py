"""A report from the street until somebody took care of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from service_app.core import clock, events, files
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.states import move
from service_app.items.models import Item
from service_app.reports import queries
from service_app.reports.models import KINDS, ItemReport

MOST_TEXT, MOST_LINE = 1000, 200
CONTACT_LASTS = timedelta(days=30)

# Whoever stands in front of a thing: it grants nothing but the one report of the form.
STRANGER = Actor(kind="visitor")


@dataclass(frozen=True)
class Told:
    """What somebody says: `kind` found or broken, in their words, where it is, how they can be reached, a photo (bytes and
    file name), and the language they wrote in."""

    kind: str
    remark: str = ""
    place: str = ""
    contact: str = ""
    photo: tuple[bytes, str] | None = None
    language: str = "fr"


def report_item(item: Item, told: Told, key: str) -> ItemReport:
    """Write down what somebody on the street says about a thing. The same key again finds the report that is there.

    Refuses with a field: `choice.unknown` (kind), `report.say_more` (a broken thing without a word or a photo), and what
    `files.store_picture` refuses. Leaves item.reported.
    """
    known = queries.report_of_key(key)
    if known is not None:
        return known
    if told.kind not in KINDS:
        raise Invalid("choice.unknown", field="kind", value=told.kind)
    remark = told.remark.strip()[:MOST_TEXT]
    if told.kind == "broken" and not remark and told.photo is None:
        raise Invalid("report.say_more", field="remark")
    photo = files.store_picture(*told.photo) if told.photo is not None else None
    row = ItemReport(
        item_id=item.id,
        kind=told.kind,
        remark=remark,
        place=told.place.strip()[:MOST_LINE],
        contact=told.contact.strip()[:MOST_LINE],
        language=told.language,
        photo_id=photo.id if photo is not None else None,
        key=key,
    )
    session().add(row)
    session().flush()
    events.record("item.reported", STRANGER, [row, item], {"kind": row.kind})
    return row


def handle_report(actor: Actor, report: ItemReport) -> None:
    """Somebody took care of it. Refuses one that is handled (`state.not_allowed`). Leaves item.report_handled."""
    actor.must("item:write")
    report.handled_at, report.handled_by = clock.now(), actor.name
    move(report, "handled")
    events.record("item.report_handled", actor, [report, report.item])


def reopen_report(actor: Actor, report: ItemReport) -> None:
    """It was not taken care of after all."""
    actor.must("item:write")
    report.handled_at, report.handled_by = None, ""
    move(report, "new")


def forget_contacts(limit: int = 500) -> int:
    """Forget, in the current workshop, how people can be reached whose reports were handled a month ago; how many."""
    old = select(ItemReport.id).where(
        ItemReport.status == "handled", ItemReport.handled_at < clock.now() - CONTACT_LASTS, ItemReport.contact != ""
    )
    ids = session().scalars(old.limit(limit)).all()
    if ids:
        session().execute(
            update(ItemReport)
            .where(ItemReport.id.in_(ids))
            .values(contact="")
            .execution_options(synchronize_session=False)
        )
    return len(ids)
