"""What one does with a list: keep a view, choose columns, take it away as a file, do one thing with many rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, flash, render_template, request, stream_with_context
from flask import session as cookie_session
from flask_babel import gettext as _
from flask_babel import ngettext

from service_app import refusals
from service_app.core import clock, sheets, tenancy
from service_app.core.access import needs
from service_app.core.errors import Conflict, Invalid, NotFound
from service_app.core.listing import asked as asked_in_address
from service_app.core.listing import page_number, pager
from service_app.core.web import actor, current, offer_undo, see
from service_app.lists import export as files
from service_app.lists import operations, queries, shown
from service_app.lists.declared import Listing, Origin, get_listing, get_origin
from service_app.lists.models import BulkRun

pages = Blueprint("lists", __name__, template_folder="templates")

_FORGOTTEN = "forgotten_view"
_MOST_LED = 200


def _listing(key: str) -> Listing:
    """The list of an address, which the person must be allowed to read."""
    listing = get_listing(key)
    actor().must(listing.permission)
    return listing


def _back(listing: Listing, query: str) -> Any:
    """To the list as it was seen."""
    asked = shown.asked(listing, _arguments(query))
    return see(listing.page, **asked.filters, sort=asked.sort if asked.sort != listing.order else None,
               view=None if asked.query else shown.EVERYTHING)  # fmt: skip


def _arguments(query: str) -> dict[str, str]:
    return dict(parse_qsl(query))


@pages.post("/lists/<list_key>/views")
@needs("today:read")
def save_view(list_key: str) -> Any:
    """Keep this list as it is seen now, under a name."""
    listing, name = _listing(list_key), request.form.get("name", "")
    query = shown.asked(listing, _arguments(request.form.get("query", ""))).query
    try:
        view = operations.save_view(
            actor(), listing, name, query,
            is_shared="shared" in request.form, is_default="default" in request.form,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        flash(refusals.sentence(refusal), "late")
        return _back(listing, query)
    flash(_("“%(name)s” is kept under Views.", name=view.name), "done")
    return _back(listing, query)


@pages.post("/lists/<list_key>/views/<int:view_id>/forget")
@needs("today:read")
def forget_view(list_key: str, view_id: int) -> Any:
    """Take a view away; it can be had back for as long as the toast stands."""
    listing = _listing(list_key)
    view = queries.get_view(listing, view_id, actor().account_id)
    operations.forget_view(actor(), view)
    cookie_session[_FORGOTTEN] = {"list": list_key, "name": view.name, "query": view.query, "shared": view.is_shared}
    offer_undo(_("“%(name)s” is no longer kept.", name=view.name), "lists.restore_view", list_key=list_key)
    return _back(listing, request.form.get("query", ""))


@pages.post("/lists/<list_key>/views/restore")
@needs("today:read")
def restore_view(list_key: str) -> Any:
    """Give back the view that this person took away last."""
    listing, kept = _listing(list_key), cookie_session.pop(_FORGOTTEN, None)
    if not kept or kept["list"] != list_key:
        return _back(listing, "")
    is_shared = kept["shared"] and current().can(operations.SHARE)
    operations.save_view(actor(), listing, kept["name"], kept["query"], is_shared=is_shared)
    return _back(listing, kept["query"])


@pages.post("/lists/<list_key>/begin-with")
@needs("today:read")
def begin_with(list_key: str) -> Any:
    """Which view the bare address leads to; none, to all rows."""
    listing, wanted = _listing(list_key), request.form.get("view", "")
    is_named = wanted.isdecimal() and len(wanted) < 19
    view = queries.get_view(listing, int(wanted), actor().account_id) if is_named else None
    operations.begin_with(actor(), listing, view)
    flash(
        _("The list begins with “%(name)s”.", name=view.name) if view else _("The list begins with all rows."), "done"
    )
    return _back(listing, view.query if view else "")


@pages.post("/lists/<list_key>/columns")
@needs("today:read")
def choose_columns(list_key: str) -> Any:
    """Which columns this person sees."""
    listing = _listing(list_key)
    operations.choose_columns(actor(), listing, [] if "usual" in request.form else request.form.getlist("column"))
    return _back(listing, request.form.get("query", ""))


@pages.route("/lists/<list_key>/export.<kind>", methods=["GET", "POST"])
@needs("today:read")
def export(list_key: str, kind: str) -> Any:
    """The filtered list, or its chosen rows, as a file."""
    listing = _listing(list_key)
    if kind not in sheets.MEDIA_TYPES:
        raise NotFound("not_found")
    asked = shown.asked(listing, request.values)
    chosen = None if "all" in request.values else request.form.getlist("row") or None
    name = f"{listing.key}-{clock.today(current().workshop.zone).isoformat()}.{kind}"
    rows = _rows(listing, asked, chosen)
    answer = Response(_within(files.as_file(listing, kind, rows)), mimetype=sheets.MEDIA_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(listing: Listing, asked: shown.Asked, chosen: list[str] | None) -> Iterator[Any]:
    found = queries.every_row(listing, asked.wanted, asked.sort)
    if chosen is None:
        return found
    wanted = set(chosen)
    return (row for row in found if listing.named(row) in wanted)


def _within(content: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a file, read in a transaction of its own: the request's is over when the answer is on its way."""
    database = current_app.database  # type: ignore[attr-defined]
    scope = tenancy.workshop(current().workshop.id, actor().account_id)

    def pieces() -> Iterator[bytes]:
        with database.transaction(scope):
            yield from content

    return stream_with_context(pieces())


@pages.post("/lists/<list_key>/acts")
@needs("today:read")
def begin(list_key: str) -> Any:
    """One act on the chosen rows, or on all that the filters leave."""
    listing = _listing(list_key)
    act = listing.act(request.form.get("act", ""))
    actor().must(act.permission)
    asked = shown.asked(listing, _arguments(request.form.get("query", "")))
    names = request.form.getlist("row")
    try:
        if "all" in request.form:
            names = queries.names_of(listing, asked.wanted, asked.sort)
        if act.leads is not None:
            return _lead(act.leads, names)
        given = {ask.key: request.form.get(f"{act.key}-{ask.key}", "") for ask in act.asks}
        run = operations.begin(actor(), listing, act.key, names, given)
    except Invalid as refusal:
        about = next((str(ask.label) for ask in act.asks if refusal.field == f"{act.key}-{ask.key}"), "")
        flash(f"{about}: {refusals.sentence(refusal)}" if about else refusals.sentence(refusal), "late")
        return _back(listing, asked.query)
    if not run.is_over or run.outcomes:
        return see("lists.run_page", run_id=run.id)
    _say(run, _done(listing, run))
    return _back(listing, asked.query)


def _say(run: BulkRun, text: str) -> None:
    if run.can_be_undone:
        offer_undo(text, "lists.undo", run_id=run.id)
    else:
        flash(text, "done")


def _lead(leads: Any, names: list[str]) -> Any:
    if not names:
        raise Invalid("bulk.nothing_chosen")
    if len(names) > _MOST_LED:
        raise Invalid("bulk.too_many", most=_MOST_LED)
    return Response(status=303, headers={"Location": leads(names)})


def _done(origin: Origin, run: BulkRun) -> str:
    number = ngettext("%(num)s row", "%(num)s rows", run.done)
    return f"{number}: {origin.act(run.act).done}"


@pages.get("/lists/runs")
@needs("today:read")
def list_page() -> Any:
    """What was done with many rows at once, of this person or, for who sees the background work, of everybody."""
    of_all = asked_in_address("of") == "all" and current().can(queries.SEE_ALL)
    page = queries.list_runs(actor(), page_number(), of_all=of_all)
    runs = [(run, get_origin(run.list_key)) for run in page.rows]
    return render_template("lists/runs.html", page=page, pager=pager(page), runs=runs, of_all=of_all)


@pages.get("/lists/runs/<int:run_id>")
@needs("today:read")
def run_page(run_id: int) -> Any:
    """How far a bulk run is, and what became of the rows that were refused."""
    return _run_page(run_id, "lists/run.html")


@pages.get("/lists/runs/<int:run_id>/progress")
@needs("today:read")
def progress(run_id: int) -> Any:
    """The progress card, asked for while it goes on."""
    return _run_page(run_id, "lists/_progress.html")


def _run_page(run_id: int, template: str) -> Any:
    return render_template(template, **shown.told_of(queries.get_run(run_id, actor())))


@pages.post("/lists/runs/<int:run_id>/cancel")
@needs("today:read")
def cancel(run_id: int) -> Any:
    """Stop it; what was done stays done."""
    run = queries.get_run(run_id, actor())
    operations.cancel(actor(), run)
    return see("lists.run_page", run_id=run.id)


@pages.post("/lists/runs/<int:run_id>/undo")
@needs("today:read")
def undo(run_id: int) -> Any:
    """Take back what it did, as a run of its own."""
    undoing = operations.undo(actor(), queries.get_run(run_id, actor()))
    origin = get_origin(undoing.list_key)
    if not undoing.is_over or undoing.outcomes:
        return see("lists.run_page", run_id=undoing.id)
    flash(_done(origin, undoing), "done")
    return see(origin.page)
