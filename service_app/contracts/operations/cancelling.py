"""Calling off what was signed, at the customer's wish, before anything went out."""

from __future__ import annotations

from service_app.charges import operations as charges
from service_app.contracts.operations import offers
from service_app.contracts.operations.acts import Act, operation
from service_app.contracts.operations.money import charge_line
from service_app.core import events
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import availability


@operation("call_off")
def call_off(act: Act, reason: str = "") -> None:
    """The customer no longer wants it: free until the hours before the start that the plan says, then its share of the
    price, and nothing while the law lets them withdraw (`offers.cancellation_fees`). A deposit that was received is kept
    until the fee is settled, one that is due is no longer asked. Leaves contract.cancelled."""
    contract, fees = act.contract, offers.cancellation_fees(act.contract)
    for line in contract.lines:
        if line.status != "planned":
            continue
        availability.forget(line.id, "hold", "reservation")
        move(line, "cancelled")
        if line.id in fees:
            charge_line(act.actor, line, "fee", "cancelled", fees[line.id])
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status == "due":
        charges.cancel_deposit(act.actor, deposit)
    move(contract, "cancelled")
    fee = sum((each.amount for each in fees.values()), ZERO)
    act.outcome = {"fee": fee, "reason": reason.strip()[:300]}
    data = {"reason": reason.strip()[:300], "by": "customer"}
    events.record("contract.cancelled", act.actor, [contract, contract.customer], data)
