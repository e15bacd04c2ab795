"""The customer's face of one visit of care, by a signed link: what is due, and one tap to say how."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask import session as cookie_session
from flask_babel import gettext as _

from service_app import refusals
from service_app.core import access
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attach, refused
from service_app.core.i18n import speak
from service_app.core.web import current, see
from service_app.workorders import links, queries, words
from service_app.workorders.checks import asked
from service_app.workorders.forms import AtHomeForm
from service_app.workorders.models import CareVisit
from service_app.workorders.operations import answers

pages = Blueprint("care_public", __name__, template_folder="templates")


def _opened(token: str) -> CareVisit:
    visit = queries.get_visit(links.read_visit(token, current().workshop.id))
    if visit.customer is None or visit.item.custodian_customer_id != visit.customer_id:
        raise NotFound("link.gone")  # it is with somebody else now
    if "language" not in cookie_session:
        speak(visit.customer.language)
    return visit


@pages.get("/look-after/<token>")
@needs(None)
def choose(token: str) -> Any:
    """What is due and the ways there are."""
    return _page(token, _opened(token), AtHomeForm(formdata=None))


@pages.post("/look-after/<token>")
@needs(None)
def answer(token: str) -> Any:
    """This way. A second press finds it done."""
    visit, form = _opened(token), AtHomeForm()
    if request.form.get("way") == "self" and not form.validate():
        return _page(token, visit, form, 422)
    refusal = refused(lambda: _act(visit, form))
    if refusal is None:
        return see("care_public.choose", token=token)
    attach(form, refusal, refusals.sentence(refusal))
    return _page(token, _opened(token), form, refusal.status, refusals.sentence(refusal))


def _act(visit: CareVisit, form: AtHomeForm) -> None:
    who = access.customer(visit.customer.name if visit.customer is not None else "")
    way, _colon, start = request.form.get("way", "").partition("@")
    if way == "self":
        sent = [each for each in request.files.getlist("photos") if each and each.filename]
        photos = [(each.read(), each.filename or "") for each in sent]
        ticked, remark = request.form.getlist("check"), form.remark.data or ""
        answers.done_at_home(who, visit, photos, remark, ticked, form.meter.data)
    elif start:
        answers.choose_slot(who, visit, way, _instant(start), request.form.get("address", ""))
    else:
        answers.ask_for(who, visit, way)


def _instant(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("choice.unknown", field="way") from None
    # At the ends of the calendar the day is none in another zone.
    if start.tzinfo is None or not MINYEAR < start.year < MAXYEAR:
        raise Invalid("choice.unknown", field="way")
    return start


def _page(token: str, visit: CareVisit, form: AtHomeForm, status: int = 200, problem: str = "") -> Any:
    rows = answers.open_of(visit)
    is_open = bool(rows) and visit.ended_at is None
    offered = []
    for way, title in (("workshop", _("Bring it to us")), ("home", _("We come to you"))):
        service = answers.service_for(way) if is_open and visit.appointment is None else None
        offered.append((way, title, answers.free_slots(visit, service) if service is not None else []))
    return render_template(
        "workorders/choose.html", token=token, visit=visit, rows=rows, is_open=is_open, offered=offered, form=form,
        is_done=queries.is_done(visit), went_by=words.went_by(visit),
        is_hired=queries.line_out(visit) is not None, is_self=bool(rows) and all(each.plan.place == "self" for each in rows),
        checks=asked(rows),
        # What was ticked and typed stays when it is refused: who presses again for the photo alone must not say less.
        ticked=request.form.getlist("check"), address=request.form.get("address", ""),
        problem=problem,
    ), status  # fmt: skip
