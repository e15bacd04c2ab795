"""The workshop's face: the list, a take-back with its acts, and the days on which zones are served."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, render_template
from flask_babel import get_locale
from markupsafe import Markup

from service_app import refusals, told
from service_app.contracts.models import Contract
from service_app.core import beside
from service_app.core.access import needs
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.customers.models import Customer
from service_app.customers.queries import people_meant
from service_app.items.queries import get_item
from service_app.lists import shown as lists
from service_app.notifications.queries import answers_about
from service_app.takebacks import doors, hubs, operations, queries, words
from service_app.takebacks.forms import CloseForm, DayForm, DecideForm, HubForm, MoveForm, ReceiveForm, grams_or_none
from service_app.takebacks.listed import LIST
from service_app.takebacks.models import Hub, Takeback

pages = Blueprint("takebacks", __name__, template_folder="templates")
pages.app_context_processor(lambda: {"takeback_words": words})


def _beside_contract(contract: Contract) -> dict[str, Any] | None:
    if not current().can("recovery:read"):
        return None
    rows = doors.proposed(contract)
    return {"rows": rows, "may_write": current().can("recovery:write")} if rows else None


beside.add("contract", "takebacks/contract_card.html", _beside_contract)


@pages.post("/items/<tag>/take-back")
@needs("recovery:write")
def propose(tag: str) -> Any:
    """The thing that a customer has is to come home, as everything of it is known: one click."""
    item = get_item(tag)
    if item.custodian_customer_id is None:
        raise Conflict("takeback.not_theirs", tag=item.tag)
    holder = session().get_one(Customer, (item.workshop_id, item.custodian_customer_id))
    takeback = doors.ask_at_once(actor(), item, holder, source=doors.source_of(item))
    return see("takebacks.detail", reference=takeback.reference)


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


def _page(takeback: Takeback, form: Any = None, status: int = 200, moving: MoveForm | None = None) -> Any:
    by_status = {"received": DecideForm, "sorted": CloseForm}
    return render_template(
        "takebacks/detail.html", takeback=takeback, answers=answers_about("takeback", takeback.id),
        form=form or by_status.get(takeback.status, ReceiveForm)(), moving=moving or MoveForm(formdata=None, obj=takeback),
        may_move=takeback.way == "pickup" and takeback.status in operations.BEFORE,
        life=told.timeline(takeback), may_write=current().can("recovery:write"),
    ), status  # fmt: skip


@pages.post("/take-backs/<reference>/receive")
@needs("recovery:write")
def receive(reference: str) -> Any:
    """It is here."""
    takeback, form = queries.get_takeback(reference), ReceiveForm()
    with attempt(form, refusals.sentence) as tried:
        operations.receive(actor(), takeback, grams_or_none(form.kg))
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


@pages.post("/take-backs/<reference>/move")
@needs("recovery:write")
def move_to(reference: str) -> Any:
    """The customer lives elsewhere by now."""
    takeback, form = queries.get_takeback(reference), MoveForm()
    with attempt(form, refusals.sentence) as tried:
        operations.move_to(actor(), takeback, *(field.data or "" for field in (form.street, form.postcode, form.city)))
    if tried.is_done:
        return see("takebacks.detail", reference=reference)
    return _page(queries.get_takeback(reference), status=tried.status, moving=form)


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


@pages.get("/hubs")
@needs("recovery:read")
def hubs_page() -> Any:
    """Where others collect for us, and which of them are full."""
    return _hubs(HubForm())


@pages.post("/hubs")
@needs("recovery:write")
def add_hub() -> Any:
    """A further one."""
    form, made = HubForm(), []
    with attempt(form, refusals.sentence) as tried:
        made.append(hubs.save_hub(actor(), _keeper(form), form.facts(True)))
    return see("takebacks.hub_page", code=made[0].code) if tried.is_done else _hubs(form, tried.status)


@pages.get("/hubs/<code>")
@needs("recovery:read")
def hub_page(code: str) -> Any:
    """One hub: its sign, and when it was said to be full."""
    hub = hubs.get_hub(code)
    form = HubForm(formdata=None, obj=hub, kg=hub.capacity_g, keeper=hub.customer.reference)
    return _hub(hub, form)


@pages.post("/hubs/<code>")
@needs("recovery:write")
def change_hub(code: str) -> Any:
    """Other facts about it."""
    hub, form = hubs.get_hub(code), HubForm()
    with attempt(form, refusals.sentence) as tried:
        hubs.save_hub(actor(), _keeper(form), form.facts(bool(form.is_active.data)), hub)
    return see("takebacks.hub_page", code=code) if tried.is_done else _hub(hub, form, tried.status)


def _keeper(form: HubForm) -> Customer:
    """The customer who is meant. Refuses nobody and several (`hub.keeper`)."""
    found = people_meant(form.keeper.data or "")
    if len(found) != 1:
        raise Invalid("hub.keeper", field="keeper")
    return found[0]


def _hubs(form: HubForm, status: int = 200) -> Any:
    rows = [(hub, hubs.last_alert(hub)) for hub in hubs.list_hubs()]
    return render_template(
        "takebacks/hubs.html", form=form, hubs=rows, hub=None, may_write=current().can("recovery:write")
    ), status


def _hub(hub: Hub, form: HubForm, status: int = 200) -> Any:
    url = hubs.sign_url(hub)
    qr = Markup(segno.make(url, error="m", micro=False).svg_inline(scale=4, border=2, light="#fff"))
    return render_template(
        "takebacks/hub.html", hub=hub, form=form, url=url, qr=qr, alerts=hubs.alerts_of(hub),
        may_write=current().can("recovery:write"),
    ), status  # fmt: skip
