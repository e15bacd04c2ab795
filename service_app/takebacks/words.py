"""How take-backs are said."""

from __future__ import annotations

from typing import Any

from service_app.core.i18n import lazy as _l

STATES: dict[str, tuple[str, Any]] = {
    "new": ("due", _l("new")),
    "eligible": ("due", _l("waits for a window")),
    "offered": ("due", _l("window held")),
    "scheduled": ("planned", _l("collection planned")),
    "failed": ("late", _l("not fetched")),
    "collected": ("ok", _l("on its way to us")),
    "partly": ("ok", _l("partly on its way")),
    "received": ("ok", _l("here with us")),
    "sorted": ("ok", _l("decided")),
    "closed": ("done", _l("dealt with")),
    "refused": ("off", _l("refused")),
    "cancelled": ("off", _l("cancelled")),
}
WAYS: dict[str, Any] = {"pickup": _l("You fetch it at my address"), "drop_off": _l("I bring it to you")}
HAZARDS: dict[str, Any] = {
    "lithium": _l("A lithium battery, sound"),
    "lithium_damaged": _l("A lithium battery, swollen, hot or damaged"),
    "data": _l("Data of mine on it"),
    "gas": _l("Gas or a gas bottle"),
    "blood": _l("Blood or medical waste"),
    "asbestos": _l("Asbestos"),
}
NEEDS: dict[str, Any] = {"battery_box": _l("With the box for batteries")}
SOURCES: dict[str, Any] = {
    "public": _l("Asked for on the street"),
    "portal": _l("Asked for on the customer’s pages"),
    "passport": _l("Asked for on the passport"),
    "contract": _l("The contract ends"),
    "swap": _l("It was swapped"),
    "hub": _l("A hub is full"),
    "staff": _l("Typed here"),
}
DECISIONS: dict[str, Any] = {"product": _l("Product: it is used again"), "waste": _l("Waste: it goes to a recoverer")}
