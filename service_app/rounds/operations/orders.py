"""Orders: placed by another room or by hand, changed, called off, offered anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service_app.core import clock, events, versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.rounds import places, queries
from service_app.rounds.models import NEEDS, ORDER_KINDS, PRIORITIES, TransportOrder
from service_app.rounds.operations import changing
from service_app.workshops.operations import next_reference

MOST_ATTEMPTS = 2
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class OrderFacts:
    """What is to be fetched or brought, where and when: grams, litres, minutes at the door; lat and lon when somebody set a
    pin; the window as UTC instants."""

    customer_id: int
    kind: str
    address: str
    postcode: str
    grams: int
    litres: int
    window_start: datetime
    window_end: datetime
    service_minutes: int = 8
    lat: float | None = None
    lon: float | None = None
    must_by: date | None = None
    priority: int = 2
    needs: tuple[str, ...] = ()
    note: str = ""
    subject: str = ""


def place(actor: Actor, facts: OrderFacts) -> TransportOrder:
    """A new order; the one there is when its subject has one that is not over (placing twice is placing once).

    Refuses `choice.unknown` (kind, needs, priority), `field.required` (address), `order.window_backwards`,
    `order.window_too_short`, `order.no_coordinates` and `order.heavier_than_any`. Leaves order.placed.
    """
    known = queries.order_of(facts.subject)
    if known is not None:
        return known
    order = TransportOrder(
        reference=next_reference(f"O-{clock.today(queries.zone()).year}"), customer_id=facts.customer_id,
        subject=facts.subject,
    )  # fmt: skip
    _write(order, facts)
    session().add(order)
    session().flush()
    _record("order.placed", actor, order)
    return order


def change(actor: Actor, order: TransportOrder, facts: OrderFacts, seen: int | None = None) -> TransportOrder:
    """Other facts, as long as nothing was promised. Refuses as `place`, and Conflict `order.promised_already`. An order in a
    round goes back to those that wait. Leaves order.changed."""
    versions.take(order, seen)
    if order.status not in ("open", "planned"):
        raise Conflict("order.promised_already", reference=order.reference)
    if order.status == "planned":
        move(order, "open")
        _leave_round(actor, order)
    _write(order, facts)
    _record("order.changed", actor, order)
    return order


def call_off(actor: Actor, order: TransportOrder, reason: str = "") -> None:
    """It is not needed any more. The stops after it move up, and keep their promises. Refuses as `move`. Leaves
    order.called_off."""
    versions.take(order, None)
    move(order, "called_off")
    _leave_round(actor, order)
    _record("order.called_off", actor, order, reason=reason.strip()[:200])


def reopen(actor: Actor, order: TransportOrder, window_start: datetime, window_end: datetime) -> None:
    """Offer what failed, or the rest of what was done in part, once more. Refuses Conflict `order.attempts_used` after the
    second time, and as `place` about the window. Leaves order.reopened."""
    versions.take(order, None)
    if order.attempts >= MOST_ATTEMPTS:
        raise Conflict("order.attempts_used", attempts=order.attempts)
    _check_window(window_start, window_end, order.service_minutes)
    order.window_start, order.window_end = window_start, window_end
    order.stop_id, order.promised_from, order.promised_until = None, None, None
    order.paused_at, order.reply, order.left_reason = None, "", ""
    move(order, "open")
    _record("order.reopened", actor, order)


def answer(actor: Actor, order: TransportOrder, reply: str, note: str) -> None:
    """What the customer says to what was promised: `not_home`, or a note for the driver. Not home takes the order out of its
    round without touching what others were promised. Refuses `choice.unknown` and, once it is over, Conflict `order.over`.
    Leaves order.answered."""
    versions.take(order, None)
    if order.status not in ("planned", "promised"):
        raise Conflict("order.over")
    if reply not in ("not_home", "note"):
        raise Invalid("choice.unknown", field="reply", value=reply)
    order.reply = reply
    if note.strip():
        order.note = f"{order.note}\n{note.strip()}".strip()[:LONGEST_NOTE]
    if reply == "not_home":
        order.promised_from, order.promised_until = None, None
        order.paused_at, order.left_reason = clock.now(), "not_home"
        move(order, "open")
        _leave_round(actor, order)
    _record("order.answered", actor, order, reply=reply)


def _leave_round(actor: Actor, order: TransportOrder) -> None:
    stop, order.stop_id = order.stop, None
    if stop is not None:
        changing.close_up(actor, stop)


def _write(order: TransportOrder, facts: OrderFacts) -> None:
    _check(facts)
    spot = _spot(facts)
    order.kind, order.address, order.postcode = facts.kind, facts.address.strip(), facts.postcode.strip()
    order.lat, order.lon, order.placed_by = spot.lat, spot.lon, spot.placed_by
    order.grams, order.litres, order.service_minutes = facts.grams, facts.litres, facts.service_minutes
    order.window_start, order.window_end, order.must_by = facts.window_start, facts.window_end, facts.must_by
    order.priority, order.needs, order.note = facts.priority, list(facts.needs), facts.note.strip()[:LONGEST_NOTE]


def _check(facts: OrderFacts) -> None:
    if facts.kind not in ORDER_KINDS:
        raise Invalid("choice.unknown", field="kind", value=facts.kind)
    if facts.priority not in PRIORITIES or not set(facts.needs) <= set(NEEDS):
        raise Invalid("choice.unknown", field="needs")
    if not facts.address.strip():
        raise Invalid("field.required", field="address")
    if facts.grams < 0 or facts.litres < 0 or not 1 <= facts.service_minutes <= 240:
        raise Invalid("number.out_of_range", field="service_minutes", least=1, most=240)
    _check_window(facts.window_start, facts.window_end, facts.service_minutes)
    vehicles = queries.list_vehicles()
    if vehicles and not any(each.grams >= facts.grams and each.litres >= facts.litres for each in vehicles):
        raise Invalid("order.heavier_than_any", field="grams")


def _check_window(start: datetime, end: datetime, minutes: int) -> None:
    if end <= start:
        raise Invalid("order.window_backwards", field="until")
    if (end - start).total_seconds() < minutes * 60:
        raise Invalid("order.window_too_short", field="until", minutes=minutes)


def _spot(facts: OrderFacts) -> places.Spot:
    if facts.lat is not None and facts.lon is not None:
        if not (-90 <= facts.lat <= 90 and -180 <= facts.lon <= 180):
            raise Invalid("order.no_coordinates", field="postcode")
        return places.Spot(facts.lat, facts.lon, "pin")
    found = places.find(facts.address.strip(), facts.postcode.strip())
    if found is None:
        raise Invalid("order.no_coordinates", field="postcode")
    return found


def _record(name: str, actor: Actor, order: TransportOrder, **data: object) -> None:
    customer = session().get_one(Customer, (order.workshop_id, order.customer_id))
    events.record(name, actor, [order, customer], {"reference": order.reference, "subject": order.subject} | data)
