"""The customer's face of one order, by a signed link: when we come, not home, a note for the driver."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask import session as cookie_session
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.core import access
from service_app.core.access import needs
from service_app.core.forms import attach, refused
from service_app.core.i18n import speak
from service_app.core.web import current, see
from service_app.rounds import links, queries
from service_app.rounds.models import TransportOrder
from service_app.rounds.operations import orders

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
