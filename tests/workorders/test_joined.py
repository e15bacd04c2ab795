"""What comes up behind an announcement and fits its day is done with it: one visit, one letter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.events import Event
from service_app.items.models import Allocation, Item
from service_app.workorders import operations
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_active, an_item
from tests.workorders.days import DAY, occurrences, plan_all

FIRST = {"every": 1, "starts_on": date(2026, 8, 18), "notice_days": 14, "early_days": 7, "late_days": 7}


def announced() -> int:
    return session().scalar(select(func.count()).select_from(Event).where(Event.name == "care.due")) or 0


def a_visit_for_the_18th() -> Item:
    product = a_product()
    a_care_plan(product, duration_minutes=30, **FIRST)
    item = an_item(product, acquired_on=date(2026, 1, 1))
    plan_all()
    assert operations.announce_due_care(WORKER) == 1
    return item


@pytest.mark.parametrize(
    ("second", "visits"),
    [
        ({"every": 12, "starts_on": date(2025, 9, 21)}, 1),
        ({"every": 12, "starts_on": date(2025, 9, 21), "early_days": 1}, 2),
        ({"every": None, "kind": "once", "starts_on": date(2026, 9, 18), "severity": "stop_use"}, 2),
    ],
    ids=["fits", "another day", "a recall says so itself"],
)
def test_plan_that_is_new_behind_an_announcement_comes_with_it_where_its_day_fits(
    workshop: Workshop, scope: Scoped, second: dict[str, object], visits: int
) -> None:
    with scope(workshop), clock.travelled(DAY):
        item = a_visit_for_the_18th()
        a_care_plan(
            item.product, **{"notice_days": 14, "early_days": 7, "late_days": 7, "duration_minutes": 45} | second
        )
        plan_all()
        assert operations.announce_due_care(WORKER) == 1
        assert {each.status for each in occurrences() if each.visit_id} == {"notified"}
        assert session().scalar(select(func.count()).select_from(CareVisit)) == visits
        assert announced() == visits, "one letter a visit"
        blocked = session().scalars(select(Allocation).where(Allocation.item_id == item.id)).all()
        around = item.product.buffer_before_minutes + item.product.buffer_after_minutes
        minutes = [(each.upper - each.lower).seconds // 60 - around for each in (row.during for row in blocked)]
        assert (len(minutes), sum(minutes)) == (visits, 30 + 45), "time for both is kept"


def test_what_comes_up_behind_an_answer_is_a_visit_of_its_own(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        item = a_visit_for_the_18th()
        visit = session().scalars(select(CareVisit)).one()
        visit.answered_at = clock.now()
        session().flush()
        a_care_plan(item.product, every=12, starts_on=date(2025, 9, 21), notice_days=14)
        plan_all()
        operations.announce_due_care(WORKER)
        assert session().scalar(select(func.count()).select_from(CareVisit)) == 2


def test_day_of_a_visit_that_is_past_is_today(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        item = a_visit_for_the_18th()
    with scope(workshop), clock.travelled(DAY + timedelta(days=14)):
        a_care_plan(item.product, every=12, starts_on=date(2025, 9, 23), early_days=7, notice_days=14)
        plan_all()
        operations.announce_due_care(WORKER)
        assert session().scalar(select(func.count()).select_from(CareVisit)) == 1


def visits_of(status: str = "notified") -> list[int]:
    """How many are told of in each visit."""
    counted: dict[int, int] = {}
    for each in occurrences():
        if each.visit_id is not None and each.status == status:
            counted[each.visit_id] = counted.get(each.visit_id, 0) + 1
    return sorted(counted.values())


def test_of_one_plan_one_day_joins_and_the_next_has_a_visit_of_its_own(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        item = a_visit_for_the_18th()
        weekly = {"every": 1, "unit": "week", "starts_on": date(2026, 9, 4), "early_days": 7, "late_days": 7}
        a_care_plan(item.product, notice_days=21, **weekly)
        plan_all()
        operations.announce_due_care(WORKER)
        assert visits_of() == [1, 1, 2]


def test_nothing_joins_a_visit_that_nobody_is_asked_about_any_more(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        item = a_visit_for_the_18th()
        put_away = occurrences()[0].plan
        plans.change_plan(WORKER, put_away, 1, CarePlanFacts({"fr": "Ancien"}, is_active=False, **FIRST))
        a_care_plan(item.product, every=12, starts_on=date(2025, 9, 21), early_days=7, notice_days=14)
        plan_all()
        operations.announce_due_care(WORKER)
        assert announced() == 2


@pytest.mark.parametrize(
    ("later", "facts", "events"),
    [(0, {}, 1), (13, {}, 2), (0, {"place": "self"}, 2)],
    ids=["they are reminded of it yet", "the day of the visit is past", "they do it themselves"],
)
def test_customer_is_told_of_what_they_would_not_be_reminded_of(
    workshop: Workshop, scope: Scoped, later: int, facts: dict[str, object], events: int
) -> None:
    with scope(workshop), clock.travelled(DAY):
        item = an_active().lines[0].item
        assert item is not None
        item.acquired_on = date(2026, 1, 1)
        a_care_plan(item, **FIRST)
        plan_all()
        operations.announce_due_care(WORKER)
        assert announced() == 1
    with scope(workshop), clock.travelled(DAY + timedelta(days=later)):
        second = {"every": 12, "starts_on": date(2025, 9, 22), "early_days": 7, "late_days": 7, "notice_days": 18}
        a_care_plan(item, **second | facts)
        plan_all()
        operations.announce_due_care(WORKER)
        assert announced() == events
