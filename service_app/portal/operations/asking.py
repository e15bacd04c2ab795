"""What a customer asks and a person of the workshop has to do."""

from __future__ import annotations

from service_app.catalogue.models import Plan
from service_app.contracts import allowed
from service_app.contracts.models import ContractLine
from service_app.contracts.operations.acts import lock
from service_app.contracts.operations.swaps import DEFECTS, REASONS
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.customers.models import Customer
from service_app.portal import queries
from service_app.portal.models import CustomerRequest

SWAP = "swap"
MOST_TEXT = 2000
SWAP_REASONS = tuple(reason for reason in REASONS if reason not in ("recall", "planned_service"))


def ask_swap(
    actor: Actor, line: ContractLine, reason: str, plan: Plan | None = None, remark: str = ""
) -> CustomerRequest:
    """The customer would like another thing in place of this one; the workshop finds it and hands it over. Asked twice is
    asked once.

    Refuses what the decision table refuses for `swap`, an unknown reason, and a plan that cannot take its place. Leaves
    customer.asked.
    """
    lock(line.contract)
    allowed.must(SWAP, actor, allowed.Subject(line.contract, line))
    if reason not in SWAP_REASONS:
        raise Invalid("choice.unknown", field="reason", value=reason)
    if plan is not None and plan.id not in {one.id for one in queries.plans_to_swap_to(line)}:
        raise Invalid("choice.unknown", field="plan", value=plan.code)
    person = line.contract.customer
    known = queries.open_request(person, "swap", line)
    if known is not None:
        return known
    return _ask(
        actor,
        CustomerRequest(
            kind="swap", customer_id=person.id, contract_line_id=line.id, reason=reason, remark=remark.strip()[:MOST_TEXT],
            wish=plan.code if plan is not None else "",
        ),
        [person, line.contract, line],
    )  # fmt: skip


def is_defect(request: CustomerRequest) -> bool:
    """Whether something is wrong with the thing, and so the swap is urgent and free."""
    return request.reason in DEFECTS


def ask_erasure(actor: Actor, person: Customer, remark: str = "") -> CustomerRequest:
    """The customer wants to be forgotten (GDPR, article 17): a person of the workshop looks at what the law lets go and
    what it has to keep. Asked twice is asked once. Leaves customer.asked."""
    known = queries.open_request(person, "erase")
    if known is not None:
        return known
    row = CustomerRequest(kind="erase", customer_id=person.id, remark=remark.strip()[:MOST_TEXT])
    return _ask(actor, row, [person])


def _ask(actor: Actor, row: CustomerRequest, about: list[object]) -> CustomerRequest:
    session().add(row)
    session().flush()
    events.record("customer.asked", actor, [row, *about], {"kind": row.kind})
    return row


def answer_request(actor: Actor, request_id: int) -> CustomerRequest:
    """Somebody did what was asked. Refuses with NotFound, and with Conflict `request.done` when it is done already. Leaves
    customer.answered."""
    actor.must("customer:write")
    row = queries.get_request(request_id, for_change=True)
    if row.done_at is not None:
        raise Conflict("request.done")
    row.done_at, row.done_by = clock.now(), actor.name
    session().flush()
    events.record("customer.answered", actor, [row, row.customer], {"kind": row.kind})
    return row
