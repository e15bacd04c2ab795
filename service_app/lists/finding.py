"""Finding a row of any list by one box: the lists that say what a row of theirs is (`found_as`) are asked together, in one
statement for the words and one for each list that had any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from service_app.core import search
from service_app.core.db import session
from service_app.lists.declared import Listing, all_listings
from service_app.lists.shown import page_of


@dataclass(frozen=True)
class Found:
    """A row: its code, what it is called, what it is in a word, and its page."""

    code: str
    title: str
    kind: Any
    url: str


def find(query: str, can: Callable[[str], bool], most: int = 4) -> list[Found]:
    """The newest few rows of each list that have words beginning with those of the query, of the lists that this person may
    read."""
    lists = [each for each in all_listings() if each.found_as is not None and can(each.permission)]
    by_subject = {each.found_by[0]: each for each in lists if each.found_by is not None}
    hits = search.newest(list(by_subject), query, most)
    return [found for subject, ids in hits.items() for found in _rows(by_subject[subject], ids)]


def _rows(listing: Listing, ids: list[int]) -> list[Found]:
    if listing.found_by is None or listing.found_as is None:
        return []
    word, title = listing.found_as
    asked = listing.rows().where(listing.found_by[1].in_(ids)).order_by(listing.found_by[1].desc())
    return [
        Found(listing.named(row), title(row), word, page_of(listing, listing.named(row)))
        for row in session().scalars(asked.options(*listing.loaded)).unique()
    ]
