"""Reads about letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from service_app.contracts.models import Contract
from service_app.core.db import kept, session
from service_app.core.errors import NotFound
from service_app.core.paging import Page, page_of
from service_app.notifications.models import Delivery, KeptLetter, Message


@dataclass(frozen=True)
class LetterFilter:
    """What a list of letters is narrowed to; empty means all."""

    status: str = ""
    kind: str = ""
    page: int = 1


def list_letters(wanted: LetterFilter) -> Page[Message]:
    """A page of letters, newest first."""
    found = select(Message)
    if wanted.status:
        found = found.where(Message.status == wanted.status)
    if wanted.kind:
        found = found.where(Message.kind == wanted.kind)
    return page_of(found.order_by(Message.id.desc()), wanted.page)


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
