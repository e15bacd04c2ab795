"""The list of care."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select

from service_app.core import clock, i18n
from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Act, Ask, Column, Facet, Listing, Wanted, add, number
from service_app.workorders import operations, queries
from service_app.workorders.models import OPEN, CareOccurrence
from service_app.workorders.words import STATES


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, wanted.get("state", ""))


def _state(occurrence: CareOccurrence) -> tuple[str, Any]:
    """What was to be done by now and was not is late."""
    if occurrence.status in OPEN and occurrence.window_until < clock.today(i18n.zone()):
        return "late", _l("late")
    return STATES[occurrence.status]


def _do(actor: Actor, occurrence_id: str, _given: Mapping[str, str]) -> None:
    operations.do_care(actor, queries.get_occurrence(number(occurrence_id)))


def _skip(actor: Actor, occurrence_id: str, given: Mapping[str, str]) -> None:
    operations.skip_care(actor, queries.get_occurrence(number(occurrence_id)), given["reason"])


LIST = add(
    Listing(
        key="care",
        page="workorders.list_page",
        permission="work:read",
        title=_l("Care"),
        search=_l("Tag or product"),
        rows=queries.every_occurrence,
        narrow=_narrow,
        found_by=("item", CareOccurrence.item_id),
        named=lambda occurrence: str(occurrence.id),
        name_column=CareOccurrence.id,
        called=lambda occurrence: f"{occurrence.item.tag}, {i18n.words(occurrence.plan.name)}",
        loaded=queries.WITH_ALL,
        sorts=queries.SORTS,
        order="due",
        ends="workorders/_row_end.html",
        columns=(
            Column("tag", _l("Tag"), cells.link("items.detail", "tag", lambda row: row.item.tag), "tag",
                   lambda row: row.item.tag),
            Column("product", _l("Product"), cells.words(lambda row: row.item.product.name)),
            Column("care", _l("What is done"), cells.words(lambda row: row.plan.name)),
            Column("due", _l("When"), cells.day(lambda row: row.due_on), "due", lambda row: row.due_on),
            Column("where", _l("Where it is kept"),
                   lambda row: _l("with a customer") if row.item.status == "out" else row.item.place),
            Column("state", _l("State"), cells.state(_state)),
            Column("done", _l("Done on"), cells.day(lambda row: row.done_at), "done",
                   cells.on_day(lambda row: row.done_at), is_extra=True),
            Column("by", _l("By"), lambda row: row.done_by or "", is_extra=True),
            Column("remark", _l("Remark"), lambda row: row.remark, is_extra=True),
        ),
        facets=(
            Facet("state", _l("State"), queries.STATE,
                  {"open": _l("due and coming"), "done": _l("done"), "skipped": _l("skipped"), "missed": _l("missed")},
                  begins="open"),
        ),
        acts=(
            Act("done", _l("Done"), "work:write", "circle-check", _do,
                _l("done. The next time is planned by itself.")),
            Act("skip", _l("Skip it"), "work:write", "ban", _skip, _l("skipped this time."),
                (Ask("reason", _l("Reason")),)),
        ),
        nothing=(
            _l("Nothing needs care."),
            _l("A care plan says how often things are looked after; they appear here by themselves."),
        ),
    )
)  # fmt: skip
