"""Plans: tiers, monthly amounts, deposits, late fees."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service_app.catalogue import plan_operations, queries
from service_app.catalogue.plan_operations import PlanFacts, Tier
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from tests.factories.catalogue import a_day_plan, a_monthly_plan, a_product


def tiers_of(plan):
    return [(tier.from_days, tier.day_amount) for tier in plan.tiers]


def test_tiers_are_kept_in_order_of_days(workshop, scope):
    with scope(workshop):
        plan = a_day_plan(a_product(), tiers=(Tier(7, Decimal("22.5")), Tier(1, Decimal("35"))))
        assert tiers_of(plan) == [(1, Decimal("35.00")), (7, Decimal("22.50"))]


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"tiers": ()}, "tiers.none", "tiers"),
        ({"tiers": (Tier(2, Decimal(10)),)}, "tiers.first", "tiers"),
        ({"tiers": (Tier(1, Decimal(10)), Tier(1, Decimal(9)))}, "tiers.twice", "tiers"),
        ({"tiers": (Tier(1, Decimal(-1)),)}, "amount.negative", "tiers"),
        ({"pricing": "monthly"}, "field.required", "monthly_amount"),
        ({"pricing": "yearly"}, "choice.unknown", "pricing"),
        ({"deposit_amount": Decimal(-1)}, "amount.negative", "deposit_amount"),
        ({"min_days": 8, "max_days": 7}, "plan.longest_below_shortest", "max_days"),
        ({"late_grace_minutes": -1}, "number.out_of_range", "late_grace_minutes"),
        ({"name": {}}, "text.no_language", "name"),
        ({"code": ""}, "code.invalid", "code"),
    ],
)
def test_plan_that_cannot_be_is_refused_at_its_field(workshop, scope, facts, code, field):
    with scope(workshop):
        bike = a_product()
        with pytest.raises(Invalid) as refused:
            a_day_plan(bike, **facts)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_code_of_a_plan_is_unique(workshop, scope):
    with scope(workshop):
        bike = a_product()
        a_day_plan(bike, code="DAY")
        with pytest.raises(Conflict):
            a_day_plan(bike, code="day")


def test_changed_plan_has_the_new_tiers_only(workshop, scope):
    with scope(workshop):
        plan = a_day_plan(a_product(), code="DAY")
        facts = PlanFacts("DAY", {"fr": "Jour"}, tiers=(Tier(1, Decimal(40)),))
        plan_operations.change_plan(WORKER, plan, 1, facts)
        session().expunge_all()
        again = queries.get_plan("day")
        assert (tiers_of(again), again.version, again.name) == ([(1, Decimal(40))], 2, {"fr": "Jour"})


def test_plan_that_becomes_monthly_loses_its_tiers(workshop, scope):
    with scope(workshop):
        plan = a_day_plan(a_product(), code="DAY")
        facts = PlanFacts("DAY", {"fr": "Mois"}, pricing="monthly", monthly_amount=Decimal("79"))
        plan_operations.change_plan(WORKER, plan, 1, facts)
        assert (tiers_of(plan), plan.monthly_amount) == ([], Decimal("79"))


def test_stale_version_of_a_plan_is_refused(workshop, scope):
    with scope(workshop):
        plan = a_monthly_plan(a_product(), code="MONTH")
        facts = PlanFacts("MONTH", {"fr": "Mois"}, pricing="monthly", monthly_amount=Decimal("89"))
        plan_operations.change_plan(WORKER, plan, 1, facts)
        with pytest.raises(Conflict) as refused:
            plan_operations.change_plan(WORKER, plan, 1, facts)
    assert refused.value.code == "version.stale"


def test_only_active_plans_of_active_products_are_offered(workshop, scope):
    with scope(workshop):
        bike, old = a_product(code="CB"), a_product(code="OLD", is_active=False)
        a_day_plan(bike)
        a_monthly_plan(bike, is_active=False)
        a_day_plan(old)
        assert [plan.code for plan in queries.list_offered_plans()] == ["CB-DAY"]
