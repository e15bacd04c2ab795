"""Addresses that are written to no more: a mailbox that is not there, one that fails again and again, one whose owner
called our letter spam. Read at sending. It is the address that is silent, not the customer: what is owed to them is told
otherwise, so each such letter is shown to whoever can call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from service_app.accounts.models import Account
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import NotFound
from service_app.core.events import Event, EventAbout
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.notifications.kinds import KINDS
from service_app.notifications.models import Message, Suppression
from service_app.workshops.models import Member, Workshop

# Why a letter did not arrive although nothing was wrong with it: the customer does not know what it says.
UNTOLD = ("suppressed", "bounced", "refused", "over_budget", "given_up", "stuck")
# A reminder that is not read costs nobody a call.
_WORTH_A_CALL = tuple(name for name, kind in KINDS.items() if "customer" in kind.audiences and not kind.may_be_silenced)


def suppressed(address: str) -> Suppression | None:
    """That an address is written to no more, or None."""
    return session().scalars(select(Suppression).where(Suppression.address == address.lower())).first()


def keeps_back(message: Message, address: str) -> bool:
    """Whether a message does not go because its address is written to no more. A key to the house that somebody just asked
    for, or was invited with, goes once more where letters only came back perhaps for now: without it they stay outside."""
    found = suppressed(address)
    return found is not None and not (message.kind in ("reset", "invitation") and found.reason == "soft_bounces")


def of_the_house() -> Sequence[Suppression]:
    """The addresses written to no more that are the workshop's own or one of its people's: no customer's page shows them."""
    people = select(func.lower(Account.email)).join(Member, Member.account_id == Account.id).where(Member.is_active)
    own = select(func.lower(Workshop.email)).where(Workshop.id == current_workshop_id())
    found = select(Suppression).where(or_(Suppression.address.in_(people), Suppression.address.in_(own)))
    return session().scalars(found.order_by(Suppression.address)).all()


def suppress(address: str, reason: str, source: str) -> bool:
    """Write to an address no more; whether that is new. Leaves customer.unreachable about whom it belongs to."""
    values = {
        "workshop_id": current_workshop_id(), "address": address.lower(), "reason": reason, "since": clock.now(),
        "source": source,
    }  # fmt: skip
    statement = insert(Suppression).values(values).on_conflict_do_nothing().returning(Suppression.id)
    made = session().execute(statement, execution_options={"scoped_by_hand": True}).scalar()
    if made is None:
        return False
    for customer in _customers_of(address):
        events.record("customer.unreachable", WORKER, [customer], {"reason": reason})
    return True


def _customers_of(address: str) -> Sequence[Customer]:
    found = select(Customer).where(Customer.email == address.lower(), Customer.merged_into_id.is_(None))
    return session().scalars(found.order_by(Customer.id)).all()


def lift(actor: Actor, suppression_id: int) -> Suppression:
    """Write to an address again; what came back before counts against it no more. Refuses with NotFound. Leaves
    customer.reachable, about whom it belongs to and the letter that had shown it silent (see `lifted_at`)."""
    actor.must("customer:write")
    row = session().get(Suppression, (current_workshop_id(), suppression_id), with_for_update=True)
    if row is None:
        raise NotFound("not_found")
    session().delete(row)
    letter = _shown_by(row)
    # An address of the house's own has no owner among them: of it speaks its letter alone.
    owners: list[Customer | None] = [*_customers_of(row.address)] or [None]
    for owner in owners:
        events.record("customer.reachable", actor, [thing for thing in (owner, letter) if thing is not None])
    session().flush()
    return row


def _shown_by(row: Suppression) -> Message | None:
    number = row.source.removeprefix("message:")
    return session().get(Message, (current_workshop_id(), int(number))) if number.isdecimal() else None


def lifted_at(went_to: ColumnElement[bool]) -> datetime | None:
    """When somebody last said that an address is to be written to again, None if never; by the letters that went to it, so
    that it is known of an address that is no customer's, too."""
    letters = select(Message.id).where(went_to)
    found = (
        select(func.max(Event.at))
        .join(EventAbout, (EventAbout.workshop_id == Event.workshop_id) & (EventAbout.event_id == Event.id))
        .where(Event.name == "customer.reachable", EventAbout.subject == Message.__tablename__)
        .where(EventAbout.subject_id.in_(letters))
    )
    return session().scalar(found)


def refuse(message: Message) -> None:
    """A message to an address that is written to no more fails; leaves customer.not_told when it was owed."""
    message.reason = "suppressed"
    move(message, "failed")
    note_untold(message)


def note_untold(message: Message) -> None:
    """That a customer does not know what a letter said. Leaves customer.not_told, of what is worth a call."""
    if message.customer_id is None or message.kind not in _WORTH_A_CALL:
        return
    session().flush()
    about = [message.customer, message.contract] if message.contract_id is not None else [message.customer]
    events.record("customer.not_told", WORKER, about, {"letter": message.kind})


def to_call(most: int) -> Sequence[Message]:
    """Letters that did not arrive and that nobody told otherwise, oldest first, with their customers."""
    found = _untold().options(joinedload(Message.customer), joinedload(Message.contract))
    return session().scalars(found.order_by(Message.id).limit(most)).all()


def count_untold() -> int:
    """How many letters did not arrive and nobody told otherwise."""
    return session().scalar(select(func.count()).select_from(_untold().subquery())) or 0


def _untold() -> Select[Any]:
    return select(Message).where(
        Message.status == "failed", Message.reason.in_(UNTOLD), Message.told_at.is_(None),
        Message.customer_id.is_not(None), Message.kind.in_(_WORTH_A_CALL),
    )  # fmt: skip


def note_told(actor: Actor, customer: Customer) -> int:
    """Somebody told a customer what the letters that failed would have said; how many those were. Told twice is told once.
    Leaves customer.told_otherwise when there were any."""
    actor.must("customer:write")
    waiting = session().scalars(_untold().where(Message.customer_id == customer.id).with_for_update()).all()
    for message in waiting:
        message.told_at = clock.now()
    if waiting:
        session().flush()
        events.record("customer.told_otherwise", actor, [customer])
    return len(waiting)
