"""How take-backs are said."""

from __future__ import annotations

from typing import Any

from service_app.core.i18n import lazy as _l

STATES: dict[str, tuple[str, Any]] = {
    "new": ("due", _l("new")),
    "eligible": ("due", _l("waits for a window")),
    "offered": ("due", _l("window held")),
    "scheduled": ("planned", _l("collection planned")),
    "failed": ("late", _l("not collected")),
    "collected": ("ok", _l("on its way to us")),
    "partly": ("ok", _l("partly on its way")),
    "received": ("ok", _l("received")),
    "sorted": ("ok", _l("decided")),
    "closed": ("done", _l("closed")),
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
DECISIONS: dict[str, Any] = {"product": _l("Product: it is used again"), "waste": _l("Waste: it goes to a recoverer")}
# The sentences of `refusals`, which is long enough.
REFUSALS: dict[str, Any] = {
    "takeback.owner": _l("Tick that it is yours, or that its owner asked you. We may not take it otherwise."),
    "takeback.load": _l("Give a weight in kilograms, more than 0 and at most %(most)s."),
    "takeback.address": _l("Write the street, the postcode and the town where we fetch it."),
    "takeback.window_taken": _l("This window is no longer free. Choose another one."),
    "takeback.too_late": _l("The round is planned already. Call us to change it."),
    "takeback.rest": _l("Say what is left, and its weight: less than the whole."),
    "takeback.attempts": _l("We came %(most)s times. It can only be brought to us now."),
    "takeback.scale": _l("This is a hundred times off what was said. Check whether it is kilograms or grams."),
    "takeback.not_fetched": _l("It was not fetched yet. Let the customer choose a window, or cancel it."),
    "takeback.reason": _l("Write down why; a controller reads it."),
    "takeback.wipe": _l("There was data on it. Write down who wiped it."),
    "takeback.hours": _l("No window fits between these hours. Make them longer, or the window shorter."),
}
