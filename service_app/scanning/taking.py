"""The staff's pages of a stock-take: beginning, counting, what came of it, and the file."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.catalogue.queries import ProductFilter, get_product, list_products
from service_app.core import listing, sheets, web
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.forms import attempt
from service_app.core.i18n import words as said
from service_app.core.web import actor, current, offer_undo, see
from service_app.scanning import codes, exports, hits, queries
from service_app.scanning.expected import next_step
from service_app.scanning.forms import FinishForm, TakeForm
from service_app.scanning.models import StockTake, StockTakeEntry
from service_app.scanning.operations import stock_takes
from service_app.scanning.staff import pages, scanner_page
from service_app.scanning.words import OUTCOMES, RESULTS, SCOPES


@pages.get("/scan/takes")
@needs("item:read")
def list_page() -> Any:
    """The stock-takes, the newest first; and beginning one."""
    return _list_page(TakeForm())


def _list_page(form: TakeForm, status: int = 200) -> Any:
    form.offer(list_products(ProductFilter(offered="yes")).rows)
    page = queries.list_takes(listing.page_number())
    return render_template(
        "scanning/takes.html", form=form, page=page, pager=listing.pager(page), named=named, places=queries.places()
    ), status


def named(take: StockTake) -> str:
    """What a take is about."""
    if take.scope == "product" and take.product is not None:
        return said(take.product.name)
    return take.place if take.scope == "place" else str(SCOPES["all"])


@pages.post("/scan/takes")
@needs("item:write")
def start() -> Any:
    """Begin to count."""
    form = TakeForm()
    with attempt(form, refusals.sentence) as tried:
        product = get_product(form.product.data) if form.scope.data == "product" and form.product.data else None
        take = stock_takes.start_take(actor(), form.scope.data or "", form.place.data or "", product)
    if not tried.is_done:
        return _list_page(form, tried.status)
    return see("scanning.take", reference=take.reference)


@pages.get("/scan/takes/<reference>")
@needs("item:read")
def take(reference: str) -> Any:
    """How it stands: live while it is open, and what came of it afterwards."""
    found = queries.get_take(reference)
    if web.wants_fragment():
        return _standing(found)
    return _take_page(found)


def _take_page(found: StockTake, problem: str = "", status: int = 200) -> Any:
    return scanner_page("scanning/take.html", status, finish=FinishForm(), problem=problem, **_values(found))


def _standing(found: StockTake) -> Any:
    return render_template("scanning/_standing.html", **_values(found))


def _counted(text: str, tone: str, status: int = 200) -> Any:
    """What the scanner of a browser hears: one line, and the page asks for the rest."""
    return render_template("scanning/_counted.html", said=text, tone=tone), status


def _values(found: StockTake) -> dict[str, Any]:
    return {
        "take": found, "standing": queries.standing_of(found), "named": named(found), "where": hits.where_is,
        "next_act": _next_act, "may_write": current().can("item:write"), "outcomes": OUTCOMES,
    }  # fmt: skip


def _next_act(entry: StockTakeEntry) -> hits.Button | None:
    """What to do with something that was not expected; nothing when it only stands elsewhere."""
    if entry.item is None or entry.item.status in ("in_stock", "on_bench"):
        return None
    step = next_step(actor(), entry.item, current().workshop.zone)
    return hits.button_of(step) if step is not None and step.is_allowed else None


@pages.post("/scan/takes/<reference>/count")
@needs("item:write")
def count(reference: str) -> Any:
    """Count one code. Sent again, it is there already."""
    found = queries.get_take(reference)
    code = codes.read(request.form.get("code", ""))
    if code is None:
        return see("scanning.take", reference=reference)
    form = FinishForm()
    with attempt(form, refusals.sentence) as tried:
        counted = stock_takes.count(actor(), found, code, request.form.get("place", ""))
    if tried.refusal is not None:
        text = refusals.sentence(tried.refusal)
        return _counted(text, "late", tried.status) if web.wants_fragment() else _take_page(found, text, tried.status)
    text, tone = _said_of(counted), RESULTS[counted.entry.result][0]
    if web.wants_fragment():
        return _counted(text, tone if counted.is_new else "off")
    flash(text, "done" if tone == "ok" else "late")
    return see("scanning.take", reference=reference)


def _said_of(counted: stock_takes.Counted) -> str:
    code = counted.entry.code
    if not counted.is_new:
        return str(_("%(code)s was counted already.", code=code))
    if counted.entry.result == "found":
        return str(_("%(code)s is here.", code=code))
    if counted.entry.result == "unexpected":
        return str(_("%(code)s is not expected here.", code=code))
    return str(_("Nothing here is called %(code)s.", code=code))


@pages.post("/scan/takes/<reference>/<int:entry_id>/uncount")
@needs("item:write")
def uncount(reference: str, entry_id: int) -> Any:
    """Take a scan back."""
    found = queries.get_take(reference)
    stock_takes.uncount(actor(), found, queries.get_entry(found, entry_id))
    return see("scanning.take", reference=reference)


@pages.post("/scan/takes/<reference>/finish")
@needs("item:write")
def finish(reference: str) -> Any:
    """The count is over."""
    found = queries.get_take(reference)
    stock_takes.finish_take(actor(), found, set_places="set_places" in request.form)
    flash(_("%(code)s is finished.", code=found.reference), "done")
    return see("scanning.take", reference=reference)


@pages.post("/scan/takes/<reference>/cancel")
@needs("item:write")
def cancel(reference: str) -> Any:
    """Begun by mistake."""
    found = queries.get_take(reference)
    stock_takes.cancel_take(actor(), found)
    flash(_("%(code)s is cancelled. Nothing was written down.", code=found.reference), "done")
    return see("scanning.list_page")


@pages.post("/scan/takes/<reference>/<int:entry_id>/settle")
@needs("item:write")
def settle(reference: str, entry_id: int) -> Any:
    """Here after all, or given up as lost."""
    found = queries.get_take(reference)
    entry = queries.get_entry(found, entry_id)
    outcome = request.form.get("outcome", "")
    with attempt(FinishForm(), refusals.sentence) as tried:
        stock_takes.settle_missing(actor(), entry, outcome)
    if tried.refusal is not None:
        return _take_page(found, refusals.sentence(tried.refusal), tried.status)
    if outcome == "lost":
        offer_undo(_("%(tag)s is lost.", tag=entry.code), "scanning.here", tag=entry.code)
    return see("scanning.take", reference=reference)


@pages.get("/scan/takes/<reference>/file.<kind>")
@needs("item:read")
def export(reference: str, kind: str) -> Response:
    """What was expected, found, missing and unexpected, as a file."""
    found = queries.get_take(reference)
    if kind not in sheets.MEDIA_TYPES:
        raise NotFound("not_found")
    name, content = exports.file_of(found, kind)
    answer = Response(content, mimetype=sheets.MEDIA_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
