"""A claim on the supplier: asked, answered, and what came of it. It runs beside the case and may outlive it: the customer's
repair never waits for a supplier's answer, only for a part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import operations as items
from service_app.repairs import queries
from service_app.repairs.models import REMEDIES, Part, RepairCase, SupplierClaim
from service_app.repairs.operations import stock
from service_app.repairs.operations.intake import MOST_FAULT, MOST_LINE
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Asked:
    """What is asked of a supplier: of whom, why, for what (`REMEDIES`), and until when an answer is awaited."""

    supplier: str
    reason: str
    remedy: str
    answer_by: date


@dataclass(frozen=True)
class Came:
    """What came of it: money, pieces of a part, or neither when the thing itself came back mended."""

    amount: Decimal = ZERO
    part: Part | None = None
    pieces: int = 0


def ask_supplier(actor: Actor, case: RepairCase, asked: Asked) -> SupplierClaim:
    """A claim on whoever supplied it. Refuses one without a supplier or a reason, a day that is past, and a second while one
    is open (`claim.open_already`). Leaves claim.asked."""
    actor.must("work:write")
    queries.lock_case(case)
    for name in ("supplier", "reason"):
        if not getattr(asked, name).strip():
            raise Invalid("field.required", field=name)
    if asked.remedy not in REMEDIES:
        raise Invalid("choice.unknown", field="remedy", value=asked.remedy)
    if asked.answer_by < _today(case):
        raise Invalid("repair.day_past", field="answer_by")
    before = queries.claims_of(case)
    if before and before[-1].is_open:
        raise Conflict("claim.open_already", reference=before[-1].reference)
    claim = SupplierClaim(
        case_id=case.id, reference=f"{case.reference}-{len(before) + 1}", supplier=asked.supplier.strip()[:MOST_LINE],
        reason=asked.reason.strip()[:MOST_FAULT], remedy=asked.remedy, answer_by=asked.answer_by,
    )  # fmt: skip
    session().add(claim)
    session().flush()
    _record("claim.asked", actor, case, claim)
    return claim


def write_answer(
    actor: Actor, case: RepairCase, *, is_accepted: bool, remedy: str, their_number: str = "", answer: str = ""
) -> None:
    """What the supplier said. Refuses a no without their reason, and when nothing is asked any more. Leaves claim.accepted or
    claim.refused."""
    claim = _open(actor, case)
    if is_accepted and remedy not in REMEDIES:
        raise Invalid("choice.unknown", field="remedy", value=remedy)
    if not is_accepted and not answer.strip():
        raise Invalid("repair.reason_needed", field="answer")
    if is_accepted and claim.status != "asked":
        raise Conflict("claim.answered", reference=claim.reference)
    claim.their_number, claim.answer = their_number.strip()[:MOST_LINE], answer.strip()[:MOST_FAULT]
    if is_accepted:
        claim.remedy = remedy
        move(claim, "accepted")
    else:
        _end(claim, case, "refused")
    _record(f"claim.{claim.status}", actor, case, claim)


def settle_claim(actor: Actor, case: RepairCase, came: Came) -> None:
    """What was granted is here. Money is taken off what the repair cost, in the ledger of a thing of the workshop; pieces go
    on the shelf, for the cases that wait for them first. Refuses before they agreed (`claim.not_accepted`), and a refund of
    nothing. Leaves claim.settled."""
    claim = _open(actor, case)
    if claim.status != "accepted":
        raise Conflict("claim.not_accepted", reference=claim.reference)
    if came.amount < 0 or (claim.remedy == "refund" and came.amount == 0):
        raise Invalid("claim.amount_needed", field="amount")
    if came.part is not None:
        stock.receive_parts(actor, came.part, came.pieces, claim.reference)
        claim.part_id, claim.pieces = came.part.id, came.pieces
    claim.came_amount = came.amount
    _end(claim, case, "settled")
    event_id = _record("claim.settled", actor, case, claim)
    if came.amount and case.item is not None:
        source = f"claim:{claim.reference}"
        items.ledger_entry(case.item.id, _today(case), "repair", came.amount, case.currency, source, event_id=event_id)


def withdraw_claim(actor: Actor, case: RepairCase, reason: str) -> None:
    """Not asked any more. Refuses without a reason. Leaves claim.withdrawn."""
    claim = _open(actor, case)
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    claim.answer = reason.strip()[:MOST_FAULT]
    _end(claim, case, "withdrawn")
    _record("claim.withdrawn", actor, case, claim)


def _open(actor: Actor, case: RepairCase) -> SupplierClaim:
    actor.must("work:write")
    queries.lock_case(case)
    claim = queries.open_claim(case)
    if claim is None:
        raise Conflict("claim.none_open", reference=case.reference)
    return claim


def _end(claim: SupplierClaim, case: RepairCase, status: str) -> None:
    claim.ended_on = _today(case)
    move(claim, status)


def _today(case: RepairCase) -> date:
    return clock.today(get_workshop(case.workshop_id).zone)


def _record(name: str, actor: Actor, case: RepairCase, claim: SupplierClaim) -> int:
    """On the case and the thing, not on the customer: it is between the workshop and its supplier."""
    about = [case, claim, *([case.item] if case.item is not None else [])]
    return events.record(name, actor, about, {"reference": claim.reference, "remedy": claim.remedy})
