"""Whom a fact concerns, and whether another letter tells it already: one thing that happened is one letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from service_app.charges.models import Deposit
from service_app.contracts import contested
from service_app.contracts.documents import amendments
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.core.db import current_workshop_id, session
from service_app.core.events import Event

Facts = dict[str, Any]
# The operations that the letter `amended` tells of.
AMENDING = ("extend", "shorten", "reschedule", "add_line", "remove_line", "change_holders", "substitute")


def addressed(kind: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, Facts]]:
    """(kind, ids) of each letter to a customer that a fact calls for: none when another letter tells it, two when it
    concerns two customers."""
    facts = _completed({name: value for name, value in payload.items() if name != "letter"})
    if _is_told_elsewhere(kind, facts):
        return
    yield kind, facts
    if kind == "transferred":
        before = _row(Contract, _row(Contract, facts["contract_id"]).predecessor_id)
        yield "handed_on", {**facts, "contract_id": before.id, "customer_id": before.customer_id}


def _row(model: Any, row_id: Any) -> Any:
    return session().get_one(model, (current_workshop_id(), row_id))


def _completed(facts: Facts) -> Facts:
    """With the contract and the customer, where the event named neither."""
    if "contract_id" not in facts and "deposit_id" in facts:
        facts["contract_id"] = _row(Deposit, facts["deposit_id"]).contract_id
    if "customer_id" not in facts and "contract_id" in facts:
        facts["customer_id"] = _row(Contract, facts["contract_id"]).customer_id
    return facts


def _is_told_elsewhere(kind: str, facts: Facts) -> bool:
    if kind == "amended":
        return not _is_amended(facts)
    if kind == "cancelled":  # of a draft nobody was told anything
        return _row(Contract, facts["contract_id"]).sent_at is None
    if kind == "inspected":
        return not _costs_something(facts)
    if kind == "noticed":
        return bool(_row(Event, facts["event_id"]).data.get("reason") == "withdrawn")
    if kind in ("handed_over", "returned"):
        return _is_part_of_a_swap(kind, facts) or (kind == "returned" and _is_found(facts))
    return False


def _is_amended(facts: Facts) -> bool:
    """A draft that changes tells nobody; neither does another thing of the same product for a planned line."""
    acts = _acts(facts["contract_id"], AMENDING)
    at = _row(Event, facts["event_id"]).at
    act = next((act for act in acts if act.at >= at), None)
    return act is not None and amendments.is_one(act)


def _costs_something(facts: Facts) -> bool:
    """Whether what was found is charged; that nothing was found is told by the deposit's letter."""
    inspection = contested.inspection_of(_row(ContractLine, facts["contract_line_id"]))
    return inspection is not None and bool(contested.stakes_of(inspection))


def _is_part_of_a_swap(kind: str, facts: Facts) -> bool:
    """The new thing of a swap is told by its letter, unless it is fetched later; so is the old one, unless it follows."""
    line = _row(ContractLine, facts["contract_line_id"])
    for act in _acts(facts["contract_id"], ("swap",)):
        if kind == "handed_over" and act.outcome["successor"] == line.position:
            return act.outcome["mode"] != "return_first"
        if kind == "returned" and act.contract_line_id == line.id:
            return act.outcome["mode"] != "advance"
    return False


def _is_found(facts: Facts) -> bool:
    acts = _acts(facts["contract_id"], ("report_found",))
    return any(act.contract_line_id == facts["contract_line_id"] and act.outcome["is_here"] for act in acts)


def _acts(contract_id: int, operations: tuple[str, ...]) -> list[ContractAct]:
    found = select(ContractAct).where(ContractAct.contract_id == contract_id, ContractAct.operation.in_(operations))
    return list(session().scalars(found.order_by(ContractAct.id)))
