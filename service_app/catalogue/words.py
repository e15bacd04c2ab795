"""How the codes of the catalogue are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

MODELS: dict[str, Any] = {
    "circular_supply": _l("Circular supply: made from what was used before"),
    "resource_recovery": _l("Resource recovery: its materials come back"),
    "eco_design": _l("Made to last, to be repaired and taken apart"),
    "better_use": _l("Better use: shared, rented, kept going"),
}

ROUTES: dict[str, Any] = {
    "redeploy": _l("Use it again as it is"),
    "refurbish": _l("Refurbish it"),
    "harvest": _l("Take parts out"),
    "donate": _l("Give it away"),
    "recycle": _l("Recycle its materials"),
}

PRICINGS: dict[str, Any] = {"tiers": _l("By the day"), "monthly": _l("By the month")}

KINDS: dict[str, Any] = {
    "rental": _l("rental"),
    "subscription": _l("subscription"),
    "care": _l("care contract"),
    "use": _l("pay per use"),
    "shared": _l("shared custody"),
    "refurbishment": _l("refurbishment order"),
    "take_back": _l("take-back agreement"),
}

DEPOSIT_STYLES: dict[str, Any] = {
    "fixed": _l("The amount above"),
    "percent": _l("A share of the replacement value"),
    "replacement": _l("The whole replacement value"),
}

EARLY_REFUNDS: dict[str, Any] = {"none": _l("Nothing is given back"), "unused": _l("Days not used are given back")}

EARLY_ENDS: dict[str, Any] = {
    "none": _l("Costs nothing"),
    "fixed": _l("A fixed fee"),
    "remaining": _l("A share of the months left"),
    "recomputed": _l("The months used at the price without a term"),
}

RENEWALS: dict[str, Any] = {
    "open": _l("It goes on without a term"),
    "automatic": _l("A further term begins by itself"),
    "asked": _l("It ends unless it is renewed"),
}

BUY_OUT_BASES: dict[str, Any] = {
    "replacement": _l("The replacement value"),
    "aged": _l("The replacement value, less for its age"),
}

UNITS: dict[str, Any] = {
    "day": _l("day"),
    "hour": _l("hour"),
    "month": _l("month"),
    "km": _l("kilometre"),
    "cycle": _l("cycle"),
    "use": _l("use"),
    "lit_hour": _l("lit hour"),
    "seat": _l("seat"),
    "piece": _l("piece"),
}

HAZARDS: dict[str, Any] = {
    "GHS01": _l("explosive (GHS01)"),
    "GHS02": _l("flammable (GHS02)"),
    "GHS03": _l("oxidising (GHS03)"),
    "GHS04": _l("gas under pressure (GHS04)"),
    "GHS05": _l("corrosive (GHS05)"),
    "GHS06": _l("toxic (GHS06)"),
    "GHS07": _l("irritant (GHS07)"),
    "GHS08": _l("health hazard (GHS08)"),
    "GHS09": _l("harmful to the environment (GHS09)"),
    "battery": _l("contains a battery"),
}

MATERIALS: dict[str, Any] = {
    "steel": _l("steel"),
    "stainless_steel": _l("stainless steel"),
    "aluminium": _l("aluminium"),
    "copper": _l("copper"),
    "brass": _l("brass"),
    "wood": _l("wood"),
    "plywood": _l("plywood"),
    "particle_board": _l("particle board"),
    "bamboo": _l("bamboo"),
    "cork": _l("cork"),
    "cotton": _l("cotton"),
    "wool": _l("wool"),
    "linen": _l("linen"),
    "polyester": _l("polyester"),
    "leather": _l("leather"),
    "rubber": _l("rubber"),
    "foam": _l("foam"),
    "abs": _l("ABS"),
    "polypropylene": _l("polypropylene"),
    "polyethylene": _l("polyethylene"),
    "polycarbonate": _l("polycarbonate"),
    "polyamide": _l("polyamide"),
    "pvc": _l("PVC"),
    "glass": _l("glass"),
    "ceramic": _l("ceramic"),
    "stone": _l("stone"),
    "paper": _l("paper"),
    "electronics": _l("electronics"),
    "cable": _l("cable"),
    "motor": _l("motor"),
    "li_ion_battery": _l("lithium-ion battery"),
    "lead_battery": _l("lead battery"),
    "refrigerant": _l("refrigerant"),
    "oil": _l("oil"),
    "paint": _l("paint"),
    "other": _l("other"),
}

FRACTIONS: dict[str, Any] = {
    "ferrous": _l("ferrous metal"),
    "non_ferrous": _l("non-ferrous metal"),
    "aluminium": _l("aluminium"),
    "copper": _l("copper"),
    "plastics": _l("plastics"),
    "wood": _l("wood"),
    "textile": _l("textile"),
    "glass": _l("glass"),
    "electronics": _l("electronics"),
    "cables": _l("cables"),
    "batteries": _l("batteries"),
    "lamps": _l("lamps"),
    "rubber": _l("rubber"),
    "foam": _l("foam"),
    "mineral": _l("mineral"),
    "paper": _l("paper"),
    "refrigerant": _l("refrigerant"),
    "oil": _l("oil"),
    "residual": _l("residual waste"),
}
