"""A passport as JSON-LD: schema.org, with the GS1 web vocabulary where it has the better word.

The context stands inside the document, so that it can be read without asking anybody else for one, and will be for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service_app.core import links
from service_app.items import passport as addresses
from service_app.passports import reading
from service_app.passports.content import Passport, Section

CONTEXT = {"@vocab": "https://schema.org/", "gs1": "https://ref.gs1.org/voc/"}
MEDIA_TYPE = "application/ld+json"
# UN/CEFACT recommendation 20.
GRAM, PERCENT, MILLIAMPERE_HOUR, MILLIVOLT, MONTH, CELSIUS = "GRM", "P1", "E09", "2Z", "MON", "CEL"
_UNITS = {
    "mass_g": GRAM, "capacity_mah": MILLIAMPERE_HOUR, "voltage_mv": MILLIVOLT, "voltage_min_mv": MILLIVOLT,
    "voltage_max_mv": MILLIVOLT, "warranty_months": MONTH, "coldest_c": CELSIUS, "hottest_c": CELSIUS,
    "recycled_percent": PERCENT, "health_percent": PERCENT,
}  # fmt: skip


def document(passport: Passport, epcis_url: str) -> dict[str, Any]:
    """The passport of a thing; `epcis_url` is where its life stands."""
    item, workshop, found = passport.item, passport.workshop, passport.sections
    identity, composition, life = found["identity"], found.get("composition", {}), found.get("life", {})
    address = addresses.address(item, workshop.gs1_prefix)
    said = {
        "@context": CONTEXT,
        "@id": address,
        "sameAs": [{"@id": before}] if (before := reading.earlier_of(item).get("address")) else None,
        "@type": ["IndividualProduct", "gs1:Product"],
        "name": _texts(identity["name"]),
        "gs1:productName": _texts(identity["name"]),
        "description": _texts(identity["description"]),
        "brand": {"@type": "Brand", "name": identity["brand"]} if identity["brand"] else None,
        "model": {"@type": "ProductModel", "identifier": identity["product"]},
        "category": identity["category"],
        "identifier": [
            _value("tag", identity["tag"]),
            *([_value("https://ref.gs1.org/ai/8004", addresses.giai(item, workshop.gs1_prefix))] if workshop.gs1_prefix else ()),
        ],
        "serialNumber": found.get("serial", {}).get("serial"),
        "productionDate": str(identity["year_made"]) if identity["year_made"] else None,
        "purchaseDate": identity["acquired_on"].isoformat(),
        "itemCondition": {"@id": "https://schema.org/DamagedCondition" if identity["grade"] == "D" else "https://schema.org/UsedCondition"},
        "weight": _quantity(composition.get("mass_g"), GRAM),
        "material": [row["material"] for row in composition.get("materials", ())],
        "additionalProperty": list(_properties(found)),
        "manufacturer": _organisation(found.get("battery", {}).get("maker", "")),
        "gs1:epcis": {"@id": epcis_url},
        "subjectOf": {"@type": "DigitalDocument", "url": epcis_url, "encodingFormat": "application/ld+json"},
        "seller": {"@type": "Organization", "@id": links.absolute(f"/{workshop.slug}/my/"), "name": workshop.name},
        "dateModified": max((at.isoformat() for at, _name in life.get("facts", ())), default=None),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _texts(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": code, "@value": text} for code, text in sorted(texts.items()) if text]


def _value(name: str, value: Any, unit: str | None = None) -> dict[str, Any]:
    said = {"@type": "PropertyValue", "propertyID": name, "value": value}
    return said | {"unitCode": unit} if unit else said


def _quantity(value: int | None, unit: str) -> dict[str, Any] | None:
    return {"@type": "QuantitativeValue", "value": value, "unitCode": unit} if value else None


def _organisation(name: str) -> dict[str, str] | None:
    return {"@type": "Organization", "name": name} if name else None


def _properties(found: dict[str, Section]) -> Iterator[dict[str, Any]]:
    """What schema.org has no word of its own for, under the names of our sections."""
    for row in found.get("composition", {}).get("materials", ()):
        yield _value(f"composition.{row['material']}", row["share"], PERCENT)
    for code in found.get("composition", {}).get("hazards", ()):
        yield _value("composition.hazard", code)
    life = found.get("life", {})
    for name in ("loops", "mended", "cared"):
        yield _value(f"life.{name}", life.get(name, 0))
    for section in ("battery", "battery_state", "battery_inside"):
        for name, value in found.get(section, {}).items():
            if value is not None:
                yield _value(f"{section}.{name}", str(value) if name == "on" else value, _UNITS.get(name))
    for row in found.get("dismantling", {}).get("fractions", ()):
        yield _value(f"dismantling.{row['fraction']}", row["mass_g"], GRAM)
    for code, mass_g in found.get("recycling", {}).get("fractions", ()):
        yield _value(f"recycling.{code}", mass_g, GRAM)
