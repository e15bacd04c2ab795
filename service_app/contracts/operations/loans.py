"""Lending a thing for nothing while the customer's own lies in the workshop.

A loan is a contract with one line, signed at the counter and handed over at once: so the thing is in somebody's custody,
blocked for everybody else, looked at when it comes back, and found by every page that asks who has what. It costs nothing,
asks no deposit and has no day to come back on until what it stands in for is collected.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service_app.catalogue.models import Plan
from service_app.charges.pricing import Terms
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import face_to_face, handovers, offers, service
from service_app.contracts.operations.acts import lock
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.workshops.queries import get_workshop

OUT = ("out", "overdue")
# Who collects theirs and left the loan at home has until the end of the next open day.
GRACE = timedelta(days=1)


def lend(actor: Actor, customer: Customer, item: Item, signing: Signing) -> ContractLine:
    """The item goes out now, for nothing, until further notice.

    Refuses a blocked customer, an item that is not in stock or is promised, a product without a plan (`loan.no_plan`) and a
    blank name. Leaves contract.signed and line.handed_over.
    """
    actor.must("contract:handover")
    offers.refuse_nameless(signing)
    if customer.is_blocked:
        raise Conflict("contract.customer_blocked", customer=customer.reference)
    if item.status != "in_stock":
        raise Conflict("handover.not_in_stock", field="tag", tag=item.tag, state=item.status)
    found = select(Plan).where(Plan.product_id == item.product_id).order_by(Plan.is_active.desc(), Plan.id)
    plan = session().scalars(found.limit(1)).first()
    if plan is None:
        raise Conflict("loan.no_plan", field="tag", product=item.product.code)
    workshop = get_workshop(customer.workshop_id)
    contract = face_to_face.draw_up(customer, currency=workshop.currency, starts_at=clock.now())
    line = offers.new_line(contract, 1, Wish(item.product, plan, clock.now(), None))
    line.price = Terms.from_json(line.price).lent().to_json()
    line.change_reason = "loan"
    availability.lock_product(item.product)
    availability.book(
        item.product, Stretch(line.starts_at, line.held_until), kind="reservation", contract_line_id=line.id, item=item
    )
    face_to_face.sign(contract, signing)
    events.record("contract.signed", actor, [contract, customer], {"round": contract.offer_round})
    handovers.hand_over(actor, line, item, Found(tag=item.tag, customer_name=signing.signer_name.strip()))
    return line


def is_loan(contract: Contract) -> bool:
    """Whether a contract is a loan."""
    return any(line.change_reason == "loan" for line in contract.lines)


def call_in(actor: Actor, line: ContractLine) -> None:
    """What it stood in for was collected: the loan ends, and what is still out is due by the end of the next open day.
    Does nothing when it is back already, or is called in already."""
    lock(line.contract)
    if line.status in OUT and line.ends_at is None:
        service.await_return(actor, line, clock.now() + GRACE)
