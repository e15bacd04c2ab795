"""Whom the letters about appointments go to, and the reminder of the day before."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Exists, String, cast, func, literal, select

from service_app.bookings import queries
from service_app.bookings.models import Appointment
from service_app.bookings.operations import waiting
from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.core.events import timeline
from service_app.core.jobs import Job
from service_app.customers.models import Customer
from service_app.notifications import operations
from service_app.notifications.models import Message
from service_app.notifications.quiet import awake_after, quiet_until
from service_app.workshops.queries import get_workshop

REMINDER = "appointment_reminder"
REMINDERS_FROM = time(8, 0)
MOVED = "appointment_moved"
OF_APPOINTMENTS = ("appointment_booked", "appointment_moved", "appointment_cancelled", "appointment_proposed")
WHERE_IT_STANDS = (MOVED, "appointment_booked")
OF_WAITING = ("waiting_joined", "waiting_offered")


def serve_waiting() -> int:
    """Offer what is free to those who wait, in the current workshop, by day only, and with four hours of the day to answer: one
    of the evening is not over before a sleeper reads it, or is told of it at all. What ran out at night is free again; the
    number of offers made."""
    zone = get_workshop(current_workshop_id()).zone
    if quiet_until(clock.now(), zone) is not None:
        waiting.pass_on()
        return 0
    return waiting.serve_waiting(lapses=partial(awake_after, zone=zone))


def _of_appointment(kind: str) -> operations.Writer:
    def write(about: str, facts: dict[str, Any]) -> int:
        appointment = queries.get_appointment_by_id(facts["appointment_id"])
        customer = appointment.customer
        if customer is None or (kind == MOVED and _is_told_elsewhere(appointment, facts["event_id"])):
            return 0
        facts = {"event_id": facts.get("event_id"), "appointment_id": appointment.id, "customer_id": customer.id}
        return operations.write(kind, about, facts, customer.email or "", appointment.language, "customer")

    return write


def _of_waiting(kind: str) -> operations.Writer:
    def write(about: str, facts: dict[str, Any]) -> int:
        entry = queries.get_waiting(facts["waiting_entry_id"])
        until = entry.appointment.expires_at if kind == "waiting_offered" and entry.appointment is not None else None
        known = {"event_id": facts.get("event_id"), "waiting_entry_id": entry.id, "customer_id": entry.customer_id}
        return operations.write(kind, about, known, entry.customer.email or "", entry.language, "customer", until)

    return write


def _is_told_elsewhere(appointment: Appointment, event_id: int) -> bool:
    """Moved again since: the letter of that move tells where it stands. Moved back to where the customer knows it to be
    (undone on the board): nobody is told anything."""
    moves = [fact for fact in timeline(appointment, 100) if fact.name == "appointment.moved"]
    if moves and moves[0].id > event_id:
        return True
    told = select(func.max(cast(Message.payload["event_id"].astext, BigInteger))).where(
        Message.kind.in_(WHERE_IT_STANDS), Message.payload["appointment_id"].astext == str(appointment.id)
    )
    last = session().scalar(told) or 0
    untold = [fact for fact in moves if fact.id > last]
    return bool(untold) and untold[-1].data.get("was") == appointment.starts_at.isoformat()


for _kind in OF_APPOINTMENTS:
    operations.add_writer(_kind, _of_appointment(_kind))
for _kind in OF_WAITING:
    operations.add_writer(_kind, _of_waiting(_kind))


def _told_since(instant: datetime) -> Exists:
    """That its customer was written since then where it stands."""
    about = (Message.customer_id == Appointment.customer_id) & Message.kind.in_(WHERE_IT_STANDS)
    about &= Message.payload["appointment_id"].astext == cast(Appointment.id, String)
    return select(Message.id).where(about, Message.created_at >= instant).exists()


# The letter that says so is still to be written: what is moved stands for a while first.
_IS_BEING_TOLD = (
    select(Job.id)
    .where(Job.kind == "notifications.write", Job.state.in_(("ready", "leased")))
    .where(Job.payload["letter"].astext.in_(WHERE_IT_STANDS))
    .where(Job.payload["appointment_id"].astext == cast(Appointment.id, String))
    .exists()
)


def plan_reminders(limit: int = 200) -> int:
    """Write, in the current workshop, the reminders of tomorrow's appointments, from eight in the morning, to customers
    who want them; not of what was only made or moved today, for its letter came just now or comes yet. What changed without
    a letter (another person serves them) is told by its reminder. A reminder expires at the end of its day.
    Running it again writes nothing twice."""
    workshop = get_workshop(current_workshop_id())
    if clock.local(clock.now(), workshop.zone).time() < REMINDERS_FROM:
        return 0
    today = clock.today(workshop.zone)
    this_morning, tonight = clock.day_bounds(today, workshop.zone)
    tomorrow = today + timedelta(days=1)
    start, end = clock.day_bounds(tomorrow, workshop.zone)
    key = literal("appointment:") + cast(Appointment.id, String) + literal(f":on:{tomorrow.isoformat()}")
    known = select(Message.id).where(
        Message.workshop_id == Appointment.workshop_id, Message.kind == REMINDER, Message.about_key == key
    )
    due = (
        select(Appointment)
        .join(Appointment.customer)
        .where(Appointment.status == "booked", Appointment.starts_at >= start, Appointment.starts_at < end)
        .where(Customer.wants_reminders, ~known.exists(), ~_told_since(this_morning), ~_IS_BEING_TOLD)
        .order_by(Appointment.id)
        .limit(limit)
    )
    written = 0
    for row in session().scalars(due.options(*queries.WITH_ALL)).all():
        customer = row.customer
        if customer is None:
            continue
        facts = {"appointment_id": row.id, "customer_id": customer.id, "day": tomorrow.isoformat()}
        about = f"appointment:{row.id}:on:{tomorrow.isoformat()}"
        written += operations.write(REMINDER, about, facts, customer.email or "", row.language, "customer", tonight)
    return written
