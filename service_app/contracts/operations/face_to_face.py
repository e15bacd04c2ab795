"""A contract made and signed in one go, face to face: what somebody takes over, and what is lent at the counter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service_app.contracts.models import Contract
from service_app.contracts.operations import offers
from service_app.contracts.operations.offers import Signing
from service_app.core import clock, search
from service_app.core.db import session
from service_app.core.states import move, move_axes
from service_app.customers.models import Customer
from service_app.workshops.queries import get_workshop


def draw_up(customer: Customer, *, currency: str, starts_at: datetime, **facts: Any) -> Contract:
    """A contract without lines yet for somebody who signs face to face (`sign`): no offer goes before it."""
    terms = offers.current_terms()
    contract = Contract(
        reference=offers.next_contract_reference(get_workshop(customer.workshop_id)), customer_id=customer.id,
        language=customer.language, currency=currency, starts_at=starts_at, terms_id=terms.id,
        terms_sha256=offers.terms_hash(customer.language, terms), offer_round=1, sent_at=clock.now(), **facts,
    )  # fmt: skip
    session().add(contract)
    session().flush()
    move(contract, "sent")
    search.index("contract", contract.id, [contract.reference, customer.name, customer.reference])
    return contract


def sign(contract: Contract, signing: Signing) -> None:
    """Signed at this moment. Refuses a blank name."""
    offers.refuse_nameless(signing)
    session().expire(contract, ["lines"])
    offers.write_signature(contract, signing)
    move_axes(contract, {"status": "signed"}, signed_at=clock.now())
