"""The planner: the occurrences of each duty up to its horizon. Set-wise, in batches.

Three steps, each one statement or one batch in the transaction of who calls, so that no transaction grows with the number of
plans. The third comes when the others find nothing more:

1. `write_occurrences`: the duties whose `look_on` came, in the order of the index, locked and skipping what another planner
   has; their days are computed in Python (`rhythm`, the same that is shown) and written by one INSERT and one UPDATE.
2. `turn_occurrences`: what comes inside the horizon later is planned (what is written inside it begins so: it is not written
   twice), what a newer one has passed is missed.
3. `settling`: which plan holds for which item now.

Running it again writes nothing: a duty whose days are written looks again only later, and (plan, item, number) is unique.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import text

from service_app.core import clock
from service_app.core.db import current_workshop_id
from service_app.workorders.models import OPEN, CareOccurrence
from service_app.workorders.rhythm import FAR, Rhythm, rhythm_of, shifted, to_write
from service_app.workorders.settling import settle_duties
from service_app.workorders.statements import PLANS, run
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

BATCH = 2000


def plan_care(limit: int = BATCH) -> int:
    """Everything that falls due in the current workshop, `limit` duties at a time: the number of rows written or turned. 0
    when there is nothing left to do today, or another planner is at it. What reads all that holds is asked once, behind the
    last batch."""
    workshop_id = current_workshop_id()
    if not plans_alone():
        return 0
    today = clock.today(get_workshop(workshop_id).zone)
    done = write_occurrences(today, limit) or turn_occurrences(today, limit)
    if done:
        return done
    settled = settle_duties(today)
    return settled + (write_occurrences(today, limit) if settled else 0)


_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('care:' || CAST(:w AS text), 0))")


def plans_alone() -> bool:
    """Whether this transaction is the one that plans and announces care in the current workshop until it ends. Two would each
    hold a part of what belongs in one visit and wait for the other's; who comes second leaves it to the first."""
    return bool(run(_ALONE).scalar())


# A duty of which something is open and that counts from completion waits for it. What a contract has no more is about to be
# closed by `settling`, and nothing more is written for it.
_DUE = text("""
    SELECT d.id, d.care_plan_id, d.item_id, d.anchor_on, d.last_on, d.last_number
      FROM care_duty d JOIN care_plan p ON p.workshop_id = :w AND p.id = d.care_plan_id
     WHERE d.workshop_id = :w AND d.is_open AND d.look_on <= :today AND d.paused_on IS NULL
       AND (p.contract_id IS NULL
            OR EXISTS (SELECT 1 FROM contract_line l
                        WHERE l.workshop_id = :w AND l.contract_id = p.contract_id AND l.item_id = d.item_id
                          AND l.status IN ('out', 'overdue')))
     ORDER BY d.look_on, d.id LIMIT :most FOR UPDATE OF d SKIP LOCKED
""")
# Each pair by itself through the index of its numbers: how much is open altogether does not matter.
_STANDS = text("""
    SELECT r.plan_id AS care_plan_id, r.item_id
      FROM unnest(CAST(:plans AS bigint[]), CAST(:items AS bigint[])) AS r(plan_id, item_id)
     CROSS JOIN LATERAL (SELECT 1 FROM care_occurrence o
                          WHERE o.workshop_id = :w AND o.care_plan_id = r.plan_id AND o.item_id = r.item_id
                            AND o.status = ANY(:states) ORDER BY o.number DESC LIMIT 1) one
""")
_NOT_DROPPED = tuple(state for state in CareOccurrence.__states__["status"] if state != "superseded")
# The rows of a batch are named by their keys too: joined alone, each batch read all plans and all duties. Of duties the
# keys lie together, and a range of them leads through the index of keys also while nobody knows how many a workshop has.
_WRITE = text("""
    INSERT INTO care_occurrence (workshop_id, care_plan_id, item_id, number, due_on, rhythm_on, window_from, window_until,
                                 status, needs_photo, needs_signature, created_at)
    SELECT :w, r.plan_id, r.item_id, r.number, r.due_on, NULLIF(r.rhythm_on, r.due_on), r.due_on - p.early_days,
           r.due_on + p.late_days,
           CASE WHEN r.due_on <= :today + p.horizon_days THEN 'planned' ELSE 'forecast' END, p.needs_photo,
           p.needs_signature, :now
      FROM unnest(CAST(:plan_ids AS bigint[]), CAST(:item_ids AS bigint[]), CAST(:numbers AS int[]),
                  CAST(:days AS date[]), CAST(:rhythm AS date[])) AS r(plan_id, item_id, number, due_on, rhythm_on)
      JOIN care_plan p ON p.workshop_id = :w AND p.id = r.plan_id AND p.id = ANY(:known)
        ON CONFLICT DO NOTHING
""")
_KEEP = text("""
    UPDATE care_duty d SET last_on = r.last_on, last_number = r.number, look_on = r.look_on
      FROM unnest(CAST(:ids AS bigint[]), CAST(:lasts AS date[]), CAST(:counts AS int[]), CAST(:looks AS date[]))
           AS r(id, last_on, number, look_on)
     WHERE d.workshop_id = :w AND d.id = r.id AND d.id BETWEEN :first AND :last
""")


# In the order of the index, or each batch of a first day reads and sorts all that is left of it.
_IN_ORDER = text("SELECT set_config('enable_sort', :sort, true)")


def _due(today: date, limit: int) -> Sequence[Any]:
    run(_IN_ORDER, sort="off")
    due = run(_DUE, today=today, most=limit).all()
    run(_IN_ORDER, sort="on")
    return due


def write_occurrences(today: date, limit: int = BATCH) -> int:
    """The days of the next `limit` duties that are to be looked at; the number of duties that were."""
    due = _due(today, limit)
    if not due:
        return 0
    plans = {row.id: row for row in run(PLANS, ids=list({row.care_plan_id for row in due})).all()}
    busy = _standing([row for row in due if waits_for_completion(plans[row.care_plan_id])], OPEN)
    busy |= _standing([row for row in due if row.last_number and plans[row.care_plan_id].kind == "once"], _NOT_DROPPED)
    is_open = lru_cache(maxsize=4096)(hours.load_calendar().is_open_day)
    rhythms = {plan_id: rhythm_of(plan) for plan_id, plan in plans.items()}
    written: list[tuple[int, int, int, date, date]] = []
    kept: list[tuple[int, date | None, int, date]] = []
    for row in due:
        plan = plans[row.care_plan_id]
        days, look_on = _days(plan, rhythms[plan.id], row, today, (row.care_plan_id, row.item_id) in busy)
        due_days = _on_open_days(plan, rhythms[plan.id], row, days, is_open)
        for number, (on, day) in enumerate(due_days, start=row.last_number + 1):
            written.append((row.care_plan_id, row.item_id, number, on, day))
        kept.append((row.id, days[-1] if days else row.last_on, row.last_number + len(due_days), look_on))
    _write(written, kept, today)
    return len(due)


def _on_open_days(
    plan: Any, rhythm: Rhythm, duty: Any, days: Sequence[date], is_open: Callable[[date], bool]
) -> list[tuple[date, date]]:
    """(when it is due, the day of the rhythm) of some days of a duty. What comes to stand on the open day of the one before it
    is asked only once that day; what counts from completion has but the one."""
    if plan.kind == "once":
        return [(day, day) for day in days]
    shift = partial(shifted, is_open=is_open, later=plan.is_shifted_later, excluded=rhythm.excluded)
    if waits_for_completion(plan):
        return [(shift(day), day) for day in days]
    is_written = bool(duty.last_number and duty.last_on and rhythm.has(duty.last_on, duty.anchor_on))
    before = shift(duty.last_on) if days and is_written else None
    found: list[tuple[date, date]] = []
    for day in days:
        on = shift(day)
        if on != before:
            found.append((on, day))
        before = on
    return found


def _standing(of: Sequence[Any], states: Sequence[str]) -> set[tuple[int, int]]:
    """Those of some duties, as (plan, item), of which something stands in one of these states."""
    if not of:
        return set()
    found = run(_STANDS, items=[row.item_id for row in of], plans=[row.care_plan_id for row in of], states=list(states))
    return {(row.care_plan_id, row.item_id) for row in found.all()}


def _write(written: Sequence[tuple[Any, ...]], kept: Sequence[tuple[Any, ...]], today: date) -> None:
    if written:
        plan_ids, item_ids, numbers, days, rhythm = (list(column) for column in zip(*written, strict=True))
        given = {"plan_ids": plan_ids, "item_ids": item_ids, "numbers": numbers, "days": days, "rhythm": rhythm}
        run(_WRITE, **given, known=list(set(plan_ids)), today=today, now=clock.now())
    ids, lasts, counts, looks = (list(column) for column in zip(*kept, strict=True))
    run(_KEEP, ids=ids, lasts=lasts, counts=counts, looks=looks, first=min(ids), last=max(ids))


def _days(plan: Any, rhythm: Rhythm, duty: Any, today: date, is_busy: bool) -> tuple[list[date], date]:
    """(the days to write of a duty, when to look at it again)."""
    if plan.kind == "once":  # again, when what was written for it fell away before anybody did it
        return ([] if is_busy else [plan.starts_on]), FAR
    if is_busy or not (rhythm.every or rhythm.season or rhythm.included):
        return [], FAR
    if waits_for_completion(plan):
        days, _next = to_write(rhythm, duty.anchor_on, duty.last_on, today, 0)
        return days[:1], FAR
    days, following = to_write(rhythm, duty.anchor_on, duty.last_on, today, plan.horizon_days)
    return days, (FAR if following == FAR else max(following - timedelta(days=plan.horizon_days), today + _A_DAY))


_A_DAY = timedelta(days=1)


def waits_for_completion(plan: Any) -> bool:
    """Of a plan or a row of it: whether the next day hangs on when this one is done, because it counts from completion or a
    meter may come first."""
    return bool(plan.basis == "completion" or (plan.kind == "time" and plan.meter_step))


# The plan of each is asked for by its key and the bound is one figure, so that the way through the index is the same whatever
# is known of the sizes: joined, a first day whose tables nobody had counted yet went over all plans for each row.
_INSIDE = text("""
    UPDATE care_occurrence o SET status = 'planned', version = o.version + 1
     WHERE o.workshop_id = :w AND o.id = ANY (ARRAY(
           SELECT f.id FROM care_occurrence f
            WHERE f.workshop_id = :w AND f.status = 'forecast'
              AND f.due_on <= :today + COALESCE((SELECT max(horizon_days) FROM care_plan WHERE workshop_id = :w), 0)
              AND f.due_on <= :today + (SELECT p.horizon_days FROM care_plan p
                                         WHERE p.workshop_id = :w AND p.id = f.care_plan_id)
            ORDER BY f.due_on LIMIT :most FOR UPDATE SKIP LOCKED))
""")
# A newer one came, or was done before its day: what was not done by then is not made up for, but while it rests, both wait.
# The newest of the pair is read through the index of its numbers, row by row, for the same reason.
_MISSED = text("""
    UPDATE care_occurrence o SET status = 'missed', version = o.version + 1
     WHERE o.workshop_id = :w AND o.id = ANY (ARRAY(
           SELECT f.id FROM care_occurrence f
            WHERE f.workshop_id = :w AND f.status IN ('forecast', 'planned', 'notified', 'booked') AND f.due_on < :today
              AND f.number < (SELECT n.number FROM care_occurrence n
                               WHERE n.workshop_id = :w AND n.care_plan_id = f.care_plan_id AND n.item_id = f.item_id
                                 AND NOT n.is_extra AND (n.status IN ('done', 'done_partial') OR n.due_on <= :today
                                     AND n.status IN ('forecast', 'planned', 'notified', 'booked', 'in_progress'))
                               ORDER BY n.number DESC LIMIT 1)
              AND (SELECT d.paused_on FROM care_duty d
                    WHERE d.workshop_id = :w AND d.care_plan_id = f.care_plan_id AND d.item_id = f.item_id) IS NULL
            LIMIT :most FOR UPDATE OF f SKIP LOCKED))
""")


def turn_occurrences(today: date, limit: int = BATCH) -> int:
    """What came inside its horizon is planned and, when that is done, what a newer one passed is missed, `limit` at a time; how
    many."""
    return run(_INSIDE, today=today, most=limit).rowcount or run(_MISSED, today=today, most=limit).rowcount
