"""How imports are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATES: dict[str, tuple[str, Any]] = {
    "uploaded": ("planned", _l("columns to say")),
    "checking": ("planned", _l("being checked")),
    "checked": ("due", _l("checked")),
    "running": ("planned", _l("coming in")),
    "done": ("done", _l("done")),
    "failed": ("late", _l("failed")),
    "cancelled": ("off", _l("cancelled")),
}
