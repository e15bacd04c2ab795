"""What is looked for at intervals: per workshop, each in its own transaction, so that one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import delete, func, select, text

from service_app import invariants
from service_app.accounts.models import SignInAttempt, SignInSession
from service_app.bookings import operations as bookings
from service_app.bookings.operations import online
from service_app.contracts.operations import endings, lateness, offers, pauses, service, swaps
from service_app.core import clock, jobs, tenancy
from service_app.core.access import WORKER
from service_app.core.db import current_workshop_id, session
from service_app.items import availability
from service_app.lists import operations as lists
from service_app.notifications import care, digests, stuck, visits
from service_app.notifications import operations as notifications
from service_app.portal.operations import entering
from service_app.recovery.operations import ledger
from service_app.repairs.operations import ending, quotes
from service_app.reports.operations import forget_contacts
from service_app.rounds.operations import days, forgetting
from service_app.webhooks import operations as webhooks
from service_app.workorders import operations as workorders
from service_app.workshops.models import Workshop
from workers.process import Process

log = structlog.get_logger()

DONE_JOBS_STAY = timedelta(days=30)
SESSIONS_STAY = timedelta(days=30)
ATTEMPTS_STAY = timedelta(days=1)
LEAST_EFFORT = 40


def expire_offers() -> int:
    """Offers and holds whose time ran out."""
    return offers.expire_offers(WORKER) + availability.drop_expired_holds()


def serve_waiting() -> int:
    """Offers that ran out, holds that did, and by day what is free for who waits."""
    return visits.serve_waiting() + bookings.expire_holds()


def mark_overdue() -> int:
    """Lines past their due hour, and bookings whose item is on the bench; then items for bookings that lost theirs."""
    return lateness.mark_overdue(WORKER) + lateness.clear_benches(WORKER) + lateness.rescue_lines(WORKER)


def remind() -> int:
    """Reminders of today, of tomorrow's appointments, and of care that waits for an answer."""
    return notifications.plan_reminders() + visits.plan_reminders() + care.plan_reminders()


def remind_renewals() -> int:
    """Terms that are over within thirty days."""
    return notifications.plan_renewals()


def plan_care() -> int:
    """The occurrences of each care plan, the announcement of those that come near, what is off, what was announced to who has
    the thing no more, and what late care holds back. While there is still something to plan nothing is announced: after an
    outage the old days stand open until the last step of planning finds that newer ones passed them."""
    if planned := workorders.plan_care():
        return planned
    announced = workorders.announce_due_care(WORKER) + workorders.end_visits()
    followed = workorders.follow_holders(WORKER) + workorders.keep_bench_time()
    return announced + followed + workorders.hold_back_late(WORKER)


def turn_contracts() -> int:
    """Pauses that begin or end, plans that change, terms that are over."""
    return pauses.turn_pauses(WORKER) + swaps.apply_plan_changes(WORKER) + endings.turn_terms(WORKER)


def charge_recurring() -> int:
    """Monthly periods that have begun."""
    return service.charge_recurring(WORKER)


def end_left_behind() -> int:
    """Messages, and deliveries to webhooks, that wait although nothing brings them any more."""
    return stuck.end_left_behind() + webhooks.end_left_behind()


def ask_invariants() -> int:
    """What must always hold, asked again."""
    return invariants.ask()


def keep_ledger() -> int:
    """What events said about the income of things before anything listened; nothing is entered twice."""
    return ledger.catch_up()


def forget_old() -> int:
    """Finished jobs after thirty days (dead ones stay until somebody drives them again); links and sessions of customers
    that are over; how strangers can be reached whose reports were handled; who rode where."""
    statement = text(
        "DELETE FROM job WHERE workshop_id = :workshop AND state IN ('done', 'expired', 'cancelled') AND finished_at < :old"
    )
    values = {"workshop": current_workshop_id(), "old": clock.now() - DONE_JOBS_STAY}
    done = session().execute(statement, values, execution_options={"scoped_by_hand": True})
    gone = entering.forget_old() + forget_contacts() + lists.forget_old() + online.forget_drafts()
    gone += webhooks.forget_old() + forgetting.forget_old()
    return int(done.rowcount) + gone  # type: ignore[attr-defined]


def forget_sessions(process: Process) -> int:
    """Sessions that ended long ago and counts of sign-in tries past their window: they belong to no workshop."""
    now = clock.now()
    with process.database.transaction(tenancy.platform("forget sessions")):
        session().execute(delete(SignInSession).where(SignInSession.expires_at < now - SESSIONS_STAY))
        session().execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPTS_STAY))
        jobs.beat("forget_sessions")
    return 0


def in_every_workshop(process: Process, name: str, plan: Callable[[], int]) -> int:
    """Run a planner in each workshop, again while it finds much; the number of things it did. What goes wrong in one
    workshop is logged, and the others go on."""
    done, failed = 0, False
    with process.database.transaction(tenancy.platform(f"plan {name}")):
        workshops = list(session().scalars(select(Workshop.id).order_by(Workshop.id)))
    for workshop_id in workshops:
        try:
            done += _while_busy(process, workshop_id, plan)
        except Exception:  # one workshop's trouble is not the others'
            failed = True
            log.exception("planner_failed", planner=name, workshop=workshop_id)
    if not failed:
        with process.database.transaction(tenancy.platform(f"plan {name}")):
            jobs.beat(name)
    return done


def _while_busy(process: Process, workshop_id: int, plan: Callable[[], int]) -> int:
    total = 0
    for _round in range(LEAST_EFFORT):
        with process.context(), process.database.transaction(tenancy.workshop(workshop_id)):
            found = plan() if _alone(workshop_id) else 0
        total += found
        if not found:
            break
    return total


def _alone(workshop_id: int) -> bool:
    """Whether no other process plans in this workshop at the moment; until the end of the transaction."""
    alone = select(func.pg_try_advisory_xact_lock(workshop_id))
    return bool(session().execute(alone, execution_options={"scoped_by_hand": True}).scalar())


def digest() -> int:
    """The digests of the day; how many."""
    return digests.plan()


def keep_repairs_moving() -> int:
    """Quotes that ran out or wait for an answer, and things nobody collects; how many."""
    return quotes.expire_quotes() + quotes.remind_of_quotes() + ending.remind_to_collect()


def plan_rounds() -> int:
    """Tomorrow's rounds, once the cut-off is past; nothing is ever found twice."""
    return days.plan_after_cut_off()
