"""That somebody called the customer about a contract: a fact, and for a day nobody else need call."""

from __future__ import annotations

from service_app.contracts.models import Contract
from service_app.core import events
from service_app.core.access import Actor
from service_app.core.errors import Invalid

OUTCOMES = ("comes", "later", "no_answer")


def note_call(actor: Actor, contract: Contract, outcome: str) -> None:
    """The customer was called: 'comes' (with it, soon), 'later' (wants to keep it, or asked for time), 'no_answer'. Refuses
    any other outcome. Leaves customer.called."""
    if outcome not in OUTCOMES:
        raise Invalid("choice.unknown", field="outcome", value=outcome)
    events.record("customer.called", actor, [contract, contract.customer], {"outcome": outcome})
