"""Which plan holds for which item, and what of it rests: of a whole workshop set-wise, or of one item.

A pair (plan, item) that holds and has no row gets one; one that holds no longer is closed, and what was planned of it falls
away. One statement each over the indexes, whatever the number of plans; new pairs so many at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import TextClause, text

from service_app.core import clock
from service_app.core.db import current_workshop_id
from service_app.workorders.rhythm import rhythm_of, shifted
from service_app.workorders.serials import AMONG
from service_app.workorders.statements import PLANS, run
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

NEW_AT_ONCE = 20_000


# Which plans hold for which items now. A product's for its items, a recall's for its serials; a contract's for what it has out.
_HOLDS = f"""
    SELECT p.id AS plan_id, i.id AS item_id, COALESCE(p.starts_on, i.acquired_on) AS anchor, i.meter, i.meter_offset,
           CAST(NULL AS bigint) AS before_id, p.kind, p.starts_on, i.acquired_on AS since
      FROM care_plan p
      JOIN item i ON i.workshop_id = :w AND i.status <> ALL(:gone)
                 AND i.product_id = p.product_id
                 AND {AMONG}
     WHERE p.workshop_id = :w AND p.is_active AND p.product_id IS NOT NULL {{of_item}}
    UNION ALL
    SELECT p.id, i.id, COALESCE(p.starts_on, i.acquired_on), i.meter, i.meter_offset, NULL, p.kind, p.starts_on,
           i.acquired_on
      FROM care_plan p JOIN item i ON i.workshop_id = :w AND i.status <> ALL(:gone) AND i.id = p.item_id
     WHERE p.workshop_id = :w AND p.is_active AND p.item_id IS NOT NULL {{of_item}}
    UNION ALL
    SELECT p.id, i.id, COALESCE(p.starts_on, (l.starts_at AT TIME ZONE :zone)::date), i.meter, i.meter_offset,
           b.id, p.kind, p.starts_on, (l.starts_at AT TIME ZONE :zone)::date
      FROM care_plan p
      JOIN contract_line l ON l.workshop_id = :w AND l.contract_id = p.contract_id AND l.status IN ('out', 'overdue')
      LEFT JOIN contract_line b ON b.workshop_id = :w AND b.id = l.predecessor_id AND b.item_id <> l.item_id
      JOIN item i ON i.workshop_id = :w AND i.id = l.item_id AND i.status <> ALL(:gone)
     WHERE p.workshop_id = :w AND p.is_active AND p.contract_id IS NOT NULL {{of_item}}
"""

# A duty of a contract goes on where the one of the thing before it stood when that one came in: the thing was swapped, the
# duty was not. It begins with what was still to come then; while the contract rests nothing comes, so from where it rests.
# What came in, or went out, behind the start of a plan missed nothing of it: it begins with the next day, but for a recall.
# What stands of a pair is asked pair by pair through its key, here and below: LIMIT keeps it from being joined. Among many
# workshops nothing is known of the rows of a new one until a tenth of the table changed; an anti-join takes them for one row,
# goes through all of them for each pair, and with 60,000 pairs is stopped by the clock, that day and every day after.
_BEGIN = f"""
    INSERT INTO care_duty (workshop_id, care_plan_id, item_id, anchor_on, last_on, paused_on, base_meter, look_on, created_at)
    SELECT :w, h.plan_id, h.item_id, COALESCE(o.anchor_on, h.anchor),
           CASE WHEN o.id IS NOT NULL THEN GREATEST(LEAST(o.last_on, :today, o.in_on, o.paused_on), o.anchor_on)
                WHEN h.kind <> 'once' AND h.starts_on < h.since THEN h.since END,
           o.paused_on, COALESCE(h.meter, 0) + h.meter_offset, :today, :now
      FROM ({_HOLDS}) h
      LEFT JOIN LATERAL (SELECT b.id, b.anchor_on, b.last_on, b.paused_on, (r.in_at AT TIME ZONE :zone)::date AS in_on
                           FROM contract_line r
                           JOIN care_duty b ON b.workshop_id = :w AND b.care_plan_id = h.plan_id AND b.item_id = r.item_id
                          WHERE r.workshop_id = :w AND r.id = h.before_id LIMIT 1) o ON true
     WHERE (SELECT d.id FROM care_duty d
             WHERE d.workshop_id = :w AND d.care_plan_id = h.plan_id AND d.item_id = h.item_id LIMIT 1) IS NULL
     ORDER BY h.plan_id, h.item_id LIMIT :most
        ON CONFLICT DO NOTHING
"""

# Whether a duty holds, asked of each through the keys of its plan and its thing: an anti-join over all that holds is planned
# badly while the sizes of the tables are not known yet. A contract's goes to the other thing as soon as that one is out, also
# where the first is still to come back; and is the first's again when the other came back or was lost.
_IS_HELD = f"""
    (p.is_active AND i.status <> ALL(:gone)
     AND CASE WHEN p.product_id IS NOT NULL THEN
                   i.product_id = p.product_id AND {AMONG}
              WHEN p.item_id IS NOT NULL THEN i.id = p.item_id
              ELSE EXISTS (SELECT 1 FROM contract_line l
                            WHERE l.workshop_id = :w AND l.contract_id = p.contract_id AND l.item_id = i.id
                              AND l.status IN ('out', 'overdue')
                              AND (SELECT s.id FROM contract_line s
                                    WHERE s.workshop_id = :w AND s.predecessor_id = l.id AND s.contract_id = l.contract_id
                                      AND s.status IN ('out', 'overdue', 'replaced') LIMIT 1) IS NULL) END)
"""
_TURN = """
    UPDATE care_duty d SET {to}
      FROM care_plan p, item i
     WHERE d.workshop_id = :w AND {when} AND p.workshop_id = :w AND p.id = d.care_plan_id
       AND i.workshop_id = :w AND i.id = d.item_id AND {held} {{of_item}}
"""
# What holds again goes on where it stopped: before the first day that fell away and was not made up for by a later one.
_WHERE_IT_STOPPED = """
    CASE WHEN d.last_on IS NOT NULL THEN LEAST(d.last_on, (
        SELECT min(COALESCE(o.rhythm_on, o.due_on)) - 1 FROM care_occurrence o
         WHERE o.workshop_id = :w AND o.care_plan_id = d.care_plan_id AND o.item_id = d.item_id AND NOT o.is_extra
           AND o.status = 'superseded'
           AND o.number > COALESCE((SELECT max(s.number) FROM care_occurrence s
                                     WHERE s.workshop_id = :w AND s.care_plan_id = d.care_plan_id AND s.item_id = d.item_id
                                       AND s.status <> 'superseded' AND NOT s.is_extra), 0))) END
"""
# What a contract has again, after another thing in its place or after none, owes nothing for the days in between: it goes on
# where the other stands, or from the day it went out. Whichever is further: what was kept with it is not asked twice, and one
# that was lost and is found since it came back stands further than the other.
_WHERE_IT_STANDS = f"""
    (anchor_on, last_on, paused_on) = (
        SELECT GREATEST(d.anchor_on, b.anchor_on), GREATEST({_WHERE_IT_STOPPED}, b.last_on),
               CASE WHEN b.anchor_on > d.anchor_on THEN b.paused_on ELSE COALESCE(d.paused_on, b.paused_on) END
          FROM (SELECT 1) one
          LEFT JOIN LATERAL (
               SELECT o.anchor_on, o.paused_on, LEAST(COALESCE(o.last_on, o.anchor_on), :today, o.paused_on,
                                                      (COALESCE(s.in_at, l.starts_at) AT TIME ZONE :zone)::date) AS last_on
                 FROM contract_line l
                 LEFT JOIN contract_line s ON s.workshop_id = :w AND s.id = l.predecessor_id AND s.item_id <> l.item_id
                 LEFT JOIN care_duty o ON o.workshop_id = :w AND o.care_plan_id = d.care_plan_id AND o.item_id = s.item_id
                WHERE l.workshop_id = :w AND l.contract_id = p.contract_id AND l.item_id = d.item_id
                  AND l.status IN ('out', 'overdue') LIMIT 1) b ON true)
"""
_AGAIN = _TURN.format(to=f"is_open = true, look_on = :today, {_WHERE_IT_STANDS}", when="NOT d.is_open", held=_IS_HELD)
# COALESCE: what is asked of a serial without a number, or of a plan that is none of these, has no answer
_CLOSE = _TURN.format(to="is_open = false", when="d.is_open", held=f"NOT COALESCE({_IS_HELD}, false)")

# Whether its contract owes an occurrence no more. What was told of goes on with a thing that went over to another contract.
_IS_OVER = """
    COALESCE((SELECT CASE WHEN s.id IS NULL THEN o.status = ANY(:unstarted) OR (
                               SELECT t.id FROM contract_line t
                                WHERE t.workshop_id = :w AND t.predecessor_id = l.id AND t.contract_id <> l.contract_id
                                  AND t.item_id = l.item_id AND t.status <> 'cancelled' LIMIT 1) IS NULL
                          ELSE o.status = ANY(:unstarted) AND COALESCE(o.rhythm_on, o.due_on)
                               > LEAST((LEAST(l.in_at, s.out_at) AT TIME ZONE :zone)::date, d.paused_on) END
                FROM contract_line l
                LEFT JOIN contract_line s ON s.workshop_id = :w AND s.predecessor_id = l.id
                     AND s.contract_id = l.contract_id AND s.status <> 'cancelled'
               WHERE l.workshop_id = :w AND l.contract_id = p.contract_id AND l.item_id = d.item_id AND l.out_at IS NOT NULL
               ORDER BY l.id DESC LIMIT 1), false)
"""
# Of a thing that is gone everything falls away; of a plan no longer followed what nobody began and nobody was told of. What
# came back from its contract owes that contract nothing more, but for what its return or a failed check called for. Where
# another went out in its place it keeps what was due or told of by then: the other begins with the rest. What a followed plan
# of a product does not mean (any more), because its serials or the thing's were corrected, was never to be done: all that
# nobody began falls away, also what was told of, or a recall that was corrected would go on stopping the use.
_FALL_AWAY = f"""
    UPDATE care_occurrence o SET status = 'superseded', version = o.version + 1
      FROM care_duty d
      JOIN item i ON i.workshop_id = :w AND i.id = d.item_id
      JOIN care_plan p ON p.workshop_id = :w AND p.id = d.care_plan_id
     WHERE o.workshop_id = :w AND d.workshop_id = :w AND NOT d.is_open AND o.status = ANY(:open)
       AND o.care_plan_id = d.care_plan_id AND o.item_id = d.item_id
       AND ((i.status = ANY(:gone) AND o.status = ANY(:open)) OR (NOT p.is_active AND o.status = ANY(:unstarted))
            OR (p.is_active AND p.product_id IS NOT NULL AND o.status = ANY(:open) AND o.status <> 'in_progress')
            OR (p.is_active AND p.contract_id IS NOT NULL AND p.kind NOT IN ('return', 'condition')
                AND o.status = ANY(:open) AND o.status <> 'in_progress' AND {_IS_OVER}))
       {{of_item}}
"""

# A contract that rests: its own duties, and those of the things it has out, wait and go on as much later as it rested. Not
# those whose plan says that days stay days, and never a recall.
_RESTING = """
    (EXISTS (SELECT 1 FROM contract c WHERE c.workshop_id = :w AND c.id = p.contract_id AND c.status = 'paused')
     OR EXISTS (SELECT 1 FROM contract_line l
                  JOIN contract c ON c.workshop_id = :w AND c.id = l.contract_id AND c.status = 'paused'
                 WHERE l.workshop_id = :w AND l.item_id = d.item_id AND l.status IN ('out', 'overdue')))
    AND NOT p.is_kept_in_pause AND p.kind <> 'once'
"""
# It rests since its contract does, also where the planner comes to see it later; not longer than the thing is out, or the
# duty there.
_REST = f"""
    UPDATE care_duty d
       SET paused_on = LEAST(:today, (
               SELECT max(GREATEST(k.from_on, s.since, (d.created_at AT TIME ZONE :zone)::date))
                 FROM (SELECT p.contract_id AS id, CAST('-infinity' AS date) AS since
                        UNION ALL
                       SELECT l.contract_id, (l.starts_at AT TIME ZONE :zone)::date FROM contract_line l
                        WHERE l.workshop_id = :w AND l.item_id = d.item_id AND l.status IN ('out', 'overdue')) s
                 JOIN pause k ON k.workshop_id = :w AND k.contract_id = s.id
                WHERE k.from_on <= :today AND COALESCE(k.until_on > :today, true)))
      FROM care_plan p
     WHERE d.workshop_id = :w AND p.workshop_id = :w AND p.id = d.care_plan_id AND d.is_open AND d.paused_on IS NULL
       AND EXISTS (SELECT 1 FROM contract c WHERE c.workshop_id = :w AND c.status = 'paused') AND {_RESTING} {{of_duty}}
"""
# A season keeps its days, and of what no rhythm counts nothing is counted from the anchor. Where care was done, or the rhythm
# made to begin, within the rest, only what was left of it passes uncounted; what begins after it is not moved. What is lost
# meanwhile waits until it is found, or its rest would be counted twice.
_GO_ON = f"""
    WITH resumed AS MATERIALIZED (
        SELECT d.id, d.paused_on, d.anchor_on, p.kind, LEAST(:today, COALESCE((
                   SELECT max(k.until_on) FROM pause k
                    WHERE k.workshop_id = :w AND k.from_on <= :today AND k.until_on > d.paused_on
                      AND k.contract_id = ANY (ARRAY(
                          SELECT p.contract_id UNION ALL
                          SELECT l.contract_id FROM contract_line l WHERE l.workshop_id = :w AND l.item_id = d.item_id))),
               :today)) AS ends_on
          FROM care_duty d JOIN care_plan p ON p.workshop_id = :w AND p.id = d.care_plan_id
         WHERE d.workshop_id = :w AND d.paused_on IS NOT NULL AND NOT ({_RESTING})
           AND (SELECT i.status FROM item i WHERE i.workshop_id = :w AND i.id = d.item_id) <> ALL(:gone) {{of_duty}})
    UPDATE care_duty d
       SET paused_on = NULL, look_on = :today,
           anchor_on = d.anchor_on
                       + CASE WHEN r.kind = 'time' THEN r.ends_on - GREATEST(r.paused_on, LEAST(r.anchor_on, r.ends_on)) ELSE 0 END
      FROM resumed r
     WHERE d.workshop_id = :w AND d.id = r.id AND d.paused_on IS NOT NULL
    RETURNING d.id, d.care_plan_id, d.item_id, d.last_on, r.anchor_on, r.paused_on, r.ends_on,
              r.ends_on - r.paused_on AS rested, d.anchor_on - r.anchor_on AS days
"""
# What waits of some duties: what nobody was told of, and what somebody was told of and has not answered.
_WAITING = text("""
    SELECT r.duty_id, o.id, o.due_on, COALESCE(o.rhythm_on, o.due_on) AS day, o.status <> 'in_progress' AS may_go
      FROM unnest(CAST(:duties AS bigint[]), CAST(:plans AS bigint[]), CAST(:items AS bigint[])) AS r(duty_id, plan_id, item_id)
      JOIN care_occurrence o ON o.workshop_id = :w AND o.care_plan_id = r.plan_id AND o.item_id = r.item_id
      LEFT JOIN care_visit v ON v.workshop_id = :w AND v.id = o.visit_id
     WHERE o.status = ANY(:unstarted) OR (o.status = 'notified' AND v.answered_at IS NULL) OR o.status = 'in_progress'
     ORDER BY r.duty_id, o.number FOR UPDATE OF o
""")
_SHIFT = text("""
    UPDATE care_occurrence o
       SET due_on = r.due_on, rhythm_on = NULLIF(r.rhythm_on, r.due_on), window_from = r.due_on - p.early_days,
           window_until = r.due_on + p.late_days, version = o.version + 1
      FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[]), CAST(:rhythm AS date[])) AS r(id, due_on, rhythm_on),
           care_plan p
     WHERE o.workshop_id = :w AND o.id = r.id AND p.workshop_id = :w AND p.id = o.care_plan_id
""")
_VISIT_LATER = text("""
    UPDATE care_visit v SET on_day = n.day, version = v.version + 1
      FROM (SELECT o.visit_id, GREATEST(max(o.window_from), min(o.due_on)) AS day
              FROM care_occurrence o
             WHERE o.workshop_id = :w AND o.status IN ('notified', 'in_progress')
               AND o.visit_id IN (SELECT m.visit_id FROM care_occurrence m WHERE m.workshop_id = :w AND m.id = ANY(:ids))
             GROUP BY o.visit_id) n
     WHERE v.workshop_id = :w AND v.id = n.visit_id AND v.on_day <> n.day
""")
_DROP = text("""
    UPDATE care_occurrence o SET status = 'superseded', version = o.version + 1 WHERE o.workshop_id = :w AND o.id = ANY(:ids)
""")
_LAST = text("""
    UPDATE care_duty d SET last_on = r.last_on FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS r(id, last_on)
     WHERE d.workshop_id = :w AND d.id = r.id
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
       SET due_on = :today, rhythm_on = NULL, window_from = :today, window_until = :today + (o.window_until - o.due_on),
           version = o.version + 1
      FROM far
     WHERE o.workshop_id = :w AND o.care_plan_id = far.care_plan_id AND o.item_id = far.item_id
       AND o.status = ANY(:unstarted) AND o.due_on > :today
       AND (SELECT s.id FROM care_occurrence s
             WHERE s.workshop_id = :w AND s.care_plan_id = o.care_plan_id AND s.item_id = o.item_id
               AND s.status = ANY(:open) AND (s.due_on, s.id) < (o.due_on, o.id) LIMIT 1) IS NULL
""")

# A fact is told once: what it calls for is written also while the contract rests, and waits with the rest. A meter is read
# again when it is over.
CALLED_FOR = """
    WITH wanted AS MATERIALIZED (
        SELECT d.id FROM care_plan p
          JOIN care_duty d ON d.workshop_id = :w AND d.care_plan_id = p.id
          JOIN item i ON i.workshop_id = :w AND i.id = d.item_id
         WHERE p.workshop_id = :w AND p.is_active AND {held} AND {because}
           AND (SELECT o.id FROM care_occurrence o
                 WHERE o.workshop_id = :w AND o.care_plan_id = d.care_plan_id AND o.item_id = d.item_id
                   AND o.status = ANY(:open) LIMIT 1) IS NULL),
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
        held="d.is_open",
        because="d.paused_on IS NULL AND p.meter_step IS NOT NULL"
        " AND COALESCE(i.meter, 0) + i.meter_offset - d.base_meter >= p.meter_step",
    ).replace(":ref", "NULL::bigint")
)


def _of(statements: Sequence[str], **only: str) -> tuple[TextClause, ...]:
    return tuple(text(each.format(**only)) for each in statements)


_HELD = (_AGAIN, _CLOSE, _FALL_AWAY, _REST, _GO_ON)
_ALL = {"of_item": "", "of_duty": ""}
_ONE = {"of_item": "AND i.id = :item", "of_duty": "AND d.item_id = :item"}
_BEGIN_ALL, *_HELD_BY_ALL = _of((_BEGIN, *_HELD), **_ALL)
_BEGIN_ONE, *_HELD_BY_ONE = _of((_BEGIN, *_HELD), **_ONE)


def settle_duties(today: date, most: int = NEW_AT_ONCE) -> int:
    """Which plan holds for which item; what rests; what a meter calls for. The number of rows that changed. While `most` pairs
    begin at once, the rest is asked behind the last of them."""
    begun = _changed(_BEGIN_ALL, today, most=most)
    if begun == most:
        return begun
    held = sum(_changed(each, today) for each in _HELD_BY_ALL)
    return begun + held + sum(_changed(each, today) for each in (_BY_METER, _METER_ALONE))


def settle_item(item_id: int, today: date) -> None:
    """Which plan holds for one item, and what of it rests: before it is asked what a fact about it calls for."""
    for each in (_BEGIN_ONE, *_HELD_BY_ONE):
        _changed(each, today, item=item_id, most=NEW_AT_ONCE)


def _changed(statement: TextClause, today: date, **known: Any) -> int:
    given = {"today": today, "now": clock.now(), "zone": get_workshop(current_workshop_id()).zone} | known
    done = run(statement, **given)
    return _moved_on(done.all()) if done.returns_rows else done.rowcount


def _moved_on(resumed: Sequence[Any]) -> int:
    """What rested goes on later, each day in its place of the rhythm that now begins later, and what is named by its date on
    its date; one that falls on a closed day then moves to an open one, as any other does. Of several that would then be due
    on one day the first remains."""
    later = {duty.id: duty for duty in resumed if duty.rested > 0}
    if not later:
        return len(resumed)
    plans = {plan.id: plan for plan in run(PLANS, ids=list({duty.care_plan_id for duty in later.values()})).all()}
    pairs = {
        "plans": [duty.care_plan_id for duty in later.values()],
        "items": [duty.item_id for duty in later.values()],
    }
    is_open = hours.load_calendar().is_open_day
    lasts = {
        duty.id: rhythm_of(plans[duty.care_plan_id]).last_moved(duty.last_on, duty.anchor_on, duty.days)
        for duty in later.values()
        if duty.last_on is not None
    }
    kept: list[tuple[int, date, date]] = []
    dropped: list[int] = []
    taken: set[tuple[int, date]] = set()
    for row in run(_WAITING, duties=list(later), **pairs).all():
        duty = later[row.duty_id]
        plan = plans[duty.care_plan_id]
        day, due_on = _after_rest(row, duty, plan, is_open)
        if (duty.id, due_on) in taken and row.may_go:
            dropped.append(row.id)
            continue
        taken.add((duty.id, due_on))
        kept.append((row.id, due_on, day))
        # nor what else of the season fell inside the rest
        if plan.kind == "season" and row.due_on < duty.ends_on <= due_on:
            lasts[duty.id] = max(lasts.get(duty.id, date.min), duty.ends_on - timedelta(days=1))
    ids = [number for number, _due, _day in kept]
    run(_SHIFT, ids=ids, days=[due_on for _id, due_on, _day in kept], rhythm=[day for _id, _due, day in kept])
    run(_DROP, ids=dropped)
    run(_VISIT_LATER, ids=ids)
    run(_LAST, ids=list(lasts), days=list(lasts.values()))
    return len(resumed)


def _after_rest(row: Any, duty: Any, plan: Any, is_open: Callable[[date], bool]) -> tuple[date, date]:
    """(its day of the rhythm, when it is due) of an occurrence that waited while its duty rested."""
    rhythm = rhythm_of(plan)
    shift = partial(shifted, is_open=is_open, later=plan.is_shifted_later, excluded=rhythm.excluded)
    if rhythm.number(row.day, duty.anchor_on) is not None:
        day = rhythm.moved(row.day, duty.anchor_on, duty.days)
        return day, shift(day)
    is_named = rhythm.is_named(row.day, duty.anchor_on)
    if duty.paused_on <= row.due_on < duty.ends_on:  # it waited no longer than until the end
        due_on = shift(duty.ends_on, later=True)
    elif is_named and row.due_on >= duty.ends_on:
        due_on = row.due_on
    else:  # late already, or counted in a rhythm of before: as much later
        due_on = shift(row.due_on + timedelta(days=duty.rested))
    return (row.day if is_named else due_on), due_on
