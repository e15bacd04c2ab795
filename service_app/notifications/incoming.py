"""What follows from a letter that came to us: a letter that came back fails and may silence its address, a complaint
silences it at once, an answer stands with its customer until somebody has read it; so does what they press at an
invitation, of which nothing else follows. Handed in twice, it follows once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from service_app.core import access, clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.notifications import invitations, suppression
from service_app.notifications.models import Delivery, InboundMessage, Message
from service_app.notifications.reading import Answer, CameBack, Complaint

# So many letters within so many days that came back, each perhaps only for now, and the address is taken for dead.
SOFT_BOUNCES = 3
SOFT_DAYS = timedelta(days=30)


def take(found: CameBack | Complaint | Answer) -> str:
    """Do what follows from a letter, in the workshop of the letter it is about; one word for what that was: `bounced`,
    `suppressed`, `answer`, or `known` when it followed before. Refuses with NotFound a letter that is gone."""
    message = session().get(Message, (current_workshop_id(), found.letter.message_id), with_for_update=True)
    if message is None:
        raise NotFound("not_found")
    if isinstance(found, Answer):
        return _take_answer(message, found)
    outcome = "complained" if isinstance(found, Complaint) else "bounced" if found.is_for_good else "bounced_softly"
    if _has_come(message, outcome):
        return "known"
    code = found.code if isinstance(found, CameBack) else None
    session().add(Delivery(message_id=message.id, outcome=outcome, code=code, detail=found.detail))
    session().flush()
    if isinstance(found, CameBack):
        _fail(message)
    return "suppressed" if _silence(message, outcome) else "bounced"


def _has_come(message: Message, outcome: str) -> bool:
    """Whether it was heard of since the letter last went out. A letter that was sent again can come back again, and nothing
    in what comes back says of which sending it is: one of the first that comes late, or is handed in once more, counts
    against the second. Then somebody calls who need not have; the other way round nobody would call at all."""
    went = select(func.max(Delivery.id)).where(
        Delivery.message_id == message.id, Delivery.outcome.in_(("sent", "unknown"))
    )
    found = select(Delivery.id).where(Delivery.message_id == message.id, Delivery.outcome == outcome)
    found = found.where(Delivery.id > func.coalesce(went.scalar_subquery(), 0))
    return session().scalars(found).first() is not None


def _fail(message: Message) -> None:
    """It was taken, and came back. One that goes out once more meanwhile, or that was given up, or that went another way
    since, stays as it is."""
    if message.status not in ("sent", "unknown") or message.via != "mail":
        return
    message.reason = "bounced"
    move(message, "failed")
    suppression.note_untold(message)


def _silence(message: Message, outcome: str) -> bool:
    source = f"message:{message.id}"
    if outcome == "bounced":
        return suppression.suppress(message.mailed_to, "hard_bounce", source)
    if outcome == "complained":
        return suppression.suppress(message.mailed_to, "complaint", source)
    if _soft_bounces(message.mailed_to) >= SOFT_BOUNCES:
        return suppression.suppress(message.mailed_to, "soft_bounces", source)
    return False


def _soft_bounces(address: str) -> int:
    """How many letters to an address came back within the window, each perhaps only for now; since somebody last said that
    it is to be written to again, or that would hold for one letter."""
    since, lifted = clock.now() - SOFT_DAYS, suppression.lifted_at(_went_to(address))
    found = (
        select(func.count(Delivery.message_id.distinct()))
        .join(Message, (Message.workshop_id == Delivery.workshop_id) & (Message.id == Delivery.message_id))
        .where(_went_to(address), Delivery.outcome == "bounced_softly")
        .where(Delivery.created_at > (since if lifted is None else max(since, lifted)))
    )
    return session().scalar(found) or 0


def _went_to(address: str) -> ColumnElement[bool]:
    """That a letter went to an address: what was written to it and went nowhere else, and what went to it because it is its
    customer's by now (found by the customer, so that neither reads all letters)."""
    theirs = select(Customer.id).where(Customer.email == address)
    as_written = (Message.recipient == address) & or_(Message.via_address.is_(None), Message.via_address == address)
    return or_(as_written, (Message.via_address == address) & Message.customer_id.in_(theirs))


def _take_answer(message: Message, answer: Answer) -> str:
    if message.customer_id is None:
        raise NotFound("not_found")  # to the staff: they answer each other without us
    said = invitations.said(message, answer)
    values = {
        "workshop_id": current_workshop_id(), "message_id": message.id, "customer_id": message.customer_id,
        "contract_id": message.contract_id, "key": answer.key, "sender": answer.sender,
        "subject": said.subject if said else answer.subject, "body": said.body if said else answer.body,
        "attachments": answer.attachments, "created_at": clock.now(),
        "read_at": clock.now() if said is not None and said.needs_nobody else None,
    }  # fmt: skip
    statement = insert(InboundMessage).values(values).on_conflict_do_nothing().returning(InboundMessage.id)
    made = session().execute(statement, execution_options={"scoped_by_hand": True}).scalar()
    if made is None:
        return "known"
    customer, contract = message.customer, message.contract
    assert customer is not None
    about: list[Any] = [customer] if contract is None else [customer, contract]
    who = access.customer(customer.name)
    if said is None:
        events.record("customer.wrote", who, about)
    else:
        events.record(said.event, who, [*about, said.appointment], {"reference": said.appointment.reference})
    return "answer"


def mark_read(actor: Actor, answer_id: int) -> InboundMessage:
    """An answer was read; a second time changes nothing. Refuses with NotFound."""
    actor.must("customer:write")
    answer = session().get(InboundMessage, (current_workshop_id(), answer_id), with_for_update=True)
    if answer is None:
        raise NotFound("not_found")
    answer.read_at = answer.read_at or clock.now()
    session().flush()
    return answer
