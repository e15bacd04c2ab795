"""The faces of signed links: of one order for its customer (when we come, not home, a note for the driver), and of one round
for the driver of another member who rides it: name, address and what it is of each stop, and whether it was done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Blueprint, render_template, request
from flask import session as cookie_session
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.core import access, clock
from service_app.core.access import Actor, needs
from service_app.core.errors import NotFound
from service_app.core.forms import attach, refused
from service_app.core.i18n import speak
from service_app.core.web import current, see
from service_app.rounds import forms, links, queries
from service_app.rounds.models import Round, RoundStop, TransportOrder
from service_app.rounds.operations import orders, riding
from service_app.rounds.operations.riding import Done

pages = Blueprint("rounds_public", __name__, template_folder="templates")


def _opened(token: str) -> TransportOrder:
    order: TransportOrder = queries.get_order_by_id(links.read(token, current().workshop.id))
    if "language" not in cookie_session:
        speak(order.customer.language)
    return order


@pages.get("/stop/<token>")
@needs(None)
def stop(token: str) -> Any:
    """When we come."""
    order = _opened(token)
    return render_template(
        "rounds/public.html", order=order, token=token, form=FlaskForm(formdata=None),
        expected=queries.expected_of(order),
    )  # fmt: skip


@pages.post("/stop/<token>")
@needs(None)
def answer(token: str) -> Any:
    """Not home, or a note."""
    order = _opened(token)
    reply, note = request.form.get("reply", ""), request.form.get("note", "")
    refusal = refused(lambda: orders.answer(access.customer(order.customer.name), order, reply, note))
    if refusal is None:
        return see("rounds_public.stop", token=token)
    form = FlaskForm()
    attach(form, refusal, refusals.sentence(refusal))
    return render_template("rounds/public.html", order=_opened(token), token=token, form=form), refusal.status


def _shared(token: str) -> Round:
    """The round of a link. Refuses with NotFound `link.unknown` once the day after it is over."""
    ride = queries.get_round_by_id(links.read(token, current().workshop.id, links.SHARED))
    if clock.now() >= clock.day_bounds(ride.day + timedelta(days=1), queries.zone())[1]:
        raise NotFound("link.unknown")
    return ride


def _round_page(token: str, ride: Round, form: FlaskForm, status: int = 200) -> Any:
    return render_template(
        "rounds/shared.html", ride=ride, token=token, form=form, stops=[each for each in ride.stops if each.orders],
        is_open=ride.status in ("published", "running"),
    ), status  # fmt: skip


@pages.get("/round/<token>")
@needs(None)
def shared(token: str) -> Any:
    """What a driver of another member needs of a round: no more than name, address and what it is."""
    return _round_page(token, _shared(token), FlaskForm(formdata=None))


@pages.post("/round/<token>/<int:stop_id>")
@needs(None)
def shared_act(token: str, stop_id: int) -> Any:
    """Done, in part, or not, with what was weighed."""
    ride = _shared(token)
    stop = next((each for each in ride.stops if each.id == stop_id), None)
    if stop is None:
        raise NotFound("not_found")
    refusal = refused(lambda: _record(ride, stop))
    if refusal is None:
        return see("rounds_public.shared", token=token)
    form = FlaskForm()
    attach(form, refusal, refusals.sentence(refusal))
    return _round_page(token, _shared(token), form, refusal.status)


def _record(ride: Round, stop: RoundStop) -> None:
    typed = request.form
    driver = Actor("visitor", ride.driver_name, permissions=frozenset({"round:ride"}))
    data: dict[str, Any] = {"reason": typed.get("reason", ""), "is_sure": "sure" in typed, "dirty": "dirty" in typed}
    if typed.get("kg", "").strip():
        data["grams"] = forms.grams_of(typed["kg"])
    riding.record(driver, stop, Done(typed.get("key") or uuid4().hex, typed.get("act", ""), clock.now(), data))
