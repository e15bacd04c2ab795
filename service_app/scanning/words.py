"""How scanning and counting are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

# The act a thing expects: what stands on its button, and the icon.
STEPS: dict[str, tuple[Any, str]] = {
    "hand_over": (_l("Hand over"), "handshake"),
    "take_back": (_l("Take back"), "undo-2"),
    "inspect": (_l("Inspect"), "eye"),
    "in_stock": (_l("Back in stock"), "package-check"),
    "contract": (_l("New contract"), "plus"),
    "move": (_l("Move"), "map-pin"),
    "found": (_l("It was found"), "package-check"),
    "find_component": (_l("A component was found"), "package-check"),
    "here": (_l("It is here again"), "package-check"),
}

ACTS: dict[str, Any] = {
    "take_back": _l("Take all back"),
    "hand_over": _l("Hand all over on one contract"),
    "move": _l("Move all to a place"),
    "found": _l("All were found"),
    "labels": _l("Print their labels"),
}

SCOPES: dict[str, Any] = {
    "all": _l("The whole workshop"),
    "place": _l("One place"),
    "product": _l("One product"),
}

TAKES: dict[str, tuple[str, Any]] = {
    "open": ("due", _l("being counted")),
    "finished": ("done", _l("finished")),
    "cancelled": ("off", _l("cancelled")),
}

RESULTS: dict[str, tuple[str, Any]] = {
    "found": ("ok", _l("found")),
    "unexpected": ("due", _l("not expected here")),
    "unknown": ("late", _l("unknown code")),
    "missing": ("late", _l("missing")),
}

OUTCOMES: dict[str, tuple[str, Any]] = {
    "": ("late", _l("being looked for")),
    "here": ("ok", _l("here after all")),
    "lost": ("off", _l("given up as lost")),
}
