"""A passport in words: the rows of each card, in the language at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from service_app import told
from service_app.catalogue import words as catalogue
from service_app.core.i18n import day_filter, exact, kilograms
from service_app.items.words import GRADES
from service_app.materials import codes
from service_app.passports import words as own
from service_app.passports.content import Passport, Section
from service_app.repairs import words as repairs


@dataclass(frozen=True)
class Told:
    """A line of a life."""

    at: datetime | str
    title: str
    detail: str = ""
    is_now: bool = False


def sections(passport: Passport) -> dict[str, Any]:
    """{section: what its card shows}: rows of (label, value), or lines of a life."""
    return {name: _SHOWN[name](values, passport) for name, values in passport.sections.items()}


def _identity(values: Section, passport: Passport) -> list[tuple[str, Any]]:
    return [
        (_("Brand"), values["brand"]),
        (_("Year made"), values["year_made"]),
        (_("In use here since"), day_filter(values["acquired_on"])),
        (_("Condition"), GRADES[values["grade"]]),
        (_("Belongs to"), own.OWNERS[values["owner"]] or passport.workshop.name),
    ]


def _composition(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    shares = ", ".join(
        f"{catalogue.MATERIALS[row['material']]} {row['share']}\N{NO-BREAK SPACE}%" for row in values["materials"]
    )
    return [
        (_("Weight"), f"{kilograms(values['mass_g'])} kg" if values["mass_g"] else None),
        (_("Materials"), shares),
        (_("Hazards"), ", ".join(str(catalogue.HAZARDS[code]) for code in values["hazards"])),
        (_("At its end"), catalogue.ROUTES[values["route"]]),
    ]


def _life(values: Section, _passport: Passport) -> dict[str, Any]:
    # By the day: the hour of a return or of an examination would say when somebody stood at the counter.
    lines = [Told(day_filter(at), str(told.WORDS[name])) for at, name in reversed(values["facts"])]
    if values["ended_at"] is not None:
        lines.insert(0, Told(day_filter(values["ended_at"]), _("Became material")))
    figures = [
        (_("Times it went round"), values["loops"]), (_("Times it was mended"), values["mended"]),
        (_("Times it was looked after"), values["cared"]),
    ]  # fmt: skip
    return {"figures": figures, "lines": lines}


def _movements(values: Section, _passport: Passport) -> list[Told]:
    return [Told(at, str(told.WORDS[name])) for at, name in reversed(values["facts"])]


def _serial(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    meter = f"{values['meter']} {values['unit'] or ''}".strip() if values["meter"] is not None else None
    return [(_("Serial number"), values["serial"]), (_("Meter"), meter)]


def _battery(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    return [(own.BATTERY[name], own.measured(name, value)) for name, value in values.items()]


def _battery_state(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    health = f"{values['health_percent']} %" if values["health_percent"] is not None else None
    return [
        (_("What is left of its capacity"), health), (_("Charged and discharged"), values["cycles"]),
        (_("Status"), own.BATTERY_STATES[values["status"]]), (_("Read on"), exact(values["on"])),
    ]  # fmt: skip


def _repair(values: Section, _passport: Passport) -> dict[str, Any]:
    lines = []
    for case in values["cases"]:
        said = [str(repairs.SYMPTOMS[code]) for code in case["symptoms"] if code in repairs.SYMPTOMS]
        outcome = str(repairs.OUTCOMES.get(case["outcome"], "")) if case["outcome"] else _("being mended")
        lines.append(Told(case["on"], ", ".join(said) or _("Repair"), outcome))
    needs = [(_("Tools"), ", ".join(values["tools"])), (_("Skills"), ", ".join(values["skills"]))]
    return {"lines": lines, "rows": needs}


def _dismantling(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    parts = [(row["part"], _("%(share)s %% can be used again", share=row["share"])) for row in values["parts"]]
    return parts + [
        (catalogue.FRACTIONS[row["fraction"]], f"{kilograms(row['mass_g'])} kg") for row in values["fractions"]
    ]


def _recycling(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    day = values["at"].date()
    rows = []
    for code, mass_g in values["fractions"]:
        known = codes.find(code, day)
        rows.append((f"{code}{'*' if known and known.is_hazardous else ''}", f"{kilograms(mass_g)} kg"))
    return rows


def _mine(values: Section, _passport: Passport) -> list[tuple[str, Any]]:
    return [(_("Looked after next"), day_filter(values["due"]) if values["due"] is not None else None)]


_SHOWN: dict[str, Any] = {
    "identity": _identity, "composition": _composition, "life": _life, "movements": _movements, "serial": _serial,
    "battery": _battery, "battery_inside": _battery, "battery_state": _battery_state, "repair": _repair,
    "dismantling": _dismantling, "recycling": _recycling, "mine": _mine,
}  # fmt: skip
