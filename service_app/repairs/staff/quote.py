"""Writing a quote: options with their lines, and what it comes to while it is typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals
from service_app.core import files
from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.forms import attempt
from service_app.core.web import actor, see, upload
from service_app.repairs import queries, quoting
from service_app.repairs.forms import QuoteForm
from service_app.repairs.models import Part, RepairCase
from service_app.repairs.operations import quotes
from service_app.repairs.staff import pages


@pages.get("/repairs/<reference>/quote")
@needs("work:write")
def write(reference: str) -> Any:
    """The draft as it stands, the last quote as a beginning, or an hour at the bench."""
    case = queries.get_case(reference)
    return _page(case, _begun(case))


@pages.post("/repairs/<reference>/quote")
@needs("work:write")
def save(reference: str) -> Any:
    """One more line or option, the draft kept, or kept and sent."""
    case = queries.get_case(reference)
    form = QuoteForm()
    parts = queries.list_parts()
    form.offer(parts)
    if _changed_rows(form):
        return _page(case, form)
    with attempt(form, refusals.sentence) as tried:
        if not form.validate():
            raise Invalid("input.unreadable")
        quotes.draft_quote(actor(), case, form.asked(parts))
        if "send" in request.form:
            quotes.send_quote(actor(), case)
    if not tried.is_done:
        return _page(case, form, tried.status)
    flash(_("The quote is on its way.") if "send" in request.form else _("The draft is kept."), "ok")
    return see("repairs.detail", reference=reference)


def _changed_rows(form: QuoteForm) -> bool:
    """Whether a button asked for one more line or option, or one less."""
    for name, value in (("line", request.form.get("line")), ("option", request.form.get("option"))):
        if value is None:
            continue
        if name == "option":
            if value == "more" and len(form.options) < quoting.MOST_OPTIONS:
                form.options.append_entry({"days": 5})
            elif value == "less" and len(form.options) > 1:
                form.options.pop_entry()
        elif value.isdecimal() and int(value) < len(form.options):
            lines = form.options[int(value)].form.lines
            if len(lines) < quoting.MOST_LINES:
                lines.append_entry({"kind": "part", "quantity": quoting.ONE})
        form.offer(queries.list_parts())
        return True
    return False


def _begun(case: RepairCase) -> QuoteForm:
    quote, terms = case.quote, queries.terms()
    if quote is not None:
        return QuoteForm(data=_as_typed(quoting.Quote.from_json(quote.content), queries.list_parts()))
    labour = {"kind": "labour", "text": _("Labour"), "quantity": quoting.ONE, "unit_amount": terms.hour_amount}
    return QuoteForm(
        data={
            "defect": case.root_cause, "diagnosis_amount": Decimal(0) if case.is_free else terms.diagnosis_amount,
            "is_diagnosis_in_price": terms.is_diagnosis_in_price,
            "options": [{"title": _("Repair"), "days": 5, "lines": [labour]}],
        }
    )  # fmt: skip


def _as_typed(quote: quoting.Quote, parts: Any) -> dict[str, Any]:
    codes = {part.id: part.code for part in parts}
    return {
        "defect": quote.defect, "diagnosis_amount": quote.diagnosis_amount,
        "is_diagnosis_in_price": quote.is_diagnosis_in_price, "remark": quote.remark,
        "options": [
            {
                "title": option.title, "days": option.days, "most_amount": option.most_amount, "grade_after": option.grade_after,
                "lines": [
                    {
                        "kind": line.kind, "text": line.text, "quantity": line.quantity, "unit_amount": line.unit_amount,
                        "part": codes.get(line.part_id, ""),
                    }
                    for line in option.lines
                ],
            }
            for option in quote.options
        ],
    }  # fmt: skip


def _page(case: RepairCase, form: QuoteForm, status: int = 200) -> Any:
    parts: list[Part] = list(queries.list_parts())
    form.offer(parts)
    sums = [option.amount for option in form.asked(parts).options]
    return render_template("repairs/quote.html", case=case, form=form, sums=sums, most=quoting.MOST_OPTIONS), status


@pages.get("/repairs/<reference>/quotes/<int:number>.pdf")
@needs("work:read")
def paper(reference: str, number: int) -> Response:
    """The form of a version."""
    case = queries.get_case(reference)
    quote = next((each for each in case.quotes if each.number == number), None)
    if quote is None or quote.file is None:
        raise NotFound("not_found")
    return upload(files.read(quote.file), quote.file.media_type)
