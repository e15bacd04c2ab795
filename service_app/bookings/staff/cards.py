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
    start, end = clock.day_bounds(clock.today(workshop.zone), workshop.zone)
    rows = queries.appointments_between(start, end, "booked", "arrived")
    hit = queries.hit_by_absence()
    to_call = queries.to_call_after_no_show(start, end)
    if not rows and not hit and not to_call:
        return None
    return {
        "rows": rows,
        "hit": hit,
        "to_call": to_call,
        "asked": queries.asked_to_move(),
        "may_write": current().can("appointment:write"),
    }


def _beside_customer(customer: Customer) -> dict[str, Any] | None:
    if not current().can("appointment:read"):
        return None
    may_write = current().can("appointment:write")
    found = queries.appointments_of(customer)
    return {"appointments": found, "customer": customer, "may_write": may_write} if found or may_write else None


beside.add("today", "bookings/today_section.html", _on_today)
beside.add("customer", "bookings/customer_card.html", _beside_customer)
