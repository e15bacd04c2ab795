"""How reports are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS: dict[str, Any] = {"found": _l("I found it"), "broken": _l("Something is wrong with it")}

# The same for the staff, with the tone it is shown in.
SAID: dict[str, tuple[str, Any]] = {
    "found": ("planned", _l("found by somebody")),
    "broken": ("due", _l("something is wrong")),
}

STATES: dict[str, tuple[str, Any]] = {"new": ("late", _l("new")), "handled": ("done", _l("handled"))}
