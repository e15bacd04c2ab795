"""What a workshop begins with, as it may be changed afterwards: one bench and two services."""

from __future__ import annotations

from typing import Any

BENCH = {"fr": "Établi 1", "nl": "Werkbank 1", "en": "Bench 1"}

SERVICES: tuple[dict[str, Any], ...] = (
    {
        "code": "repair",
        "kind": "repair",
        "name": {
            "fr": "Réparation : apporter l’objet",
            "nl": "Herstelling: zelf binnenbrengen",
            "en": "Repair: bring it in",
        },
        "description": {
            "fr": "Vous apportez votre objet, nous l’examinons ensemble. Vous savez ensuite ce qui est possible et à quel prix.",
            "nl": "U brengt uw toestel binnen en we bekijken het samen. Daarna weet u wat er kan en wat het kost.",
            "en": "You bring it in and we look at it together. Then you know what can be done and what it costs.",
        },
        "minutes": 20,
        "step_minutes": 20,
        "after_minutes": 10,
        "lead_minutes": 120,
        "needs": ["bench"],
        "change_minutes": 240,
    },
    {
        "code": "return",
        "kind": "return",
        "name": {"fr": "Retour", "nl": "Terugbrengen", "en": "Return"},
        "description": {
            "fr": "Vous rapportez ce que vous louez. Nous le contrôlons avec vous.",
            "nl": "U brengt terug wat u huurt. We kijken het samen met u na.",
            "en": "You bring back what you rent. We check it with you.",
        },
        "minutes": 15,
        "step_minutes": 15,
        "lead_minutes": 60,
        "change_minutes": 120,
        "no_show": "nothing",
    },
)
