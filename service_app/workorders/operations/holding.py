"""What is late, or was not done wholly, holds its thing back."""

from __future__ import annotations

from sqlalchemy import text

from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.workorders.statements import run
from service_app.workshops.queries import get_workshop

# Late is after its window, unless the next of its plan was done already; a recall is late from its first day. What a newer
# one passed was not done for all that: it holds until care that came after it was done or skipped, as long as the plan holds
# for the thing (then that newer one is there to be done or skipped). What failed a check, or was left out, holds from then
# on until care is done wholly, or somebody says what made it fit (`fitness`): to skip the next time is not that. It holds no
# more once its plan does not mean the thing any more; that of a contract holds on after a swap, for it is the thing that
# failed. While a contract rests, what would become late waits with it, and what was late before stays so; a recall never
# rests.
#
# What was missed piles up over the years. Its pairs are found by its state, through the index of days, among the few plans
# that stop anything (IS TRUE keeps that a look into a hash, whatever is known of the sizes); then each pair is read once, by
# the index of its numbers, and what belongs to it by its keys.
_HELD = """
    WITH pairs AS MATERIALIZED (
        SELECT DISTINCT o.care_plan_id, o.item_id FROM care_occurrence o
         WHERE o.workshop_id = :w AND o.status IN ('missed', 'done_partial') AND {of_one}
               (o.care_plan_id IN (SELECT p.id FROM care_plan p WHERE p.workshop_id = :w AND p.is_active
                                      AND p.severity IN ('stop_lending', 'stop_use'))) IS TRUE),
    unsettled AS (
        SELECT o.item_id, p.severity
          FROM care_occurrence o JOIN care_plan p ON p.workshop_id = :w AND p.id = o.care_plan_id
         WHERE o.workshop_id = :w AND o.status = ANY(:open) AND {of_one} p.is_active AND p.severity IN ('stop_lending', 'stop_use')
           AND CASE WHEN p.kind = 'once' THEN o.due_on <= :today
                    ELSE o.window_until < :today AND COALESCE(o.window_until < (
                         SELECT d.paused_on FROM care_duty d
                          WHERE d.workshop_id = :w AND d.care_plan_id = o.care_plan_id AND d.item_id = o.item_id), true)
                         AND (SELECT n.id FROM care_occurrence n
                               WHERE n.workshop_id = :w AND n.care_plan_id = o.care_plan_id AND n.item_id = o.item_id
                                 AND n.number > o.number AND n.status = 'done' AND NOT n.is_extra LIMIT 1) IS NULL END
        UNION ALL
        SELECT q.item_id, p.severity
          FROM pairs q
         CROSS JOIN LATERAL (SELECT p.severity, p.contract_id FROM care_plan p
                              WHERE p.workshop_id = :w AND p.id = q.care_plan_id OFFSET 0) p
         CROSS JOIN LATERAL (SELECT d.is_open, LEAST(:today, d.paused_on) AS today FROM care_duty d
                              WHERE d.workshop_id = :w AND d.care_plan_id = q.care_plan_id AND d.item_id = q.item_id OFFSET 0) d
         CROSS JOIN LATERAL (
               SELECT max(o.due_on) FILTER (WHERE o.status = 'missed' AND o.window_until < d.today) AS missed_on,
                      max(o.done_at) FILTER (WHERE o.status = 'done_partial') AS in_part_at,
                      max(o.done_at) FILTER (WHERE o.status = 'done') AS done_at,
                      max(o.done_at) FILTER (WHERE o.status IN ('done', 'skipped')) AS settled_at
                 FROM care_occurrence o
                WHERE o.workshop_id = :w AND o.care_plan_id = q.care_plan_id AND o.item_id = q.item_id) o
         WHERE d.is_open AND o.missed_on > COALESCE((o.settled_at AT TIME ZONE :zone)::date, '-infinity')
            OR o.in_part_at >= COALESCE(o.done_at, '-infinity')
               AND CASE WHEN p.contract_id IS NULL THEN d.is_open
                        ELSE (SELECT i.status FROM item i WHERE i.workshop_id = :w AND i.id = q.item_id) <> ALL(:gone) END),
    late AS (
        SELECT item_id, CASE WHEN bool_or(severity = 'stop_use') THEN 'stop_use' ELSE 'stop_lending' END AS held
          FROM unsettled GROUP BY item_id),
    turned AS (
        SELECT i.id, COALESCE(late.held, '') AS held, i.held_back AS before
          FROM item i LEFT JOIN late ON late.item_id = i.id
         WHERE i.workshop_id = :w AND {one} (late.held IS NOT NULL OR i.held_back <> '')
           AND i.held_back <> COALESCE(late.held, ''))
    UPDATE item i SET held_back = turned.held, version = i.version + 1
      FROM turned WHERE i.workshop_id = :w AND i.id = turned.id
    RETURNING i.id, i.held_back, turned.before
"""
_HELD_ALL = text(_HELD.format(of_one="", one=""))
_HELD_ONE = text(_HELD.format(of_one="o.item_id = :item AND", one="i.id = :item AND"))


def hold_back_late(actor: Actor, item_id: int | None = None) -> int:
    """What late care does in the current workshop, or to the one thing that somebody looked after: a thing whose plan stops
    lending or use is held back, one whose care was done goes out again. Leaves care.held_back and care.let_go (whose letters
    reach the holder of what may not be used, or may be used again); the number of things that changed."""
    zone = get_workshop(current_workshop_id()).zone
    session().flush()
    found = _HELD_ALL if item_id is None else _HELD_ONE
    turned = run(found, today=clock.today(zone), zone=zone, item=item_id).all()
    for row in turned:
        held, item = row.held_back, session().get_one(Item, (current_workshop_id(), row.id), populate_existing=True)
        about: list[object] = [item]
        if "stop_use" in (held, row.before) and item.custodian_customer_id is not None:
            about.append(session().get_one(Customer, (item.workshop_id, item.custodian_customer_id)))
        events.record("care.held_back" if held else "care.let_go", actor, about, {"tag": item.tag, "severity": held})
    return len(turned)
