"""The board, the card of a booking, and moving it: by a drop or a key (a fragment), or by the form (a page)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from service_app import refusals
from service_app.board import (
    moving,
    queries,
    shown,
    things,  # noqa: F401  registers the lanes of items
)
from service_app.board.forms import OutForm, PlannedForm
from service_app.board.moving import Standing
from service_app.board.shown import Place
from service_app.contracts import foreseen, words
from service_app.contracts.allowed import Subject
from service_app.contracts.foreseen import Foreseen
from service_app.contracts.models import ContractLine
from service_app.contracts.queries import get_contract, get_line, item_with_tag
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.errors import Invalid, Refusal
from service_app.core.forms import attempt
from service_app.core.web import actor, current, wants_fragment
from service_app.core.web import see as see_page
from service_app.items.availability import Stretch

pages = Blueprint("board", __name__, template_folder="templates")


@pages.get("/board")
@needs("contract:read")
def list_page() -> str:
    """Lanes over days."""
    place = shown.place_of(request.args)
    return shown.board("board/page.html", place)


def _line_of(reference: str, position: int) -> ContractLine:
    return get_line(get_contract(reference), position)


def place_here() -> Place:
    """Where on the board the request comes from: it says so itself, or the page before it does."""
    said = request.values.get("view")
    if said is None:
        before = urlsplit(request.referrer or "")
        said = before.query if before.path == url_for("board.list_page") else ""
    return shown.place_in(said)


@pages.get("/board/<reference>/<int:position>")
@needs("contract:read")
def card(reference: str, position: int) -> Any:
    """A booking: what, who, when, where it can go. With `ends`, what that end would come to."""
    line = _line_of(reference, position)
    form = _form(line, None)
    form.begin(Subject(line.contract, line))
    is_drawn = isinstance(form, OutForm) and "ends" in request.args
    if isinstance(form, OutForm) and is_drawn:
        form.propose(request.args["ends"])
    return _card(line, form, is_typed=is_drawn)


def _form(line: ContractLine, given: Any) -> PlannedForm | OutForm:
    way, _why = moving.way_of(actor(), line)
    form = OutForm(given) if way == "end" else PlannedForm(given)
    form.offer(Subject(line.contract, line))
    return form


@pages.post("/board/<reference>/<int:position>")
@needs("contract:write")
def move(reference: str, position: int) -> Any:
    """Put it where it is wanted; with `look` only say what it would mean."""
    line = _line_of(reference, position)
    form = _form(line, CombinedMultiDict([request.form, request.args]))
    if "look" in request.form:
        return _card(line, form, is_typed=True)
    if isinstance(form, OutForm):
        return _move_end(line, form)
    before, subject = moving.standing_of(line), Subject(line.contract, line)
    moved = False
    with attempt(form, refusals.sentence) as tried:
        moved = moving.move_planned(actor(), line, form.asked(), **form.body(subject))
    if tried.refusal is not None:
        return _refused(line, form, tried.refusal)
    return _moved(line, before) if moved else answer("", "")


def _move_end(line: ContractLine, form: OutForm) -> Any:
    with attempt(form, refusals.sentence) as tried:
        moving.move_end(actor(), line, form.asked(), form.body(Subject(line.contract, line)))
    if tried.refusal is not None:
        return _refused(line, form, tried.refusal)
    until = shown.when(line.starts_at, line.ends_at, current().workshop.zone).split(" – ")[1]
    return answer(_("%(code)s is out until %(when)s.", code=line.contract.reference, when=until), "")


def _moved(line: ContractLine, before: Standing) -> Any:
    now = moving.standing_of(line)
    tag = now.item.tag if now.item is not None else ""
    span = shown.when(now.starts_at, now.ends_at, current().workshop.zone)
    text = _("%(code)s: %(tag)s, %(when)s.", code=line.contract.reference, tag=tag, when=span)
    return answer(text, _way_back(line, before))


def _way_back(line: ContractLine, before: Standing) -> str:
    """The address that undoes a move, '' when there is no way back."""
    if not before.can_return or before.item is None:
        return ""
    return url_for(
        "board.back", reference=line.contract.reference, position=line.position, item=before.item.tag,
        starts=before.starts_at.isoformat(), ends=before.ends_at.isoformat() if before.ends_at else None,
        chosen=int(before.is_chosen), version=line.contract.version, view=request.values.get("view"),
    )  # fmt: skip


@pages.post("/board/<reference>/<int:position>/back")
@needs("contract:write")
def back(reference: str, position: int) -> Any:
    """Undo a move, as long as nothing else was done since."""
    line = _line_of(reference, position)
    form = PlannedForm(request.args)
    given = request.args
    start = instant_in(given.get("starts", ""))
    end = instant_in(given["ends"]) if given.get("ends") else None
    before = Standing(start, end, item_with_tag(given.get("item", "")), given.get("chosen") == "1")
    with attempt(form, refusals.sentence) as tried:
        moving.put_back(actor(), line, form.asked(), before)
    if tried.refusal is not None:
        return _refused(line, form, tried.refusal)
    return answer(_("%(code)s is where it was.", code=reference), "")


def instant_in(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("input.unreadable", field="starts") from None
    if found.tzinfo is None:
        raise Invalid("input.unreadable", field="starts")
    return found


def answer(text: str, undo: str) -> Any:
    """The board as it is now, with what was done and the way back: a fragment, or the page itself."""
    place = place_here()
    if wants_fragment():
        answer = make_response(shown.board("board/_board.html", place))
        if text:
            answer.headers["HX-Trigger"] = json.dumps({"toast": {"text": text, "undo": undo}})
        return answer
    if text and undo:
        flash((text, undo), "undo")  # type: ignore[arg-type]
    elif text:
        flash(text, "done")
    return see_page("board.list_page", **place.args)


def _refused(line: ContractLine, form: PlannedForm | OutForm, refusal: Refusal) -> Any:
    """Why not, and what else: the sentence stands once, above the form."""
    ways = None
    if isinstance(form, PlannedForm):
        form.item.errors = []
    if isinstance(form, PlannedForm) and refusal.code.startswith("availability."):
        wish = form.body(Subject(line.contract, line))
        ways = queries.ways_out(line, Stretch(wish["starts_at"], wish["ends_at"]), refusal)
    form.form_errors.clear()
    return _card(line, form, refusal.status, is_typed=True, refused=refusals.sentence(refusal), ways=ways)


def _card(
    line: ContractLine, form: PlannedForm | OutForm, status: int = 200, *, is_typed: bool = False, refused: str = "",
    ways: queries.WaysOut | None = None,
) -> Any:  # fmt: skip
    """The card, for the dialog or as a page of its own. Its version is that of the row: a refused move is looked at anew."""
    way, why = moving.way_of(actor(), line)
    if isinstance(form, PlannedForm):
        _fill(form, line)
    form.stamp(line.contract.version)
    form.view.data, form.view.raw_data = request.values.get("view") or urlencode(place_here().args), None
    known, problem = _foreseen(line, form) if is_typed else (Foreseen(), "")
    return render_template(
        "board/_card.html" if wants_fragment() else "board/card.html",
        line=line, contract=line.contract, form=form, booking=queries.booking_of(line), refused=refused, ways=ways,
        why=refusals.say(*why) if why is not None else "", can_move=current().can("contract:write"),
        state=words.of_line(line), foreseen=known, problem=problem, place=place_here(), is_out=way == "end",
        wall=lambda at: shown.wall(at, current().workshop.zone),
    ), status  # fmt: skip


def _fill(form: PlannedForm, line: ContractLine) -> None:
    """A bar that was dropped carries no fields: they show what was wished for."""
    if form.starts.data and not form.starts_on.data:
        wish = form.body(Subject(line.contract, line))
        zone = current().workshop.zone
        start = clock.local(wish["starts_at"], zone)
        form.starts_on.data, form.starts_at.data = start.date(), start.time()
        if wish["ends_at"] is not None:
            end = clock.local(wish["ends_at"], zone)
            form.ends_on.data, form.ends_at.data = end.date(), end.time()
    elif not form.starts_on.data:
        form.begin(Subject(line.contract, line))
    for field in (form.starts, form.ends):
        field.data, field.raw_data = "", None


def _foreseen(line: ContractLine, form: PlannedForm | OutForm) -> tuple[Foreseen, str]:
    subject = Subject(line.contract, line)
    try:
        body = form.body(subject)
        if isinstance(form, PlannedForm):
            return foreseen.reschedule(subject, body), ""
        is_later = line.ends_at is None or body["ends_at"] > line.ends_at
        return (foreseen.extend if is_later else foreseen.shorten)(subject, body), ""
    except Refusal as refusal:
        return Foreseen(), refusals.sentence(refusal)
