"""Kits: things that go together. A component goes where its kit goes; one can be missing, found again, or swapped.

A component has a tag and a life of its own, but no booking: its kit's booking holds both (`items.availability`). What does
not come back with its kit is lost, charged at the inspection at what a new one costs, and credited when it is found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from service_app.charges import credits
from service_app.charges.models import Charge
from service_app.charges.pricing import Price
from service_app.contracts.models import Contract, ContractLine, Handover
from service_app.contracts.operations.acts import Act, operation
from service_app.core import clock, events
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.models import Item
from service_app.items.queries import components_of


def give_along(kit: Item, customer_id: int) -> None:
    """Its components go out with it. Refuses one that is neither here nor lost (`kit.part_not_ready`), and one
    that its own care holds back."""
    for part in components_of(kit):
        if part.status == "lost":
            continue
        if part.status != "in_stock":
            raise Conflict("kit.part_not_ready", field="tag", tag=part.tag, state=part.status)
        custody.refuse_held_back(part, "tag")
        move(part, "out")
        part.custodian_customer_id = customer_id


def bring_along(kit: Item, missing: Collection[str]) -> None:
    """Its components come back with it; those whose tags are missing are lost."""
    for part in components_of(kit):
        if part.status == "out":
            move(part, "lost" if part.tag in missing else "to_inspect")
            part.custodian_customer_id = None


def settle_along(kit: Item) -> None:
    """The kit was looked at: what came back with it is in stock again."""
    for part in components_of(kit):
        if part.status == "to_inspect":
            move(part, "in_stock")


def lose_along(kit: Item) -> None:
    """Lost with the kit."""
    for part in components_of(kit):
        if part.status == "out":
            move(part, "lost")


def find_along(kit: Item, to: str) -> None:
    """Found with a kit that was lost, and so still somebody's; what was missing by itself is found by itself."""
    for part in components_of(kit):
        if part.status == "lost" and part.custodian_customer_id is not None:
            move(part, to)
            part.custodian_customer_id = part.custodian_customer_id if to == "out" else None


def sell_along(kit: Item) -> None:
    """Sold with the kit."""
    for part in components_of(kit):
        if part.status == "out":
            move(part, "sold")
            part.owner_name, part.custodian_customer_id = kit.owner_name, kit.custodian_customer_id


def follow(kit: Item, customer_id: int) -> None:
    """The kit changed hands."""
    for part in components_of(kit):
        if part.status == "out":
            part.custodian_customer_id = customer_id


def missing_from(line: ContractLine) -> Sequence[Item]:
    """The components that did not come back with a line and are lost still."""
    if line.item is None:
        return ()
    back = select(Handover.missing).where(Handover.contract_line_id == line.id, Handover.direction == "in")
    missing = session().scalars(back).first() or ()
    return [part for part in components_of(line.item) if part.status == "lost" and part.tag in missing]


def charge_for(contract: Contract, component: Item) -> Charge | None:
    """What was charged on a contract for a component that did not come back."""
    found = select(Charge).where(Charge.contract_id == contract.id, Charge.kind == "missing")
    rows = session().scalars(found.order_by(Charge.id.desc()))
    return next((row for row in rows if row.figures.get("part") == component.tag and row.status != "waived"), None)


@operation("find_component")
def find_component(act: Act, component: Item) -> None:
    """It turned up: what was charged for it is taken off, and it goes to the bench to be looked at. Refuses what this line
    did not lose. Leaves line.component_found."""
    if component.id not in {part.id for part in missing_from(act.line)}:
        raise Conflict("kit.not_a_component", field="component", tag=component.tag)
    charge = charge_for(act.contract, component)
    price = Price(charge.amount, "found", {"tag": component.tag}) if charge is not None else None
    made = credits.make_credit(act.actor, charge, price, "found") if charge is not None and price is not None else None
    _to_the_bench(component)
    act.outcome = {"tag": component.tag, "amount": made.amount if made is not None else None}
    about = [act.contract, act.contract.customer, component, act.line]
    events.record("line.component_found", act.actor, about, {"tag": component.tag})


def _to_the_bench(component: Item) -> None:
    move(component, "to_inspect")
    move(component, "on_bench")


@operation("swap_component")
def swap_component(act: Act, component: Item, item: Item) -> None:
    """One component for another while the kit stays out; no price changes. The one that comes back goes to the bench and
    stands by itself, one that is lost stays lost. Refuses what is no component of it (`kit.not_a_component`), what is not
    in stock, held back, promised, or in another kit, and another product outside the exchange group. Leaves
    line.component_swapped."""
    kit = act.line.item
    if kit is None or component.kit_item_id != kit.id:
        raise Conflict("kit.not_a_component", field="component", tag=component.tag)
    _refuse_instead(component, item)
    if component.status == "out":
        component.kit_item_id = component.custodian_customer_id = None
        _to_the_bench(component)
    item.kit_item_id, item.custodian_customer_id = kit.id, act.contract.customer_id
    move(item, "out")
    act.outcome = {"old": component.tag, "new": item.tag}
    about = [act.contract, act.contract.customer, component, item, act.line]
    events.record("line.component_swapped", act.actor, about, {"tag": item.tag, "before": component.tag})


def _refuse_instead(component: Item, item: Item) -> None:
    group = item.product.exchange_group
    if item.product_id != component.product_id and not (group and group == component.product.exchange_group):
        raise Conflict("swap.other_group", field="tag", tag=item.tag)
    if item.status != "in_stock":
        raise Conflict("handover.not_in_stock", field="tag", tag=item.tag, state=item.status)
    if item.kit_item_id is not None:
        raise Conflict("kit.in_a_kit", field="tag", tag=item.tag)
    custody.refuse_held_back(item, "tag")
    availability.lock_product(item.product)
    if availability.is_taken(item, clock.now(), None):
        raise Conflict("item.promised", field="tag", tag=item.tag)
