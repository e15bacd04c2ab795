"""Things in every state in which they can be met with a scanner in the hand; inside a workshop's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service_app.catalogue.models import Product
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import handovers, lateness, money
from service_app.contracts.operations.acts import ANEW, OPERATIONS
from service_app.contracts.operations.handovers import Found
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.items.models import Item
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.rentals import a_signed, a_wish, an_active, an_item, free_item

ZONE = "Europe/Brussels"


def a_bike(**facts: Any) -> Item:
    """A bike in stock, of a product of its own."""
    return an_item(a_product(), **facts)


def today_at(hour: int) -> datetime:
    """An hour of today, in UTC."""
    return clock.now().replace(hour=hour, minute=0, second=0, microsecond=0)


def to_fetch(*items: Item, start: datetime | None = None, deposit: bool = True) -> Contract:
    """Signed, with a line for each item, to be fetched now unless said otherwise; the deposit received."""
    wishes = [a_wish(item.product, a_day_plan(item.product), start=start or clock.now()) for item in items]
    contract = a_signed(*wishes)
    if deposit and money.balance(contract).deposit_due:
        money.receive_deposit(WORKER, contract, "card")
    return contract


def out(item: Item, **facts: Any) -> ContractLine:
    """The item is out since now, for three days."""
    contract = an_active(a_wish(item.product, a_day_plan(item.product), start=clock.now()), **facts)
    return contract.lines[0]


def overdue(item: Item, days: int) -> ContractLine:
    """The item should be back since so many days."""
    with clock.travelled(clock.now() - timedelta(days=days + 3)):
        line = out(item)
    lateness.mark_overdue(WORKER)
    return line


def back(item: Item) -> ContractLine:
    """The item came back and waits to be inspected."""
    line = out(item)
    handovers.take_back(WORKER, line, Found())
    return line


def lost(item: Item) -> ContractLine:
    """The item was lost by its customer."""
    line = out(item)
    OPERATIONS["report_lost"](WORKER, line, ANEW, on=clock.today(ZONE))
    return line


def items_of(product: Product, count: int, **facts: Any) -> list[Item]:
    """So many items of a product."""
    return [an_item(product, **facts) for _each in range(count)]


__all__ = ["a_bike", "back", "free_item", "items_of", "lost", "out", "overdue", "to_fetch", "today_at"]
