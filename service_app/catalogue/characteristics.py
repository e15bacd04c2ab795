"""The five characteristics that help or hinder a product in the city, as data: geometry, chemical and physical
properties, function, production facilities, end of life. Each class cleans itself and refuses with the field concerned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service_app.catalogue.models import END_OF_LIFE_ROUTES
from service_app.core.errors import Invalid
from service_app.core.i18n import LANGUAGES

# CLP pictogram codes (Regulation (EC) 1272/2008, annex V); a battery has its own handling beside them.
HAZARD_CLASSES = (*(f"GHS0{number}" for number in range(1, 10)), "battery")
MATERIALS = (
    "steel", "stainless_steel", "aluminium", "copper", "brass", "wood", "plywood", "particle_board", "bamboo", "cork",
    "cotton", "wool", "linen", "polyester", "leather", "rubber", "foam", "abs", "polypropylene", "polyethylene",
    "polycarbonate", "polyamide", "pvc", "glass", "ceramic", "stone", "paper", "electronics", "cable", "motor",
    "li_ion_battery", "lead_battery", "refrigerant", "oil", "paint", "other",
)  # fmt: skip
FRACTIONS = (
    "ferrous", "non_ferrous", "aluminium", "copper", "plastics", "wood", "textile", "glass", "electronics", "cables",
    "batteries", "lamps", "rubber", "foam", "mineral", "paper", "refrigerant", "oil", "residual",
)  # fmt: skip
SERVICE_UNITS = ("day", "hour", "month", "km", "cycle", "use", "lit_hour", "seat", "piece")
_LARGEST_MM = 20_000
_LARGEST_G = 5_000_000


@dataclass(frozen=True)
class Geometry:
    """Millimetres, grams, millilitres; drives storage and vehicle load. Without a storage volume the box counts."""

    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    mass_g: int | None = None
    storage_volume_ml: int | None = None

    def clean(self) -> Geometry:
        """Itself. Refuses `number.out_of_range` for what is not above zero or larger than a lorry takes."""
        for name in ("length_mm", "width_mm", "height_mm"):
            _within(getattr(self, name), name, 1, _LARGEST_MM)
        _within(self.mass_g, "mass_g", 1, _LARGEST_G)
        _within(self.storage_volume_ml, "storage_volume_ml", 1, 100_000_000)
        return self


@dataclass(frozen=True)
class Properties:
    """Materials with their share in percent of the mass, and hazard classes; drives handling and waste codes."""

    materials: tuple[Mapping[str, Any], ...] = ()
    hazard_classes: tuple[str, ...] = ()

    def clean(self) -> Properties:
        """Itself, the largest share first. Refuses unknown codes, a material named twice, a share outside 1–100 and
        shares that together pass 100 (`materials.over_hundred`)."""
        for row in self.materials:
            _known(row["material"], MATERIALS, "materials")
            _within(row["share"], "materials", 1, 100)
        _refuse_twice([row["material"] for row in self.materials], "materials")
        total = sum(row["share"] for row in self.materials)
        if total > 100:
            raise Invalid("materials.over_hundred", field="materials", total=total)
        for code in self.hazard_classes:
            _known(code, HAZARD_CLASSES, "hazard_classes")
        ordered = tuple(sorted(self.materials, key=lambda row: (-row["share"], row["material"])))
        return Properties(ordered, tuple(sorted(set(self.hazard_classes))))


@dataclass(frozen=True)
class Function:
    """What it is for, in words per language, and the unit in which that service is counted; drives plans."""

    function: Mapping[str, str] = field(default_factory=dict)
    service_unit: str = ""

    def clean(self) -> Function:
        """Itself with tidy texts. Refuses an unknown unit."""
        if self.service_unit:
            _known(self.service_unit, SERVICE_UNITS, "service_unit")
        return Function(clean_texts(self.function, "function", is_required=False), self.service_unit)


@dataclass(frozen=True)
class Facilities:
    """The bench, tools and skills that making or repairing it takes; drives who can do it."""

    bench: str = ""
    tools: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    def clean(self) -> Facilities:
        """Itself without empty or repeated entries."""
        return Facilities(self.bench.strip(), distinct(self.tools), distinct(self.skills))


@dataclass(frozen=True)
class EndOfLife:
    """Where it goes when nobody uses it any more: the route, the parts worth taking out with the share of cases in
    percent, the fractions it leaves in grams; drives recovery."""

    end_of_life_route: str = "redeploy"
    recoverable_parts: tuple[Mapping[str, Any], ...] = ()
    fractions: tuple[Mapping[str, Any], ...] = ()

    def clean(self, mass_g: int | None) -> EndOfLife:
        """Itself. Refuses unknown codes, entries named twice, a share outside 1–100 and fractions that together weigh
        more than the product (`fractions.too_heavy`)."""
        _known(self.end_of_life_route, END_OF_LIFE_ROUTES, "end_of_life_route")
        for part in self.recoverable_parts:
            _within(part["share"], "recoverable_parts", 1, 100)
        _refuse_twice([part["part"].casefold() for part in self.recoverable_parts], "recoverable_parts")
        for row in self.fractions:
            _known(row["fraction"], FRACTIONS, "fractions")
            _within(row["mass_g"], "fractions", 1, _LARGEST_G)
        _refuse_twice([row["fraction"] for row in self.fractions], "fractions")
        total = sum(row["mass_g"] for row in self.fractions)
        if mass_g is not None and total > mass_g:
            raise Invalid("fractions.too_heavy", field="fractions", total=total, mass=mass_g)
        return self


def clean_texts(texts: Mapping[str, str], name: str, *, is_required: bool = True) -> dict[str, str]:
    """A {language: text} without empty ones. Refuses `text.no_language` when none is left and one is needed."""
    clean = {code: texts[code].strip() for code in LANGUAGES if (texts.get(code) or "").strip()}
    if is_required and not clean:
        raise Invalid("text.no_language", field=name)
    return clean


def distinct(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The texts without the empty and repeated ones, in their order."""
    return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def _within(value: int | None, name: str, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise Invalid("number.out_of_range", field=name, least=least, most=most)


def _known(value: str, known: tuple[str, ...], name: str) -> None:
    if value not in known:
        raise Invalid("choice.unknown", field=name, value=value, known=", ".join(known))


def _refuse_twice(names: list[str], field_name: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Invalid("row.twice", field=field_name, value=twice)
