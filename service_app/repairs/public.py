"""The customer's face of one repair, by a signed link: its steps in plain words, its quote and their answer, its papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask import session as cookie_session
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.core import access, files
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attach, refused
from service_app.core.i18n import speak
from service_app.core.web import current, see, upload
from service_app.repairs import links, queries, quoting
from service_app.repairs.documents import fee_words
from service_app.repairs.models import RepairCase, RepairQuote
from service_app.repairs.operations import ending, intake, quotes
from service_app.repairs.shown import coverage_words, loan_words, steps_of, thing_words
from service_app.repairs.words import SAFETY, STATES

pages = Blueprint("repairs_public", __name__, template_folder="templates")


def _opened(token: str) -> RepairCase:
    case = queries.get_case_by_id(links.read_case(token, current().workshop.id))
    if links.is_over(case):
        raise NotFound("link.gone")
    if "language" not in cookie_session and case.customer is not None:
        speak(case.customer.language)
    return case


def _sent(case: RepairCase) -> RepairQuote | None:
    """The newest quote that was sent; a draft is nobody's business yet."""
    return next((quote for quote in reversed(case.quotes) if quote.status not in ("draft", "superseded")), None)


@pages.get("/repair/<token>")
@needs(None)
def follow(token: str) -> Any:
    """How it stands. Opening a quote is noted, for staff know then that it was read."""
    case = _opened(token)
    if case.status == "quoted":
        quotes.view_quote(_customer(case), case)
    return _page(token, case, FlaskForm())


@pages.post("/repair/<token>")
@needs(None)
def answer(token: str) -> Any:
    """Yes to an option, no, or cancel what was asked for. A second press finds it done."""
    case = _opened(token)
    refusal = refused(lambda: _act(case))
    if refusal is None:
        return see("repairs_public.follow", token=token)
    form = FlaskForm()
    attach(form, refusal, refusals.sentence(refusal))
    return _page(token, _opened(token), form, refusal)


def _act(case: RepairCase) -> None:
    said, name = request.form.get("act", ""), request.form.get("name", "")
    text = request.form.get("number", "")
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    remark = request.form.get("remark", "")
    if said == "cancel":
        intake.cancel_repair(_customer(case), case, remark)
    elif said == "no":
        quotes.decline_quote(_customer(case), case, number, remark, name=name)
    elif said == "reuse":
        ending.give_to_reuse(_customer(case), case, name)
    elif said == "yes":
        if "agreed" not in request.form:
            raise Invalid("repair.agree_needed", field="agreed")
        option = request.form.get("option", "")
        chosen = int(option) if option.isdecimal() and len(option) < 4 else 0
        quotes.approve_quote(
            _customer(case), case, number, quotes.Answer(chosen, name, "link", request.remote_addr or "", remark)
        )
    else:
        raise Invalid("choice.unknown", field="act", value=said)


def _customer(case: RepairCase) -> access.Actor:
    return access.customer(case.customer.name if case.customer is not None else "")


def _page(token: str, case: RepairCase, form: FlaskForm, refusal: Any = None) -> Any:
    quote = _sent(case)
    offered = quoting.Quote.from_json(quote.content) if quote is not None else None
    return render_template(
        "repairs/follow.html", token=token, case=case, form=form, quote=quote, offered=offered, steps=steps_of(case),
        thing=thing_words(case), loan=loan_words(case), coverage=coverage_words(case),
        safety=[SAFETY[code] for code in case.safety], holds_until=queries.holds_until,
        state=STATES[case.status], fee=fee_words(offered, case) if offered is not None else "",
        owed=ending.owed(case) if case.ended_at is None else case.due_amount,
        field=refusal.field if refusal is not None else None,
        problem=refusals.sentence(refusal) if refusal is not None else "",
    ), refusal.status if refusal is not None else 200  # fmt: skip


@pages.get("/repair/<token>/quote.pdf")
@needs(None)
def paper(token: str) -> Response:
    """The European Repair Information Form of the quote."""
    case = _opened(token)
    quote = _sent(case)
    if quote is None or quote.file is None:
        raise NotFound("not_found")
    return upload(files.read(quote.file), quote.file.media_type)
