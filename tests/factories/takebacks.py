"""Routes and take-backs, through the real operations; inside a workshop's transaction."""

from __future__ import annotations

from datetime import time
from typing import Any

from service_app.core.access import WORKER
from service_app.customers.models import Customer
from service_app.takebacks import operations, queries
from service_app.takebacks.models import CollectionDay, Takeback
from service_app.takebacks.operations import Ask, DayFacts
from tests.factories.customers import a_customer

ADDRESS = {"street": "Rue de Birmingham 4", "postcode": "1080", "city": "Molenbeek-Saint-Jean"}


def a_route(**facts: Any) -> list[CollectionDay]:
    """Zone West on every day of the week, two windows of two hours."""
    given = {
        "zone": "West", "postcodes": ("1080", "1081"), "starts": time(9), "ends": time(13), "window_minutes": 120,
        "most_stops": 2, "most_g": 80_000, "most_litres": 400,
    } | facts  # fmt: skip
    return [operations.save_day(WORKER, DayFacts(weekday=weekday, **given)) for weekday in range(7)]


def an_ask(**facts: Any) -> Ask:
    """A lamp of two kilograms in Molenbeek, its owner's."""
    return Ask(**{"what": "A lamp", "mass_g": 2000, "litres": 20, "is_owner": True} | ADDRESS | facts)


def a_takeback(customer: Customer | None = None, *, source: str = "staff", **facts: Any) -> Takeback:
    """Asked for, without a window."""
    return operations.ask(WORKER, customer or a_customer(), an_ask(**facts), source=source)


def a_scheduled(customer: Customer | None = None, **facts: Any) -> Takeback:
    """The first window that is left, confirmed."""
    takeback = a_takeback(customer, **facts)
    operations.hold_window(WORKER, takeback, queries.windows_for(takeback)[0].start)
    operations.confirm(WORKER, takeback)
    return takeback
