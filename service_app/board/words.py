"""How the board says what it shows: the tone (colour and shape, see `ui.state`) and the word."""

from __future__ import annotations

from typing import Any

from service_app.core.i18n import lazy as _l

Said = tuple[str, Any]

STATES: dict[str, Said] = {
    "hold": ("planned", _l("offered")),
    "reservation": ("planned", _l("reserved")),
    "use": ("ok", _l("out")),
    "overdue": ("late", _l("late")),
    "lost": ("late", _l("lost")),
    "buffer": ("due", _l("to inspect")),
    "work": ("due", _l("on the bench")),
    "transit": ("off", _l("on its way")),
}
# What is over: it blocked its thing once.
OVER: dict[str, Said] = {
    "use": ("done", _l("returned")),
    "buffer": ("done", _l("inspected")),
    "work": ("done", _l("was on the bench")),
    "transit": ("done", _l("arrived")),
}
CARE: Said = ("due", _l("care due"))
# What the legend shows: the states one looks for.
LEGEND: tuple[Said, ...] = (STATES["reservation"], STATES["use"], STATES["work"], STATES["overdue"])

VISITS: dict[str, Said] = {
    "held": ("planned", _l("being booked")),
    "booked": ("planned", _l("booked")),
    "arrived": ("ok", _l("here")),
    "done": ("done", _l("done")),
    "no_show": ("late", _l("did not come")),
}
AWAY: Said = ("off", _l("away"))
VISIT_LEGEND: tuple[Said, ...] = (VISITS["booked"], VISITS["arrived"], VISITS["no_show"], AWAY)
COUNTS_ON_WHO_IS_AWAY = _l("away then")
NOT_HERE = _l("not here yet")

DISPLACED = _l("the thing is gone")
NOT_FETCHED = _l("not fetched")
NO_ITEM: Said = ("late", _l("no item"))
TO_CHOOSE: Said = ("planned", _l("item to choose"))

VIEWS: dict[str, Any] = {"day": _l("Day"), "weeks": _l("Two weeks"), "month": _l("Month")}

# What the page says of the lanes of items; other kinds of lanes say their own.
SEARCH = _l("Tag, serial number or product")
GROUP_WORD = _l("Product")
KEYS = _l(
    "Alt and an arrow key move it: left and right in time, up and down to another item of the same product. "
    "Enter opens its card."
)
NOTHING = (
    _l("No item yet."),
    _l("An item is one thing with a tag. Take the first one in, or bring them in from a file."),
)
