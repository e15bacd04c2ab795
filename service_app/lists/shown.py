"""The page of a declared list: `shown.page(LIST, "room/list.html")`, a template that extends `lists/page.html`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from service_app import refusals
from service_app.core import listing as address
from service_app.core.listing import Pager
from service_app.core.paging import Page
from service_app.core.web import actor, current, wants_fragment
from service_app.lists import queries
from service_app.lists.declared import Act, Column, Facet, Listing, Origin, get_origin
from service_app.lists.models import BulkRun
from service_app.lists.operations import SHARE

EVERYTHING = "all"
LONGEST = 200


@dataclass(frozen=True)
class Option:
    """A value of a facet: what it is called, how many rows it would show (None: not counted), and where that is."""

    value: str
    label: Any
    count: int | None
    url: str
    is_current: bool


@dataclass(frozen=True)
class Choice:
    """A facet as a menu shows it."""

    key: str
    label: Any
    options: list[Option]

    @property
    def current(self) -> Option | None:
        """What is chosen, when something is."""
        return next((option for option in self.options if option.is_current and option.value), None)


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list: filters by name, an order, and both as they stand in a saved view."""

    wanted: dict[str, str]
    sort: str
    query: str

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are on."""
        return {name: value for name, value in self.wanted.items() if value}


def asked(listing: Listing, args: Mapping[str, str] | MultiDict[str, str]) -> Asked:
    """Read an address: what a list does not know is left out, so that two addresses that show the same are one."""
    begins = {facet.key: facet.begins for facet in listing.facets}
    wanted = {key: (args.get(key) or "").strip()[:LONGEST] or begins.get(key, "") for key in listing.facet_keys()}
    sort = args.get("sort") or listing.order
    sort = sort if sort in listing.sorts else listing.order
    return Asked(wanted, sort, _query(listing, wanted, sort))


def _query(listing: Listing, wanted: Mapping[str, str], sort: str) -> str:
    begins = {facet.key: facet.begins for facet in listing.facets}
    parts = [(key, wanted[key]) for key in listing.facet_keys() if wanted[key] and wanted[key] != begins.get(key)]
    return urlencode([*parts, ("sort", sort)] if sort != listing.order else parts)


@dataclass(frozen=True)
class Shown:
    """All that `lists/page.html` draws."""

    listing: Listing
    asked: Asked
    page: Page[Any]
    pager: Pager
    columns: list[Column]
    choices: list[Choice]
    own: queries.Own
    acts: list[Act]
    may_share: bool

    @property
    def is_counted(self) -> bool:
        """Whether counts stand beside the filters; a long list is counted when somebody asks."""
        return any(option.count is not None for choice in self.choices for option in choice.options)

    @property
    def view(self) -> queries.View | None:
        """The saved view that this address is, when it is one."""
        return next((view for view in self.own.views if view.query == self.asked.query), None)

    @property
    def is_narrowed(self) -> bool:
        """Whether something is left out by a filter."""
        begins = {facet.key: facet.begins for facet in self.listing.facets}
        return any(value != begins.get(key, "") for key, value in self.asked.wanted.items())

    @property
    def others(self) -> list[Column]:
        """The columns one can show or not."""
        return list(self.listing.columns[1:])

    def cells(self) -> Callable[[Any], Markup]:
        """The cells of any row: its tick, its name, and the other columns. In Python, as `core/marks` is and for the same
        reason: a list has hundreds of them."""
        choose, named, said = str(escape(_("Choose %(name)s", name="{}"))), self.listing.named, self.listing.said
        head, others = self.columns[0].cell, [(_opening(column), column.cell) for column in self.columns[1:]]

        def drawn(row: Any) -> Markup:
            name = escape(named(row))
            rest = "".join(f"{opening}{escape(cell(row))}</td>" for opening, cell in others)
            return Markup(
                f'<td class="pick"><label class="pick-box"><input type="checkbox" name="row" value="{name}" form="bulk" '
                f'aria-label="{choose.format(escape(said(row)))}"></label></td><th scope="row">{escape(head(row))}</th>{rest}'
            )

        return drawn

    def sorted_by(self, key: str) -> str:
        """The address of this list in another order."""
        return self.at(sort=key)

    def at(self, **changes: str) -> str:
        """The address of this list with other filters, from its first page."""
        wanted = self.asked.wanted | {key: value for key, value in changes.items() if key != "sort"}
        return address_of(self.listing, self.own, _query(self.listing, wanted, changes.get("sort", self.asked.sort)))

    def view_address(self, view: queries.View) -> str:
        """Where a view is."""
        return address_of(self.listing, self.own, view.query)

    @property
    def counted_url(self) -> str:
        """This page with its counts, however long the list is."""
        return address.address(counts="1")

    @property
    def all_url(self) -> str:
        """Every row, in the list's own order."""
        return address_of(self.listing, self.own, "")


def _opening(column: Column) -> str:
    number = ' class="number"' if column.is_number else ""
    return f'<td data-label="{escape(str(column.label))}"{number}>'


def address_of(listing: Listing, own: queries.Own, query: str) -> str:
    """The address of a query; the bare one says that it means everything where it would lead to a view."""
    base = url_for(listing.page)
    if not query and own.default is not None:
        query = f"view={EVERYTHING}"
    return f"{base}?{query}" if query else base


def page(listing: Listing, template: str, status: int = 200, **more: Any) -> Any:
    """Answer with the list that the address asks for; the bare address leads to the person's own view of it. With another
    status it stands under what was refused, and leads nowhere."""
    account_id = actor().account_id
    own = queries.own_of(listing, account_id) if account_id is not None else queries.Own()
    if status == 200 and own.default is not None and not set(request.args) - {"lang"} and not wants_fragment():
        return redirect(address_of(listing, own, own.default.query))
    want = asked(listing, request.args)
    counting = address.asked("counts") == "1"
    found, counts = queries.page_of(listing, want.wanted, want.sort, address.page_number(), counting=counting)
    shown = Shown(
        listing=listing, asked=want, page=found, pager=address.pager(found), columns=columns_of(listing, own),
        choices=[], own=own, acts=[act for act in listing.acts if current().can(act.permission)],
        may_share=current().can(SHARE),
    )  # fmt: skip
    shown.choices.extend(_choice(shown, facet, counts.get(facet.key)) for facet in listing.facets)
    return render_template(template, list=shown, wanted=want.wanted, page=found, **more), status


@dataclass(frozen=True)
class Refused:
    """A row that was refused: what it is called, where it is ('' for one that is not there), and why not. A code is what
    addresses call it as well."""

    said: str
    url: str
    why: str
    is_code: bool


def told_of(run: BulkRun) -> dict[str, Any]:
    """What the card of a bulk run shows, wherever it stands."""
    origin = get_origin(run.list_key)
    said = queries.said_of(origin, [row["name"] for row in run.outcomes])
    refused = [
        Refused(said.get(row["name"], row["name"]), page_of(origin, row["name"]) if row["name"] in said else "",
                refusals.say(row["code"], row["data"]), said.get(row["name"], row["name"]) == row["name"])
        for row in run.outcomes
    ]  # fmt: skip
    is_mine = run.by_account_id == actor().account_id
    return {
        "run": run, "listing": origin, "act": origin.act(run.act), "refused": refused,
        "may_stop": is_mine and not run.is_over, "may_undo": is_mine and run.can_be_undone,
    }  # fmt: skip


def page_of(origin: Origin, name: str) -> str:
    """The address of a row by its name; '' where rows have no page."""
    endpoint, key = origin.detail
    values: dict[str, Any] = {key: name}
    return url_for(endpoint, **values) if endpoint else ""


def columns_of(listing: Listing, own: queries.Own) -> list[Column]:
    """The columns a person chose, else the usual ones."""
    if own.columns:
        return [column for column in listing.columns if column.key in own.columns or column is listing.columns[0]]
    return [column for column in listing.columns if not column.is_extra]


def _choice(shown: Shown, facet: Facet, known: Mapping[str, int] | None) -> Choice:
    """The values that would show something, and the one chosen; of a list too long to count, all of them."""
    counts = known or {}
    chosen = shown.asked.wanted[facet.key]
    uncounted = known is None or (chosen in facet.also and chosen not in facet.counted)
    options = [] if facet.begins else [_option(shown, facet, "", "", None if uncounted else counts.get("", 0))]
    for value, label in facet.said().items():
        number = None if uncounted or (value in facet.also and value not in facet.counted) else counts.get(value, 0)
        if number != 0 or value == chosen or value == facet.begins:
            options.append(_option(shown, facet, value, label, number))
    return Choice(facet.key, facet.label, options)


def _option(shown: Shown, facet: Facet, value: str, label: Any, number: int | None) -> Option:
    url = shown.at(**{facet.key: value})
    return Option(value, label, number, url, shown.asked.wanted[facet.key] == value)
