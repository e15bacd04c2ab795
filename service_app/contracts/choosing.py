"""What may be chosen for an operation: things that are free now, plans, components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.rules import PlanRules
from service_app.charges.pricing import Terms
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations.offers import Wish
from service_app.core import clock
from service_app.core.db import session
from service_app.core.ordering import as_read
from service_app.items import availability, queries
from service_app.items.availability import Stretch
from service_app.items.models import Item

MOST = 12


def items_instead(line: ContractLine) -> list[Item]:
    """Things that could take the place of a line's: in stock, free for as long and (once it is out) with a plan priced the
    same way; its own product first."""
    start = line.starts_at if line.status == "planned" else clock.now()
    end = line.held_until
    if end is not None and end <= start:
        end = start + timedelta(days=1)
    found: list[Item] = []
    priced = {line.product_id, *(plan.product_id for plan in plans_instead(line))}
    for product in _group(line.product):
        if line.status != "planned" and product.id not in priced:
            continue
        free = availability.free_items(product, Stretch(start, end))
        found += [item for item in free if item.status == "in_stock" and item.id != line.item_id]
    return found[:MOST]


def _group(product: Product) -> list[Product]:
    """The product, and those of its exchange group."""
    if not product.exchange_group:
        return [product]
    others = select(Product).where(Product.exchange_group == product.exchange_group, Product.id != product.id)
    return [product, *session().scalars(others.order_by(as_read(Product.code)))]


def plans_instead(line: ContractLine) -> list[Plan]:
    """The plans of the other products of the exchange group, priced the same way."""
    others = [product.id for product in _group(line.product) if product.id != line.product_id]
    if not others:
        return []
    found = select(Plan).where(Plan.product_id.in_(others), Plan.is_active, Plan.pricing == line.plan.pricing)
    return list(session().scalars(found.options(joinedload(Plan.product)).order_by(Plan.code)))


def other_plans(line: ContractLine) -> list[Plan]:
    """The other monthly plans of the same product."""
    return [p for p in line.product.plans if p.id != line.plan_id and p.pricing == "monthly" and p.is_active]


def components_of(line: ContractLine) -> Sequence[Item]:
    """What belongs to the kit of a line."""
    return queries.components_of(line.item) if line.item is not None else ()


def lost_components_of(line: ContractLine) -> list[Item]:
    """What of the kit is lost."""
    return [part for part in components_of(line) if part.status == "lost"]


def same_reduction(contract: Contract, wish: Wish) -> Wish:
    """The wish with the reduction that the contract has: the solidarity tariff at what the wish's own plan takes off."""
    for line in contract.lines:
        terms = Terms.from_json(line.price)
        if terms.reduction == "solidarity":
            percent = PlanRules.from_json(wish.plan.rules).solidarity_percent
            return replace(wish, reduction="solidarity", reduction_percent=percent)
        if terms.reduction:
            return replace(wish, reduction=terms.reduction, reduction_percent=terms.reduction_percent)
    return wish
