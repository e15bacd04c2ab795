"""A workshop of things and plans, lived through day by day, for the simulation and the bench."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select, text

from service_app.core import clock, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database, current_workshop_id, session
from service_app.workorders import operations, queries
from service_app.workorders.models import CareOccurrence
from tests.factories.catalogue import a_product

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
_ITEMS = text("""
    INSERT INTO item (workshop_id, tag, public_code, product_id, acquired_on)
    SELECT :w, 'S-' || n, :w || '-S' || n || 'AAAAAA', :product, DATE '2025-01-01' + (n * 7 % 360)
      FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n
""")
_PLANS = text("""
    INSERT INTO care_plan (workshop_id, item_id, name, kind, every, unit, basis, horizon_days, early_days, late_days)
    SELECT :w, i.id, '{"fr": "Soin"}', 'time', 1 + (substring(i.tag FROM 3)::int + k) % 9,
           CASE WHEN k % 3 = 0 THEN 'week' ELSE 'month' END,
           CASE WHEN k % 2 = 0 THEN 'fixed' ELSE 'completion' END, 60, 7, 14
      FROM item i CROSS JOIN generate_series(0, CAST(:most AS int)) k
     WHERE i.workshop_id = :w AND i.product_id = :product ORDER BY k, i.id LIMIT :plans
""")


def fill(items: int, plans: int) -> None:
    """So many items of one product, and so many plans over them."""
    product = a_product()
    given = {"w": current_workshop_id(), "product": product.id}
    by_hand = {"scoped_by_hand": True}
    session().execute(text("SET LOCAL statement_timeout = 0"), execution_options=by_hand)  # a seed, not a request
    session().execute(_ITEMS, given | {"first": 1, "last": items}, execution_options=by_hand)
    session().execute(_PLANS, given | {"most": plans // items, "plans": plans}, execution_options=by_hand)


def days(number: int, *, without: range = range(0)) -> Iterator[datetime]:
    """The mornings of so many days from the beginning, but those of the outage."""
    return (BEGIN + timedelta(days=each) for each in range(number) if each not in without)


def live(
    database: Database, scope: tenancy.Scope, mornings: Iterator[datetime], plan: Callable[[], None], seed: int
) -> None:
    """Each morning it is planned; during the day some of what is due is done, some skipped, some left."""
    chance = random.Random(seed)
    for morning in mornings:
        with clock.travelled(morning):
            plan()
            with database.transaction(scope):
                _work(chance)


def _work(chance: random.Random) -> None:
    today = queries.today_here()
    found = select(CareOccurrence.id).where(
        CareOccurrence.status.in_(("planned", "notified", "booked")), CareOccurrence.due_on <= today + timedelta(days=2)
    )
    for occurrence_id in session().scalars(found.order_by(CareOccurrence.care_plan_id, CareOccurrence.number)).all():
        luck = chance.random()
        if luck < 0.6:
            continue
        occurrence = queries.get_occurrence(occurrence_id)
        if occurrence.status not in ("planned", "notified", "booked"):
            continue  # it was done with another of the same visit
        if luck < 0.95:
            operations.do_care(WORKER, occurrence)
        else:
            operations.skip_care(WORKER, occurrence, "not this time")


def told() -> list[tuple[int, int, date, str]]:
    """All that happened, by plan: what two runs must have alike."""
    rank = func.dense_rank().over(order_by=CareOccurrence.care_plan_id)
    found = select(rank, CareOccurrence.number, CareOccurrence.due_on, CareOccurrence.status)
    ordered = found.order_by(CareOccurrence.care_plan_id, CareOccurrence.number)
    return [(plan, number, day, status) for plan, number, day, status in session().execute(ordered)]


def digest() -> str:
    """The story of `told` in one word."""
    return hashlib.sha256(repr(told()).encode()).hexdigest()[:16]


def by_turns(planners: int, act: Callable[[], None]) -> None:
    """The same act by so many planners at once, at the same hour."""
    now = clock.now()

    def once(_number: int) -> None:
        with clock.travelled(now):
            act()

    with ThreadPoolExecutor(planners) as pool:
        list(pool.map(once, range(planners)))


def faults() -> list[str]:
    """What must never be: a day of a plan twice, a gap in its numbers, two open ones in the past, a rhythm that stands still."""
    twice = text("""
        SELECT 'a day twice' FROM care_occurrence WHERE workshop_id = :w AND NOT is_extra
         GROUP BY care_plan_id, item_id, due_on HAVING count(*) > 1
        UNION ALL
        SELECT 'a gap in the numbers' FROM care_occurrence WHERE workshop_id = :w
         GROUP BY care_plan_id, item_id HAVING max(number) <> count(*)
        UNION ALL
        SELECT 'two open in the past' FROM care_occurrence
         WHERE workshop_id = :w AND status IN ('planned', 'notified') AND due_on < :today
         GROUP BY care_plan_id, item_id HAVING count(*) > 1
        UNION ALL
        SELECT 'a rhythm that stands still' FROM care_duty d
         WHERE d.workshop_id = :w AND d.is_open AND NOT EXISTS (
             SELECT 1 FROM care_occurrence o WHERE o.workshop_id = :w AND o.care_plan_id = d.care_plan_id
                AND o.item_id = d.item_id AND o.status IN ('forecast', 'planned', 'notified', 'booked', 'in_progress'))
    """)
    given = {"w": current_workshop_id(), "today": queries.today_here()}
    return list(session().scalars(twice, given, execution_options={"scoped_by_hand": True}))
