"""The cascade of a thing, its choice, the reasons for less than the best, and what products bring and cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template
from flask_babel import gettext as _

from service_app import refusals
from service_app.core.access import needs
from service_app.core.errors import Invalid
from service_app.core.forms import attempt, choices_of, differences
from service_app.core.i18n import money
from service_app.core.i18n import words as in_words
from service_app.core.web import actor, current, see
from service_app.items.models import Item
from service_app.items.queries import get_item
from service_app.lists import shown as lists
from service_app.recovery import forms, queries, shown
from service_app.recovery.cascade import ranked
from service_app.recovery.listed import ECONOMICS
from service_app.recovery.operations import lives as operations
from service_app.recovery.operations import settings
from service_app.recovery.staff import pages
from service_app.workshops.tabs import tabs


def _reasons() -> list[tuple[str, str]]:
    found = queries.reasons()
    return [(code, in_words(text) if isinstance(text, dict) else str(text)) for code, text in found.items()]


@pages.get("/items/<tag>/next-life")
@needs("recovery:read")
def cascade(tag: str) -> Any:
    """What each step is worth, the best first."""
    return _page(get_item(tag), forms.ChooseForm(formdata=None))


@pages.post("/items/<tag>/next-life")
@needs("recovery:write")
def choose(tag: str) -> Any:
    """A step is chosen, and begins."""
    item, form = get_item(tag), forms.ChooseForm()
    with attempt(form, refusals.sentence) as tried:
        operations.choose(
            actor(), item, form.step.data or "", reason_code=form.reason_code.data or "", remark=form.remark.data or "",
            seen=form.seen.data or "",
        )  # fmt: skip
    if not tried.is_done:
        return _page(item, form, tried.status)
    for find, page in _BEGUN:
        begun = find(item)
        if begun is not None:
            return see(page, reference=begun.reference)
    return see("items.detail", tag=tag)


_BEGUN = (
    (queries.open_refurbishment_of, "recovery.order"), (queries.harvest_of, "recovery.harvest"),
    (queries.open_passing_of, "recovery.passing"),
)  # fmt: skip


def _page(item: Item, form: forms.ChooseForm, status: int = 200) -> Any:
    line = queries.line_of(item)
    given = queries.inputs_of(item, line)
    proposals, currency = ranked(given), current().workshop.currency
    possible = [each for each in proposals if not each.blocked]
    steps = shown.of(proposals, lambda amount: money(amount, currency))
    form.step.choices = choices_of((each.step, f"{each.label} · {money(each.amount, currency)}")
                                   for each in steps if not each.blocked)  # fmt: skip
    form.reason_code.choices = [("", _("It is the best step")), *_reasons()]
    form.seen.data = proposals[0].step
    if form.step.data is None and possible:
        form.step.data = possible[0].step
    can = current().can("recovery:write") and current().can("item:write")
    begun = next(((page, row.reference) for find, page in _BEGUN if (row := find(item)) is not None), None)
    return render_template(
        "recovery/cascade.html", item=item, line=line, form=form, steps=steps, given=given,
        lives=queries.lives_of(item), begun=begun,
        may_write=can and item.status == "on_bench" and bool(possible) and begun is None,
        economy=queries.economy_of(item),
    ), status  # fmt: skip


@pages.get("/cascade-reasons")
@needs("recovery:read")
def reasons_page() -> Any:
    """Why somebody may choose less than the best."""
    return _reasons_page(forms.CascadeReasonForm(formdata=None))


@pages.post("/cascade-reasons")
@needs("settings:write")
def save_reason() -> Any:
    """A reason, new or changed."""
    form = forms.CascadeReasonForm()
    with attempt(form, refusals.sentence) as tried:
        said = {language: getattr(form, language).data or "" for language in operations.LANGUAGES}
        operations.save_reason(actor(), form.code.data or "", said, is_active=form.is_active.data)
    return see("recovery.reasons_page") if tried.is_done else _reasons_page(form, tried.status)


def _reasons_page(form: forms.CascadeReasonForm, status: int = 200) -> Any:
    return render_template(
        "recovery/reasons.html", form=form, reasons=_reasons(), may_write=current().can("settings:write")
    ), status


@pages.get("/settings/cascade")
@needs("settings:read")
def rates_page() -> Any:
    """What the cascade counts with."""
    return _rates_page(forms.RatesForm.over(queries.rates()))


@pages.post("/settings/cascade")
@needs("settings:write")
def save_rates() -> Any:
    """From the next question on."""
    form, both = forms.RatesForm(), []
    with attempt(form, refusals.sentence) as tried:
        if not form.validate():
            raise Invalid("input.unreadable")
        settings.set_rates(actor(), form.seen, form.wanted())
    if tried.is_done:
        flash(_("Kept. It holds from the next question on; what was chosen keeps its amounts."), "ok")
        return see("recovery.rates_page")
    if tried.refusal is not None and tried.refusal.code == "version.stale":
        both = differences(form, forms.RatesForm.over(queries.rates()))
    return _rates_page(form, tried.status, both)


def _rates_page(form: forms.RatesForm, status: int = 200, both: Sequence[Any] = ()) -> Any:
    here, may = tabs("recovery.rates_page"), current().can("settings:write")
    return render_template("recovery/rates.html", form=form, tabs=here, may_write=may, differences=both), status


@pages.get("/economics")
@needs("item:read")
def economics_page() -> Any:
    """What products bring and cost, with the sums of the house."""
    return lists.page(ECONOMICS, "recovery/economics.html", totals=queries.totals())
