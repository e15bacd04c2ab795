"""Orders: the list, a new one, one with its acts."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.contracts.act_forms import one_customer
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.lists import shown as lists
from service_app.rounds import links, queries
from service_app.rounds.forms import OrderForm, ReopenForm
from service_app.rounds.listed import LIST
from service_app.rounds.models import TransportOrder
from service_app.rounds.operations import orders
from service_app.rounds.staff.shared import pages, tabs


@pages.get("/rounds/orders")
@needs("round:read")
def orders_page() -> Any:
    """What is to be fetched or brought."""
    return lists.page(LIST, "rounds/orders.html", tabs=tabs("rounds.orders_page"))


@pages.get("/rounds/orders/new")
@needs("round:write")
def new_order() -> Any:
    """An empty order for tomorrow."""
    form = OrderForm(formdata=None, customer=request.args.get("customer", ""), day=queries.tomorrow())
    return render_template("rounds/order_form.html", form=form, order=None)


@pages.post("/rounds/orders/new")
@needs("round:write")
def create_order() -> Any:
    """Typed by hand."""
    return _save(OrderForm(), None)


@pages.get("/rounds/orders/<reference>/edit")
@needs("round:write")
def edit_order(reference: str) -> Any:
    """The form over an order."""
    order = queries.get_order(reference)
    form = OrderForm.of(order, current().workshop.zone)
    return render_template("rounds/order_form.html", form=form, order=order)


@pages.post("/rounds/orders/<reference>/edit")
@needs("round:write")
def change_order(reference: str) -> Any:
    """Other facts."""
    return _save(OrderForm(), queries.get_order(reference))


def _save(form: OrderForm, order: TransportOrder | None) -> Any:
    made: list[TransportOrder] = []
    if not form.validate():
        return render_template("rounds/order_form.html", form=form, order=order), 422
    with attempt(form, refusals.sentence) as tried:
        facts = form.facts(one_customer(form.customer.data or "").id, current().workshop.zone)
        if order is None:
            made.append(orders.place(actor(), facts))
        else:
            made.append(orders.change(actor(), order, facts, form.seen))
    if tried.refusal is not None:
        return render_template("rounds/order_form.html", form=form, order=order), tried.status
    return see("rounds.order_page", reference=made[0].reference)


@pages.get("/rounds/orders/<reference>")
@needs("round:read")
def order_page(reference: str) -> Any:
    """One order."""
    return _page(queries.get_order(reference), ReopenForm(formdata=None))


def _page(order: TransportOrder, form: ReopenForm, status: int = 200) -> Any:
    ride = order.stop.round if order.stop is not None else None
    acts = queries.acts_of([order.stop_id]) if order.stop_id is not None else []
    return render_template(
        "rounds/order.html", order=order, ride=ride, form=form, acts=acts, life=told.timeline(order),
        link=links.order_url(order), most=orders.MOST_ATTEMPTS,
    ), status  # fmt: skip


@pages.post("/rounds/orders/<reference>/call-off")
@needs("round:write")
def call_off(reference: str) -> Any:
    """Not needed any more."""
    orders.call_off(actor(), queries.get_order(reference), request.form.get("reason", ""))
    flash(_("%(code)s is called off.", code=reference), "done")
    return see("rounds.order_page", reference=reference)


@pages.post("/rounds/orders/<reference>/reopen")
@needs("round:write")
def reopen(reference: str) -> Any:
    """Another moment for what did not work out."""
    order, form, zone = queries.get_order(reference), ReopenForm(), current().workshop.zone
    if not form.validate():
        return _page(order, form, 422)
    with attempt(form, refusals.sentence) as tried:
        day = form.day.data
        orders.reopen(
            actor(), order, clock.at_local(day, form.from_hour.data, zone), clock.at_local(day, form.until.data, zone)
        )
    if tried.refusal is not None:
        return _page(queries.get_order(reference), form, tried.status)
    return see("rounds.order_page", reference=reference)
