"""The declaration of a list. Read one in a room's `listed.py`; everything else follows from it.

Everything a reader sees is a text that is translated when it is shown, or a function of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select

from service_app.core.access import Actor
from service_app.core.errors import NotFound

Wanted = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """A column. `cell` is what stands in it (text or safe markup), `value` what an export writes (text, number, day,
    instant or None; the words of the cell when there is none). `sort` names the two orders `sort` and `-sort` of the
    list. The first column names the row and is always shown; one that is `extra` only when somebody chooses it."""

    key: str
    label: Any
    cell: Callable[[Any], Any]
    sort: str = ""
    value: Callable[[Any], Any] | None = None
    is_number: bool = False
    is_extra: bool = False


@dataclass(frozen=True)
class Facet:
    """A filter with its counts. `by` is the column counted; `words` {value: what a person reads} in the order shown, or a
    function that gives them when they are rows themselves. `also` are values that are no value of the column but a
    condition: counted when `counted` has one. `begins` is what is chosen when an address says nothing; then "all" is not
    offered."""

    key: str
    label: Any
    by: Any
    words: Mapping[str, Any] | Callable[[], Mapping[str, Any]]
    also: Mapping[str, Any] = field(default_factory=dict)
    counted: Mapping[str, ColumnElement[bool]] = field(default_factory=dict)
    begins: str = ""

    def said(self) -> dict[str, Any]:
        """Every value with its words: the conditions first, for they are what asks for a hand."""
        words = self.words() if callable(self.words) else self.words
        return {**self.also, **words}


@dataclass(frozen=True)
class Ask:
    """What an act asks for: a text, or one of some choices."""

    key: str
    label: Any
    choices: Callable[[], Sequence[tuple[str, Any]]] | None = None


@dataclass(frozen=True)
class Act:
    """What can be done with many rows. `do(actor, name, given)` is one row's own operation, with its refusals; `done` what
    a row that was not refused is called afterwards. An act that changes nothing `leads` to a page of its own instead."""

    key: str
    label: Any
    permission: str
    icon: str = ""
    do: Callable[[Actor, str, Mapping[str, str]], None] | None = None
    done: Any = ""
    asks: tuple[Ask, ...] = ()
    leads: Callable[[Sequence[str]], str] | None = None


@dataclass(frozen=True)
class Listing:
    """A list: `rows` is the select of one entity; `narrow` puts the facets of an address on it, and depends on nothing else,
    for what it makes is kept. `found_by` is where the words of its rows are (the subject in `core/search`, the column that
    names it), `spelt` what was typed as it stands there. `loaded` is what a row shows, `sorts` {name: columns}, `order` the
    one it begins with. `named` is the row as addresses name it (`name_column` in the database), `page` the endpoint of the
    list, `detail` (endpoint, name) of the page of a row, and `permission` the right to read it. `ends` is a template for the
    last cell of a row, `kept` are filters that no facet shows but the address may hold, `nothing` what an empty list says.
    """

    key: str
    page: str
    permission: str
    title: Any
    search: Any
    rows: Callable[[], Select[Any]]
    narrow: Callable[[Select[Any], Wanted], Select[Any]]
    found_by: tuple[str, Any]
    named: Callable[[Any], str]
    name_column: Any
    columns: tuple[Column, ...]
    sorts: Mapping[str, tuple[Any, ...]]
    order: str
    loaded: tuple[Any, ...] = ()
    facets: tuple[Facet, ...] = ()
    acts: tuple[Act, ...] = ()
    kept: tuple[str, ...] = ()
    nothing: tuple[Any, Any] = ("", "")
    detail: tuple[str, str] = ("", "")
    ends: str = ""
    spelt: Callable[[str], str] = str

    def act(self, key: str) -> Act:
        """The act of this name; refuses with NotFound."""
        found = next((act for act in self.acts if act.key == key), None)
        if found is None:
            raise NotFound("not_found")
        return found

    def facet_keys(self) -> tuple[str, ...]:
        """The names its filters have in an address."""
        return ("q", *(facet.key for facet in self.facets), *self.kept)


_known: dict[str, Listing] = {}


def add(listing: Listing) -> Listing:
    """Make a list known, when the module of its room is imported."""
    _known[listing.key] = listing
    return listing


def get_listing(key: str) -> Listing:
    """The list of this name; refuses with NotFound."""
    if key not in _known:
        raise NotFound("not_found")
    return _known[key]


def all_listings() -> list[Listing]:
    """Every list of the house."""
    return list(_known.values())
