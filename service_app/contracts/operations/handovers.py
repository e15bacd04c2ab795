"""Things going out and coming back, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service_app.charges import operations as charges
from service_app.charges import pricing
from service_app.contracts import standing
from service_app.contracts.models import Contract, ContractLine, Handover, Inspection
from service_app.contracts.operations import kits, outages, service
from service_app.contracts.operations.acts import lock
from service_app.contracts.operations.lateness import put_at_risk
from service_app.contracts.operations.money import charge_line, refresh_money
from service_app.contracts.queries import photos_of_line
from service_app.core import clock, events, files, search
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.items.availability import Stretch
from service_app.items.models import Item
from service_app.items.operations import add_photo, read_meter
from service_app.workshops import hours
from service_app.workshops.operations import next_reference
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Found:
    """What was seen at the counter: the checklist's answers {code: bool or text}, accessories missing, the meter, a
    remark, photos (bytes, file name), photos of the same side as an earlier one (by its id), whose name and drawn
    signature (PNG) stand under it, and the tag that was scanned ('' when none was).

    `key` makes sending the same twice harmless. `tapped_at`: the hour by the device, which may have had no connection.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    missing: Sequence[str] = ()
    meter: int | None = None
    remark: str = ""
    photos: Sequence[tuple[bytes, str]] = ()
    customer_name: str = ""
    tag: str = ""
    twins: Mapping[int, tuple[bytes, str]] = field(default_factory=dict)
    signature: bytes | None = None
    key: str | None = None
    tapped_at: datetime | None = None


# For so long a device may keep what was tapped on it; what is older counts from when it arrived.
LATEST_TAP = timedelta(days=3)


def bind_item(actor: Actor, line: ContractLine, item: Item) -> None:
    """Choose the very item for a planned line (preparation). Refuses an item of another product, one not in stock now,
    and with Conflict `availability.item_taken` one that is promised elsewhere. Leaves line.bound."""
    if item.product_id != line.product_id:
        raise Invalid("handover.wrong_product", field="tag", tag=item.tag)
    booking = availability.allocation_of(line.id, "reservation")
    if booking is None:
        booking = availability.book(
            line.product,
            Stretch(line.starts_at, line.held_until),
            kind="reservation",
            contract_line_id=line.id,
            item=item,
        )
    availability.pin(booking, item, line.product)
    line.item_id, line.is_at_risk = item.id, False
    session().flush()
    session().expire(line, ["item"])
    events.record("line.bound", actor, [line.contract, item], {"tag": item.tag})


def unbind_item(actor: Actor, line: ContractLine) -> None:
    """Take the choice of an item back: the line keeps its booking, and any item of the product may be given for it. Leaves
    line.unbound."""
    booking = availability.allocation_of(line.id, "reservation")
    if line.item is None or booking is None:
        raise Conflict("state.not_allowed", thing="contract_line", axis="status", state=line.status, to="planned")
    item, line.item_id, booking.is_pinned = line.item, None, False
    session().flush()
    session().expire(line, ["item"])
    events.record("line.unbound", actor, [line.contract, item], {"tag": item.tag})


def hand_over(actor: Actor, line: ContractLine, item: Item, found: Found) -> Handover:
    """The item goes out to the customer: it is bound, in use from now, charged, and in the customer's custody.

    Refuses while a deposit is due (`deposit.not_received`), an item that is not in stock (`handover.not_in_stock`), a
    lower meter than last time. Leaves line.handed_over; the contract becomes active. Sent again with its key it is the
    hand-over that was.
    """
    lock(line.contract)
    known = _done_already(line, "out", found)
    if known is not None:
        return known
    _refuse_handover(line.contract, line, item, found)
    bind_item(actor, line, item)
    return give_out(actor, line, item, found)


def give_out(actor: Actor, line: ContractLine, item: Item, found: Found) -> Handover:
    """The second half of `hand_over`, for a line whose item is bound: it goes out now."""
    contract = line.contract
    booking = availability.allocation_of(line.id, "reservation")
    if booking is None:
        raise Conflict("availability.item_taken", tag=item.tag)
    now = clock.now()
    custody.put_in_use(booking, now)
    kits.give_along(item, contract.customer_id)
    line.out_at = now
    move(line, "out")
    _give_to(item, contract, found)
    if contract.status == "signed":
        move(contract, "active")
    handover = _note(actor, line, item, "out", now, found)
    _serve(actor, line)
    handover.stood = standing.of_handover(line, handover, item)
    refresh_money(contract)
    search.index("contract", contract.id, [contract.reference, contract.customer.name, *_tags(contract)])
    events.record("line.handed_over", actor, [contract, contract.customer, item, line], {"tag": item.tag})
    return handover


def _refuse_handover(contract: Contract, line: ContractLine, item: Item, found: Found) -> None:
    follows = line.predecessor_id is not None  # what replaces another thing goes out also while paused or under notice
    if contract.status not in ("signed", "active") and not (follows and contract.status in ("paused", "notice")):
        raise Conflict("state.not_allowed", thing="contract", axis="status", state=contract.status, to="active")
    if item.product_id != line.product_id:
        raise Invalid("handover.wrong_product", field="tag", tag=item.tag)
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status == "due":
        raise Conflict("deposit.not_received", amount=str(deposit.amount - charges.held_amount(deposit)))
    if item.status != "in_stock":
        raise Conflict("handover.not_in_stock", tag=item.tag, state=item.status)
    custody.refuse_held_back(item)


def _give_to(item: Item, contract: Contract, found: Found) -> None:
    item.custodian_customer_id = contract.customer_id
    move(item, "out")


def _tags(contract: Contract) -> list[str]:
    return [line.item.tag for line in contract.lines if line.item is not None]


def _note(actor: Actor, line: ContractLine, item: Item, direction: str, at: datetime, found: Found) -> Handover:
    signed = files.store_picture(found.signature, "signature.png") if found.signature else None
    row = Handover(
        contract_line_id=line.id,
        item_id=item.id,
        direction=direction,
        at=at,
        by_name=actor.name,
        customer_name=found.customer_name.strip(),
        answers=found.answers,
        missing=list(found.missing),
        meter=found.meter,
        remark=found.remark.strip(),
        key=found.key,
        tapped_at=found.tapped_at,
        signature_file_id=signed.id if signed is not None else None,
    )
    session().add(row)
    session().flush()
    occasion = "hand_over" if direction == "out" else "return"
    if found.meter is not None:
        read_meter(item, found.meter, occasion, at=at, contract_line_id=line.id)
    for content, name in found.photos:
        add_photo(actor, item, content, name, occasion=occasion, contract_line_id=line.id)
    earlier = {row.id for row in photos_of_line(line, "hand_over")} if found.twins else set()
    for twin_id, (content, name) in found.twins.items():
        if twin_id not in earlier:
            raise NotFound("not_found")
        add_photo(actor, item, content, name, occasion=occasion, contract_line_id=line.id, twin_id=twin_id)
    return row


def _serve(actor: Actor, line: ContractLine) -> None:
    """From now on it is served: the term begins, what is paid once is charged, and the first days."""
    terms = pricing.Terms.from_json(line.price)
    if terms.pricing == "tiers" and line.ends_at is None:
        raise Invalid("contract.end_needed", field="ends_at")
    line.planned_ends_at = line.planned_ends_at or line.ends_at
    service.begin_term(line, service.begin_as_planned(line))
    once = terms.rules.one_off_amount
    if line.predecessor_id is None:
        charge_line(actor, line, "one_off", "once", pricing.Price(once, "one_off", {"amount": str(once)}))
    service.reckon(actor, line)


def take_back(actor: Actor, line: ContractLine, found: Found) -> Inspection:
    """The item is back: late counting stops at this instant, or when it was tapped on a device without connection; it
    stays blocked until it was inspected, and an inspection is opened. The rest of the contract goes on. Leaves
    line.returned. Sent again with its key it is the return that was."""
    lock(line.contract)
    if _done_already(line, "in", found) is not None:
        return session().scalars(select(Inspection).where(Inspection.contract_line_id == line.id)).one()
    return bring_in(actor, line, found, _when(found, line.out_at))


def _done_already(line: ContractLine, direction: str, found: Found) -> Handover | None:
    if found.key is None:
        return None
    known = session().scalars(select(Handover).where(Handover.key == found.key)).first()
    if known is not None and (known.contract_line_id, known.direction) != (line.id, direction):
        raise Invalid("act.other_wish")
    return known


def _when(found: Found, out_at: datetime | None) -> datetime:
    """The hour of a return: when it was tapped, if that can be; a clock that is wrong, or a tap too old, counts as now."""
    now, tapped = clock.now(), found.tapped_at
    if tapped is None or not now - LATEST_TAP <= tapped <= now or (out_at is not None and tapped < out_at):
        return now
    return tapped


def bring_in(actor: Actor, line: ContractLine, found: Found, in_at: datetime | None = None) -> Inspection:
    """`take_back` inside another act, which holds the contract's lock; an outage ends with its credit."""
    if line.item is None:
        raise Conflict("state.not_allowed", thing="contract_line", axis="status", state=line.status, to="returned")
    item, now = line.item, in_at or clock.now()
    if found.tag and found.tag.strip().upper() != item.tag:
        raise Invalid("handover.wrong_item", field="tag", tag=found.tag.strip().upper(), expected=item.tag)
    line.in_at = now
    move(line, "returned")
    handover = _note(actor, line, item, "in", now, found)
    handover.stood = standing.of_handover(line, handover, item)
    outages.close_outages(actor, line)
    service.end_with_return(actor, line, now)
    use = availability.allocation_of(line.id, "use")
    if use is not None:
        put_at_risk(actor, custody.give_back(actor, use, now))
    item.custodian_customer_id = None
    kits.find_along(item, "to_inspect")
    kits.bring_along(item, found.missing)
    move(item, "to_inspect")
    _charge_late(actor, line, now)
    inspection = Inspection(
        reference=next_reference("I"), contract_line_id=line.id, item_id=item.id, grade_before=item.grade
    )
    session().add(inspection)
    session().flush()
    refresh_money(line.contract)
    events.record("line.returned", actor, [line.contract, line.contract.customer, item, line], {"tag": item.tag})
    return inspection


def _charge_late(actor: Actor, line: ContractLine, back: datetime) -> None:
    fee = late_fee_of(line, back)
    if fee is not None:
        charge_line(actor, line, "late", "return", fee)


def late_fee_of(line: ContractLine, back: datetime) -> pricing.Price | None:
    """What coming back at this instant would cost in late fee; shown before the return is written."""
    if line.due_at is None:
        return None
    workshop = get_workshop(line.workshop_id)
    return pricing.late_fee(
        pricing.Terms.from_json(line.price),
        line.due_at,
        back,
        workshop.zone,
        hours.load_calendar().is_open_day,
        line.product.replacement_amount,
    )
