"""The list of repairs."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, select

from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Column, Facet, Listing, Wanted, add
from service_app.repairs import queries, words
from service_app.repairs.models import RepairCase
from service_app.repairs.shown import thing_words


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, wanted.get("status", ""), wanted.get("coverage", ""))


LIST = add(
    Listing(
        key="repairs",
        page="repairs.list_page",
        permission="work:read",
        title=_l("Repairs"),
        search=_l("Code, customer, tag or make"),
        rows=lambda: select(RepairCase),
        narrow=_narrow,
        found_by=("repair_case", RepairCase.id),
        named=lambda case: case.reference,
        name_column=RepairCase.reference,
        detail=("repairs.detail", "reference"),
        loaded=queries.FOR_A_LIST,
        sorts={
            "due": (RepairCase.due_on.nulls_last(), RepairCase.id), "-due": (RepairCase.due_on.desc().nulls_last(), RepairCase.id),
            "reference": (RepairCase.id,), "-reference": (RepairCase.id.desc(),),
        },
        order="due",
        columns=(
            Column("reference", _l("Code"), cells.link("repairs.detail", "reference", lambda row: row.reference),
                   "reference", lambda row: row.reference),
            Column("thing", _l("Thing"), thing_words),
            Column("customer", _l("Customer"), lambda row: row.customer.name if row.customer else gettext("in stock")),
            Column("state", _l("State"), cells.state(lambda row: words.STATES[row.status])),
            Column("due", _l("Promised for"), cells.day(lambda row: row.due_on), "due", lambda row: row.due_on),
            Column("money", _l("Money"),
                   cells.state(lambda row: words.MONEY[row.money_status] if row.money_status != "none" else None)),
            Column("place", _l("Where it is kept"), lambda row: row.place),
            Column("by", _l("By"), lambda row: row.worked_by, is_extra=True),
            Column("coverage", _l("Who pays"), lambda row: words.COVERAGES[row.coverage], is_extra=True),
            Column("fault", _l("In their words"), lambda row: row.fault, is_extra=True),
            Column("asked", _l("Asked on"), cells.day(lambda row: row.created_at), "reference",
                   cells.on_day(lambda row: row.created_at), is_extra=True),
        ),
        facets=(
            Facet("status", _l("State"), RepairCase.status, {code: word for code, (_tone, word) in words.STATES.items()},
                  also={"open": _l("not ended"), "due": _l("to pay")},
                  counted={"open": RepairCase.ended_at.is_(None), "due": RepairCase.money_status == "due"}, begins="open"),
            Facet("coverage", _l("Who pays"), RepairCase.coverage, words.COVERAGES),
        ),
        nothing=(
            _l("No repair here."),
            _l("A repair begins with what the customer says: take it in at the counter, or let them ask for it themselves."),
        ),
    )
)  # fmt: skip
