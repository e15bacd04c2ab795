"""What is agreed is fetched by a round: each confirmed take-back is an order of the rounds, and what the driver reports of
the order is told here. The rounds know no take-backs: an order names its subject, `takeback:ID`.

Where an order cannot be made (no vehicle carries it, nobody knows where it is) the take-back stays agreed and stands on its
timeline as one that no round has: somebody sees to it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import Event
from service_app.core.i18n import in_language
from service_app.rounds import queries as rounds
from service_app.rounds.models import NEEDS, TransportOrder
from service_app.rounds.operations import days, orders
from service_app.rounds.operations.orders import OrderFacts
from service_app.takebacks import hazards, operations, queries, words
from service_app.takebacks.models import Takeback
from service_app.workshops.queries import get_workshop

SUBJECT = "takeback:"


def order_for(takeback_id: int) -> None:
    """An order for what is agreed, or the one there is with the window and the door as they are agreed now; none any more for
    what is called off, or has no window since its customer moved. Done twice it is done once. Leaves
    takeback.unplanned where no order can be made."""
    takeback = queries.get_takeback_by_id(takeback_id)
    order = rounds.order_of(f"{SUBJECT}{takeback.id}")
    if takeback.status in ("cancelled", "eligible"):
        if order is not None and order.status in ("open", "planned", "promised"):
            orders.call_off(WORKER, order, takeback.reason)
        return
    if takeback.status != "scheduled" or takeback.window_start is None or takeback.window_end is None:
        return
    try:
        if order is None:
            _take_along(orders.place(WORKER, _facts(takeback)))
        elif order.status in ("failed", "partly"):
            orders.reopen(WORKER, order, takeback.window_start, takeback.window_end)
        else:
            _follow(order, _facts(takeback))
    except (Conflict, Invalid) as refusal:
        events.record("takeback.unplanned", WORKER, operations.about(takeback), {"code": refusal.code})


def _follow(order: TransportOrder, facts: OrderFacts) -> None:
    """The order as it is agreed now. One that was promised already for another moment or door is called off and placed
    anew."""
    if (order.window_start, order.address) == (facts.window_start, facts.address):
        return
    if order.status == "promised":
        orders.call_off(WORKER, order)
        _take_along(orders.place(WORKER, facts))
    else:
        orders.change(WORKER, order, facts)


def _take_along(order: TransportOrder) -> None:
    """What was held before the cut-off and agreed after it: its day is planned already, and so once more."""
    day = clock.local(order.window_start, rounds.zone()).date()
    if rounds.is_frozen(day):
        days.ask_for_plan(WORKER, day)


def _facts(takeback: Takeback) -> OrderFacts:
    assert takeback.window_start is not None
    assert takeback.window_end is not None
    said = hazards.needs(takeback.hazards)
    with in_language(get_workshop(takeback.workshop_id).language):
        more = [str(words.NEEDS[need]) for need in said if need not in NEEDS]
    note = "\n".join(filter(None, [takeback.what, takeback.note, *more]))
    return OrderFacts(
        takeback.customer_id, "pickup", f"{takeback.street}, {takeback.postcode} {takeback.city}".strip(),
        takeback.postcode, takeback.mass_g, takeback.litres, takeback.window_start, takeback.window_end,
        operations.SERVICE_MINUTES, must_by=takeback.must_by, priority=3 if takeback.must_by or takeback.attempts else 2,
        needs=tuple(need for need in said if need in NEEDS), note=note, subject=f"{SUBJECT}{takeback.id}",
    )  # fmt: skip


def hear(payload: Mapping[str, Any]) -> None:
    """What became of an order: `order.done` means that it is on its way to us, `order.partly_done` that a part is and that the
    rest, by what the driver weighed, waits for a window of its own, `order.failed` why it is not. An order about something
    else is none of ours; what was told already is not told twice."""
    event = session().get_one(Event, (current_workshop_id(), payload["event_id"]))
    room, _colon, key = str(event.data.get("subject", "")).partition(":")
    if f"{room}:" != SUBJECT or not key.isdecimal():
        return
    takeback = queries.get_takeback_by_id(int(key))
    if takeback.status != "scheduled":
        return
    if event.name == "order.failed":
        reason = str(event.data.get("reason", ""))
        operations.failed(WORKER, takeback.id, reason if reason in operations.FAILURES else "time")
        return
    if event.data.get("is_contaminated"):
        takeback.contamination = str(event.data.get("reference", ""))
    left_g = takeback.mass_g - int(event.data.get("grams", 0))
    is_known = not event.data.get("is_estimated") and 0 < left_g < takeback.mass_g
    if event.name == "order.partly_done" and is_known:
        operations.partly_collected(WORKER, takeback.id, takeback.what, left_g)
    else:
        operations.collected(WORKER, takeback.id)
