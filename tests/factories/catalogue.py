"""Products, plans and care plans for tests and the demo, made by the same operations that people use."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from service_app.catalogue.characteristics import EndOfLife, Facilities, Function, Geometry, Properties
from service_app.catalogue.models import CarePlan, Plan, Product
from service_app.catalogue.operations import Handling, ProductFacts, create_product
from service_app.catalogue.plan_operations import (
    PlanFacts,
    Tier,
    create_plan,
)
from service_app.contracts.models import Contract
from service_app.core.access import WORKER, Actor
from service_app.items.models import Item
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workorders.operations.plans import create_plan as create_plan_of_care

_numbers = count(1)


def cargo_bike_facts(**facts: Any) -> ProductFacts:
    """A cargo bike with all five characteristics; any fact can be given."""
    given: dict[str, Any] = {
        "code": f"CB{next(_numbers)}",
        "name": {"fr": "Vélo cargo", "nl": "Bakfiets", "en": "Cargo bike"},
        "brand": "Douze",
        "category": "bike",
        "geometry": Geometry(2400, 700, 1150, 34_000, 1_900_000),
        "properties": Properties(
            ({"material": "aluminium", "share": 58}, {"material": "steel", "share": 22}), ("battery",)
        ),
        "function": Function({"fr": "Transporter des enfants ou 80 kg", "en": "Carry children or 80 kg"}, "day"),
        "facilities": Facilities("Atelier vélo", ("torque wrench", "truing stand"), ("bike mechanics", "e-bike")),
        "end_of_life": EndOfLife(
            "refurbish",
            ({"part": "motor", "share": 70}, {"part": "wheels", "share": 60}),
            ({"fraction": "aluminium", "mass_g": 19_000}, {"fraction": "batteries", "mass_g": 3_000}),
        ),
        "handling": Handling(30, 60, Decimal("4200"), "km", ("lock", "two keys", "charger")),
    }
    return ProductFacts(**given | facts)


def a_product(*, actor: Actor = WORKER, external_ref: str | None = None, **facts: Any) -> Product:
    """A cargo bike; any fact can be given."""
    return create_product(actor, cargo_bike_facts(**facts), external_ref)


def a_day_plan(product: Product, *, actor: Actor = WORKER, **facts: Any) -> Plan:
    """35.00 a day, 30.00 from three days, 22.50 from seven; deposit 150.00; 20.00 a late day."""
    given: dict[str, Any] = {
        "code": f"{product.code}-DAY",
        "name": {"fr": "À la journée", "nl": "Per dag", "en": "By the day"},
        "tiers": (Tier(1, Decimal("35")), Tier(3, Decimal("30")), Tier(7, Decimal("22.50"))),
        "deposit_amount": Decimal("150"),
        "late_amount": Decimal("20"),
        "late_cap_amount": Decimal("150"),
    }
    return create_plan(actor, product, PlanFacts(**given | facts))


def a_monthly_plan(product: Product, *, actor: Actor = WORKER, **facts: Any) -> Plan:
    """79.00 a month, three months at least, a month's notice; deposit 150.00."""
    given: dict[str, Any] = {
        "code": f"{product.code}-MONTH",
        "name": {"fr": "Au mois", "nl": "Per maand", "en": "By the month"},
        "pricing": "monthly",
        "monthly_amount": Decimal("79"),
        "deposit_amount": Decimal("150"),
        "min_term_months": 3,
        "notice_days": 30,
    }
    return create_plan(actor, product, PlanFacts(**given | facts))


def a_care_plan(of: Product | Item | Contract, *, actor: Actor = WORKER, **facts: Any) -> CarePlan:
    """A big service every six months, of a product, an item or a contract."""
    given = {"name": {"fr": "Grand entretien", "nl": "Groot onderhoud", "en": "Full service"}, "every": 6}
    return create_plan_of_care(actor, of, CarePlanFacts(**given | facts))
