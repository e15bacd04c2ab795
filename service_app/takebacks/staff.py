"""The workshop's face: the list, a take-back with its acts, and the days on which zones are served."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_babel import get_locale

from service_app import refusals, told
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.lists import shown as lists
from service_app.notifications.queries import answers_about
from service_app.takebacks import operations, queries, words
from service_app.takebacks.forms import CloseForm, DayForm, DecideForm, ReceiveForm, grams
from service_app.takebacks.listed import LIST
from service_app.takebacks.models import Takeback

pages = Blueprint("takebacks", __name__, template_folder="templates")
pages.app_context_processor(lambda: {"takeback_words": words})


@pages.get("/take-backs")
@needs("recovery:read")
def list_page() -> Any:
    """All take-backs."""
    return lists.page(LIST, "takebacks/list.html")


@pages.get("/take-backs/<reference>")
@needs("recovery:read")
def detail(reference: str) -> Any:
    """One take-back: its facts, what can be done now, what became of it."""
    return _page(queries.get_takeback(reference))


def _page(takeback: Takeback, form: Any = None, status: int = 200) -> Any:
    by_status = {"received": DecideForm, "sorted": CloseForm}
    return render_template(
        "takebacks/detail.html", takeback=takeback, answers=answers_about("takeback", takeback.id),
        form=form or by_status.get(takeback.status, ReceiveForm)(),
        life=told.timeline(takeback), may_write=current().can("recovery:write"),
    ), status  # fmt: skip


@pages.post("/take-backs/<reference>/receive")
@needs("recovery:write")
def receive(reference: str) -> Any:
    """It is here."""
    takeback, form = queries.get_takeback(reference), ReceiveForm()
    with attempt(form, refusals.sentence) as tried:
        operations.receive(actor(), takeback, grams(form.kg.data) if form.kg.raw_data and form.kg.raw_data[0] else None)
    return see("takebacks.detail", reference=reference) if tried.is_done else _page(takeback, form, tried.status)


@pages.post("/take-backs/<reference>/decide")
@needs("recovery:write")
def decide(reference: str) -> Any:
    """Waste or product."""
    takeback, form = queries.get_takeback(reference), DecideForm()
    with attempt(form, refusals.sentence) as tried:
        operations.decide(actor(), takeback, form.decision.data or "", form.reason.data or "")
    return see("takebacks.detail", reference=reference) if tried.is_done else _page(takeback, form, tried.status)


@pages.post("/take-backs/<reference>/close")
@needs("recovery:write")
def close(reference: str) -> Any:
    """All is done."""
    takeback, form = queries.get_takeback(reference), CloseForm()
    with attempt(form, refusals.sentence) as tried:
        operations.close(actor(), takeback, form.wiped_by.data or "")
    return see("takebacks.detail", reference=reference) if tried.is_done else _page(takeback, form, tried.status)


@pages.post("/take-backs/<reference>/cancel")
@needs("recovery:write")
def cancel(reference: str) -> Any:
    """Not needed any more."""
    takeback, form = queries.get_takeback(reference), ReceiveForm()
    with attempt(form, refusals.sentence) as tried:
        operations.cancel(actor(), takeback)
    return see("takebacks.detail", reference=reference) if tried.is_done else _page(takeback, form, tried.status)


@pages.get("/collection-days")
@needs("recovery:read")
def days_page() -> Any:
    """When which zone is served, and how much fits."""
    return _days(DayForm())


@pages.post("/collection-days")
@needs("settings:write")
def save_day() -> Any:
    """A route, new or changed."""
    form = DayForm()
    with attempt(form, refusals.sentence) as tried:
        operations.save_day(actor(), form.facts())
    return see("takebacks.days_page") if tried.is_done else _days(form, tried.status)


def _days(form: DayForm, status: int = 200) -> Any:
    names = get_locale().days["format"]["wide"]
    form.weekday.choices = [(str(number), names[number]) for number in range(7)]
    return render_template(
        "takebacks/days.html",
        form=form,
        days=queries.list_days(),
        names=names,
        may_write=current().can("settings:write"),
    ), status
