"""What a thing that does not work gives back: past the service level, by itself, whichever way the outage ends."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from service_app.charges import credits
from service_app.charges.models import Charge
from service_app.charges.pricing import Price, Terms, service_credit, whole_days
from service_app.contracts.models import ContractLine, Outage
from service_app.contracts.operations import service
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.money import ZERO
from service_app.workshops.queries import get_workshop


def close_outages(actor: Actor, line: ContractLine) -> Decimal:
    """What is out of order is so no longer: it works again, came back, or another thing took its place. What that gives
    back."""
    given = ZERO
    for outage in [row for row in line.outages if row.ended_at is None]:
        outage.ended_at = clock.now()
        session().flush()
        given += _credit(actor, line, outage)
    return given


def credit_of_outage(line: ContractLine, began: datetime, ended: datetime, today: date) -> tuple[Charge, Price] | None:
    """What an outage gives back past the service level, and of which charge; None within it."""
    standing = [row for row in credits.standing_of(line.id, "recurring") if row.charge.status != "waived" and row.days]
    if not standing:
        return None
    latest = standing[-1].charge
    whole = whole_days(latest.period_end or today, service.anchor_of(line))
    left = credits.left_of_charge(latest)
    price = service_credit(Terms.from_json(line.price), began, ended, whole, left)
    return (latest, price) if price is not None else None


def _credit(actor: Actor, line: ContractLine, outage: Outage) -> Decimal:
    today = clock.today(get_workshop(line.workshop_id).zone)
    found = credit_of_outage(line, outage.began_at, outage.ended_at or clock.now(), today)
    made = credits.make_credit(actor, found[0], found[1], f"outage:{outage.id}") if found is not None else None
    return made.amount if made is not None else ZERO
