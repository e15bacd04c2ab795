"""How batches of material are said."""

from __future__ import annotations

from typing import Any

from service_app.core.i18n import lazy as _l

STATES: dict[str, tuple[str, Any]] = {
    "open": ("due", _l("filling")),
    "weighed": ("due", _l("weighed")),
    "allocated": ("planned", _l("ready to leave")),
    "closed": ("done", _l("closed")),
}
