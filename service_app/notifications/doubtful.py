"""Messages whose fate is unknown: the other side may have taken them, and nobody sends them again on a guess. A person asks
whom each was for, and says that it arrived, or sends it again (`operations.send_again`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import joinedload

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, NotFound
from service_app.core.states import move
from service_app.notifications.models import Delivery, Message

STATE = "unknown"
# Whether there are any, as Today asks: another number as soon as they are others, for a letter gets into doubt without a fact.
SIGN = select(cast(func.coalesce(func.sum(Message.id), 0), BigInteger)).where(Message.status == STATE).scalar_subquery()


def in_doubt(most: int) -> Sequence[Message]:
    """Messages whose fate is unknown, oldest first, with their customers."""
    found = select(Message).where(Message.status == STATE).options(joinedload(Message.customer))
    return session().scalars(found.order_by(Message.id).limit(most)).all()


def count_in_doubt() -> int:
    """How many there are."""
    return session().scalar(select(func.count(Message.id)).where(Message.status == STATE)) or 0


def which_of(message_ids: Iterable[int]) -> set[int]:
    """Those of some messages whose fate is unknown."""
    return set(session().scalars(select(Message.id).where(Message.id.in_(set(message_ids)), Message.status == STATE)))


def note_arrived(actor: Actor, message_id: int) -> Message:
    """Somebody knows that a message of unknown fate arrived: it went when it was tried. Said twice is said once. Refuses with
    NotFound, and with Conflict `state.not_allowed` one that is not in doubt. Leaves letter.arrived."""
    actor.must("letters:write")
    message = session().get(Message, (current_workshop_id(), message_id), with_for_update=True)
    if message is None:
        raise NotFound("not_found")
    if message.status == "sent":
        return message
    if message.status != STATE:
        raise Conflict("state.not_allowed", thing="message", axis="status", state=message.status, to="sent")
    tried_at = session().scalar(select(func.max(Delivery.created_at)).where(Delivery.message_id == message.id))
    message.sent_at = message.sent_at or tried_at or clock.now()
    message.reason = None
    move(message, "sent")
    session().add(Delivery(message_id=message.id, outcome="delivered", detail=actor.name))
    about = (message, message.customer, message.contract)
    events.record("letter.arrived", actor, [thing for thing in about if thing is not None])
    return message
