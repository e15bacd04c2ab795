"""Customers for tests and the demo, made by the same operations that people use."""

from __future__ import annotations

from itertools import count
from typing import Any

from service_app.core.access import WORKER, Actor
from service_app.customers.contact import PostalAddress
from service_app.customers.models import Customer
from service_app.customers.operations import CustomerFacts, register_customer

_numbers = count(1)


def a_customer(
    *, actor: Actor = WORKER, address: PostalAddress | None = None, external_ref: str | None = None, **facts: Any
) -> Customer:
    """A person with an address of their own; any fact can be given."""
    number = next(_numbers)
    given = {"name": f"Nora Lemmens {number}", "email": f"nora.{number}@example.be", "language": "fr"} | facts
    return register_customer(actor, CustomerFacts(**given), address, external_ref)


def an_organisation(*, actor: Actor = WORKER, address: PostalAddress | None = None, **facts: Any) -> Customer:
    """An organisation with somebody to ask for."""
    number = next(_numbers)
    given = {"kind": "organisation", "name": f"Le Nid {number} ASBL", "contact_name": "Amina Diallo", "language": "fr"}
    return register_customer(actor, CustomerFacts(**given | facts), address)


def an_address(**parts: str) -> PostalAddress:
    """An address in Molenbeek; any part can be given."""
    given = {"street": "Rue de Birmingham 4", "postcode": "1080", "city": "Molenbeek-Saint-Jean"}
    return PostalAddress(**given | parts)
