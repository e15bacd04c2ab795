"""Reads about letters."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from service_app.contracts.models import Contract
from service_app.core.db import kept, session
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read
from service_app.customers.models import Customer
from service_app.notifications.models import Delivery, InboundMessage, KeptLetter, Message

SORTS: dict[str, tuple[Any, ...]] = {
    "when": (Message.id,),
    "-when": (Message.id.desc(),),
    "to": (Message.recipient, Message.id),
    "-to": (Message.recipient.desc(), Message.id.desc()),
    "subject": (as_read(Message.subject).asc().nulls_last(), Message.id),
    "-subject": (as_read(Message.subject).desc().nulls_last(), Message.id.desc()),
}
FOR_A_LIST = (
    joinedload(Message.customer).load_only(Customer.name),
    joinedload(Message.contract).load_only(Contract.reference),
)


def narrowed(found: Select[Any], status: str, kind: str, audience: str, language: str) -> Select[Any]:
    """The letters of `found` in a state, of a kind, for customers or the staff, in a language; '' means all."""
    wanted = {"status": status, "kind": kind, "audience": audience, "language": language}
    return found.where(*(getattr(Message, name) == value for name, value in wanted.items() if value))


def get_letter(message_id: int) -> Message:
    """A letter; refuses with NotFound."""
    message = session().scalars(select(Message).where(Message.id == message_id)).first()
    if message is None:
        raise NotFound("not_found")
    return message


def contract_of(message: Message) -> Contract | None:
    """The contract a letter is about, with its customer, or None."""
    found = select(Contract).where(Contract.id == message.contract_id).options(joinedload(Contract.customer))
    return session().scalars(found).first()


def deliveries_of(message: Message) -> Sequence[Delivery]:
    """The attempts to deliver a letter, in order."""
    return session().scalars(select(Delivery).where(Delivery.message_id == message.id).order_by(Delivery.id)).all()


def kept_of(message: Message) -> EmailMessage | None:
    """The letter as it was kept, or None."""
    kept = session().scalars(select(KeptLetter).where(KeptLetter.message_id == message.id)).first()
    if kept is None:
        return None
    parsed = message_from_string(kept.source, policy=policy.default)
    return parsed if isinstance(parsed, EmailMessage) else None


_OF_CONTRACT = kept(
    select(Message)
    .where(Message.contract_id == bindparam("contract_id"))
    .order_by(Message.id.desc())
    .limit(bindparam("most"))
)


def letters_of_contract(contract: Contract, most: int = 12) -> Sequence[Message]:
    """The letters about a contract, newest first."""
    return session().scalars(_OF_CONTRACT, {"contract_id": contract.id, "most": most}).all()


def letters_of_customer(customer: Customer, most: int = 12) -> Sequence[Message]:
    """The letters to a customer, newest first."""
    found = select(Message).where(Message.customer_id == customer.id).order_by(Message.id.desc())
    return session().scalars(found.limit(most)).all()


def answers_of_customer(customer: Customer, most: int = 12) -> Sequence[InboundMessage]:
    """What a customer answered, newest first."""
    found = select(InboundMessage).where(InboundMessage.customer_id == customer.id).order_by(InboundMessage.id.desc())
    return session().scalars(found.limit(most)).all()


def answers_of_contract(contract: Contract, most: int = 12) -> Sequence[InboundMessage]:
    """What was answered to letters about a contract, newest first."""
    found = select(InboundMessage).where(InboundMessage.contract_id == contract.id).order_by(InboundMessage.id.desc())
    return session().scalars(found.limit(most)).all()


def answers_about(noun: str, thing_id: int, most: int = 12) -> Sequence[InboundMessage]:
    """What was answered to letters about a thing of a later room, named by its table as events name it, newest first."""
    letter = (Message.workshop_id == InboundMessage.workshop_id) & (Message.id == InboundMessage.message_id)
    about = Message.payload[f"{noun}_id"].astext == str(thing_id)
    found = select(InboundMessage).join(Message, letter).where(about).order_by(InboundMessage.id.desc())
    return session().scalars(found.limit(most)).all()


def unread_answers(most: int) -> Sequence[InboundMessage]:
    """What customers answered and nobody has read, oldest first, with their customers."""
    found = select(InboundMessage).where(InboundMessage.read_at.is_(None)).options(joinedload(InboundMessage.customer))
    return session().scalars(found.order_by(InboundMessage.id).limit(most)).all()
