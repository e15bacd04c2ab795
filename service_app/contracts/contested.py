"""What of an inspection can be contested, what is, and which charges nothing may be collected of meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.charges.models import Charge, Credit
from service_app.contracts.models import Contest, Contract, ContractLine, Damage, Inspection
from service_app.core import clock
from service_app.core.db import kept, session
from service_app.core.events import Event, EventAbout
from service_app.core.money import ZERO
from service_app.workshops.queries import get_workshop

# So long after the inspection a customer may say that they see it differently, counted as whole days from the next one on.
DAYS = 7
_KEY = "damage:"
RULE = "looked_at_again"


@dataclass(frozen=True)
class Stake:
    """One finding that costs something: the damage, its charge, and what that stands at."""

    damage: Damage
    charge: Charge
    amount: Decimal


_INSPECTION = kept(
    select(Inspection)
    .where(Inspection.contract_line_id == bindparam("line_id"), Inspection.status == "final")
    .options(selectinload(Inspection.damages))
)


def key_of(damage: Damage) -> str:
    """The key of the charge that a finding made."""
    return f"{_KEY}{damage.id}"


def inspection_of(line: ContractLine) -> Inspection | None:
    """The finished inspection of a line, or None."""
    return session().scalars(_INSPECTION, {"line_id": line.id}).first()


def stakes_of(inspection: Inspection) -> list[Stake]:
    """What the inspection charged and that still stands: not waived, not credited away."""
    stakes = [Stake(damage, row, credits.left_of_charge(row)) for damage, row in _charged(inspection)]
    return [stake for stake in stakes if stake.amount > ZERO]


def outcomes_of(inspection: Inspection) -> list[tuple[Damage, Decimal]]:
    """Each finding that was charged, with what it comes to now."""
    return [(damage, credits.left_of_charge(row)) for damage, row in _charged(inspection)]


def still_open(inspection: Inspection) -> Decimal:
    """What is still owed for the findings."""
    return sum((charges.open_amount(row) for _damage, row in _charged(inspection)), ZERO)


def given_back(inspection: Inspection) -> Decimal:
    """What a second look took off that had been paid: its credits, less what they took off their own charge."""
    rows = {row.id for _damage, row in _charged(inspection)}
    taken = select(Credit).where(Credit.charge_id.in_(rows), Credit.rule == RULE)
    return sum((row.amount - _on_its_charge(row) for row in session().scalars(taken)), ZERO)


def _on_its_charge(credit: Credit) -> Decimal:
    return sum((use.amount for use in credit.uses if use.charge_id == credit.charge_id), ZERO)


def _charged(inspection: Inspection) -> list[tuple[Damage, Charge]]:
    keys = {key_of(damage): damage for damage in inspection.damages}
    found = select(Charge).where(Charge.contract_line_id == inspection.contract_line_id, Charge.key.in_(keys))
    rows = session().scalars(found.order_by(Charge.id)).all() if keys else ()
    return [(keys[row.key], row) for row in rows]


def contest_of(inspection: Inspection) -> Contest | None:
    """How the customer contested it, or None."""
    return session().scalars(select(Contest).where(Contest.inspection_id == inspection.id)).first()


def last_day(inspection: Inspection) -> date:
    """The last civil day on which it may be contested."""
    zone = get_workshop(inspection.workshop_id).zone
    return clock.local(inspection.final_at or clock.now(), zone).date() + timedelta(days=DAYS)


def inspector_id(inspection: Inspection) -> int | None:
    """The account of who inspected, as the event says it; None when nobody signed in did (an import, the demo)."""
    happened = (
        select(Event.actor_account_id)
        .join(EventAbout, and_(EventAbout.workshop_id == Event.workshop_id, EventAbout.event_id == Event.id))
        .where(
            EventAbout.subject == "contract_line",
            EventAbout.subject_id == inspection.contract_line_id,
            Event.name == "inspection.finished",
        )
    )
    return session().scalars(happened.order_by(Event.id.desc()).limit(1)).first()


_OF_CONTRACT = kept(
    select(Contest)
    .join(Inspection, and_(Inspection.workshop_id == Contest.workshop_id, Inspection.id == Contest.inspection_id))
    .join(
        ContractLine,
        and_(ContractLine.workshop_id == Inspection.workshop_id, ContractLine.id == Inspection.contract_line_id),
    )
    .where(ContractLine.contract_id == bindparam("contract_id"))
    .order_by(Contest.id)
    .options(joinedload(Contest.inspection).joinedload(Inspection.line))
)


def contests_of(contract: Contract) -> Sequence[Contest]:
    """What the customer contested on a contract, the first first."""
    if all(line.in_at is None for line in contract.lines):  # nothing came back: nothing was inspected
        return ()
    return session().scalars(_OF_CONTRACT, {"contract_id": contract.id}).all()


def held_back(made: Iterable[Charge]) -> frozenset[int]:
    """The ids of those charges of which nothing may be collected: open, and contested. Asks the database only where a
    finding was charged and is not paid."""
    findings = {
        int(row.key.removeprefix(_KEY)): row.id for row in made if row.status == "open" and row.key.startswith(_KEY)
    }
    if not findings:
        return frozenset()
    found = (
        select(Damage.id)
        .join(Contest, and_(Contest.workshop_id == Damage.workshop_id, Contest.inspection_id == Damage.inspection_id))
        .where(Damage.id.in_(findings), Contest.status == "open")
    )
    return frozenset(findings[damage_id] for damage_id in session().scalars(found))
