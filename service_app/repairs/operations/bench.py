"""At the bench: the clock, waiting for parts, the work done, the check by another pair of eyes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO, to_cents
from service_app.core.states import move, move_axes
from service_app.repairs import queries
from service_app.repairs.models import TASKS, RepairCase, WorkTime
from service_app.repairs.operations import stock
from service_app.repairs.operations.intake import MOST_FAULT, Photo, about, add_photos
from service_app.repairs.operations.quotes import stop_case

MOST_TESTS = 30


def start_clock(actor: Actor, case: RepairCase, task: str, *, skill: str = "", is_learner: bool = False) -> WorkTime:
    """Begin to count somebody's time on a case; what they had running elsewhere ends now. Work on an approved case begins
    with it. Refuses a repair nobody approved (`repair.not_approved`). Leaves repair.begun for the first work."""
    actor.must("work:write")
    queries.lock_case(case)
    if task not in TASKS:
        raise Invalid("choice.unknown", field="task", value=task)
    if task == "repair":
        _begin_work(actor, case)
    elif not case.is_here:
        raise Conflict("repair.not_arrived", reference=case.reference)
    stop_clock(actor)
    row = WorkTime(
        case_id=case.id, account_id=actor.account_id or 0, by_name=actor.name, task=task, skill=skill.strip()[:60],
        is_learner=is_learner, started_at=clock.now(),
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


def _begin_work(actor: Actor, case: RepairCase) -> None:
    if case.status == "in_repair":
        return
    if case.status == "waiting_parts" and stock.is_waiting(case):
        raise Conflict("repair.parts_missing", reference=case.reference)
    if case.status not in ("approved", "waiting_parts"):
        raise Conflict("repair.not_approved", reference=case.reference)
    move_axes(case, {"status": "in_repair"}, worked_by=actor.name)
    events.record("repair.worked_on", actor, about(case))


def stop_clock(actor: Actor) -> WorkTime | None:
    """The clock this person has running ends; its hours are the case's cost. None when none runs."""
    row = queries.running_of(actor.account_id or 0)
    if row is None:
        return None
    row.ended_at = clock.now()
    case = queries.get_case_by_id(row.case_id)
    hours = to_cents(str((row.ended_at - row.started_at).total_seconds() / 3600))
    case.cost_amount += to_cents(hours * queries.terms().hour_cost_amount)
    session().flush()
    return row


def countersign(actor: Actor, case: RepairCase, time_id: int) -> None:
    """Somebody else stands for what a learner did. Refuses the learner's own name, and one that needs none."""
    actor.must("work:write")
    row = session().scalars(select(WorkTime).where(WorkTime.case_id == case.id, WorkTime.id == time_id)).first()
    if row is None or not row.is_learner or row.countersigned_by:
        raise Conflict("repair.no_learner", reference=case.reference)
    if row.account_id == actor.account_id:
        raise Invalid("repair.second_person", field="countersign")
    row.countersigned_by = actor.name
    session().flush()


def wait_for_parts(actor: Actor, case: RepairCase, day: date) -> None:
    """A part is missing: the day it is promised for is new and the customer is told, each time it changes. Refuses a day
    that is past, and a case that lacks nothing. Leaves repair.waiting."""
    actor.must("work:write")
    queries.lock_case(case)
    if day < clock.now().date():
        raise Invalid("repair.day_past", field="expected_on")
    if not stock.is_waiting(case):
        raise Conflict("repair.nothing_missing", reference=case.reference)
    _end_clocks(case)
    is_new = case.due_on != day or case.status != "waiting_parts"
    before, case.due_on = case.due_on, day
    if case.status != "waiting_parts":
        move(case, "waiting_parts")
    if is_new:
        said = {"day": day.isoformat(), "before": before.isoformat() if before else ""}
        events.record("repair.waiting", actor, about(case), said)


def finish_work(
    actor: Actor, case: RepairCase, tests: Sequence[tuple[str, bool]], photos: Sequence[Photo] = ()
) -> None:
    """The work is done and tested: [(what, whether it passed)]. It goes to the check where the workshop asks for one or a
    learner worked on it, else it is ready. Refuses a test that failed (`repair.test_failed`), no test at all, and parts
    still to be fitted. Leaves repair.worked."""
    actor.must("work:write")
    queries.lock_case(case)
    kept = [{"what": what.strip()[:200], "passed": passed} for what, passed in tests if what.strip()][:MOST_TESTS]
    if not kept:
        raise Invalid("repair.tests_needed", field="tests")
    if failed := next((test for test in kept if not test["passed"]), None):
        raise Invalid("repair.test_failed", field="tests", what=failed["what"])
    left = [use.part.name for use in queries.parts_of(case) if use.status != "used"]
    if left:
        raise Conflict("repair.parts_left", field="tests", name=left[0])
    _end_clocks(case)
    add_photos(case, photos, "done")
    case.tests = kept
    needs_check = queries.terms().needs_second_pair or any(row.is_learner for row in queries.times_of(case))
    move_axes(case, {"status": "quality_check"}, worked_by=actor.name)
    events.record("repair.worked", actor, about(case), {"tests": len(kept)})
    if not needs_check:
        _pass(actor, case)


def check_work(actor: Actor, case: RepairCase, is_good: bool, remark: str = "") -> None:
    """Another pair of eyes: good, or back to the bench with a word why. Refuses who did the work (`repair.second_person`),
    a learner's time nobody countersigned (countersigning is done by checking), and sending back without a word. Leaves
    repair.checked."""
    actor.must("work:write")
    queries.lock_case(case)
    times = queries.times_of(case)
    if actor.name == case.worked_by or any(row.is_learner and row.account_id == actor.account_id for row in times):
        raise Invalid("repair.second_person", field="remark")
    if not is_good and not remark.strip():
        raise Invalid("repair.reason_needed", field="remark")
    events.record("repair.checked", actor, about(case), {"is_good": is_good})
    if not is_good:
        case.reason = remark.strip()[:MOST_FAULT]
        move(case, "in_repair")
        return
    for row in times:
        if row.is_learner and not row.countersigned_by:
            row.countersigned_by = actor.name
    _pass(actor, case)


def _pass(actor: Actor, case: RepairCase) -> None:
    move_axes(case, {"status": "ready"}, ready_at=clock.now(), outcome="fixed")
    events.record("repair.ready", actor, about(case))


def _end_clocks(case: RepairCase) -> None:
    for row in queries.times_of(case):
        if row.ended_at is None:
            stop_clock(Actor(kind="staff", name=row.by_name, account_id=row.account_id))


def give_up(actor: Actor, case: RepairCase, outcome: str, reason: str) -> None:
    """It cannot be mended (end_of_life), or could be with what is not to be had (repairable): no price but the fee of the
    diagnosis. Refuses without a reason. Leaves repair.unrepairable."""
    actor.must("work:write")
    queries.lock_case(case)
    if outcome not in ("repairable", "end_of_life"):
        raise Invalid("choice.unknown", field="outcome", value=outcome)
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    _end_clocks(case)
    case.outcome = outcome
    if case.quote is not None and case.quote.status in ("draft", "sent", "viewed", "approved"):
        move(case.quote, "superseded")
    stop_case(case, "unrepairable", queries.terms().diagnosis_amount, reason)
    events.record("repair.unrepairable", actor, about(case), {"outcome": outcome})


def call_off(actor: Actor, case: RepairCase, reason: str) -> None:
    """Not to be repaired after all, though it is here: before a quote nothing is owed; after the approval the fee of the
    diagnosis and what was fitted already; parts that were ordered for it stay in the stock. Leaves repair.declined."""
    queries.lock_case(case)
    if not reason.strip():
        raise Invalid("repair.reason_needed", field="reason")
    _end_clocks(case)
    fee = queries.terms().diagnosis_amount if case.status in ("approved", "waiting_parts") else ZERO
    fitted = sum((use.part.unit_amount * use.quantity for use in queries.parts_of(case) if use.status == "used"), ZERO)
    if case.quote is not None and case.quote.status == "approved":
        move(case.quote, "superseded")
    stop_case(case, "declined", fee + fitted, reason)
    events.record("repair.declined", actor, about(case), {"amount": str(case.due_amount)})
