"""The street's face: asking for a take-back without an account or a script, and following it by its signed link."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, render_template, request
from flask import session as cookie_session
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.bookings.forms import instant_of
from service_app.bookings.operations import online
from service_app.core import access, beside
from service_app.core.access import needs
from service_app.core.errors import Invalid
from service_app.core.forms import attach, refused
from service_app.core.i18n import language
from service_app.core.web import current, see
from service_app.customers.operations import CustomerFacts, clean_facts
from service_app.takebacks import hubs, links, operations, queries, words
from service_app.takebacks.forms import AskForm
from service_app.takebacks.models import Hub, Takeback
from service_app.takebacks.shown import failure_words

# What a browser asked for here: more of the same may join it (`operations.ask`).
_OWN, _MOST_OWN = "takebacks", 10
pages = Blueprint("takebacks_public", __name__, template_folder="templates")


@pages.get("/take-back")
@needs(None)
def form() -> Any:
    """What would you like to give back?"""
    empty = AskForm()
    empty.key.data = secrets.token_urlsafe(16)
    return render_template("takebacks/ask.html", form=empty)


@pages.post("/take-back")
@needs(None)
def send() -> Any:
    """Write it down; sent twice it is one request. A machine learns nothing."""
    filled = AskForm()
    if filled.website.data:
        return see("takebacks_public.form")
    made: list[Takeback] = []
    refusal = refused(lambda: made.append(_ask(filled)))
    if refusal is None:
        cookie_session[_OWN] = list(dict.fromkeys([*_own(), made[0].id]))[-_MOST_OWN:]
        return see("takebacks_public.follow", token=links.token_of(made[0]))
    attach(filled, refusal, refusals.sentence(refusal))
    return render_template("takebacks/ask.html", form=filled), refusal.status


def _own() -> list[int]:
    """The take-backs that this browser asked for in this workshop."""
    return list(cookie_session.get(_OWN, ()))


def _ask(filled: AskForm) -> Takeback:
    wanted, person = filled.ask(), filled.person()
    if not wanted.is_owner:
        raise Invalid("takeback.owner", field="is_owner")
    if not person.email:
        raise Invalid("field.required", field="email")
    if wanted.way == "pickup" and not (person.street and person.postcode and person.city):
        raise Invalid("takeback.address", field="street")
    facts = clean_facts(CustomerFacts(name=person.name, email=person.email, phone=person.phone or None))
    clean = online.Person(
        facts.name, facts.email or "", facts.phone or "",
        *(each[: operations.MOST_LINE] for each in (person.street, person.postcode, person.city)),
    )  # fmt: skip
    customer = online.find_or_register(clean, language())
    return operations.ask(online.STREET, customer, wanted, source="public", key=filled.key.data or None, own=_own())


@pages.get("/take-back/<token>")
@needs(None)
def follow(token: str) -> Any:
    """How it stands, and which windows are left."""
    return _page(token, _opened(token), FlaskForm())


@pages.post("/take-back/<token>")
@needs(None)
def choose(token: str) -> Any:
    """Hold a window, agree to it, change it, have it fetched elsewhere, or cancel."""
    takeback = _opened(token)
    refusal = refused(lambda: _act(takeback))
    if refusal is None:
        return see("takebacks_public.follow", token=token)
    empty = FlaskForm()
    attach(empty, refusal, refusals.sentence(refusal))
    return _page(token, _opened(token), empty, refusal)


def _act(takeback: Takeback) -> None:
    said, who = request.form.get("act", ""), access.customer(takeback.customer.name)
    if said == "confirm":
        operations.confirm(who, takeback)
    elif said == "cancel":
        operations.cancel(who, takeback)
    elif said == "again":
        operations.offer_again(who, takeback)
    elif said == "moved":
        typed = request.form
        operations.move_to(who, takeback, *(typed.get(name, "")[:200] for name in ("street", "postcode", "city")))
    elif said == "window":
        start = instant_of(request.form.get("start"))
        act = operations.change_window if takeback.status == "scheduled" else operations.hold_window
        act(who, takeback, start)
    else:
        raise Invalid("choice.unknown", field="act", value=said)


def _opened(token: str) -> Takeback:
    return queries.get_takeback_by_id(links.read_takeback(token, current().workshop.id))


def _page(token: str, takeback: Takeback, form: FlaskForm, refusal: Any = None) -> Any:
    is_choosing = takeback.way == "pickup" and takeback.status in ("eligible", "offered", "scheduled")
    return render_template(
        "takebacks/follow.html", token=token, takeback=takeback, form=form, states=words.STATES, hazards=words.HAZARDS,
        windows=queries.windows_for(takeback)[:12] if is_choosing else [], is_choosing=is_choosing,
        failure=failure_words(takeback) if takeback.status == "failed" else "",
        cards=beside.cards("takeback", takeback), is_out_of_attempts=takeback.attempts >= operations.MOST_ATTEMPTS,
        problem=refusals.sentence(refusal) if refusal is not None else "",
    ), refusal.status if refusal is not None else 200  # fmt: skip


@pages.get("/hub/<code>")
@needs(None)
def hub(code: str) -> Any:
    """What may be put in here, and a button for whoever finds it full."""
    return _sign(hubs.get_hub(code), FlaskForm())


@pages.post("/hub/<code>")
@needs(None)
def full(code: str) -> Any:
    """Told; told again it is counted only."""
    refusal = refused(lambda: hubs.tell_full(hubs.get_hub(code)))
    if refusal is None:
        return see("takebacks_public.hub", code=code)
    return _sign(hubs.get_hub(code), FlaskForm(), refusal)


def _sign(hub: Hub, form: FlaskForm, refusal: Any = None) -> Any:
    return render_template(
        "takebacks/hub_sign.html", hub=hub, form=form, alert=hubs.last_alert(hub),
        problem=refusals.sentence(refusal) if refusal is not None else "",
    ), refusal.status if refusal is not None else 200  # fmt: skip
