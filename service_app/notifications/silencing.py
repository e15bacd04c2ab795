"""No reminders any more, by one press in a letter (RFC 8058): the token is the right, whoever presses, and again changes
nothing. Only what the customer may do without is silenced; what a contract needs is sent all the same.

For a mail program to offer the press, the mail server that signs the letters must sign both headers as well (DKIM).
"""

from __future__ import annotations

from service_app.core import access, events, links, versions
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.customers.models import Customer
from service_app.customers.queries import standing
from service_app.workshops.models import Workshop

_ACT = "no-reminders"


def url(workshop: Workshop, customer_id: int) -> str:
    """The address of a customer's press."""
    return links.absolute(f"/{workshop.slug}/no-reminders/{links.sign(_ACT, workshop.id, customer_id)}")


def whose(token: str, workshop_id: int) -> Customer:
    """The customer of a token of this workshop, or who they were merged into. Refuses any other with NotFound
    `link.unknown`."""
    ids = links.read(_ACT, token)
    customer = session().get(Customer, (workshop_id, ids[1])) if len(ids) == 2 and ids[0] == workshop_id else None
    found = standing(customer) if customer is not None else None
    if found is None:
        raise NotFound("link.unknown")
    return found


def silence(customer: Customer) -> None:
    """No reminders any more. Leaves customer.changed when they were wanted."""
    if not customer.wants_reminders:
        return
    versions.take(customer, None)
    customer.wants_reminders = False
    events.record("customer.changed", access.customer(customer.name), [customer], {"fields": ["wants_reminders"]})
