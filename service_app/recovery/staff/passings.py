"""What goes to other members, and comes from them."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_wtf import FlaskForm

from service_app import refusals, told
from service_app.catalogue.queries import ProductFilter, get_product, list_products
from service_app.core.access import Actor, needs
from service_app.core.errors import Invalid
from service_app.core.forms import Acts, Typed, attempt_act, choices_of, forms_of
from service_app.core.i18n import words as in_words
from service_app.core.web import actor, current, see
from service_app.lists import shown as lists
from service_app.recovery import forms, queries, shown
from service_app.recovery.listed import PASSINGS
from service_app.recovery.models import Passing
from service_app.recovery.operations import passings as operations
from service_app.recovery.staff import pages


@pages.get("/passings")
@needs("recovery:read")
def passings_page() -> Any:
    """What is offered to other members, and by them."""
    return lists.page(PASSINGS, "recovery/passings.html")


@pages.get("/passings/<reference>")
@needs("recovery:read")
def passing(reference: str) -> Any:
    """One thing on its way to another house, or from one."""
    return _page(queries.get_passing(reference))


def _offer(who: Actor, row: Passing, form: Any) -> None:
    key = str(form.partner.data or "")
    cents = queries.cents(form.price.data) if form.price.data is not None else None
    operations.offer(who, row, int(key) if key.isdecimal() else None, cents, form.note.data or "")


def _agree(who: Actor, row: Passing, form: Any) -> None:
    if not form.product.data:
        raise Invalid("field.required", field="product")
    operations.agree(who, row, get_product(form.product.data))


_ACTS: Acts = {
    "offer": (forms.OfferForm, _offer),
    "withdraw": (FlaskForm, lambda who, row, _form: operations.withdraw(who, row)),
    "agree": (forms.AgreeForm, _agree),
    "decline": (forms.ReasonForm, lambda who, row, form: operations.decline(who, row, form.reason.data or "")),
}


@pages.post("/passings/<reference>/<act>")
@needs("recovery:write")
def passing_act(reference: str, act: str) -> Any:
    """One act of `_ACTS`; what was withdrawn leads back to the cascade."""
    row = queries.get_passing(reference)
    typed, tried = attempt_act(_ACTS, act, actor(), row, refusals.sentence)
    if not tried.is_done:
        return _page(row, typed, tried.status)
    if act == "withdraw" and row.item is not None:
        return see("recovery.cascade", tag=row.item.tag)
    return see("recovery.passing", reference=reference)


def _page(row: Passing, typed: Typed | None = None, status: int = 200) -> Any:
    filled = forms_of(_ACTS, typed)
    filled["offer"].partner.choices = choices_of((str(each.id), each.name) for each in queries.partners())
    if "offer" not in (typed or {}):
        filled["offer"].price.data = queries.amount(row.price_cents)
    if row.direction == "in":
        products = list_products(ProductFilter(offered="yes")).rows
        filled["agree"].product.choices = [("", ""), *((each.code, in_words(each.name)) for each in products)]
    published = row.published or (operations.described(row.item) if row.item is not None else {})
    return render_template(
        "recovery/passing.html", passing=row, forms=filled, published=published, facts=shown.published(published),
        life=told.timeline(row), may_write=current().can("recovery:write") and current().can("item:write"),
    ), status  # fmt: skip
