"""Plans and care plans: create and change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from service_app.catalogue.characteristics import clean_texts
from service_app.catalogue.models import Plan, PlanTier, Product
from service_app.catalogue.operations import clean_code
from service_app.catalogue.rules import PlanRules
from service_app.core import events, versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import to_cents

PRICINGS = ("tiers", "monthly")


@dataclass(frozen=True)
class Tier:
    """From this many days on, each day costs this amount."""

    from_days: int
    day_amount: Decimal


@dataclass(frozen=True)
class PlanFacts:
    """A plan as typed; amounts are what the customer pays, VAT included, in the workshop's currency."""

    code: str
    name: Mapping[str, str]
    pricing: str = "tiers"
    tiers: tuple[Tier, ...] = ()
    monthly_amount: Decimal | None = None
    deposit_amount: Decimal = Decimal(0)
    min_days: int | None = None
    max_days: int | None = None
    min_term_months: int | None = None
    notice_days: int | None = None
    late_amount: Decimal = Decimal(0)
    late_grace_minutes: int = 60
    late_open_days_only: bool = True
    late_cap_amount: Decimal | None = None
    rules: PlanRules = field(default_factory=PlanRules)
    is_active: bool = True


def create_plan(actor: Actor, product: Product, facts: PlanFacts) -> Plan:
    """A new plan for a product. Refuses with the field concerned: a code that is taken, no name, no tier
    (`tiers.none`), tiers that do not begin at day 1 (`tiers.first`) or name a day twice (`tiers.twice`), a monthly
    plan without its amount, negative amounts, lengths the wrong way round, and what
    `PlanRules.clean` refuses. Leaves plan.created."""
    actor.must("product:write")
    columns = _clean_plan(facts)
    _refuse_code_taken(columns["code"], None)
    plan = Plan(product_id=product.id, **columns)
    session().add(plan)
    session().flush()
    _replace_tiers(plan, facts)
    session().expire(product, ["plans"])
    events.record("plan.created", actor, [plan, product], {"code": plan.code})
    return plan


def change_plan(actor: Actor, plan: Plan, expected_version: int | None, facts: PlanFacts) -> None:
    """Other terms of a plan, for contracts drafted from now on. Refuses as `create_plan`, and a stale version. Leaves
    plan.changed."""
    actor.must("product:write")
    columns = _clean_plan(facts)
    versions.take(plan, expected_version)
    _refuse_code_taken(columns["code"], plan.id)
    for name, value in columns.items():
        setattr(plan, name, value)
    _replace_tiers(plan, facts)
    events.record("plan.changed", actor, [plan, plan.product], {"code": plan.code})


def _clean_plan(facts: PlanFacts) -> dict[str, Any]:
    if facts.pricing not in PRICINGS:
        raise Invalid("choice.unknown", field="pricing", value=facts.pricing)
    _refuse_amounts(facts)
    _refuse_lengths(facts)
    if facts.pricing == "tiers":
        _refuse_tiers(facts.tiers)
    elif facts.monthly_amount is None:
        raise Invalid("field.required", field="monthly_amount")
    columns = asdict(facts) | {"code": clean_code(facts.code), "name": clean_texts(facts.name, "name")}
    columns["rules"] = facts.rules.clean().to_json()
    columns.pop("tiers")
    if facts.pricing == "tiers":
        columns["monthly_amount"] = None
    return {name: to_cents(value) if isinstance(value, Decimal) else value for name, value in columns.items()}


def _refuse_amounts(facts: PlanFacts) -> None:
    for name in ("monthly_amount", "deposit_amount", "late_amount", "late_cap_amount"):
        amount = getattr(facts, name)
        if amount is not None and amount < 0:
            raise Invalid("amount.negative", field=name)


def _refuse_lengths(facts: PlanFacts) -> None:
    for name, least, most in (
        ("min_days", 1, 3650),
        ("max_days", 1, 3650),
        ("min_term_months", 0, 120),
        ("notice_days", 0, 365),
        ("late_grace_minutes", 0, 10_080),
    ):
        _within(getattr(facts, name), name, least, most)
    if facts.min_days and facts.max_days and facts.min_days > facts.max_days:
        raise Invalid("plan.longest_below_shortest", field="max_days", least=facts.min_days)


def _within(value: int | None, name: str, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise Invalid("number.out_of_range", field=name, least=least, most=most)


def _refuse_tiers(tiers: tuple[Tier, ...]) -> None:
    if not tiers:
        raise Invalid("tiers.none", field="tiers")
    days = sorted(tier.from_days for tier in tiers)
    if days[0] != 1:
        raise Invalid("tiers.first", field="tiers", first=days[0])
    twice = next((day for day in days if days.count(day) > 1), None)
    if twice is not None:
        raise Invalid("tiers.twice", field="tiers", day=twice)
    if any(tier.day_amount < 0 for tier in tiers):
        raise Invalid("amount.negative", field="tiers")


def _replace_tiers(plan: Plan, facts: PlanFacts) -> None:
    session().execute(
        delete(PlanTier).where(PlanTier.plan_id == plan.id).execution_options(synchronize_session="fetch")
    )
    for tier in sorted(facts.tiers, key=lambda one: one.from_days) if facts.pricing == "tiers" else ():
        session().add(PlanTier(plan_id=plan.id, from_days=tier.from_days, day_amount=to_cents(tier.day_amount)))
    session().flush()
    session().expire(plan, ["tiers"])


def _refuse_code_taken(code: str, besides: int | None) -> None:
    known = session().scalar(select(Plan.id).where(Plan.code == code))
    if known not in (None, besides):
        raise Conflict("plan.code_taken", field="code", taken=code)
