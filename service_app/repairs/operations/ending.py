"""How a case ends: handed back, given to reuse, or waiting for who does not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from service_app.charges.models import METHODS
from service_app.contracts.operations import losses
from service_app.contracts.operations.acts import ANEW
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import words
from service_app.core.money import ZERO, to_cents
from service_app.core.states import move_axes
from service_app.items import operations as items
from service_app.repairlog.models import END_OF_LIFE, FIXED, REPAIRABLE, UNKNOWN
from service_app.repairlog.operations import OwnRepair, record_repair
from service_app.repairs import queries, quoting
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import lending
from service_app.repairs.operations.intake import MOST_FAULT, about
from service_app.workshops.queries import get_workshop

# After how many days somebody who does not collect is written to (workflows 5.2); after the last comes the procedure.
NOT_COLLECTED = (7, 30, 60)
WAITS = ("ready", "declined", "expired", "unrepairable", "abandoned")
PAID_BY = tuple(method for method in METHODS if method in ("cash", "card", "transfer"))


@dataclass(frozen=True)
class HandBack:
    """Handing it over: who takes it, how it is paid ('' when nothing is owed or it is paid later), for an estimate what
    the work came to, and whether what was lent meanwhile came back with them."""

    taken_by: str
    paid_by: str = ""
    came_to: Decimal | None = None
    is_loan_back: bool = False


def owed(case: RepairCase, came_to: Decimal | None = None) -> Decimal:
    """What the customer owes when it is handed back now: the approved price, never above its maximum, or the fee; and the
    days it lay here too long."""
    base = case.due_amount
    quote = next((each for each in reversed(case.quotes) if each.status == "approved"), None)
    if case.status == "ready" and quote is not None and quote.option is not None:
        offered = quoting.Quote.from_json(quote.content)
        base = ZERO if case.is_free else offered.due_after(quote.option, came_to)
    return base + storage_fee(case)


def storage_fee(case: RepairCase) -> Decimal:
    """What storing costs after the free days, where the workshop asks for it; never for the workshop's own thing."""
    terms = queries.terms()
    if case.ready_at is None or case.item_id is not None or not terms.storage_amount:
        return ZERO
    zone = get_workshop(case.workshop_id).zone
    days = (clock.today(zone) - clock.local(case.ready_at, zone).date()).days - terms.storage_free_days
    return to_cents(terms.storage_amount * max(days, 0))


def hand_back(actor: Actor, case: RepairCase, handing: HandBack) -> None:
    """The customer has it again. The guarantee of the repair begins; one that came back within a guarantee keeps the end of
    the first. The workshop's own thing goes back into use or stock, and what it cost stands in its ledger.

    Refuses no name, an unknown way to pay. Leaves repair.handed_back, and repair.paid when it was paid.
    """
    actor.must("work:write")
    queries.lock_case(case)
    if case.status not in WAITS:
        raise Conflict("state.not_allowed", thing="repair_case", axis="status", state=case.status, to="handed_back")
    if not handing.taken_by.strip() and case.customer_id is not None:
        raise Invalid("repair.name_needed", field="taken_by")
    if handing.paid_by and handing.paid_by not in PAID_BY:
        raise Invalid("choice.unknown", field="paid_by", value=handing.paid_by)
    amount = owed(case, handing.came_to)
    today = clock.today(get_workshop(case.workshop_id).zone)
    if case.outcome == "fixed" and case.guarantee_until is None:
        case.guarantee_until = today + relativedelta(months=queries.terms().guarantee_months)
    _end(case, "handed_back", amount, handing.paid_by)
    _back_to_work(actor, case)
    lending.end_loan(actor, case, handing.is_loan_back)
    _record(case)
    facts = {"amount": str(amount), "guarantee_until": case.guarantee_until.isoformat() if case.guarantee_until else ""}
    fact = events.record("repair.handed_back", actor, about(case), facts)
    if case.item is not None and case.cost_amount:
        cost, source = -case.cost_amount, f"repair:{case.reference}"
        items.ledger_entry(case.item.id, today, "repair", cost, case.currency, source, event_id=fact)
    if amount and handing.paid_by:
        events.record("repair.paid", actor, about(case), {"amount": str(amount), "method": handing.paid_by})


_ORDS = {"fixed": FIXED, "repairable": REPAIRABLE, "end_of_life": END_OF_LIFE, "unknown": UNKNOWN}


def _record(case: RepairCase) -> None:
    """The case goes into the history of repairs, without whom it was for (`repairlog`)."""
    thing, product = case.thing, case.item.product if case.item is not None else None
    status = _ORDS[case.outcome or "unknown"]
    customer = case.customer
    repair = OwnRepair(
        case.reference, status, clock.today(get_workshop(case.workshop_id).zone),
        thing.repair_category_id if thing is not None else product.repair_category_id if product is not None else None,
        thing.what if thing is not None else words(product.name) if product is not None else "",
        thing.brand if thing is not None else product.brand if product is not None else "",
        thing.year_made if thing is not None else case.item.year_made if case.item is not None else None,
        barrier=BARRIERS.get(case.barrier, "") if status == END_OF_LIFE else "",
        problem=f"{case.fault} {case.root_cause}".strip(),
        names=tuple(filter(None, (customer.name, customer.contact_name))) if customer is not None else (),
    )  # fmt: skip
    record_repair(WORKER, repair)


BARRIERS = {
    "spare_parts_not_available": "Spare parts not available",
    "spare_parts_too_expensive": "Spare parts too expensive",
    "no_way_to_open": "No way to open product",
    "repair_information_not_available": "Repair information not available",
    "lack_of_equipment": "Lack of equipment",
    "item_too_worn_out": "Item too worn out",
}


def _end(case: RepairCase, to: str, amount: Decimal, paid_by: str = "") -> None:
    axes = {"status": to}
    if amount and case.money_status == "none":
        move_axes(case, {"money_status": "due"}, due_amount=amount)
    if amount and paid_by:
        axes["money_status"] = "paid"
    move_axes(case, axes, ended_at=clock.now(), due_amount=amount, paid_by=paid_by, outcome=case.outcome or "unknown")


def _back_to_work(actor: Actor, case: RepairCase) -> None:
    if case.item is None:
        return
    line = queries.held_line(case.item)
    if line is not None and case.outcome == "fixed" and any(outage.ended_at is None for outage in line.outages):
        losses.end_outage(WORKER, line, ANEW)
    elif line is None and case.item.status == "on_bench" and case.outcome == "fixed":
        items.put_in_stock(actor, case.item)


def give_to_reuse(actor: Actor, case: RepairCase, name: str) -> None:
    """The customer leaves it to the workshop: theirs no longer, by a consent with a name. The fee that was announced falls
    away: the workshop has the thing instead. Refuses the workshop's own thing, no name. Leaves repair.given_up."""
    queries.lock_case(case)
    if case.item_id is not None:
        raise Conflict("repair.ours_already", reference=case.reference)
    if not name.strip():
        raise Invalid("repair.name_needed", field="taken_by")
    case.reason = f"{case.reason}\n{name.strip()[:200]}".strip()
    axes = {"status": "given_up"}
    if case.money_status == "due":
        axes["money_status"] = "waived"
    move_axes(case, axes, ended_at=clock.now(), outcome=case.outcome or "unknown")
    lending.end_loan(actor, case)
    _record(case)
    events.record("repair.given_up", actor, about(case))


def take_payment(actor: Actor, case: RepairCase, paid_by: str) -> None:
    """What was owed since it was handed back is paid. Refuses an unknown way to pay. Leaves repair.paid."""
    actor.must("work:write")
    queries.lock_case(case)
    if paid_by not in PAID_BY:
        raise Invalid("choice.unknown", field="paid_by", value=paid_by)
    move_axes(case, {"money_status": "paid"}, paid_by=paid_by)
    events.record("repair.paid", actor, about(case), {"amount": str(case.due_amount), "method": paid_by})


def waive(actor: Actor, case: RepairCase, reason: str) -> None:
    """What is owed is let go, with a reason. Leaves repair.waived."""
    actor.must("contract:settle")
    queries.lock_case(case)
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    case.reason = f"{case.reason}\n{reason.strip()}".strip()[:MOST_FAULT]
    move_axes(case, {"money_status": "waived"})
    events.record("repair.waived", actor, about(case), {"amount": str(case.due_amount)})


def remind_to_collect(limit: int = 200) -> int:
    """Who has not come for their thing after 7, 30 and 60 days is written to, once each; how many letters. After the last
    the case is abandoned: it stays here, nothing is disposed of, and staff decide. Leaves repair.not_collected and
    repair.abandoned."""
    done = 0
    for number, days in enumerate(NOT_COLLECTED, start=1):
        found = select(RepairCase).where(
            RepairCase.status.in_(WAITS[:-1]), RepairCase.collect_reminders == number - 1, RepairCase.customer_id.is_not(None),
            RepairCase.ready_at <= clock.now() - timedelta(days=days),
        )  # fmt: skip
        for case in session().scalars(found.order_by(RepairCase.id).limit(limit)).all():
            queries.lock_case(case)
            case.collect_reminders = number
            events.record("repair.not_collected", WORKER, about(case), {"days": days})
            if days == NOT_COLLECTED[-1]:
                move_axes(case, {"status": "abandoned"})
                events.record("repair.abandoned", WORKER, about(case))
            done += 1
    return done
