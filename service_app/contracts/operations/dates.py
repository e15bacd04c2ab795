"""Other dates: for what is planned, for what is out (longer, shorter), and what was written down wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from service_app.charges import operations as charges
from service_app.charges import pricing
from service_app.charges.credits import left_of_charge, make_credit, standing_of
from service_app.contracts.models import ContractAct, ContractLine
from service_app.contracts.operations import offers, service
from service_app.contracts.operations.acts import Act, operation
from service_app.contracts.operations.handovers import late_fee_of
from service_app.contracts.operations.money import charge_line
from service_app.contracts.operations.offers import Wish
from service_app.core import clock, events
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.items import availability, custody
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop


@operation("reschedule")
def reschedule_line(act: Act, starts_at: datetime, ends_at: datetime | None, item: Item | None = None) -> None:
    """Other dates for a planned line, and the very item when it is given. What was signed stays the price; nothing was
    charged yet. A line at risk that finds an item is no longer at risk.

    Refuses what an offer refuses, a start in the past (`contract.in_the_past`), an item of another product, and with
    Conflict `availability.item_taken` or `availability.none` (with alternatives) what is not free. The customer is told
    what holds once it has stood for SETTLES: `before` on the act is what they were told last. Leaves line.rescheduled.
    """
    line, contract = act.line, act.contract
    if item is not None and item.product_id != line.product_id:
        raise Invalid("handover.wrong_product", field="item", tag=item.tag)
    offers.check_wish(Wish(line.product, line.plan, starts_at, ends_at), get_workshop(contract.workshop_id))
    if starts_at != line.starts_at and starts_at < clock.now():
        raise Invalid("contract.in_the_past", field="starts_on")
    before = _told_last(line)
    act.outcome = {
        "before": before,
        "after": {"starts_at": starts_at, "ends_at": ends_at, **_price(line, starts_at, ends_at)},
    }
    line.starts_at, line.ends_at = starts_at, ends_at
    line.due_at = hours.load_calendar().due_end(ends_at) if ends_at is not None else None
    line.planned_ends_at = ends_at
    _rebook(act, line, item)
    living = [other for other in contract.lines if other.status != "cancelled"]
    contract.starts_at = min(other.starts_at for other in living)
    ends = [other.ends_at for other in living]
    contract.ends_at = None if None in ends else max(end for end in ends if end is not None)
    events.record(
        "line.rescheduled", act.actor, [contract, contract.customer, line], {"starts_at": starts_at.isoformat()}
    )


def _rebook(act: Act, line: ContractLine, item: Item | None) -> None:
    stretch = Stretch(line.starts_at, line.held_until)
    booking = availability.allocation_of(line.id, "reservation")
    if booking is None:
        availability.book(line.product, stretch, kind="reservation", contract_line_id=line.id, item=item)
    else:
        availability.rebook(booking, stretch, line.product, item)
    line.is_at_risk = False
    if item is not None:
        line.item_id = item.id
        session().flush()
        session().expire(line, ["item"])
        events.record("line.bound", act.actor, [act.contract, item], {"tag": item.tag})


# A move on the board is undone within seconds, or made in several steps: only what stands this long is told.
SETTLES = timedelta(seconds=60)
_Dates = dict[str, datetime | str | None]


def _told_last(line: ContractLine) -> _Dates:
    """The dates that the customer knows: the line's, or those before a change that nobody was told of yet."""
    found = select(ContractAct).where(ContractAct.contract_id == line.contract_id).order_by(ContractAct.id.desc())
    last = session().scalars(found.limit(1)).first()
    if last is not None and last.contract_line_id == line.id and _is_followed_up(last, clock.now()):
        known: _Dates = last.outcome["before"]
        return known
    return {"starts_at": line.starts_at, "ends_at": line.ends_at, **_price(line, line.starts_at, line.ends_at)}


def _price(line: ContractLine, starts_at: datetime, ends_at: datetime | None) -> dict[str, str]:
    price = price_over(line, starts_at, ends_at)
    return {"price": str(price.amount)} if price is not None else {}


def price_over(line: ContractLine, starts_at: datetime, ends_at: datetime | None) -> pricing.Price | None:
    """What a rental by the day comes to over these dates at the prices that were signed; None by the month."""
    terms = pricing.Terms.from_json(line.price)
    if terms.pricing != "tiers" or ends_at is None or ends_at <= starts_at:
        return None
    zone = get_workshop(line.workshop_id).zone
    days = pricing.rental_days(starts_at, ends_at, zone)
    first, is_open = clock.local(starts_at, zone).date(), hours.load_calendar().is_open_day
    free = pricing.free_days(first, days, is_open) if terms.rules.closed_days_free else 0
    return pricing.rent(terms, days, free)


def _is_followed_up(act: ContractAct, at: datetime) -> bool:
    """Whether other dates at this instant would take the place of those that this act gave."""
    return act.operation == "reschedule" and at - act.at < SETTLES


def is_told(act: ContractAct) -> bool:
    """Whether a change of dates is one that the customer is told of: it stands long enough or something else was done
    since, and the dates are not those they know. Once true it stays so; papers are numbered by it."""
    found = select(ContractAct).where(ContractAct.contract_id == act.contract_id, ContractAct.id > act.id)
    later = session().scalars(found.order_by(ContractAct.id).limit(1)).first()
    if later is None:
        is_over = not _is_followed_up(act, clock.now())
    else:
        is_same = later.operation == "reschedule" and later.contract_line_id == act.contract_line_id
        is_over = not (is_same and _is_followed_up(act, later.at))
    return is_over and bool(act.outcome["before"] != act.outcome["after"])


@operation("extend")
def extend_line(act: Act, ends_at: datetime, waive_late: bool = False) -> None:
    """A later end: only what comes after the present end is checked, with the buffer; a booking in the way is moved to
    another item, else refused with Conflict `availability.none`. Further days are charged at the tier the whole length
    reaches. An overdue line is on time again; what its lateness cost so far is charged unless waived (workflows 5.1).
    Leaves contract.changed."""
    line = act.line
    if line.ends_at is None or ends_at <= line.ends_at:
        raise Conflict("contract.not_later", field="ends_at")
    late = late_fee_of(line, clock.now()) if line.status == "overdue" and not waive_late else None
    if late is not None:
        charge_line(act.actor, line, "late", f"extended:{act.today.isoformat()}", late)
    before = line.ends_at
    service.move_end(act.actor, line, ends_at)
    service.reckon(act.actor, line)
    act.outcome = {"before": before, "ends_at": ends_at}
    events.record("contract.changed", act.actor, [act.contract, line], {"ends_at": ends_at.isoformat()})


@operation("shorten")
def shorten_line(act: Act, ends_at: datetime) -> None:
    """An earlier end, not before now: the item can be booked sooner; unused days are given back when the plan does.
    Leaves contract.changed."""
    line = act.line
    if line.ends_at is None or ends_at >= line.ends_at:
        raise Conflict("contract.not_earlier", field="ends_at")
    if ends_at < clock.now():
        raise Invalid("contract.in_the_past", field="ends_at")
    before = line.ends_at
    service.move_end(act.actor, line, ends_at)
    service.reckon(act.actor, line)
    act.outcome = {"before": before, "ends_at": ends_at}
    events.record("contract.changed", act.actor, [act.contract, line], {"ends_at": ends_at.isoformat()})


@operation("correct_dates")
def correct_dates(act: Act, reason: str, out_at: datetime | None = None, in_at: datetime | None = None) -> None:
    """What really happened, written down afterwards: the instant it went out or came back. Charges follow; both dates are
    kept, the corrected one on the line and the first on this act.

    Refuses without a reason, in the future, the wrong way round, and with Conflict `availability.item_taken` an earlier
    hand-over while somebody else had the item. Leaves contract.corrected.
    """
    line = act.line
    if not reason.strip():
        raise Invalid("correction.reason_needed", field="reason")
    _refuse_odd(line, out_at, in_at)
    act.outcome = {"out_before": line.out_at, "in_before": line.in_at}
    if out_at is not None:
        _correct_out(act, line, out_at)
    if in_at is not None:
        before, line.in_at = line.in_at or in_at, in_at
        service.correct_end(act.actor, line, before, in_at)
        _correct_late(act, line, in_at)
    service.reckon(act.actor, line)
    data = {"reason": reason.strip()[:300], "out_at": _iso(out_at), "in_at": _iso(in_at)}
    events.record("contract.corrected", act.actor, [act.contract, line], data)


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


def _refuse_odd(line: ContractLine, out_at: datetime | None, in_at: datetime | None) -> None:
    if out_at is None and in_at is None:
        raise Invalid("correction.nothing", field="out_at")
    if in_at is not None and line.in_at is None:
        raise Conflict("correction.not_back", field="in_at")
    out, back = out_at or line.out_at, in_at or line.in_at
    if max(filter(None, (out_at, in_at))) > clock.now():
        raise Invalid("contract.in_the_future", field="out_at" if out_at is not None else "in_at")
    if out is not None and back is not None and back <= out:
        raise Invalid("correction.wrong_order", field="in_at")


def _correct_out(act: Act, line: ContractLine, out_at: datetime) -> None:
    day = clock.local(out_at, act.zone).date()
    if line.predecessor_id is not None and day != service.first_day(line):
        raise Conflict(
            "correction.wrong_order", field="out_at"
        )  # the day before it still belongs to the line it follows
    use = availability.allocation_of(line.id, "use")
    if use is not None and out_at < use.blocked_from:
        custody.put_in_use(use, out_at)
    line.out_at = out_at
    if pricing.Terms.from_json(line.price).pricing == "monthly" and line.stretches:
        service.move_start(line, day)


def _correct_late(act: Act, line: ContractLine, in_at: datetime) -> None:
    """The late fee of the return becomes that of the instant it really came back."""
    rows = [
        row for row in charges.charges_of(act.contract.id) if row.kind == "late" and row.contract_line_id == line.id
    ]
    rows = [row for row in rows if row.key.startswith("return")]
    stands = {row.id: row.amount if row.status == "waived" else left_of_charge(row) for row in rows}
    fee, so_far = late_fee_of(line, in_at), sum(stands.values(), ZERO)
    beyond = so_far - (fee.amount if fee is not None else ZERO)
    if fee is not None and beyond < ZERO:
        charge_line(act.actor, line, "late", f"return+{len(rows)}", replace(fee, amount=-beyond))
    for row in reversed(rows):
        part = min(beyond, stands[row.id])
        if part > ZERO:
            figures = {"in_at": in_at.isoformat()}
            make_credit(act.actor, row, pricing.Price(part, "corrected", figures), f"corrected:{stands[row.id]}")
            beyond -= part


def price_of_shortening(line: ContractLine, ends_at: datetime) -> pricing.Price | None:
    """What an earlier end gives back of a rental by the day (negative), or None; shown before it is agreed."""
    terms = pricing.Terms.from_json(line.price)
    if terms.pricing != "tiers":
        return None
    zone = get_workshop(line.workshop_id).zone
    days = pricing.rental_days(line.starts_at, max(ends_at, line.starts_at), zone)
    so_far = sum((left_of_charge(row.charge) for row in standing_of(line.id, "rent")), ZERO)
    return pricing.planned_end_price(terms, days, _free_of(terms, line, days, zone), so_far)


def _free_of(terms: pricing.Terms, line: ContractLine, days: int, zone: str) -> int:
    """Closed days that cost nothing."""
    if not terms.rules.closed_days_free:
        return 0
    first, is_open = clock.local(line.starts_at, zone).date(), hours.load_calendar().is_open_day
    return pricing.free_days(first, days, is_open)


def price_of_extension(line: ContractLine, ends_at: datetime) -> pricing.Price | None:
    """What a later end would cost, or None when nothing is added; shown before it is agreed."""
    terms = pricing.Terms.from_json(line.price)
    if terms.pricing != "tiers":
        return None
    zone = get_workshop(line.workshop_id).zone
    days = pricing.rental_days(line.starts_at, ends_at, zone)
    so_far = sum((left_of_charge(row.charge) for row in standing_of(line.id, "rent")), ZERO)
    further = pricing.changed_length(pricing.rent(terms, days, _free_of(terms, line, days, zone)), so_far)
    return further if further is not None and further.amount > ZERO else None
