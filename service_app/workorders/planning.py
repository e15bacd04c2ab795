"""The planner: which plan holds for which item, and the occurrences of each up to its horizon. Set-wise, in batches.

Three steps, each one statement or one batch in the transaction of who calls, so that no transaction grows with the number of
plans. The third comes when the others find nothing more:

1. `write_occurrences`: the duties whose `look_on` came, in the order of the index, locked and skipping what another planner
   has; their days are computed in Python (`rhythm`, the same that is shown) and written by one INSERT and one UPDATE.
2. `turn_occurrences`: what comes inside the horizon later is planned (what is written inside it begins so: it is not written
   twice), what a newer one has passed is missed.
3. `settle_duties`: a pair (plan, item) that holds and has no row gets one; one that holds no longer is closed, and what was
   planned of it falls away. One statement each over the indexes, whatever the number of plans; new pairs so many at a time.

Running it again writes nothing: a duty whose days are written looks again only later, and (plan, item, number) is unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import CursorResult, text

from service_app.core import clock
from service_app.core.db import current_workshop_id, session
from service_app.workorders.rhythm import FAR, Rhythm, shifted, to_write
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

BATCH = 2000
OPEN = ("forecast", "planned", "notified", "booked", "in_progress", "escalated")
UNSTARTED = ("forecast", "planned")
GONE = ("retired", "lost", "sold")


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
    known, by_hand = {"w": current_workshop_id()}, {"scoped_by_hand": True}
    return bool(session().scalar(_ALONE, known, execution_options=by_hand))


def _run(statement: Any, **values: Any) -> int:
    given = {"w": current_workshop_id(), "gone": list(GONE), "open": list(OPEN), "unstarted": list(UNSTARTED)} | values
    used = {name: value for name, value in given.items() if f":{name}" in statement.text}
    done = session().execute(statement, used, execution_options={"scoped_by_hand": True})
    return int(cast("CursorResult[Any]", done).rowcount)


# Which plans hold for which items now. A product's for its items, a recall's for its serials; a contract's for what it has out.
_HOLDS = """
    SELECT p.id AS plan_id, i.id AS item_id, COALESCE(p.starts_on, i.acquired_on) AS anchor, i.meter, i.meter_offset,
           CAST(NULL AS bigint) AS before_id
      FROM care_plan p
      JOIN item i ON i.workshop_id = :w AND i.status <> ALL(:gone)
                 AND i.product_id = p.product_id
                 AND (p.serial_from = '' OR i.serial >= p.serial_from) AND (p.serial_to = '' OR i.serial <= p.serial_to)
     WHERE p.workshop_id = :w AND p.is_active AND p.product_id IS NOT NULL
    UNION ALL
    SELECT p.id, i.id, COALESCE(p.starts_on, i.acquired_on), i.meter, i.meter_offset, NULL
      FROM care_plan p JOIN item i ON i.workshop_id = :w AND i.status <> ALL(:gone) AND i.id = p.item_id
     WHERE p.workshop_id = :w AND p.is_active AND p.item_id IS NOT NULL
    UNION ALL
    SELECT p.id, i.id, COALESCE(p.starts_on, (l.starts_at AT TIME ZONE :zone)::date), i.meter, i.meter_offset,
           b.item_id
      FROM care_plan p
      JOIN contract_line l ON l.workshop_id = :w AND l.contract_id = p.contract_id AND l.status IN ('out', 'overdue')
      LEFT JOIN contract_line b ON b.workshop_id = :w AND b.id = l.predecessor_id AND b.item_id <> l.item_id
      JOIN item i ON i.workshop_id = :w AND i.id = l.item_id AND i.status <> ALL(:gone)
     WHERE p.workshop_id = :w AND p.is_active AND p.contract_id IS NOT NULL
"""

# A duty of a contract goes on where the one of the thing before it stood: the thing was swapped, the duty was not. What was
# written ahead for that thing stays with it, so the new one begins with what is still to come.
_BEGIN = text(f"""
    INSERT INTO care_duty (workshop_id, care_plan_id, item_id, anchor_on, last_on, base_meter, look_on, created_at)
    SELECT :w, h.plan_id, h.item_id, COALESCE(o.anchor_on, h.anchor),
           CASE WHEN o.id IS NOT NULL THEN GREATEST(LEAST(o.last_on, :today), o.anchor_on) END,
           COALESCE(h.meter, 0) + h.meter_offset, :today, :now
      FROM ({_HOLDS}) h
      LEFT JOIN care_duty o ON o.workshop_id = :w AND o.care_plan_id = h.plan_id AND o.item_id = h.before_id
     WHERE NOT EXISTS (SELECT 1 FROM care_duty d
                        WHERE d.workshop_id = :w AND d.care_plan_id = h.plan_id AND d.item_id = h.item_id)
     ORDER BY h.plan_id, h.item_id LIMIT {10 * BATCH}
        ON CONFLICT DO NOTHING
""")

# Whether a duty holds, asked of each through the keys of its plan and its thing: an anti-join over all that holds is planned
# badly while the sizes of the tables are not known yet.
_IS_HELD = """
    (p.is_active AND i.status <> ALL(:gone)
     AND CASE WHEN p.product_id IS NOT NULL THEN
                   i.product_id = p.product_id AND (p.serial_from = '' OR i.serial >= p.serial_from)
                   AND (p.serial_to = '' OR i.serial <= p.serial_to)
              WHEN p.item_id IS NOT NULL THEN i.id = p.item_id
              ELSE EXISTS (SELECT 1 FROM contract_line l
                            WHERE l.workshop_id = :w AND l.contract_id = p.contract_id AND l.item_id = i.id
                              AND l.status IN ('out', 'overdue')) END)
"""
_TURN = """
    UPDATE care_duty d SET {to}
      FROM care_plan p, item i
     WHERE d.workshop_id = :w AND {when} AND p.workshop_id = :w AND p.id = d.care_plan_id
       AND i.workshop_id = :w AND i.id = d.item_id AND {held}
"""
_AGAIN = text(_TURN.format(to="is_open = true, look_on = :today", when="NOT d.is_open", held=_IS_HELD))
# COALESCE: a thing without a serial is in no range of serials
_CLOSE = text(_TURN.format(to="is_open = false", when="d.is_open", held=f"NOT COALESCE({_IS_HELD}, false)"))

# Of a thing that is gone everything falls away; of a plan no longer followed what nobody began and nobody was told of. A
# thing that was swapped keeps what it was planned for.
_FALL_AWAY = text("""
    UPDATE care_occurrence o SET status = 'superseded', version = o.version + 1
      FROM care_duty d
      JOIN item i ON i.workshop_id = :w AND i.id = d.item_id
      JOIN care_plan p ON p.workshop_id = :w AND p.id = d.care_plan_id
     WHERE o.workshop_id = :w AND d.workshop_id = :w AND NOT d.is_open
       AND o.care_plan_id = d.care_plan_id AND o.item_id = d.item_id
       AND ((i.status = ANY(:gone) AND o.status = ANY(:open)) OR (NOT p.is_active AND o.status = ANY(:unstarted)))
""")

# A contract that rests: its own duties, and those of the things it has out, wait and go on as much later as it rested. Not
# those whose plan says that days stay days, and never a recall.
_RESTING = """
    (EXISTS (SELECT 1 FROM contract c WHERE c.workshop_id = :w AND c.id = p.contract_id AND c.status = 'paused')
     OR EXISTS (SELECT 1 FROM contract_line l
                  JOIN contract c ON c.workshop_id = :w AND c.id = l.contract_id AND c.status = 'paused'
                 WHERE l.workshop_id = :w AND l.item_id = d.item_id AND l.status IN ('out', 'overdue')))
    AND NOT p.is_kept_in_pause AND p.kind <> 'once'
"""
_REST = text(f"""
    UPDATE care_duty d SET paused_on = :today
      FROM care_plan p
     WHERE d.workshop_id = :w AND p.workshop_id = :w AND p.id = d.care_plan_id AND d.is_open AND d.paused_on IS NULL
       AND EXISTS (SELECT 1 FROM contract c WHERE c.workshop_id = :w AND c.status = 'paused') AND {_RESTING}
""")

_GO_ON = text(f"""
    WITH resumed AS (
        UPDATE care_duty d
           SET paused_on = NULL, look_on = :today, anchor_on = d.anchor_on + (:today - d.paused_on),
               last_on = d.last_on + (:today - d.paused_on)
          FROM care_plan p, (SELECT id, paused_on FROM care_duty WHERE workshop_id = :w AND paused_on IS NOT NULL) was
         WHERE d.workshop_id = :w AND p.workshop_id = :w AND p.id = d.care_plan_id AND was.id = d.id
           AND d.paused_on IS NOT NULL AND NOT ({_RESTING})
        RETURNING d.id, d.care_plan_id, d.item_id, :today - was.paused_on AS days),
    moved AS (
        UPDATE care_occurrence o SET due_on = o.due_on + r.days, version = o.version + 1
          FROM resumed r
         WHERE o.workshop_id = :w AND o.care_plan_id = r.care_plan_id AND o.item_id = r.item_id
           AND o.status = ANY(:unstarted) AND r.days > 0
        RETURNING r.id AS duty_id, o.id, o.due_on)
    SELECT r.care_plan_id, m.id, m.due_on FROM resumed r LEFT JOIN moved m ON m.duty_id = r.id
""")
_SHIFT = text("""
    UPDATE care_occurrence o
       SET due_on = r.due_on, window_from = r.due_on - p.early_days, window_until = r.due_on + p.late_days
      FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS r(id, due_on), care_plan p
     WHERE o.workshop_id = :w AND o.id = r.id AND p.workshop_id = :w AND p.id = o.care_plan_id
""")

# A meter that went its step calls for care today: the day that was foreseen is brought forward, or one is asked for.
_BY_METER = text("""
    WITH far AS (
        SELECT d.id, d.care_plan_id, d.item_id
          FROM care_plan p JOIN care_duty d ON d.workshop_id = :w AND d.care_plan_id = p.id AND d.is_open
          JOIN item i ON i.workshop_id = :w AND i.id = d.item_id
         WHERE p.workshop_id = :w AND p.is_active AND p.meter_step IS NOT NULL AND d.paused_on IS NULL
           AND COALESCE(i.meter, 0) + i.meter_offset - d.base_meter >= p.meter_step)
    UPDATE care_occurrence o
       SET due_on = :today, window_from = :today, window_until = :today + (o.window_until - o.due_on),
           version = o.version + 1
      FROM far
     WHERE o.workshop_id = :w AND o.care_plan_id = far.care_plan_id AND o.item_id = far.item_id
       AND o.status = ANY(:unstarted) AND o.due_on > :today
       AND NOT EXISTS (SELECT 1 FROM care_occurrence s
                        WHERE s.workshop_id = :w AND s.care_plan_id = o.care_plan_id AND s.item_id = o.item_id
                          AND s.status = ANY(:open) AND (s.due_on, s.id) < (o.due_on, o.id))
""")

CALLED_FOR = """
    WITH wanted AS MATERIALIZED (
        SELECT d.id FROM care_plan p
          JOIN care_duty d ON d.workshop_id = :w AND d.care_plan_id = p.id AND d.is_open AND d.paused_on IS NULL
          JOIN item i ON i.workshop_id = :w AND i.id = d.item_id
         WHERE p.workshop_id = :w AND p.is_active AND {because}
           AND NOT EXISTS (SELECT 1 FROM care_occurrence o
                            WHERE o.workshop_id = :w AND o.care_plan_id = d.care_plan_id AND o.item_id = d.item_id
                              AND o.status = ANY(:open))),
    counted AS (
        UPDATE care_duty d SET last_number = d.last_number + 1, last_ref = COALESCE(:ref, d.last_ref)
          FROM wanted WHERE d.workshop_id = :w AND d.id = wanted.id
        RETURNING d.care_plan_id, d.item_id, d.last_number)
    INSERT INTO care_occurrence (workshop_id, care_plan_id, item_id, number, due_on, window_from, window_until, status,
                                 needs_photo, needs_signature, created_at)
    SELECT :w, c.care_plan_id, c.item_id, c.last_number, :today, :today, :today + p.late_days, 'planned', p.needs_photo,
           p.needs_signature, :now
      FROM counted c JOIN care_plan p ON p.workshop_id = :w AND p.id = c.care_plan_id
        ON CONFLICT DO NOTHING
"""
_METER_ALONE = text(
    CALLED_FOR.format(
        because="p.meter_step IS NOT NULL AND COALESCE(i.meter, 0) + i.meter_offset - d.base_meter >= p.meter_step"
    ).replace(":ref", "NULL::bigint")
)


def settle_duties(today: date) -> int:
    """Which plan holds for which item; what rests; what a meter calls for. The number of rows that changed."""
    known: dict[str, Any] = {"today": today, "now": clock.now(), "zone": get_workshop(current_workshop_id()).zone}
    statements = (_BEGIN, _AGAIN, _CLOSE, _FALL_AWAY, _REST)
    changed = sum(_run(each, **_used(each, known)) for each in statements) + _go_on(today)
    return changed + sum(_run(each, **_used(each, known)) for each in (_BY_METER, _METER_ALONE))


def _used(statement: Any, known: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if f":{name}" in statement.text}


def _go_on(today: date) -> int:
    """What rested goes on later; a day that falls on a closed one then moves to an open one, as any other does."""
    resumed = _all(_GO_ON, today=today, unstarted=list(UNSTARTED))
    moved = [row for row in resumed if row.id is not None]
    if moved:
        plans = {row.id: row for row in _all(_PLANS, ids=list({row.care_plan_id for row in moved}))}
        is_open = hours.load_calendar().is_open_day
        days = [shifted(row.due_on, is_open, later=plans[row.care_plan_id].is_shifted_later) for row in moved]
        _run(_SHIFT, ids=[row.id for row in moved], days=days)
    return len(resumed)


# A duty of which something is open and that counts from completion waits for it. What a contract has no more is about to be
# closed by `settle_duties`, and nothing more is written for it.
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
_PLANS = text("SELECT * FROM care_plan WHERE workshop_id = :w AND id = ANY(:ids)")
# Each pair by itself through the index of its numbers: how much is open altogether does not matter.
_BUSY = text("""
    SELECT r.plan_id AS care_plan_id, r.item_id
      FROM unnest(CAST(:plans AS bigint[]), CAST(:items AS bigint[])) AS r(plan_id, item_id)
     CROSS JOIN LATERAL (SELECT 1 FROM care_occurrence o
                          WHERE o.workshop_id = :w AND o.care_plan_id = r.plan_id AND o.item_id = r.item_id
                            AND o.status = ANY(:open) ORDER BY o.number DESC LIMIT 1) one
""")
_WRITE = text("""
    INSERT INTO care_occurrence (workshop_id, care_plan_id, item_id, number, due_on, window_from, window_until, status,
                                 needs_photo, needs_signature, created_at)
    SELECT :w, r.plan_id, r.item_id, r.number, r.due_on, r.due_on - p.early_days, r.due_on + p.late_days,
           CASE WHEN r.due_on <= :today + p.horizon_days THEN 'planned' ELSE 'forecast' END, p.needs_photo,
           p.needs_signature, :now
      FROM unnest(CAST(:plan_ids AS bigint[]), CAST(:item_ids AS bigint[]), CAST(:numbers AS int[]),
                  CAST(:days AS date[])) AS r(plan_id, item_id, number, due_on)
      JOIN care_plan p ON p.workshop_id = :w AND p.id = r.plan_id
        ON CONFLICT DO NOTHING
""")
_KEEP = text("""
    UPDATE care_duty d SET last_on = r.last_on, last_number = r.number, look_on = r.look_on
      FROM unnest(CAST(:ids AS bigint[]), CAST(:lasts AS date[]), CAST(:counts AS int[]), CAST(:looks AS date[]))
           AS r(id, last_on, number, look_on)
     WHERE d.workshop_id = :w AND d.id = r.id
""")


def write_occurrences(today: date, limit: int = BATCH) -> int:
    """The days of the next `limit` duties that are to be looked at; the number of duties that were."""
    due = _all(_DUE, today=today, most=limit)
    if not due:
        return 0
    plans = {row.id: row for row in _all(_PLANS, ids=list({row.care_plan_id for row in due}))}
    waits = [row for row in due if _waits_for_completion(plans[row.care_plan_id])]
    busy: set[tuple[int, int]] = set()
    if waits:
        items, ids = [row.item_id for row in waits], [row.care_plan_id for row in waits]
        busy = {(row.care_plan_id, row.item_id) for row in _all(_BUSY, items=items, plans=ids, open=list(OPEN))}
    is_open = lru_cache(maxsize=4096)(hours.load_calendar().is_open_day)
    rhythms = {plan_id: rhythm_of(plan) for plan_id, plan in plans.items()}
    written: list[tuple[int, int, int, date]] = []
    kept: list[tuple[int, date | None, int, date]] = []
    for row in due:
        plan = plans[row.care_plan_id]
        days, look_on = _days(plan, rhythms[plan.id], row, today, (row.care_plan_id, row.item_id) in busy)
        for number, day in enumerate(days, start=row.last_number + 1):
            on = day if plan.kind == "once" else shifted(day, is_open, later=plan.is_shifted_later)
            written.append((row.care_plan_id, row.item_id, number, on))
        kept.append((row.id, days[-1] if days else row.last_on, row.last_number + len(days), look_on))
    _write(written, kept, today)
    return len(due)


def _write(written: Sequence[tuple[Any, ...]], kept: Sequence[tuple[Any, ...]], today: date) -> None:
    if written:
        plan_ids, item_ids, numbers, days = (list(column) for column in zip(*written, strict=True))
        given = {"plan_ids": plan_ids, "item_ids": item_ids, "numbers": numbers, "days": days}
        _run(_WRITE, **given, today=today, now=clock.now())
    ids, lasts, counts, looks = (list(column) for column in zip(*kept, strict=True))
    _run(_KEEP, ids=ids, lasts=lasts, counts=counts, looks=looks)


def _days(plan: Any, rhythm: Rhythm, duty: Any, today: date, is_busy: bool) -> tuple[list[date], date]:
    """(the days to write of a duty, when to look at it again)."""
    if plan.kind == "once":
        return ([] if duty.last_number else [plan.starts_on]), FAR
    if is_busy or not (rhythm.every or rhythm.season or rhythm.included):
        return [], FAR
    if _waits_for_completion(plan):
        days, _next = to_write(rhythm, duty.anchor_on, duty.last_on, today, 0)
        return days[:1], FAR
    days, following = to_write(rhythm, duty.anchor_on, duty.last_on, today, plan.horizon_days)
    return days, (FAR if following == FAR else max(following - timedelta(days=plan.horizon_days), today + _A_DAY))


_A_DAY = timedelta(days=1)


def _waits_for_completion(plan: Any) -> bool:
    """Whether the next day hangs on when this one is done: it counts from completion, or a meter may come first."""
    return bool(plan.basis == "completion" or (plan.kind == "time" and plan.meter_step))


def rhythm_of(plan: Any) -> Rhythm:
    """The rhythm of a plan (a row of it, or the model)."""
    season = tuple(sorted((int(day[:2]), int(day[3:])) for day in plan.season)) if plan.kind == "season" else ()
    return Rhythm(
        every=(plan.every or 0) if plan.kind == "time" else 0,
        unit=plan.unit,
        season=season,
        excluded=frozenset(date.fromisoformat(day) for day in plan.excluded),
        included=tuple(date.fromisoformat(day) for day in plan.included),
    )


def _all(statement: Any, **values: Any) -> Sequence[Any]:
    return session().execute(
        statement, {"w": current_workshop_id()} | values, execution_options={"scoped_by_hand": True}
    ).all()  # fmt: skip


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
# A newer one came: what was not done by then is not made up for. The newest of the pair is read through the index of its
# numbers, row by row, for the same reason.
_MISSED = text("""
    UPDATE care_occurrence o SET status = 'missed', version = o.version + 1
     WHERE o.workshop_id = :w AND o.id = ANY (ARRAY(
           SELECT f.id FROM care_occurrence f
            WHERE f.workshop_id = :w AND f.status IN ('forecast', 'planned', 'notified', 'booked') AND f.due_on < :today
              AND f.number < (SELECT n.number FROM care_occurrence n
                               WHERE n.workshop_id = :w AND n.care_plan_id = f.care_plan_id AND n.item_id = f.item_id
                                 AND n.due_on <= :today AND NOT n.is_extra AND n.status IN (
                                     'forecast', 'planned', 'notified', 'booked', 'in_progress', 'done', 'done_partial')
                               ORDER BY n.number DESC LIMIT 1)
            LIMIT :most FOR UPDATE OF f SKIP LOCKED))
""")


def turn_occurrences(today: date, limit: int = BATCH) -> int:
    """What came inside its horizon is planned and, when that is done, what a newer one passed is missed, `limit` at a time; how
    many."""
    return _run(_INSIDE, today=today, most=limit) or _run(_MISSED, today=today, most=limit)
