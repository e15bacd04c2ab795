"""What a new product begins with: the workshop's own, else the house's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service_app.workshops.models import HouseDefaults

STANDARD_OUT: tuple[Mapping[str, Any], ...] = (
    {"code": "clean", "text": {"fr": "Propre et complet", "nl": "Proper en volledig", "en": "Clean and complete"}},
    {"code": "works", "text": {"fr": "Essayé : tout fonctionne", "nl": "Getest: alles werkt", "en": "Tried: everything works"}},
    {"code": "shown", "text": {"fr": "Usage expliqué au client", "nl": "Gebruik uitgelegd aan de klant",
                               "en": "Use explained to the customer"}},
)  # fmt: skip
STANDARD_IN: tuple[Mapping[str, Any], ...] = (
    {"code": "whole", "text": {"fr": "Complet", "nl": "Volledig", "en": "Complete"}},
    {"code": "sound", "text": {"fr": "Sans dégât", "nl": "Zonder schade", "en": "Undamaged"}},
    {"code": "works", "text": {"fr": "Fonctionne", "nl": "Werkt", "en": "Works"}},
)


def new_product(defaults: HouseDefaults) -> dict[str, Any]:
    """The columns of a new product that stand before anybody types."""
    return {
        "buffer_before_minutes": defaults.buffer_before_minutes,
        "buffer_after_minutes": defaults.buffer_after_minutes,
        "out_checklist": steps(defaults.out_checklist, STANDARD_OUT),
        "in_checklist": steps(defaults.in_checklist, STANDARD_IN),
    }


def steps(own: Sequence[Any] | None, standard: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The workshop's own steps, else the house's."""
    return list(standard if own is None else own)
