"""Reads of a declared list: a page with its counts, the rows one by one, a person's views and columns."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Select, Text, bindparam, func, literal, null, or_, select, union_all
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB

from service_app.core import paging, search
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, kept, session
from service_app.core.errors import Invalid, NotFound
from service_app.core.ordering import key
from service_app.core.paging import PAGE_SIZE, Page
from service_app.lists.declared import Facet, Listing, Origin, Wanted, all_origins, get_listing
from service_app.lists.models import BulkRun, ListChoice, SavedView

CHUNK = 400
MOST_ROWS = 5000
MOST_COUNTED = 2000
LONG_FOR_SECONDS = 600

Counts = dict[str, dict[str, int]]


def narrowed(listing: Listing, wanted: Wanted) -> Select[Any]:
    """The rows of an address, in no order; run with `_values` of the same."""
    found = listing.narrow(listing.rows(), wanted)
    many = len(_words(listing, wanted))
    if not many or listing.found_by is None:
        return found
    subject, column = listing.found_by
    return found.where(column.in_(search.matching_any(subject, many)))


def _typed(listing: Listing, wanted: Wanted) -> str:
    return listing.spelt(wanted.get("q", "")) if listing.found_by is not None else ""


def _words(listing: Listing, wanted: Wanted) -> list[str]:
    return search.asked_for(_typed(listing, wanted))


def _values(listing: Listing, wanted: Wanted) -> dict[str, Any]:
    return search.values_of(_typed(listing, wanted))


def ordered(listing: Listing, found: Select[Any], sort: str) -> Select[Any]:
    """In the order asked for; in the list's own for none or one it does not know."""
    return found.order_by(*listing.sorts.get(sort, listing.sorts[listing.order]))


def page_of(
    listing: Listing, wanted: Wanted, sort: str, number: int, *, counting: bool = False
) -> tuple[Page[Any], Counts]:
    """A page and, for each facet, how many rows each of its values would show.

    The counts are one table of all facets at once, and the total of the page is read off it: they cost no statement. Over
    more than MOST_COUNTED rows that would be dear, so there the total alone is counted, the counts are empty, and it is
    remembered that the list is long; a search is counted first, for each finds something else. `counting` asks for them all
    the same.
    """
    values = _values(listing, wanted)
    total = _how_many(listing, wanted, values) if values and not counting else 0
    table = _table_of(listing, wanted, values, counting) if total <= MOST_COUNTED else None
    if table is not None:
        counts, total = _read_off(listing, wanted, table)
    else:
        counts, total = {}, total or _how_many(listing, wanted, values)
    rows = session().scalars(_made(_page_statement, listing, wanted, sort, number), values).unique().all()
    return Page(list(rows), number, total), counts


def _page_statement(listing: Listing, wanted: Wanted, sort: str, number: int) -> Select[Any]:
    found = ordered(listing, narrowed(listing, wanted), sort).options(*listing.loaded)
    return found.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)


def _made(make: Callable[..., Select[Any]], listing: Listing, wanted: Wanted, *more: Any) -> Select[Any]:
    """A statement of a list, kept: people look at the same few again and again, and to build one costs more than to read
    its rows. Of what was typed the number of words belongs to it, not the words."""
    alike = {**wanted, "q": " ".join("w" for _word in _words(listing, wanted))}
    return _made_once(make, listing.key, tuple(sorted(alike.items())), *more)


@lru_cache(maxsize=512)
def _made_once(
    make: Callable[..., Select[Any]], key: str, wanted: tuple[tuple[str, str], ...], *more: Any
) -> Select[Any]:
    return kept(make(get_listing(key), dict(wanted), *more))


def _how_many(listing: Listing, wanted: Wanted, values: Mapping[str, Any]) -> int:
    return session().scalar(_made(_count_statement, listing, wanted), values) or 0


def _count_statement(listing: Listing, wanted: Wanted) -> Select[Any]:
    found = narrowed(listing, wanted)
    of = found.column_descriptions[0]["entity"]
    return found.with_only_columns(func.count(of.id)).order_by(None)


def _read_off(listing: Listing, wanted: Wanted, table: Sequence[Any]) -> tuple[Counts, int]:
    """{facet: {value: rows}}, each facet counted under the choices of all others, and how many rows there are under all
    of them."""
    chosen = {facet.key: wanted.get(facet.key, "") for facet in listing.facets}
    facets = list(enumerate(listing.facets))
    counts = {facet.key: _of_facet(listing, table, chosen, at) for at, facet in facets}
    total = sum(row.number for row in table if all(_has(row, at, facet, chosen[facet.key]) for at, facet in facets))
    return counts, total


# The lists that were found long, by workshop, and until when that is believed: they are not tried again at each visit.
_long: dict[tuple[int, str], float] = {}


def _table_of(listing: Listing, wanted: Wanted, values: Mapping[str, Any], counting: bool) -> Sequence[Any] | None:
    """How many rows have which values: one line for each combination that occurs; None for a list too long to count. A
    choice that is a condition nobody counts is put on the rows before."""
    key = (current_workshop_id(), listing.key)
    if not counting and not values and _long.get(key, 0) > time.monotonic():
        return None
    before = {name: value for name, value in wanted.items() if not _is_counted(listing, name, value)}
    most = None if counting else MOST_COUNTED + 1
    table = session().execute(_made(_table_statement, listing, before, most), values).all()
    if not counting and sum(row.number for row in table) > MOST_COUNTED:
        if not values:
            _long[key] = time.monotonic() + LONG_FOR_SECONDS
        return None
    return table


def _table_statement(listing: Listing, wanted: Wanted, most: int | None) -> Select[Any]:
    dimensions = [_as_text(facet).label(f"v{at}") for at, facet in enumerate(listing.facets)]
    for at, facet in enumerate(listing.facets):
        dimensions += [condition.label(f"c{at}_{name}") for name, condition in facet.counted.items()]
    inner = narrowed(listing, wanted).with_only_columns(*dimensions).order_by(None).limit(most).subquery()
    return select(*inner.c, func.count().label("number")).group_by(*inner.c)


def _as_text(facet: Facet) -> Any:
    return as_type(facet.by, Text)


def _is_counted(listing: Listing, key: str, value: str) -> bool:
    """Whether a filter is one of the values that the table of counts tells apart."""
    facet = next((facet for facet in listing.facets if facet.key == key), None)
    return facet is not None and (value not in facet.also or value in facet.counted)


def _has(row: Any, at: int, facet: Facet, value: str) -> bool:
    if not value or (value in facet.also and value not in facet.counted):
        return True  # such a condition stands in the rows already
    if value in facet.counted:
        return bool(getattr(row, f"c{at}_{value}"))
    return bool(getattr(row, f"v{at}") == value)


def _of_facet(listing: Listing, table: Sequence[Any], chosen: Wanted, mine: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    others = [(at, facet) for at, facet in enumerate(listing.facets) if at != mine]
    for row in table:
        if not all(_has(row, at, facet, chosen[facet.key]) for at, facet in others):
            continue
        found[""] += row.number
        found[getattr(row, f"v{mine}") or ""] += row.number if getattr(row, f"v{mine}") else 0
        for name in listing.facets[mine].counted:
            found[name] += row.number if getattr(row, f"c{mine}_{name}") else 0
    return dict(found)


def names_of(listing: Listing, wanted: Wanted, sort: str, most: int = MOST_ROWS) -> list[str]:
    """The names of all rows of an address, in its order. Refuses `bulk.too_many` when they are more than `most`: a run
    that silently left some out would be worse than none."""
    found = ordered(listing, narrowed(listing, wanted).with_only_columns(listing.name_column), sort)
    names = [str(name) for name in session().scalars(found.limit(most + 1), _values(listing, wanted))]
    if len(names) > most:
        raise Invalid("bulk.too_many", most=most)
    return names


def every_row(listing: Listing, wanted: Wanted, sort: str) -> Iterator[Any]:
    """All rows of an address, in its order, a few hundred at a time in memory: their keys are read first, so what
    changes meanwhile moves no row twice or out."""
    found = narrowed(listing, wanted)
    of = found.column_descriptions[0]["entity"]
    keys = ordered(listing, found.with_only_columns(of.id), sort)
    ids = session().scalars(keys, _values(listing, wanted)).all()
    for at in range(0, len(ids), CHUNK):
        some = ids[at : at + CHUNK]
        rows = session().scalars(listing.rows().where(of.id.in_(some)).options(*listing.loaded)).unique()
        by_id = {row.id: row for row in rows}
        yield from (by_id[each] for each in some if each in by_id)
        for row in by_id.values():
            session().expunge(row)


@dataclass(frozen=True)
class View:
    """A saved view as a menu shows it."""

    id: int
    name: str
    query: str
    is_shared: bool
    is_mine: bool


@dataclass(frozen=True)
class Own:
    """What a person keeps of a list: views (their own first), the columns they chose, the view they begin with."""

    views: list[View] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    default_view_id: int | None = None

    @property
    def default(self) -> View | None:
        """The view that the bare address leads to."""
        return next((view for view in self.views if view.id == self.default_view_id), None)


_MINE = bindparam("account_id", type_=ListChoice.account_id.type)
_LIST = bindparam("list_key", type_=Text())
_OWN = union_all(
    select(
        SavedView.id, SavedView.name, SavedView.query, SavedView.is_shared, SavedView.account_id,
        as_type(null(), JSONB).label("columns"),
    ).where(SavedView.list_key == _LIST, or_(SavedView.account_id == _MINE, SavedView.is_shared)),
    select(
        ListChoice.default_view_id, literal(""), literal(""), as_type(literal(False), Boolean), ListChoice.account_id,
        ListChoice.columns,
    ).where(ListChoice.list_key == _LIST, ListChoice.account_id == _MINE),
).execution_options(kept=True)  # fmt: skip


def own_of(listing: Listing, account_id: int) -> Own:
    """A person's views and columns of a list, with the views that others share: one statement."""
    rows = session().execute(_OWN, {"account_id": account_id, "list_key": listing.key}).all()
    views = [
        View(row.id, row.name, row.query, row.is_shared, row.account_id == account_id)
        for row in rows
        if row.columns is None
    ]
    views.sort(key=lambda view: (not view.is_mine, key(view.name)))
    choice = next((row for row in rows if row.columns is not None), None)
    return Own(views, list(choice.columns), choice.id) if choice is not None else Own(views)


def get_view(listing: Listing, view_id: int, account_id: int | None) -> SavedView:
    """A view of a list, this person's own or a shared one; refuses with NotFound."""
    found = select(SavedView).where(SavedView.id == view_id, SavedView.list_key == listing.key)
    found = found.where(or_(SavedView.account_id == account_id, SavedView.is_shared))
    view = session().scalars(found).first()
    if view is None:
        raise NotFound("not_found")
    return view


SEE_ALL = "jobs:read"


def get_run(run_id: int, actor: Actor) -> BulkRun:
    """A bulk run of this person, or of anybody for who sees the background work; refuses with NotFound."""
    run: BulkRun | None = session().scalars(_runs(actor, of_all=True).where(BulkRun.id == run_id)).first()
    if run is None:
        raise NotFound("not_found")
    return run


def list_runs(actor: Actor, number: int, *, of_all: bool = False) -> Page[BulkRun]:
    """A page of the bulk runs of this person, the latest first; `of_all` those of everybody, for who may see them."""
    return paging.page_of(_runs(actor, of_all=of_all).order_by(BulkRun.id.desc()), number)


def _runs(actor: Actor, *, of_all: bool) -> Select[Any]:
    """Of lists that one may read, for the rows are named."""
    origins = [origin.key for origin in all_origins() if actor.can(origin.permission)]
    found = select(BulkRun).where(BulkRun.list_key.in_(origins))
    return found if of_all and actor.can(SEE_ALL) else found.where(BulkRun.by_account_id == actor.account_id)


def said_of(origin: Origin, names: Sequence[str]) -> dict[str, str]:
    """{name: what people call it} of the rows of a list that are there."""
    if not isinstance(origin, Listing) or not names:
        return {}
    found = origin.rows().where(as_type(origin.name_column, Text).in_(names)).options(*origin.loaded)
    return {origin.named(row): origin.said(row) for row in session().scalars(found).unique()}
