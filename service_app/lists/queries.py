"""Reads of a declared list: a page with its counts, the rows one by one, a person's views and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Select, Text, bindparam, func, literal, null, or_, select, text, union_all
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB

from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.paging import PAGE_SIZE, Page
from service_app.lists.declared import Facet, Listing, Wanted
from service_app.lists.models import BulkRun, ListChoice, SavedView

CHUNK = 400
MOST_ROWS = 5000

Counts = dict[str, dict[str, int]]


def narrowed(listing: Listing, wanted: Wanted) -> Select[Any]:
    """The rows of an address, in no order."""
    return listing.narrow(listing.rows(), wanted)


def ordered(listing: Listing, found: Select[Any], sort: str) -> Select[Any]:
    """In the order asked for; in the list's own for none or one it does not know."""
    return found.order_by(*listing.sorts.get(sort, listing.sorts[listing.order]))


def page_of(listing: Listing, wanted: Wanted, sort: str, number: int) -> tuple[Page[Any], Counts]:
    """A page and, for each facet, how many rows each of its values would show. Two statements, and those that load what
    a row shows: the counts are one table of all facets at once, and the total of the page is read off it."""
    counts, total = count(listing, wanted)
    found = ordered(listing, narrowed(listing, wanted), sort).options(*listing.loaded)
    rows = session().scalars(found.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).unique().all()
    return Page(list(rows), number, total), counts


def count(listing: Listing, wanted: Wanted) -> tuple[Counts, int]:
    """{facet: {value: rows}}, each facet counted under the choices of all others, and how many rows there are under all
    of them. A choice that is a condition nobody counts is put on the rows before they are counted."""
    table = _table_of(listing, wanted)
    chosen = {facet.key: wanted.get(facet.key, "") for facet in listing.facets}
    counts: Counts = {}
    for at, facet in enumerate(listing.facets):
        counts[facet.key] = _of_facet(listing, table, chosen, at)
    facets = list(enumerate(listing.facets))
    total = sum(row.number for row in table if all(_has(row, at, facet, chosen[facet.key]) for at, facet in facets))
    return counts, total


def _table_of(listing: Listing, wanted: Wanted) -> Sequence[Any]:
    """How many rows have which values: one line for each combination that occurs."""
    before = {key: value for key, value in wanted.items() if not _is_counted(listing, key, value)}
    dimensions = [_as_text(facet).label(f"v{at}") for at, facet in enumerate(listing.facets)]
    for at, facet in enumerate(listing.facets):
        dimensions += [condition.label(f"c{at}_{name}") for name, condition in facet.counted.items()]
    found = narrowed(listing, before)
    of = found.column_descriptions[0]["entity"]
    counted = found.with_only_columns(*dimensions, func.count(of.id).label("number")).order_by(None)
    if dimensions:
        counted = counted.group_by(*(text(str(at)) for at in range(1, len(dimensions) + 1)))
    return session().execute(counted).all()


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
    """The names of all rows of an address, in its order, up to `most`."""
    found = ordered(listing, narrowed(listing, wanted).with_only_columns(listing.name_column), sort)
    return [str(name) for name in session().scalars(found.limit(most))]


def every_row(listing: Listing, wanted: Wanted, sort: str) -> Iterator[Any]:
    """All rows of an address, in its order, a few hundred at a time in memory: their keys are read first, so what
    changes meanwhile moves no row twice or out."""
    found = narrowed(listing, wanted)
    of = found.column_descriptions[0]["entity"]
    ids = session().scalars(ordered(listing, found.with_only_columns(of.id), sort)).all()
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
)  # fmt: skip


def own_of(listing: Listing, account_id: int) -> Own:
    """A person's views and columns of a list, with the views that others share: one statement."""
    rows = session().execute(_OWN, {"account_id": account_id, "list_key": listing.key}).all()
    views = [
        View(row.id, row.name, row.query, row.is_shared, row.account_id == account_id)
        for row in rows
        if row.columns is None
    ]
    views.sort(key=lambda view: (not view.is_mine, view.name.casefold()))
    choice = next((row for row in rows if row.columns is not None), None)
    return Own(views, list(choice.columns), choice.id) if choice is not None else Own(views)


def get_view(listing: Listing, view_id: int) -> SavedView:
    """A view of a list; refuses with NotFound."""
    found = select(SavedView).where(SavedView.id == view_id, SavedView.list_key == listing.key)
    view = session().scalars(found).first()
    if view is None:
        raise NotFound("not_found")
    return view


def get_run(run_id: int, account_id: int) -> BulkRun:
    """A bulk run of this person; refuses with NotFound."""
    found = select(BulkRun).where(BulkRun.id == run_id, BulkRun.by_account_id == account_id)
    run = session().scalars(found).first()
    if run is None:
        raise NotFound("not_found")
    return run
