"""The list of contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, select

from service_app.contracts import queries, shown, words
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import offers
from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Act, Column, Facet, Listing, Wanted, add


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(found, wanted.get("status", ""), wanted.get("money", ""))


def _send(actor: Actor, reference: str, _given: Mapping[str, str]) -> None:
    offers.send_offer(actor, queries.get_contract(reference))


_LATE = Contract.id.in_(select(ContractLine.contract_id).where(ContractLine.status == "overdue"))

LIST = add(
    Listing(
        key="contracts",
        page="contracts.list_page",
        permission="contract:read",
        title=_l("Contracts"),
        search=_l("Customer, reference or tag"),
        rows=lambda: select(Contract),
        narrow=_narrow,
        found_by=("contract", Contract.id),
        named=lambda contract: contract.reference,
        name_column=Contract.reference,
        detail=("contracts.detail", "reference"),
        loaded=queries.FOR_A_LIST,
        sorts=queries.SORTS,
        order="-reference",
        columns=(
            Column(
                "reference", _l("Code"), cells.link("contracts.detail", "reference", lambda row: row.reference),
                "reference", lambda row: row.reference,
            ),
            Column("customer", _l("Customer"), lambda row: row.customer.name, "customer"),
            Column("what", _l("What"), shown.goods),
            Column("starts", _l("From"), cells.day(lambda row: row.starts_at), "starts",
                   cells.on_day(lambda row: row.starts_at)),
            Column("ends", _l("Until"), cells.day(lambda row: row.ends_at, lambda: gettext("open")), "ends",
                   cells.on_day(lambda row: row.ends_at)),
            Column("state", _l("State"), cells.state(words.of_contract)),
            Column("money", _l("Money"),
                   cells.state(lambda row: words.of_money(row) if row.money_status != "clear" else None)),
            Column("made", _l("Drafted on"), cells.day(lambda row: row.created_at), "reference",
                   cells.on_day(lambda row: row.created_at), is_extra=True),
            Column("signed", _l("Signed on"), cells.day(lambda row: row.signed_at), "",
                   cells.on_day(lambda row: row.signed_at), is_extra=True),
            Column("remark", _l("Remark"), lambda row: row.remark, is_extra=True),
        ),
        facets=(
            Facet("status", _l("State"), Contract.status, {code: word for code, (_tone, word) in words.CONTRACT.items()},
                  also={"late": _l("overdue"), "back": _l("to settle")}, counted={"late": _LATE}),
            Facet("money", _l("Money"), Contract.money_status,
                  {code: word for code, (_tone, word) in words.MONEY.items()}),
        ),
        acts=(
            Act("send", _l("Send the offers"), "contract:write", "send", _send, _l("the offer is on its way.")),
        ),
        nothing=(
            _l("No contract yet."),
            _l("A contract says who has which thing, from when to when, at what price."),
        ),
    )
)  # fmt: skip
