"""The street's face: reporting a thing without an account, a script or a cookie."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from service_app import refusals
from service_app.core import beside
from service_app.core.access import needs
from service_app.core.forms import attach, refused
from service_app.core.i18n import language
from service_app.core.web import see, without_cookie
from service_app.extensions import csrf
from service_app.items import passport
from service_app.items.models import Item
from service_app.reports import operations, stamps
from service_app.reports.forms import ReportForm
from service_app.reports.operations import Told

pages = Blueprint("reports_public", __name__, template_folder="templates")
# There is no session whose right a forged post could use; the form's own stamp is asked for instead.
csrf.exempt(pages)

beside.add("passport", "reports/passport_card.html", lambda item: {"item": item})


@pages.get("/p/<code>/report")
@needs(None)
@without_cookie
def form(code: str) -> Any:
    """What have you seen?"""
    item, _workshop = passport.opened(code)
    empty = ReportForm()
    empty.stamp.data, empty.kind.data = stamps.stamp(item), request.args.get("kind", "found")
    return render_template("reports/form.html", item=item, form=empty)


@pages.post("/p/<code>/report")
@needs(None)
@without_cookie
def send(code: str) -> Any:
    """Write it down. Sent twice it is one report."""
    stamped = stamps.read(request.form.get("stamp", ""))
    item, _workshop = passport.opened(code)
    filled = ReportForm(request.form)
    thanks = {"code": item.public_code, "lang": request.args.get("lang")}
    if filled.website.data:
        return see("reports_public.thanks", **thanks)  # a machine; it learns nothing
    refusal = refused(lambda: _write(item, filled, stamped))
    if refusal is None:
        return see("reports_public.thanks", **thanks)
    filled.form_errors = []
    attach(filled, refusal, refusals.sentence(refusal))
    item, _workshop = passport.opened(code)  # the transaction began anew
    return render_template("reports/form.html", item=item, form=filled), refusal.status


def _write(item: Item, filled: ReportForm, stamped: list[int]) -> None:
    sent = request.files.get("photo")
    photo = (sent.read(), sent.filename) if sent is not None and sent.filename else None
    told = Told(
        kind=filled.kind.data or "",
        remark=filled.remark.data or "",
        place=filled.place.data or "",
        contact=filled.contact.data or "",
        photo=photo,
        language=language(),
    )
    operations.report_item(item, told, stamps.key_of(item, stamped))


@pages.get("/p/<code>/report/thanks")
@needs(None)
@without_cookie
def thanks(code: str) -> Any:
    """It arrived."""
    item, _workshop = passport.opened(code)
    return render_template("reports/thanks.html", item=item)
