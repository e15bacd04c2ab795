"""A rental in each of its stages, through the real operations; inside a workshop's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from service_app.catalogue.models import Plan, Product
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import handovers, money, offers
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.offers import Signing, Wish
from service_app.core import access, clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.customers.models import Customer
from service_app.items import availability
from service_app.items.models import Item
from service_app.items.operations import ItemFacts, take_in_item
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer

Row = TypeVar("Row")
_tags = count(1)


def an_item(product: Product, *, actor: Actor = WORKER, **facts: Any) -> Item:
    """An item in stock; any fact can be given."""
    given: dict[str, Any] = {"tag": f"T-{next(_tags):04d}"}
    return take_in_item(actor, product, ItemFacts(**given | facts))


def a_wish(product: Product, plan: Plan, *, days: int = 3, start: datetime | None = None) -> Wish:
    """Three days from tomorrow at ten."""
    begin = start or (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    return Wish(product, plan, begin, begin + timedelta(days=days))


def a_draft(*wishes: Wish, customer: Customer | None = None, actor: Actor = WORKER) -> Contract:
    """A draft; without wishes a new product with two items on a day plan."""
    if not wishes:
        product = a_product()
        an_item(product)
        an_item(product)
        wishes = (a_wish(product, a_day_plan(product)),)
    return offers.draft_contract(actor, customer or a_customer(), list(wishes))


def a_sent(*wishes: Wish, **facts: object) -> Contract:
    """An offer sent."""
    contract = a_draft(*wishes, **facts)  # type: ignore[arg-type]
    offers.send_offer(WORKER, contract)
    return contract


def a_signed(*wishes: Wish, **facts: object) -> Contract:
    """An offer signed by the customer."""
    contract = a_sent(*wishes, **facts)
    actor = access.customer(contract.customer.name)
    offers.sign_offer(actor, contract, contract.offer_round, Signing(contract.customer.name))
    return contract


def an_active(*wishes: Wish, **facts: object) -> Contract:
    """Every line handed over, the deposit received."""
    contract = a_signed(*wishes, **facts)
    hand_all_over(contract)
    return contract


def hand_all_over(contract: Contract) -> None:
    """Receive the deposit and hand every line over."""
    if money.balance(contract).deposit_due:
        money.receive_deposit(WORKER, contract, "card")
    for line in contract.lines:
        handovers.hand_over(WORKER, line, free_item(line), Found(customer_name=contract.customer.name))


def free_item(line: ContractLine) -> Item:
    """The item its booking has now."""
    booking = availability.allocation_of(line.id, "reservation", "hold")
    assert booking is not None
    return booking.item


def again(thing: Row) -> Row:
    """The same row, read again in the present transaction."""
    return session().get_one(type(thing), (thing.workshop_id, thing.id))  # type: ignore[attr-defined]
