"""Contracts by the month in the middle of their life, at a fixed time; inside a workshop's transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from service_app.catalogue.models import Plan, Product
from service_app.catalogue.rules import PlanRules
from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import money
from service_app.contracts.operations.offers import Wish
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from tests.factories.catalogue import a_monthly_plan, a_product
from tests.factories.rentals import an_active, an_item

START = datetime(2026, 10, 10, 8, tzinfo=UTC)  # a Saturday, 10:00 in Brussels


def at(day: date | str, hour: int = 8) -> datetime:
    """An instant on a day, in UTC."""
    return datetime.combine(date.fromisoformat(day) if isinstance(day, str) else day, datetime.min.time(), UTC).replace(
        hour=hour
    )


def a_plan(product: Product, amount: str = "24", rules: PlanRules | None = None, **facts: Any) -> Plan:
    """A monthly plan with rules; no term and no notice unless given."""
    given: dict[str, Any] = {"min_term_months": None, "notice_days": None, "deposit_amount": Decimal(0)}
    plan = a_monthly_plan(product, monthly_amount=Decimal(amount), **given | facts)
    plan.rules = (rules or PlanRules()).to_json()
    session().flush()
    return plan


def a_subscription(
    amount: str = "24", rules: PlanRules | None = None, *, lines: int = 1, spare: int = 1, **facts: Any
) -> Contract:
    """Handed over on 10 October 2026 (or when it is now), 24.00 a month, open-ended."""
    product = a_product()
    for _number in range(lines + spare):
        an_item(product)
    plan = a_plan(product, amount, rules, **facts)
    wishes = [Wish(product, plan, clock.now(), None) for _number in range(lines)]
    contract = an_active(*wishes)
    settle(contract)
    return contract


def settle(contract: Contract) -> None:
    """Whatever is owed is paid by card."""
    if money.balance(contract).open:
        money.settle_up(WORKER, contract, method="card", use_deposit=False)


def figures(contract: Contract, line: ContractLine | None = None) -> list[tuple[str, Decimal]]:
    """(kind, amount) of every charge and credit (negative), in order; of one line when it is given."""
    rows = [(row.id, row.kind, row.amount, row.contract_line_id) for row in charges.charges_of(contract.id)]
    taken = [(row.id, row.rule, -row.amount, row.contract_line_id) for row in credits.credits_of(contract.id)]
    return [(name, amount) for _id, name, amount, line_id in [*rows, *taken] if line is None or line_id == line.id]


def net(contract: Contract, line: ContractLine | None = None) -> Decimal:
    """Charges less credits."""
    return sum((amount for _name, amount in figures(contract, line)), Decimal(0))
