"""Writing down that somebody is to be told something; sending is in `sending`.

A message is a business fact with a recipient: (kind, what it is about, channel, recipient) is unique, so however often a
fact is met it is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy.dialects.postgresql import insert

from service_app.accounts.operations import RESET_LASTS
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.core import clock, jobs
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, NotFound
from service_app.core.states import move
from service_app.customers.models import Customer
from service_app.notifications import choosing, texting
from service_app.notifications.kinds import KINDS
from service_app.notifications.letters import due_key
from service_app.notifications.models import Message
from service_app.notifications.occasions import addressed
from service_app.workshops.models import Invitation, Member
from service_app.workshops.queries import get_workshop

REMINDER_DAYS = (7, 1, 0)
REMINDERS_FROM = time(8, 0)
RENEWAL_DAYS = 30


def write_letter(kind: str, payload: Mapping[str, Any]) -> int:
    """Write the messages of a letter that an event set off, with the jobs that send them; the number written. `payload`
    holds the event's id and the ids of what it was about."""
    facts = {name: value for name, value in payload.items() if name not in ("letter",)}
    about = f"event:{payload['event_id']}"
    if kind in _writers:
        return _writers[kind](about, facts)
    if kind == "care_due":
        return _write_care_letters(about, facts)
    if kind == "withdrawn":
        return _write_withdrawn(about, facts)
    if kind == "invitation":
        invitation = session().get_one(Invitation, (current_workshop_id(), payload["invitation_id"]))
        return write(kind, about, facts, invitation.email, invitation.language, "staff", invitation.expires_at)
    if kind == "reset":
        member = session().get_one(Member, (current_workshop_id(), payload["member_id"]))
        until = clock.now() + RESET_LASTS
        return write(kind, about, facts, member.account.email, member.account.language, "staff", until)
    return sum(_write_to_customer(one, about, given) for one, given in addressed(kind, payload))


def _write_to_customer(kind: str, about: str, facts: dict[str, Any], not_after: datetime | None = None) -> int:
    customer = session().get_one(Customer, (current_workshop_id(), facts["customer_id"]))
    language = customer.language
    if facts.get("contract_id"):
        language = session().get_one(Contract, (current_workshop_id(), facts["contract_id"])).language
    return write(kind, about, facts, customer.email or "", language, "customer", not_after)


def _write_withdrawn(about: str, facts: dict[str, Any]) -> int:
    """To the address given with the statement, else to the customer's own."""
    contract = session().get_one(Contract, (current_workshop_id(), facts["contract_id"]))
    found = select(ContractAct).where(ContractAct.contract_id == contract.id, ContractAct.operation == "withdraw")
    act = session().scalars(found.order_by(ContractAct.id.desc())).first()
    contact = act.outcome.get("contact", "") if act is not None else ""
    to = contact if "@" in contact else contract.customer.email or ""
    return write("withdrawn", about, facts | {"customer_id": contract.customer_id}, to, contract.language, "customer")


def _write_care_letters(about: str, facts: dict[str, Any]) -> int:
    """The customer first: where neither has an e-mail address both are the same message to nobody, and the customer may be
    reached by telephone."""
    workshop = get_workshop(current_workshop_id())
    written = _write_to_customer("care_due", about, facts) if facts.get("customer_id") else 0
    return written + write("care_due", about, facts, workshop.email, workshop.language, "staff")


Writer = Callable[[str, dict[str, Any]], int]
_writers: dict[str, Writer] = {}


def add_writer(kind: str, writer: Writer) -> None:
    """To whom a letter of a later room goes: called with what it is about and the event's facts, it calls `write`."""
    _writers[kind] = writer


def write(
    kind: str, about: str, facts: dict[str, Any], recipient: str, language: str, audience: str,
    not_after: datetime | None = None,
) -> int:  # fmt: skip
    """Write one message with the job that sends it, once however often it is asked for; the number written."""
    values = {
        "workshop_id": current_workshop_id(), "kind": kind, "about_key": about, "channel": "mail", "audience": audience,
        "recipient": recipient, "language": language, "customer_id": facts.get("customer_id") if audience == "customer" else None,
        "contract_id": facts.get("contract_id"), "payload": facts, "not_after": not_after, "status": "queued",
        "created_at": clock.now(),
    }  # fmt: skip
    statement = insert(Message).values(values).on_conflict_do_nothing().returning(Message.id)
    made = session().execute(statement, execution_options={"scoped_by_hand": True}).scalar()
    if made is None:
        return 0
    message = session().get_one(Message, (current_workshop_id(), made))
    if not recipient and audience != "customer":  # a customer's way is found when it goes, by their own list at least
        message.reason = "no_address"
        move(message, "skipped")
        return 1
    _enqueue(message, not_after, "")
    return 1


def _enqueue(message: Message, not_after: datetime | None, again: str) -> None:
    """Write the job of the channel it would go by now, so that a channel that is paused holds up nothing of another. This
    decides nothing: how it goes, and whether, is asked again when it goes."""
    way = choosing.choose(message)
    message.via, message.via_address = ("mail" if way.reason is not None else way.channel), None
    jobs.enqueue(
        texting.JOBS[message.via],
        channel=message.via,
        payload={"message_id": message.id},
        dedupe_key=f"message:{message.id}{again}",
        not_after=not_after,
        priority=KINDS[message.kind].priority,
    )


def plan_reminders(limit: int = 500) -> int:
    """Write the reminders of today, in the current workshop: 7 days, 1 day and 0 days before a thing is due back, from
    eight in the morning, to customers who want them. A reminder expires at the end of its day; those whose day was over
    before the hand-over are never written. Running it again writes nothing twice."""
    workshop = get_workshop(current_workshop_id())
    if clock.local(clock.now(), workshop.zone).time() < REMINDERS_FROM:
        return 0
    today = clock.today(workshop.zone)
    return sum(_plan_reminders_of(today, days, workshop.zone, limit) for days in REMINDER_DAYS)


def _plan_reminders_of(today: date, days: int, zone: str, limit: int) -> int:
    start, end = clock.day_bounds(today + timedelta(days=days), zone)
    _begin, tonight = clock.day_bounds(today, zone)
    known = select(Message.id).where(
        Message.workshop_id == ContractLine.workshop_id, Message.kind == "reminder",
        Message.about_key == _key_in_sql(today + timedelta(days=days), days),
    )  # fmt: skip
    due = (
        select(ContractLine.id, ContractLine.contract_id, Contract.customer_id)
        .join(ContractLine.contract)
        .join(Contract.customer)
        .where(ContractLine.status == "out", ContractLine.due_at >= start, ContractLine.due_at < end)
        .where(Customer.wants_reminders, ContractLine.out_at < _begin if days else ContractLine.out_at.is_not(None))
        .where(~known.exists())
        .order_by(ContractLine.id)
        .limit(limit)
    )
    written = 0
    for line_id, contract_id, customer_id in session().execute(due).all():
        due_on = today + timedelta(days=days)
        facts = {
            "contract_line_id": line_id, "contract_id": contract_id, "customer_id": customer_id, "days": days,
            "due_on": due_on.isoformat(),
        }  # fmt: skip
        written += _write_to_customer("reminder", due_key(due_on, line_id, days), facts, tonight)
    return written


def plan_renewals(limit: int = 200) -> int:
    """Write, in the current workshop, that a term is over within thirty days: once for each term, with the last day to
    say no (CDE VI.91). A letter that could not go out before that day is over does not go out at all."""
    workshop = get_workshop(current_workshop_id())
    today = clock.today(workshop.zone)
    key = literal("contract:") + cast(Contract.id, String) + literal(":renews:") + cast(Contract.renews_on, String)
    known = select(Message.id).where(
        Message.workshop_id == Contract.workshop_id, Message.kind == "renewal", Message.about_key == key
    )
    due = (
        select(Contract.id, Contract.customer_id, Contract.renews_on)
        .where(Contract.renews_on > today, Contract.renews_on <= today + timedelta(days=RENEWAL_DAYS))
        .where(Contract.status.in_(("active", "paused")), ~known.exists())
        .order_by(Contract.id)
        .limit(limit)
    )
    written = 0
    for contract_id, customer_id, renews_on in session().execute(due).all():
        if renews_on is None:
            continue
        facts = {"contract_id": contract_id, "customer_id": customer_id, "renews_on": renews_on.isoformat()}
        until = clock.day_bounds(renews_on, workshop.zone)[0]
        written += _write_to_customer("renewal", f"contract:{contract_id}:renews:{renews_on}", facts, until)
    return written


def _key_in_sql(due: date, days: int) -> Any:
    return literal("line:") + cast(ContractLine.id, String) + literal(f":due:{due.isoformat()}:{days}")


def send_again(actor: Actor, message_id: int) -> Message:
    """Send a letter that failed, or whose fate is unknown, once more. Refuses with NotFound, and with Conflict
    `state.not_allowed` any other."""
    actor.must("letters:write")
    message = session().get(Message, (current_workshop_id(), message_id), with_for_update=True)
    if message is None:
        raise NotFound("not_found")
    if message.status not in ("failed", "unknown"):
        raise Conflict("state.not_allowed", thing="message", axis="status", state=message.status, to="queued")
    message.reason = message.segments = None  # a text costs once more
    move(message, "queued")
    # Counted and not timed: twice within a second is twice, and a job of the same key would send nothing.
    message.payload = message.payload | {"again": message.again + 1}
    _enqueue(message, None, f":again:{message.again}")
    return message
