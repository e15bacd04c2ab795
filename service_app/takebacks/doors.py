"""Where a take-back begins by itself: a thing that somebody has, bought, or keeps under a contract that ends or was swapped.
What there is to say of it is known here already, so that one click is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from service_app.contracts.allowed import is_awaited
from service_app.contracts.models import Contract, ContractLine
from service_app.core import clock
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict
from service_app.core.events import Event
from service_app.core.i18n import in_language, words
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.takebacks import operations
from service_app.takebacks.models import Takeback
from service_app.takebacks.operations import Ask

SOON = timedelta(days=14)
_UNDER_WAY = ("new", "eligible", "offered", "scheduled", "failed", "collected", "partly", "received", "sorted")
# Where nothing is known: about what two hands carry.
_SOME_G, _SOME_LITRES = 5_000, 30
_OF_PRODUCT = {"battery": "lithium"}


def under_way(item: Item) -> Takeback | None:
    """The take-back of a thing that is not over, or None: a thing comes home once."""
    found = select(Takeback).where(Takeback.item_id == item.id, Takeback.status.in_(_UNDER_WAY))
    return session().scalars(found.order_by(Takeback.id.desc()).limit(1)).first()


def known(item: Item, customer: Customer) -> Ask:
    """What there is to say of a thing and where it stands, in its holder's language: to be filled in, or done at once.
    Without an address it is brought."""
    product = item.product
    address = customer.addresses[0] if customer.addresses else None
    with in_language(customer.language):
        what = f"{words(product.name)} {item.tag}"
    return Ask(
        what=what, mass_g=product.mass_g or _SOME_G,
        litres=(product.storage_volume_ml or _SOME_LITRES * 1000) // 1000,
        hazards=tuple(_OF_PRODUCT[code] for code in product.hazard_classes if code in _OF_PRODUCT),
        way="pickup" if address is not None else "drop_off", street=address.street if address is not None else "",
        postcode=address.postcode if address is not None else "", city=address.city if address is not None else "",
        is_owner=True,
    )  # fmt: skip


def ask_at_once(actor: Actor, item: Item, customer: Customer, *, source: str) -> Takeback:
    """The take-back of a thing as everything is known already; asked for twice it is one. Refuses with Conflict
    `takeback.not_theirs` what that customer does not have. Leaves takeback.asked."""
    return ask_for(actor, item, customer, known(item, customer), source=source)


def ask_for(
    actor: Actor, item: Item, customer: Customer, wanted: Ask, *, source: str, key: str | None = None
) -> Takeback:  # fmt: skip
    """The same as its holder says it. The row of the thing is locked, so that two clicks at once find one take-back."""
    session().execute(select(Item.id).where(Item.id == item.id).with_for_update(key_share=True))
    if item.custodian_customer_id != customer.id:
        raise Conflict("takeback.not_theirs", tag=item.tag)
    there = under_way(item)
    return there or operations.ask(actor, customer, replace(wanted, is_owner=True), source=source, item=item, key=key)


def source_of(item: Item) -> str:
    """What a thing that is out comes home from: it was swapped and only waits to come back, or its contract ends."""
    wanted = select(ContractLine).where(ContractLine.item_id == item.id, ContractLine.status.in_(("out", "overdue")))
    line = session().scalars(wanted.order_by(ContractLine.id.desc()).limit(1)).first()
    return "swap" if line is not None and is_awaited(line) else "contract"


def hear(payload: Mapping[str, Any]) -> None:
    """A thing was swapped (`line.swapped`) and is to be fetched: its take-back, once. What is not with the customer any more
    is not fetched."""
    event = session().get_one(Event, (current_workshop_id(), payload["event_id"]))
    if not event.data.get("is_fetched"):
        return
    item = get_item(str(event.data["before"]))
    holder = session().get_one(Customer, (current_workshop_id(), payload["customer_id"]))
    if item.custodian_customer_id == holder.id:
        ask_at_once(WORKER, item, holder, source="swap")


def proposed(contract: Contract) -> list[tuple[ContractLine, Takeback | None]]:
    """The things of a contract that are to come home soon, each with its take-back when there is one: the contract ends, a
    line is due within fourteen days, or the thing was swapped and is still with the customer."""
    coming = [line for line in contract.lines if _comes_home(contract, line)]
    if not coming:
        return []
    wanted = select(Takeback).where(
        Takeback.item_id.in_([line.item_id for line in coming]), Takeback.status.in_(_UNDER_WAY)
    )
    there = {takeback.item_id: takeback for takeback in session().scalars(wanted.order_by(Takeback.id))}
    return [(line, there.get(line.item_id)) for line in coming]


def _comes_home(contract: Contract, line: ContractLine) -> bool:
    item = line.item
    if item is None or item.status != "out" or item.custodian_customer_id != contract.customer_id:
        return False
    is_due = line.due_at is not None and line.due_at - clock.now() <= SOON
    return contract.status in ("notice", "ended") or is_due or is_awaited(line)


def owned_by(customer: Customer) -> Sequence[Item]:
    """The things that a customer bought and still has."""
    wanted = select(Item).where(Item.custodian_customer_id == customer.id, Item.status == "sold")
    return session().scalars(wanted.order_by(Item.id)).all()
