"""The list of what customers ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, select

from service_app.core import i18n, marks
from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Act, Column, Facet, Listing, Wanted, add, number
from service_app.portal import queries, words
from service_app.portal.models import CustomerRequest
from service_app.portal.operations import asking


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, *(wanted.get(name, "") for name in ("state", "kind", "reason")))


def _customer(row: CustomerRequest) -> Markup:
    address = url_for("customers.detail", reference=row.customer.reference)
    return Markup('<a href="{}">{}</a>').format(address, row.customer.name)


def _thing(row: CustomerRequest) -> Any:
    """The thing it is about, with the contract behind it."""
    if row.line is None:
        return ""
    address = url_for("contracts.detail", reference=row.line.contract.reference)
    code = row.line.item.tag if row.line.item is not None else row.line.contract.reference
    under = Markup('<span class="hint">{}</span>').format(i18n.words(row.line.product.name))
    return Markup("<span>{}{}</span>").format(marks.code(code, address), under)


def _why(row: CustomerRequest) -> Any:
    """Why a swap is wished for; something that is wrong with a thing stands out."""
    if not row.reason:
        return ""
    return marks.state("late", _WRONG) if asking.is_defect(row) else words.SWAP_REASONS[row.reason]


def _remark(row: CustomerRequest) -> Any:
    """What they wrote, with the plan they would like under it."""
    wish = gettext("would like %(plan)s", plan=row.wish) if row.wish else ""
    under = Markup('<span class="hint">{}</span>').format(wish)
    return Markup("<span>{}{}</span>").format(row.remark, under) if row.remark or wish else ""


def _state(row: CustomerRequest) -> tuple[str, Any]:
    return ("planned", _l("to do")) if row.done_at is None else ("done", _l("done"))


def _done(actor: Actor, request_id: str, _given: Mapping[str, str]) -> None:
    asking.answer_request(actor, number(request_id))


_WRONG = _l("something is wrong")

LIST = add(
    Listing(
        key="requests",
        page="portal_staff.list_page",
        permission="customer:read",
        title=_l("What customers ask"),
        search=_l("Customer: name, e-mail, phone…"),
        rows=lambda: select(CustomerRequest),
        narrow=_narrow,
        found_by=("customer", CustomerRequest.customer_id),
        named=lambda row: str(row.id),
        name_column=CustomerRequest.id,
        called=lambda row: i18n.named(row.customer.name, words.REQUESTS[row.kind]),
        loaded=queries.WHAT,
        sorts=queries.SORTS,
        order="asked",
        ends="portal/_row_end.html",
        columns=(
            Column("customer", _l("Customer"), _customer, "customer", lambda row: row.customer.name),
            Column("asks", _l("Asks"), lambda row: words.REQUESTS[row.kind]),
            Column("thing", _l("About"), _thing),
            Column("why", _l("Why"), _why),
            Column("remark", _l("Remark"), _remark, "", lambda row: row.remark),
            Column("asked", _l("Asked on"), cells.day(lambda row: row.created_at), "asked",
                   cells.on_day(lambda row: row.created_at)),
            Column("wish", _l("Wish"), cells.code(lambda row: row.wish), is_extra=True),
            Column("state", _l("State"), cells.state(_state), is_extra=True),
            Column("done", _l("Done on"), cells.day(lambda row: row.done_at), "done",
                   cells.on_day(lambda row: row.done_at), is_extra=True),
            Column("by", _l("By"), lambda row: row.done_by, is_extra=True),
        ),
        facets=(
            Facet("state", _l("State"), queries.STATE, {"open": _l("to do"), "done": _l("done")}, begins="open"),
            Facet("kind", _l("Asks"), CustomerRequest.kind, words.REQUESTS),
            Facet("reason", _l("Why"), CustomerRequest.reason, words.SWAP_REASONS),
        ),
        acts=(
            Act("done", _l("Done"), "customer:write", "square-check", _done, _l("done.")),
        ),
        nothing=(
            _l("Nothing is asked just now."),
            _l("What customers ask on their own pages, such as a swap, waits here until somebody did it."),
        ),
    )
)  # fmt: skip
