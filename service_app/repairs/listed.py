"""The list of repairs."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, literal, select
from sqlalchemy.orm import undefer

from service_app.core.i18n import lazy as _l
from service_app.core.i18n import money
from service_app.lists import cells
from service_app.lists.declared import Column, Facet, Listing, Wanted, add
from service_app.repairs import queries, words
from service_app.repairs.models import Part, RepairCase
from service_app.repairs.shown import thing_words
from service_app.workshops.queries import get_workshop


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, wanted.get("status", ""), wanted.get("coverage", ""))


def _narrow_parts(found: Select[Any], wanted: Wanted) -> Select[Any]:
    state = wanted.get("state", "")
    if state == "low":
        return found.where(_LOW)
    return found.where(Part.on_hand == 0) if state == "none" else found


_LOW = Part.on_hand - Part.promised < Part.least  # type: ignore[attr-defined]


def _part_state(part: Any) -> tuple[str, Any]:
    if part.on_hand - part.promised < part.least:
        return "late", _l("runs low")
    return ("ok", _l("there")) if part.on_hand else ("off", _l("none"))


def _called(case: Any) -> str:
    who = case.customer.name if case.customer is not None else gettext("in stock")
    return f"{who}, {thing_words(case)}"


def _money(row: Any, amount: Any) -> str:
    return money(amount, get_workshop(row.workshop_id).currency)


PARTS = add(
    Listing(
        key="parts",
        page="repairs.parts_page",
        permission="work:read",
        title=_l("Parts"),
        search=_l("Code or name"),
        rows=lambda: select(Part),
        narrow=_narrow_parts,
        found_by=("part", Part.id),
        found_as=(_l("part"), lambda row: row.name),
        named=lambda part: part.code,
        name_column=Part.code,
        detail=("repairs.part_page", "code"),
        loaded=(undefer(Part.promised),),  # type: ignore[attr-defined]
        sorts={
            "code": (Part.code,), "-code": (Part.code.desc(),), "name": (Part.name, Part.code),
            "-name": (Part.name.desc(), Part.code), "left": (Part.on_hand, Part.code), "-left": (Part.on_hand.desc(), Part.code),
        },
        order="code",
        columns=(
            Column("code", _l("Code"), cells.link("repairs.part_page", "code", lambda row: row.code), "code",
                   lambda row: row.code),
            Column("name", _l("Name"), lambda row: row.name, "name"),
            Column("place", _l("Where it is kept"), lambda row: row.place),
            Column("on_hand", _l("On the shelf"), lambda row: row.on_hand, "left", is_number=True),
            Column("promised", _l("Promised"), lambda row: row.promised or "", is_number=True),
            Column("price", _l("The customer pays"), lambda row: _money(row, row.unit_amount), is_number=True),
            Column("state", _l("State"), cells.state(_part_state)),
            Column("cost", _l("It costs us"), lambda row: _money(row, row.cost_amount), is_number=True,
                   is_extra=True),
        ),
        facets=(
            Facet("state", _l("State"), literal(""), {}, also={"low": _l("runs low"), "none": _l("none")},
                  counted={"low": _LOW, "none": Part.on_hand == 0}),
        ),
        nothing=(
            _l("No part yet."),
            _l("Spare and harvested parts are counted here; a quote reserves them, the bench uses them."),
        ),
    )
)  # fmt: skip

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
        found_as=(_l("repair"), _called),
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
                  also={"open": _l("not ended"), "due": _l("to pay"), "claimed": _l("claim on a supplier open")},
                  counted={"open": RepairCase.ended_at.is_(None), "due": RepairCase.money_status == "due",
                           "claimed": queries.CLAIMED}, begins="open"),
            Facet("coverage", _l("Who pays"), RepairCase.coverage, words.COVERAGES),
        ),
        nothing=(
            _l("No repair here."),
            _l("A repair begins with what the customer says: take it in at the counter, or let them ask for it themselves."),
        ),
    )
)  # fmt: skip
