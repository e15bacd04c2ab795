"""The declaration of a list. Read one in a room's `listed.py`; everything else follows from it.

Everything a reader sees is a text that is translated when it is shown, or a function of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select

from service_app.core.access import Actor
from service_app.core.errors import NotFound
from service_app.core.i18n import lazy as _l

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
    a row that was not refused is called afterwards. An act that changes nothing `leads` to a page of its own instead.
    `undo` is the act of the same list that takes it back; then `do` answers with what that one is given for this row, or
    None for a row that cannot be taken back."""

    key: str
    label: Any
    permission: str
    icon: str = ""
    do: Callable[[Actor, str, Mapping[str, str]], Mapping[str, str] | None] | None = None
    done: Any = ""
    asks: tuple[Ask, ...] = ()
    leads: Callable[[Sequence[str]], str] | None = None
    undo: str = ""


BACK = _l("Back to the list")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where one act on many rows begins: its page (an endpoint) with the words that lead back there, the right to read it,
    its acts, and the page of a row as (endpoint, name)."""

    key: str
    page: str
    permission: str
    title: Any
    acts: tuple[Act, ...] = ()
    detail: tuple[str, str] = ("", "")
    back: Any = BACK

    def act(self, key: str) -> Act:
        """The act of this name; refuses with NotFound."""
        found = next((act for act in self.acts if act.key == key), None)
        if found is None:
            raise NotFound("not_found")
        return found


@dataclass(frozen=True, kw_only=True)
class Listing(Origin):
    """A list: `rows` is the select of one entity; `narrow` puts the facets of an address on it, and depends on nothing else,
    for what it makes is kept. `found_by` is where the words of its rows are (the subject in `core/search`, the column that
    names it), `spelt` what was typed as it stands there; a list without is not searched; `found_as` what a row is in a word and
    how it is called where everything is searched at once (`finding`). `loaded` is what a row shows,
    `sorts` {name: columns}, `order` the one it begins with. `named` is the row as addresses name it (`name_column` in the
    database), `called` as people do, where that is another thing. `ends` is a template for the last cell of a row, `kept`
    are filters that no facet shows but the address may hold, `nothing` what an empty list says.
    """

    rows: Callable[[], Select[Any]]
    narrow: Callable[[Select[Any], Wanted], Select[Any]]
    named: Callable[[Any], str]
    name_column: Any
    columns: tuple[Column, ...]
    sorts: Mapping[str, tuple[Any, ...]]
    order: str
    search: Any = ""
    found_by: tuple[str, Any] | None = None
    found_as: tuple[Any, Callable[[Any], str]] | None = None
    spelt: Callable[[str], str] = str
    called: Callable[[Any], Any] | None = None
    loaded: tuple[Any, ...] = ()
    facets: tuple[Facet, ...] = ()
    kept: tuple[str, ...] = ()
    nothing: tuple[Any, Any] = ("", "")
    ends: str = ""

    def said(self, row: Any) -> str:
        """What people call a row."""
        return str(self.called(row)) if self.called is not None else self.named(row)

    def facet_keys(self) -> tuple[str, ...]:
        """The names its filters have in an address."""
        return (*(["q"] if self.found_by else []), *(facet.key for facet in self.facets), *self.kept)


def number(name: str) -> int:
    """The number that a row is named by; refuses with NotFound what is none."""
    if not name.isdecimal() or len(name) > 18:
        raise NotFound("not_found")
    return int(name)


_known: dict[str, Origin] = {}
Known = TypeVar("Known", bound=Origin)


def add(origin: Known) -> Known:
    """Make a list known, or another origin, when the module of its room is imported."""
    _known[origin.key] = origin
    return origin


def get_origin(key: str) -> Origin:
    """The origin of this name; refuses with NotFound."""
    if key not in _known:
        raise NotFound("not_found")
    return _known[key]


def get_listing(key: str) -> Listing:
    """The list of this name; refuses with NotFound."""
    found = get_origin(key)
    if not isinstance(found, Listing):
        raise NotFound("not_found")
    return found


def all_origins() -> list[Origin]:
    """Everything that one act on many rows can begin from."""
    return list(_known.values())


def all_listings() -> list[Listing]:
    """Every list of the house."""
    return [origin for origin in _known.values() if isinstance(origin, Listing)]
