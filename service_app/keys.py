"""ONE table: which keys a page has besides those of every page. The dialog behind `?` lists them (`navigation.dialogs`)."""

from __future__ import annotations

from typing import Any

from service_app.core.i18n import lazy as _l
from service_app.lists.declared import all_listings

# (what is pressed, what it does): signs beside each other are pressed together or one of them, as a keyboard shows them.
Keys = tuple[tuple[tuple[Any, ...], Any], ...]

LISTS: Keys = (
    ((_l("Space"),), _l("Choose the row, or let it go")),
    ((_l("Shift"), _l("Space")), _l("Choose all rows since the last one")),
)
KEYS: dict[str, Keys] = {
    "board.list_page": (
        (("←", "→", "↑", "↓"), _l("To the booking beside it")),
        ((_l("Enter"),), _l("Open its card")),
        (("Alt", "←", "→"), _l("Move it in time: a day, in the view of one day half an hour")),
        (("Alt", "↑", "↓"), _l("Move it to another item of the same product")),
        ((_l("Esc"),), _l("Let go what is being dragged")),
    ),
    "scanning.scan": (((_l("Enter"),), _l("Look up what is typed; a scanner that types needs no field")),),
    "scanning.many": (((_l("Enter"),), _l("Put what is typed on the list; a scanner that types needs no field")),),
}


def of_page(endpoint: str) -> Keys:
    """The keys of a page; every declared list has the same."""
    if endpoint in KEYS:
        return KEYS[endpoint]
    return LISTS if any(listing.page == endpoint for listing in all_listings()) else ()
