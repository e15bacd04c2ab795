"""The day's digest for who works here and wants one: what is due, late, unanswered, stuck; nothing to say, nothing sent.

Written from seven in the morning, once a day and person; it expires with its day. What it says is read when it is sent, so
what was done meanwhile is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service_app.bookings.models import Appointment
from service_app.contracts.models import ContractLine
from service_app.core import access, clock, links, standing
from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import long_day
from service_app.core.jobs import Job
from service_app.notifications import letters, operations
from service_app.notifications.channel_models import StaffDigest
from service_app.notifications.doubtful import count_in_doubt
from service_app.notifications.letters.parts import Letter, NotNeeded, dear
from service_app.notifications.models import InboundMessage, Message
from service_app.notifications.suppression import count_untold
from service_app.workorders.queries import count_near
from service_app.workshops.models import Member, Workshop
from service_app.workshops.queries import get_workshop

KIND = "digest"
FROM = time(7, 0)

# What rooms above this one say too: who may mend it, and how it is counted and said; nothing to say is a count of 0.
_MORE: list[tuple[str, Callable[[], tuple[int, str]]]] = []


def also(permission: str, counted: Callable[[], tuple[int, str]]) -> None:
    """Let the digest say what a later room counts, to whoever has this permission."""
    _MORE.append((permission, counted))


def choose(member: Member, *, is_on: bool) -> None:
    """Whether somebody wants the digest."""
    row = _row(member.id)
    if row is None:
        row = StaffDigest(member_id=member.id)
        session().add(row)
    row.is_on = is_on
    session().flush()


def wants(member: Member) -> bool:
    """Whether somebody wants it; nobody does who did not say so."""
    row = _row(member.id)
    return row is not None and row.is_on


def _row(member_id: int) -> StaffDigest | None:
    return session().scalars(select(StaffDigest).where(StaffDigest.member_id == member_id)).first()


def plan(limit: int = 200) -> int:
    """Write, in the current workshop, today's digests from seven in the morning; a second time writes none."""
    workshop = get_workshop(current_workshop_id())
    if clock.local(clock.now(), workshop.zone).time() < FROM:
        return 0
    today = clock.today(workshop.zone)
    _morning, tonight = clock.day_bounds(today, workshop.zone)
    known = select(Message.payload["member_id"].astext).where(
        Message.kind == KIND, Message.about_key.like(f"digest:{today.isoformat()}:%")
    )
    wanted = select(Member).join(StaffDigest, (StaffDigest.workshop_id == Member.workshop_id) & (
        StaffDigest.member_id == Member.id)).where(StaffDigest.is_on, Member.is_active)  # fmt: skip
    done = set(session().scalars(known))
    written = 0
    for member in session().scalars(wanted.options(joinedload(Member.account)).order_by(Member.id).limit(limit)):
        if str(member.id) in done or not waiting(member.role, workshop):
            continue
        about = f"digest:{today.isoformat()}:{member.id}"
        facts = {"member_id": member.id, "day": today.isoformat()}
        written += operations.write(KIND, about, facts, member.account.email, member.account.language, "staff", tonight)
    return written


def waiting(role: str, workshop: Workshop) -> list[str]:
    """What waits today for somebody in a role, as sentences without a verb; empty on a quiet day."""
    may = access.ROLES[role]
    return [said for permission, counted, said in _counted(workshop) if permission in may and counted]


def _counted(workshop: Workshop) -> Sequence[tuple[str, int, str]]:
    start, end = clock.day_bounds(clock.today(workshop.zone), workshop.zone)
    due = _count(select(func.count(ContractLine.id)).where(
        ContractLine.status == "out", ContractLine.due_at >= start, ContractLine.due_at < end))  # fmt: skip
    late = _count(select(func.count(ContractLine.id)).where(ContractLine.status == "overdue"))
    visits = _count(select(func.count(Appointment.id)).where(
        Appointment.status == "booked", Appointment.starts_at >= start, Appointment.starts_at < end))  # fmt: skip
    care = count_near()
    answers = _count(select(func.count(InboundMessage.id)).where(InboundMessage.read_at.is_(None)))
    stuck, untold = _count(select(func.count(Job.id)).where(Job.state == "dead")), count_untold()
    paused, doubted = len(standing.troubled()), count_in_doubt()
    return (
        ("contract:read", due, ngettext("%(num)s thing is due back", "%(num)s things are due back", due)),
        ("contract:read", late, ngettext("%(num)s thing is late", "%(num)s things are late", late)),
        ("appointment:read", visits, ngettext("%(num)s appointment", "%(num)s appointments", visits)),
        ("work:read", care, ngettext("care of %(num)s thing waits", "care of %(num)s things waits", care)),
        ("letters:read", answers, ngettext("%(num)s answer is unread", "%(num)s answers are unread", answers)),
        ("letters:read", untold, ngettext("%(num)s letter did not arrive", "%(num)s letters did not arrive", untold)),
        (
            "letters:read",
            doubted,
            ngettext("the fate of %(num)s letter is unknown", "the fate of %(num)s letters is unknown", doubted),
        ),
        ("jobs:read", stuck, ngettext("%(num)s job is stuck", "%(num)s jobs are stuck", stuck)),
        ("jobs:read", paused, ngettext("%(num)s channel is paused", "%(num)s channels are paused", paused)),
        *((permission, *counted()) for permission, counted in _MORE),
    )


def _count(statement: Any) -> int:
    return int(session().scalar(statement) or 0)


def _letter(message: Message, workshop: Workshop) -> Letter:
    member = session().get_one(Member, (message.workshop_id, message.payload["member_id"]))
    if not member.is_active or not wants(member):
        raise NotNeeded("not_wanted")
    found = waiting(member.role, workshop)
    if not found:
        raise NotNeeded("already_done")
    today = long_day(clock.today(workshop.zone))
    return Letter(
        _("%(day)s at %(workshop)s", day=today[:1].upper() + today[1:], workshop=workshop.name), dear(member.account.name),
        [_("This waits today:"), *found], [], (_("Open Today"), links.absolute(f"/{workshop.slug}/")),
    )  # fmt: skip


letters.add(KIND, _letter)
