"""The waste codes, each with the days on which it is in force; see ATTRIBUTION.md."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from service_app.core.i18n import language

_FILE = Path(__file__).with_name("waste_codes.csv")


@dataclass(frozen=True)
class WasteCode:
    """An entry of the List of Waste; the last day is None while it is in force."""

    code: str
    is_hazardous: bool
    description: str
    description_fr: str
    description_nl: str
    first_day: date
    last_day: date | None

    def said(self) -> str:
        """In the language at hand; what the list says in English where a language of it is missing."""
        own = {"fr": self.description_fr, "nl": self.description_nl}.get(language(), "")
        return own or self.description


@cache
def table() -> tuple[WasteCode, ...]:
    """Every entry, by code and first day."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            WasteCode(
                row["code"], row["hazardous"] == "true", row["description"], row["description_fr"],
                row["description_nl"], date.fromisoformat(row["valid_from"]),
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def in_force(day: date) -> tuple[WasteCode, ...]:
    """The entries that may be written on a document of that day."""
    return tuple(each for each in table() if each.first_day <= day and (each.last_day is None or day <= each.last_day))


def find(code: str, day: date) -> WasteCode | None:
    """The entry of a code on that day."""
    return next((each for each in in_force(day) if each.code == code), None)


def known(code: str) -> WasteCode:
    """The newest entry of a code of the table, in force or not."""
    return next(each for each in reversed(table()) if each.code == code)
