"""What a drop, a key or the form means, as operations of `contracts`: one or none for what is asked, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_app.board import queries
from service_app.contracts import allowed
from service_app.contracts.allowed import Subject
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import handovers
from service_app.contracts.operations.acts import OPERATIONS, Asked
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.forms import refuse_stale
from service_app.items.models import Item


@dataclass(frozen=True)
class Standing:
    """How a planned line stands: its dates, the thing it has on the board, and whether that one was chosen."""

    starts_at: datetime
    ends_at: datetime | None
    item: Item | None
    is_chosen: bool

    @property
    def can_return(self) -> bool:
        """Whether a line could be put back here: what lies behind us cannot, nor what had no thing."""
        return self.item is not None and self.starts_at >= clock.now()


def standing_of(line: ContractLine) -> Standing:
    """How a planned line stands now."""
    booking = queries.booking_of(line)
    item = booking.item if booking is not None else None
    return Standing(line.starts_at, line.ends_at, item, line.item_id is not None)


def way_of(actor: Actor, line: ContractLine) -> tuple[str, allowed.Reason | None]:
    """('whole' or 'end', why not): what can be moved of a line, None when it can."""
    subject = Subject(line.contract, line)
    if line.status in allowed.OUT:
        return "end", allowed.why_not("extend", actor, subject)
    return "whole", allowed.why_not("reschedule", actor, subject)


def move_planned(
    actor: Actor, line: ContractLine, asked: Asked, starts_at: datetime, ends_at: datetime | None, item: Item | None
) -> bool:
    """Put a planned line where it is wanted; False when it stands there already. Other dates are a change of what was
    signed (`reschedule`, told to the customer); another thing of the same product alone is not (`bind_item`)."""
    now = standing_of(line)
    is_other_item = item is not None and (now.item is None or item.id != now.item.id)
    if not is_same(now, starts_at, ends_at):
        wish: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "item": item if is_other_item else None}
        OPERATIONS["reschedule"](actor, line, asked, **wish)
        return True
    if not is_other_item or item is None:
        return False
    allowed.must("reschedule", actor, Subject(line.contract, line))
    if asked.version is not None:
        refuse_stale(line.contract, asked.version)
    handovers.bind_item(actor, line, item)
    return True


def is_same(now: Standing, starts_at: datetime, ends_at: datetime | None) -> bool:
    """Whether two stretches are the same to the minute, which is what people see and type."""
    return _minute(now.starts_at) == _minute(starts_at) and _minute(now.ends_at) == _minute(ends_at)


def _minute(instant: datetime | None) -> datetime | None:
    return instant.replace(second=0, microsecond=0) if instant is not None else None


def put_back(actor: Actor, line: ContractLine, asked: Asked, before: Standing) -> None:
    """Undo a move: the dates and the thing it had, chosen or not as it was."""
    move_planned(actor, line, asked, before.starts_at, before.ends_at, before.item)
    if not before.is_chosen and line.item_id is not None:
        handovers.unbind_item(actor, line)


def move_end(actor: Actor, line: ContractLine, asked: Asked, body: Mapping[str, Any]) -> str:
    """Another end of what is out: the operation that was done, 'extend' or 'shorten'."""
    is_later = line.ends_at is None or body["ends_at"] > line.ends_at
    if is_later:
        OPERATIONS["extend"](actor, line, asked, **body)
        return "extend"
    OPERATIONS["shorten"](actor, line, asked, ends_at=body["ends_at"])
    return "shorten"
