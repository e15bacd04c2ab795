"""The list of orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager

from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.customers.models import Customer
from service_app.lists import cells
from service_app.lists.declared import Act, Ask, Column, Facet, Listing, Wanted, add
from service_app.rounds import queries, words
from service_app.rounds.models import TransportOrder
from service_app.rounds.operations import orders

SORTS: dict[str, tuple[Any, ...]] = {
    "window": (TransportOrder.window_start, TransportOrder.id),
    "-window": (TransportOrder.window_start.desc(), TransportOrder.id.desc()),
    "customer": (Customer.name, TransportOrder.id),
    "-customer": (Customer.name.desc(), TransportOrder.id),
    "grams": (TransportOrder.grams, TransportOrder.id),
    "-grams": (TransportOrder.grams.desc(), TransportOrder.id),
}


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.get("state"):
        found = found.where(TransportOrder.status == wanted["state"])
    return found.where(TransportOrder.kind == wanted["kind"]) if wanted.get("kind") else found


def _call_off(actor: Actor, reference: str, given: Mapping[str, str]) -> None:
    orders.call_off(actor, queries.get_order(reference), given["reason"])


LIST = add(
    Listing(
        key="orders",
        page="rounds.orders_page",
        permission="round:read",
        title=_l("Fetch and bring"),
        search=_l("Customer, reference or phone"),
        rows=queries.every_order,
        narrow=_narrow,
        found_by=("transport_order", TransportOrder.id),
        found_as=(_l("order of a round"), lambda row: f"{row.customer.name}, {row.postcode}"),
        named=lambda row: row.reference,
        name_column=TransportOrder.reference,
        detail=("rounds.order_page", "reference"),
        loaded=(contains_eager(TransportOrder.customer),),
        sorts=SORTS,
        order="-window",
        columns=(
            Column("reference", _l("Code"), cells.link("rounds.order_page", "reference", lambda row: row.reference), "",
                   lambda row: row.reference),
            Column("day", _l("Day"), cells.day(lambda row: row.window_start), "window",
                   cells.on_day(lambda row: row.window_start)),
            Column("window", _l("Between"), lambda row: words.span(row.window_start, row.window_end)),
            Column("kind", _l("What to do"), lambda row: words.KINDS[row.kind]),
            Column("customer", _l("Customer"), lambda row: row.customer.name, "customer"),
            Column("address", _l("Address"), lambda row: f"{row.address}, {row.postcode}"),
            Column("grams", _l("Weight"), lambda row: words.kg(row.grams), "grams"),
            Column("state", _l("State"), cells.state(lambda row: words.ORDERS[row.status])),
            Column("why", _l("Why not planned"), lambda row: words.LEFT.get(row.left_reason, ""), is_extra=True),
        ),
        facets=(
            Facet("state", _l("State"), TransportOrder.status, {code: word for code, (_t, word) in words.ORDERS.items()}),
            Facet("kind", _l("What to do"), TransportOrder.kind, words.KINDS),
        ),
        acts=(
            Act("call_off", _l("Call off"), "round:write", "ban", _call_off, _l("called off."), (Ask("reason", _l("Reason")),)),
        ),
        nothing=(_l("Nothing to fetch or bring."), _l("What other rooms ask for stands here by itself.")),
    )
)  # fmt: skip
