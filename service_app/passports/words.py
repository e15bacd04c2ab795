"""How passports are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

LAYERS: dict[str, Any] = {
    "public": _l("whoever reads the label"),
    "customer": _l("who has it, signed in"),
    "repairer": _l("a repairer"),
    "recycler": _l("a recycler"),
    "staff": _l("the workshop"),
}

SECTIONS: dict[str, Any] = {
    "identity": _l("What it is"),
    "composition": _l("What it is made of"),
    "battery": _l("Its battery"),
    "life": _l("What it went through"),
    "serial": _l("Serial number and meter"),
    "battery_state": _l("How its battery is doing"),
    "mine": _l("When it is looked after next"),
    "movements": _l("When it went out and came back"),
    "repair": _l("What was wrong with it, and what mending it takes"),
    "dismantling": _l("Taking it apart"),
    "battery_inside": _l("Inside its battery"),
    "recycling": _l("What became of its material"),
}

# '' is said with the name of the workshop.
OWNERS: dict[str, Any] = {
    "workshop": "",
    "sold": _l("whoever bought it from the workshop"),
    "other": _l("somebody else, who lent it to the workshop"),
}

BATTERY_STATES: dict[str, Any] = {
    "original": _l("original"),
    "repurposed": _l("repurposed"),
    "reused": _l("used again"),
    "remanufactured": _l("remanufactured"),
    "waste": _l("waste"),
}

BATTERY: dict[str, Any] = {
    "maker": _l("Made by"),
    "model": _l("Model"),
    "chemistry": _l("Chemistry"),
    "made_in": _l("Made in"),
    "critical_materials": _l("Critical raw materials"),
    "hazardous": _l("Hazardous substances"),
    "extinguishing": _l("Put out with"),
    "declaration": _l("EU declaration of conformity"),
    "waste_advice": _l("When it is worn out"),
    "composition": _l("Composition of its cells"),
    "dismantling": _l("How it is taken apart"),
    "safety": _l("Be careful"),
    "parts": _l("Part numbers, and who has them"),
    "mass_g": _l("Weight"),
    "capacity_mah": _l("Rated capacity"),
    "voltage_mv": _l("Nominal voltage"),
    "voltage_min_mv": _l("Lowest voltage"),
    "voltage_max_mv": _l("Highest voltage"),
    "cycles": _l("Expected life in cycles"),
    "coldest_c": _l("Coldest it bears"),
    "hottest_c": _l("Hottest it bears"),
    "warranty_months": _l("Warranty"),
    "recycled_percent": _l("Recycled content"),
}

# The unit that is shown, and what one of ours is of it.
_UNITS: dict[str, tuple[Any, int]] = {
    "mass_g": ("kg", 1000),
    "capacity_mah": ("Ah", 1000),
    "voltage_mv": ("V", 1000),
    "voltage_min_mv": ("V", 1000),
    "voltage_max_mv": ("V", 1000),
    "coldest_c": ("°C", 1),
    "hottest_c": ("°C", 1),
    "warranty_months": (_l("months"), 1),
    "recycled_percent": ("%", 1),
}


def measured(name: str, value: Any) -> str:
    """A fact of a battery with its unit."""
    unit, parts = _UNITS.get(name, ("", 1))
    if not unit:
        return str(value)
    figure = f"{value / parts:.3f}".rstrip("0").rstrip(".") if parts > 1 else str(value)
    return f"{figure} {unit}"
