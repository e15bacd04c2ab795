"""The sections of a passport as codes and values: what the page, the JSON-LD and the links of the trade say alike.

A section is built only for a layer that sees it (`seen`). None of them reads a customer, an account, or what a person typed
about another: an owner who is not the workshop is one, and has no name here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service_app.items.models import Item
from service_app.passports import epcis, reading, seen
from service_app.passports.models import BatteryModel
from service_app.recovery.operations import passings
from service_app.repairs import queries as repairs
from service_app.workorders import queries as care
from service_app.workshops.models import Workshop
from service_app.workshops.queries import get_workshop

Section = dict[str, Any]

# What failed a check was looked after as well: care.failed stands beside its care.done, and is no other time.
_MENDED, _CARED = ("repair.ready", "refurbishment.done"), ("care.done",)
# Annex XIII, point 1, and what its point 2 keeps for people with a legitimate interest.
PUBLIC_BATTERY = (
    "maker", "model", "chemistry", "mass_g", "capacity_mah", "voltage_mv", "voltage_min_mv", "voltage_max_mv", "cycles",
    "coldest_c", "hottest_c", "warranty_months", "recycled_percent", "made_in", "critical_materials", "hazardous",
    "extinguishing", "waste_advice", "declaration",
)  # fmt: skip
INSIDE_BATTERY = ("composition", "dismantling", "safety", "parts")


@dataclass(frozen=True)
class Passport:
    """A passport as a layer sees it: {section: values}."""

    item: Item
    workshop: Workshop
    layer: str
    sections: dict[str, Section]


def passport(item: Item, workshop: Workshop, layer: str) -> Passport:
    """Everything the layer sees; a section with nothing to say is left out."""
    built = {name: build(item, workshop) for name, build in _BUILD.items() if seen.sees(layer, name)}
    return Passport(item, workshop, layer, {name: values for name, values in built.items() if values})


def _identity(item: Item, workshop: Workshop) -> Section:
    product = item.product
    return {
        "tag": item.tag, "name": product.name, "description": product.description, "function": product.function,
        "brand": product.brand, "product": product.code, "category": product.category, "year_made": item.year_made,
        "acquired_on": item.acquired_on, "grade": item.grade, "owner": _owner(item), "is_gone": item.status == "retired",
    }  # fmt: skip


def _owner(item: Item) -> str:
    """Whose it is, without a name: bought, somebody else's, or the workshop's."""
    if item.status == "sold":
        return "sold"
    return "other" if item.owner_name else "workshop"


def _composition(item: Item, _workshop: Workshop) -> Section:
    product = item.product
    return {
        "mass_g": product.mass_g, "materials": list(product.materials), "hazards": list(product.hazard_classes),
        "route": product.end_of_life_route,
    } if product.mass_g or product.materials or product.hazard_classes else {}  # fmt: skip


def _life(item: Item, _workshop: Workshop) -> Section:
    facts = reading.facts_of(item)
    counted = Counter(fact.name for fact in facts)
    shown = [fact for fact in facts if fact.name in epcis.STEPS and epcis.STEPS[fact.name].section == "life"]
    end, before = reading.end_of(item), reading.earlier_of(item)
    earlier = [(datetime.fromisoformat(at), name) for at, name in before.get("facts", ()) if name in epcis.STEPS]
    return {
        "loops": item.loops + before.get("loops", 0),
        "mended": sum(counted[name] for name in _MENDED) + before.get("mended", 0),
        "cared": sum(counted[name] for name in _CARED) + before.get("cared", 0),
        "facts": earlier + [(fact.at, fact.name) for fact in shown], "ended_at": end.at if end is not None else None,
    }  # fmt: skip


def _takes_along(item: Item) -> Section:
    """What goes on in the books of another member: what everybody sees of its life, and how its battery was. Its retirement
    there is none: it is the same thing."""
    workshop = get_workshop(item.workshop_id)
    life, battery = _life(item, workshop), _battery_state(item, workshop)
    return {
        "mended": life["mended"], "cared": life["cared"],
        "facts": [[at.isoformat(), name] for at, name in life["facts"] if name != "item.retired"],
        "events": epcis.document(item, workshop, seen.PUBLIC)["epcisBody"]["eventList"],
        "battery": battery | {"on": battery["on"].isoformat()} if battery else {},
    }  # fmt: skip


passings.CARRIED["passport"] = _takes_along


def _movements(item: Item, _workshop: Workshop) -> Section:
    facts = [fact for fact in reading.facts_of(item) if fact.name in epcis.STEPS]
    return {"facts": [(fact.at, fact.name) for fact in facts if epcis.STEPS[fact.name].section == "movements"]}


def _serial(item: Item, _workshop: Workshop) -> Section:
    said = {"serial": item.serial, "meter": item.meter, "unit": item.product.meter_unit}
    return said if item.serial or item.meter is not None else {}


def _battery(item: Item, _workshop: Workshop) -> Section:
    return _said(reading.battery_of(item), PUBLIC_BATTERY)


def _battery_inside(item: Item, _workshop: Workshop) -> Section:
    return _said(reading.battery_of(item), INSIDE_BATTERY)


def _said(battery: BatteryModel | None, names: tuple[str, ...]) -> Section:
    values = {name: getattr(battery, name) for name in names} if battery is not None else {}
    return {name: value for name, value in values.items() if value not in ("", None)}


def _battery_state(item: Item, _workshop: Workshop) -> Section:
    row = reading.reading_of(item)
    if row is None:
        before = reading.earlier_of(item).get("battery", {})
        return before | {"on": date.fromisoformat(before["on"])} if before else {}
    return {"on": row.on_day, "health_percent": row.health_percent, "cycles": row.cycles, "status": row.status}


def _repair(item: Item, _workshop: Workshop) -> Section:
    """By codes: what a person typed about a fault may name somebody."""
    cases = [
        {"on": case.created_at, "symptoms": list(case.symptoms), "outcome": case.outcome or "", "barrier": case.barrier}
        for case in repairs.cases_of(item, 40)
    ]
    product = item.product
    return {"cases": cases, "tools": list(product.tools), "skills": list(product.skills)}


def _dismantling(item: Item, _workshop: Workshop) -> Section:
    product = item.product
    said = {"parts": list(product.recoverable_parts), "fractions": list(product.fractions)}
    return said if product.recoverable_parts or product.fractions else {}


def _recycling(item: Item, _workshop: Workshop) -> Section:
    end = reading.end_of(item)
    return {"at": end.at, "fractions": list(end.fractions), "is_alone": len(end.things) == 1} if end is not None else {}


def _mine(item: Item, _workshop: Workshop) -> Section:
    """What whoever has it may like to know: when somebody looks after it next."""
    _last, following = care.last_and_next(item)
    return {"due": following, "is_bought": item.status == "sold"}


_BUILD: dict[str, Callable[[Item, Workshop], Section]] = {
    "mine": _mine, "identity": _identity, "composition": _composition, "battery": _battery,
    "battery_state": _battery_state, "life": _life, "serial": _serial, "movements": _movements, "repair": _repair,
    "dismantling": _dismantling, "battery_inside": _battery_inside, "recycling": _recycling,
}  # fmt: skip


def layer_of(item: Item, customer_id: int | None) -> str:
    """The layer of whoever opens the label: `customer` where they have the thing, or bought it; else `public`. A component
    is with whoever has its kit."""
    return seen.CUSTOMER if customer_id is not None and item.custodian_customer_id == customer_id else seen.PUBLIC
