"""What stands on other rooms' pages: the rounds that leave today, a customer's orders."""

from __future__ import annotations

from typing import Any

from service_app.core import beside
from service_app.core.web import current
from service_app.customers.models import Customer
from service_app.rounds import queries
from service_app.workshops.models import Workshop


def _on_today(_workshop: Workshop) -> dict[str, Any] | None:
    if not current().can("round:read"):
        return None
    found = queries.leaving_today()
    return {"rounds": found} if found else None


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    if not current().can("round:read"):
        return None
    found = queries.orders_of(customer)
    return {"orders": found} if found else None


beside.add("today", "rounds/today_section.html", _on_today, queries.LEAVES)
beside.add("customer", "rounds/customer_card.html", _beside_customer)
