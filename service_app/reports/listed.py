"""The list of what people on the street reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, select

from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.items.words import STATES as ITEM_STATES
from service_app.lists import cells
from service_app.lists.declared import Act, Column, Facet, Listing, Wanted, add, number
from service_app.reports import operations, queries, words
from service_app.reports.models import ItemReport


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, wanted.get("status", ""), wanted.get("kind", ""))


def _told(report: ItemReport) -> Markup:
    """What was said, with where it is, how to reach them and the photo under it."""
    more: list[Any] = [
        report.place,
        gettext("reach them: %(contact)s", contact=report.contact) if report.contact else "",
    ]
    if report.photo_id:
        address = url_for("reports.photo", report_id=report.id)
        more.append(Markup('<a href="{}">{}</a>').format(address, gettext("Photo")))
    under = Markup(" · ").join(filter(None, more))
    said = report.remark or ("" if under else gettext("Nothing more was said."))
    return Markup('<span>{}<span class="hint">{}</span></span>').format(said, under)


def _handle(actor: Actor, report_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    operations.handle_report(actor, queries.get_report(number(report_id)))
    return {}


def _reopen(actor: Actor, report_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    operations.reopen_report(actor, queries.get_report(number(report_id)))
    return {}


LIST = add(
    Listing(
        key="reports",
        page="reports.list_page",
        permission="item:read",
        title=_l("Reports from the street"),
        search=_l("Tag, serial number or product"),
        rows=lambda: select(ItemReport),
        narrow=_narrow,
        found_by=("item", ItemReport.item_id),
        named=lambda report: str(report.id),
        name_column=ItemReport.id,
        called=lambda report: f"{report.item.tag}, {words.SAID[report.kind][1]}",
        loaded=queries.WITH_ALL,
        sorts=queries.SORTS,
        order="told",
        ends="reports/_row_end.html",
        columns=(
            Column("tag", _l("Tag"), cells.link("items.detail", "tag", lambda row: row.item.tag), "tag",
                   lambda row: row.item.tag),
            Column("product", _l("Product"), cells.words(lambda row: row.item.product.name)),
            Column("kind", _l("What"), cells.state(lambda row: words.SAID[row.kind])),
            Column("remark", _l("In their words"), _told, "", lambda row: row.remark),
            Column("told", _l("When"), cells.moment(lambda row: row.created_at), "told",
                   cells.at_moment(lambda row: row.created_at)),
            Column("item", _l("State of the thing"), cells.state(lambda row: ITEM_STATES[row.item.status]),
                   is_extra=True),
            Column("place", _l("Where it is"), lambda row: row.place, is_extra=True),
            Column("contact", _l("Reach them"), lambda row: row.contact, is_extra=True),
            Column("handled", _l("Handled on"), cells.day(lambda row: row.handled_at), "handled",
                   cells.on_day(lambda row: row.handled_at), is_extra=True),
            Column("by", _l("By"), lambda row: row.handled_by, is_extra=True),
        ),
        facets=(
            Facet("status", _l("State"), ItemReport.status, {"new": _l("new"), "handled": _l("handled")}, begins="new"),
            Facet("kind", _l("What"), ItemReport.kind, {code: word for code, (_tone, word) in words.SAID.items()}),
        ),
        acts=(
            Act("handled", _l("Handled"), "item:write", "square-check", _handle, _l("handled."), undo="new"),
            Act("new", _l("New again"), "item:write", "undo-2", _reopen, _l("new again."), undo="handled"),
        ),
        nothing=(
            _l("Nothing was reported."),
            _l("Whoever scans a label on the street can say that they found a thing or that something is wrong with it. It "
               "waits here until somebody took care of it."),
        ),
    )
)  # fmt: skip
