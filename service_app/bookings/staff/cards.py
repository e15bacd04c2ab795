"""What stands on other rooms' pages: who comes today, and a customer's appointments."""

from __future__ import annotations

from typing import Any

from service_app.bookings import queries
from service_app.core import beside, clock
from service_app.core.web import current
from service_app.customers.models import Customer
from service_app.workshops.models import Workshop


def _on_today(workshop: Workshop) -> dict[str, Any] | None:
    if not current().can("appointment:read"):
        return None
    found = queries.expected_on(*clock.day_bounds(clock.today(workshop.zone), workshop.zone))
    return {"day": found, "may_write": current().can("appointment:write")} if found else None


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    if not current().can("appointment:read"):
        return None
    may_write = current().can("appointment:write")
    found = queries.appointments_of(customer)
    return {"appointments": found, "customer": customer, "may_write": may_write} if found or may_write else None


beside.add("today", "bookings/today_section.html", _on_today)
beside.add("customer", "bookings/customer_card.html", _beside_customer)
