"""On the road: what a driver does at a stop, once each, whatever was sent twice and however late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from service_app.core import clock, events, files
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.states import move
from service_app.rounds import queries
from service_app.rounds.models import ACTS, CUSTOMER_CAUSED, REASONS, DriverAct, Round, RoundStop, TransportOrder
from service_app.rounds.operations import days

# kg typed as g, or g as kg: a weight this many times off what was expected is asked about before it is taken.
ODD = 20
HEAVIEST_G = 1_000_000
KEPT = ("reason", "grams", "tags", "items", "note", "name", "dirty")


@dataclass(frozen=True)
class Done:
    """What a device says was done. `key` is its own for the act, `at` what its clock showed; data: reason, grams,
    is_sure, tags (what was scanned), items (things more), note, name (who signed), dirty (it is contaminated and kept apart
    from the rest). `pictures` are photos, `drawing` the
    signature as it was drawn."""

    key: str
    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    pictures: Sequence[bytes] = ()
    drawing: bytes | None = None


def record(actor: Actor, stop: RoundStop, done: Done) -> DriverAct:
    """Write down an act and do what follows from it; the one there is for its key when it came before.

    Refuses `choice.unknown` (kind, reason), `round.weight_odd` (grams against kilograms), Conflict `stop.over` when the stop
    has ended by another act, and `round.not_published`. Leaves round.started and order.on_its_way with the first, and order.done,
    order.partly_done or order.failed with what ends a stop.
    """
    actor.must("round:ride")
    known = queries.act_with(done.key)
    if known is not None:
        return known
    _check(stop, done)
    session().refresh(stop, with_for_update={"of": RoundStop})
    known = _write(actor, stop, done)
    if known is not None:
        return known
    act = queries.act_with(done.key)
    assert act is not None
    _start(actor, stop.round, stop)
    _follow(actor, stop, done)
    return act


def _check(stop: RoundStop, done: Done) -> None:
    if done.kind not in ACTS or not 8 <= len(done.key) <= 80:
        raise Invalid("choice.unknown", field="kind", value=done.kind)
    if done.kind == "failed" and done.data.get("reason") not in REASONS:
        raise Invalid("choice.unknown", field="reason")
    if stop.status not in ("waiting", "arrived") and done.kind in ("arrive", "done", "partly", "failed"):
        raise Conflict("stop.over")
    if stop.round.status not in ("published", "running"):
        raise Conflict("round.not_published")
    grams = done.data.get("grams")
    if grams is not None and not 0 <= int(grams) <= HEAVIEST_G:
        raise Invalid("round.weight_odd", field="grams", grams=grams)
    if grams and not done.data.get("is_sure") and is_odd(int(grams), sum(order.grams for order in stop.orders)):
        raise Invalid("round.weight_odd", field="grams", grams=grams)


def is_odd(grams: int, expected: int) -> bool:
    """Whether a weight looks like the wrong unit."""
    return expected > 0 and not expected / ODD <= grams <= expected * ODD


def _write(actor: Actor, stop: RoundStop, done: Done) -> DriverAct | None:
    """Insert the act; the other one when somebody sent the same key at this very moment."""
    kept = {key: value for key, value in done.data.items() if key in KEPT}
    if done.drawing is not None:
        kept["signature"] = files.store_picture(done.drawing, f"stop-{stop.id}-signature").id
    kept["photos"] = [files.store_picture(content, f"stop-{stop.id}").id for content in done.pictures]
    values = {
        "workshop_id": current_workshop_id(), "stop_id": stop.id, "client_key": done.key, "kind": done.kind,
        "device_at": done.at, "by_name": actor.name, "data": kept, "created_at": clock.now(),
    }  # fmt: skip
    statement = insert(DriverAct).values(values).on_conflict_do_nothing().returning(DriverAct.id)
    made = session().execute(statement, execution_options={"scoped_by_hand": True}).first()
    return None if made is not None else queries.act_with(done.key)


def _start(actor: Actor, ride: Round, at: RoundStop) -> None:
    """The first act is the start; who is further on hears of it, who is at the door knows."""
    if ride.status == "published":
        ride.started_at = clock.now()
        move(ride, "running")
        events.record("round.started", actor, [ride], {"reference": ride.reference})
        for stop in ride.stops:
            for order in stop.orders if stop.id != at.id else ():
                events.record("order.on_its_way", actor, [order, order.customer], {"reference": order.reference})


def _follow(actor: Actor, stop: RoundStop, done: Done) -> None:
    """Server time is what counts; the device's stands beside it on the act."""
    if done.kind == "arrive" and stop.status == "waiting":
        stop.arrived_at = clock.now()
        move(stop, "arrived")
    if done.kind not in ("done", "partly", "failed"):
        return
    stop.left_at = clock.now()
    stop.arrived_at = stop.arrived_at or stop.left_at
    stop.reason = str(done.data.get("reason", ""))
    move(stop, done.kind)
    weighed = _weighed(stop, done)
    for order in stop.orders:
        _end_order(actor, order, done, weighed)
    if all(each.status not in ("waiting", "arrived") for each in stop.round.stops):
        days.end(actor, stop.round)


def _weighed(stop: RoundStop, done: Done) -> int | None:
    """The grams that were weighed at the stop, with this act or one before; None: nobody weighed."""
    if done.data.get("grams") is not None:
        return int(done.data["grams"])
    found = [act.data["grams"] for act in queries.acts_of([stop.id]) if act.data.get("grams") is not None]
    return int(found[-1]) if found else None


def _end_order(actor: Actor, order: TransportOrder, done: Done, weighed: int | None) -> None:
    if order.status != "promised":
        return
    share = None if weighed is None else round(weighed * order.grams / (_whole(order) or 1)) or weighed
    facts: dict[str, Any] = {
        "reference": order.reference, "subject": order.subject, "reason": str(done.data.get("reason", "")),
        "grams": order.grams if share is None else share, "is_estimated": share is None,
        "items": list(done.data.get("tags", [])) + list(done.data.get("items", [])),
        "is_contaminated": bool(done.data.get("dirty")),
    }  # fmt: skip
    if done.kind == "failed":
        order.attempts += 1
        order.left_reason = facts["reason"]
        # the clock of what we promised stops only when it was the customer's doing
        order.paused_at = clock.now() if facts["reason"] in CUSTOMER_CAUSED else None
    move(order, done.kind)
    name = {"done": "order.done", "partly": "order.partly_done", "failed": "order.failed"}[done.kind]
    events.record(name, actor, [order, order.customer], facts)


def _whole(order: TransportOrder) -> int:
    return sum(each.grams for each in order.stop.orders) if order.stop is not None else order.grams
