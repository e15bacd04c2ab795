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
# The sentences of `refusals`, which is long enough.
REFUSALS: dict[str, Any] = {
    "batch.not_waste": _l("This take-back was not decided to be waste. Decide on it first."),
    "batch.loaded": _l("This take-back is in a batch already. Reload the page."),
    "batch.mass": _l("Give a mass in kilograms, more than 0 and at most %(most)s."),
    "batch.empty": _l("Nothing is in this batch yet. Put a load in first."),
    "batch.slip": _l("This is a hundred times off what went in. Check whether it is kilograms or grams."),
    "batch.code": _l("This waste code is not in force on that day. Choose another one."),
    "batch.fractions": _l("Write down at least one fraction first."),
    "batch.balance": _l("The fractions do not add up to what went in. Weigh them again, or explain the difference."),
    "batch.left": _l("One of these fractions has left already. Reload the page."),
    "batch.day": _l("Choose today or a day of the last month."),
    "batch.step": _l("The batch is a step further than this page. Reload it."),
    "batch.closed": _l("This batch is closed: everything in it has left."),
    "batch.quarantine": _l("This batch is in quarantine. Release it first, and write down why."),
}
