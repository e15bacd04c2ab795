"""The stamp of a form on the street, in place of a session: signed for one thing, of an age, and good for one report."""

from __future__ import annotations

import secrets

from service_app.core import clock, links
from service_app.core.errors import Conflict, NotFound
from service_app.items.models import Item

LASTS_SECONDS = 12 * 3600


def stamp(item: Item) -> str:
    """A stamp for a new form about a thing."""
    return links.sign("report", item.id, int(clock.now().timestamp()), secrets.randbits(48))


def read(token: str) -> list[int]:
    """What stands in a stamp that is still good. Refuses any other with Conflict `form.expired`."""
    try:
        found = links.read("report", token)
    except NotFound as error:
        raise Conflict("form.expired") from error
    if len(found) != 3 or clock.now().timestamp() - found[1] > LASTS_SECONDS:
        raise Conflict("form.expired")
    return found


def key_of(item: Item, found: list[int]) -> str:
    """The key of the one report that a form may become. Refuses the stamp of another thing."""
    if found[0] != item.id:
        raise Conflict("form.expired")
    return f"{found[1]}-{found[2]:x}"
