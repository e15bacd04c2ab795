"""What follows in a thing's ledger from an event of a room below: a credit takes off its income, a waived charge all of it.

The job of the reaction and the sweep do the same; an event is entered once, whoever comes first.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, or_, select

from service_app.charges.models import USE_KINDS, Charge, Credit
from service_app.contracts.models import ContractLine
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.events import Event, EventAbout
from service_app.core.money import ZERO
from service_app.items.models import ItemEntry
from service_app.items.operations import ledger_entry
from service_app.workshops.queries import get_workshop

ENTERED = ("credit.made", "charge.waived")
AT_ONCE = 200


def enter(event_id: int) -> bool:
    """An event of `ENTERED`, in the ledger of the thing that its charge was for. False when it is there already, or is
    about no income of a thing."""
    event = session().get_one(Event, (current_workshop_id(), event_id))
    charge = _charge_of(event)
    if charge is None or charge.kind not in USE_KINDS or event.name not in ENTERED:
        return False
    line = session().get_one(ContractLine, (charge.workshop_id, charge.contract_line_id))
    if line.item_id is None:
        return False
    amount = Decimal(event.data["amount"]) if event.name == "credit.made" else _left_at(charge)
    if not amount:
        return False
    day = clock.local(event.at, get_workshop(charge.workshop_id).zone).date()
    source = f"{event.name}:{event.id}"
    return ledger_entry(line.item_id, day, "revenue", -amount, charge.currency, source, event_id=event.id)


def _charge_of(event: Event) -> Charge | None:
    about = select(EventAbout.subject_id).where(
        EventAbout.workshop_id == event.workshop_id, EventAbout.event_id == event.id, EventAbout.subject == "charge"
    )
    key = session().scalar(about)
    return session().get(Charge, (event.workshop_id, key)) if key is not None else None


def _left_at(charge: Charge) -> Decimal:
    taken = session().scalars(select(Credit.amount).where(Credit.charge_id == charge.id)).all()
    return charge.amount - sum(taken, ZERO)


def catch_up(most: int = AT_ONCE) -> int:
    """Enter what an event said before this room listened; how many entries were made. Done again it makes none."""
    taken = select(func.coalesce(func.sum(Credit.amount), 0)).where(
        Credit.workshop_id == Charge.workshop_id, Credit.charge_id == Charge.id
    )
    found = (
        select(Event.id)
        .join(EventAbout, (EventAbout.workshop_id == Event.workshop_id) & (EventAbout.event_id == Event.id))
        .join(Charge, (Charge.workshop_id == EventAbout.workshop_id) & (Charge.id == EventAbout.subject_id))
        .join(
            ContractLine, (ContractLine.workshop_id == Charge.workshop_id) & (ContractLine.id == Charge.contract_line_id)
        )
        .where(
            Event.workshop_id == current_workshop_id(), Event.name.in_(ENTERED), EventAbout.subject == "charge",
            Charge.kind.in_(USE_KINDS), ContractLine.item_id.is_not(None),
            # What had nothing left to waive makes no entry, and would be looked at again for ever.
            or_(Event.name != "charge.waived", Charge.amount > taken.scalar_subquery()),
            Event.id.not_in(select(ItemEntry.event_id)),
        )
    )  # fmt: skip
    return sum(enter(event_id) for event_id in session().scalars(found.order_by(Event.id).limit(most)).all())
