"""Whose hand a thing is in on its way home. The database refuses a second hand at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.events import Event
from service_app.items.models import Item
from service_app.recovery import queries
from service_app.recovery.models import CustodyStretch


def pass_to(item: Item, hand: str, event_id: int, at: datetime | None = None) -> CustodyStretch:
    """The thing passes into a hand, out of the one it was in; into the same one it stays."""
    held, instant = queries.in_hand(item), at or clock.now()
    if held is not None and held.hand == hand:
        return held
    if held is not None:
        instant = max(instant, held.since_at)
        held.until_at = instant
        session().flush()
    row = CustodyStretch(item_id=item.id, hand=hand, event_id=event_id, since_at=instant)
    session().add(row)
    session().flush()
    return row


def let_go(item: Item) -> None:
    """Its next life is chosen: it is nobody's on the way home any more."""
    held = queries.in_hand(item)
    if held is not None:
        held.until_at = max(clock.now(), held.since_at)
        session().flush()


def hear(payload: Mapping[str, Any]) -> None:
    """The driver has it (`takeback.collected`). What is here already, or told twice, changes nothing."""
    if "item_id" not in payload:
        return
    item = session().get_one(Item, (current_workshop_id(), payload["item_id"]))
    event = session().get_one(Event, (current_workshop_id(), payload["event_id"]))
    line = queries.line_of(item)
    if queries.in_hand(item) is None and (line is None or line.came_at is None or line.came_at < event.at):
        pass_to(item, "driver", event.id, event.at)
