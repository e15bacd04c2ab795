"""The staff's pages about products and plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.catalogue import operations, plan_operations, queries, words
from service_app.catalogue.forms import DefaultsForm, PlanForm, ProductForm
from service_app.catalogue.listed import LIST
from service_app.catalogue.models import Product
from service_app.core import beside, files
from service_app.core.access import needs
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.forms import attempt, differences
from service_app.core.web import actor, current, see, upload
from service_app.lists import shown as lists
from service_app.workshops.operations.defaults import change_product_defaults
from service_app.workshops.queries import house_defaults
from service_app.workshops.tabs import tabs

pages = Blueprint("catalogue", __name__, template_folder="templates")


@pages.get("/products")
@needs("product:read")
def list_page() -> Any:
    """Products with their plans, narrowed and sorted by the address of the page."""
    return lists.page(LIST, "catalogue/list.html")


@pages.get("/products/new")
@needs("product:write")
def new() -> Any:
    """An empty form."""
    return _product_page(ProductForm.begun(house_defaults()))


@pages.post("/products/new")
@needs("product:write")
def create() -> Any:
    """A new product."""
    form = ProductForm()
    if form.rows_changed(request.form):
        return _product_page(form)
    made: list[Product] = []
    status = _try(form, lambda: made.append(operations.create_product(actor(), form.facts())))
    if status:
        return _product_page(form, status)
    flash(_("%(code)s is in the catalogue. Give it a plan, so that it can be rented.", code=made[0].code), "done")
    return see("catalogue.detail", code=made[0].code)


def _try(form: Any, act: Callable[[], Any], over: Callable[[], Any] | None = None) -> int:
    """Validate and do; 0 when done, else the status of the page that shows the form again."""
    if not form.validate():
        return 422
    with attempt(form, refusals.sentence) as tried:
        act()
    if tried.refusal is not None and tried.refusal.code == "version.stale" and over is not None:
        form.both = differences(form, over())
    return 0 if tried.is_done else tried.status


def _product_page(form: Any, status: int = 200, product: Product | None = None) -> Any:
    return render_template(
        "catalogue/product.html", form=form, product=product, differences=getattr(form, "both", [])
    ), status


@pages.get("/products/<code>")
@needs("product:read")
def detail(code: str) -> Any:
    """Everything about one product."""
    product = queries.get_product(code)
    return render_template(
        "catalogue/detail.html",
        product=product,
        cards=beside.cards("product", product),
        life=told.timeline(product),
        words=words,
    )


@pages.get("/products/<code>/edit")
@needs("product:write")
def edit(code: str) -> Any:
    """The form over a product."""
    product = queries.get_product(code)
    return _product_page(ProductForm.over(product), product=product)


@pages.post("/products/<code>/edit")
@needs("product:write")
def change(code: str) -> Any:
    """Keep what was changed."""
    product, form = queries.get_product(code), ProductForm()
    if form.rows_changed(request.form):
        return _product_page(form, product=product)
    status = _try(
        form,
        lambda: operations.change_product(actor(), product, form.seen, form.facts()),
        lambda: ProductForm.over(product),
    )
    return _product_page(form, status, product) if status else see("catalogue.detail", code=product.code)


@pages.post("/products/<code>/photo")
@needs("product:write")
def add_photo(code: str) -> Any:
    """Its photo."""
    product, sent = queries.get_product(code), request.files.get("photo")
    form = ProductForm(formdata=None)
    with attempt(form, refusals.sentence) as tried:
        content = sent.read() if sent is not None else b""
        operations.photograph_product(actor(), product, content, (sent.filename if sent else "") or "photo")
    if tried.refusal is not None:
        flash(refusals.sentence(tried.refusal), "late")
    return see("catalogue.detail", code=code)


@pages.get("/products/<code>/photo")
@needs("product:read")
def photo(code: str) -> Response:
    """The bytes of its photo."""
    product = queries.get_product(code)
    if product.photo_file_id is None:
        raise NotFound("not_found")
    stored = session().get_one(files.StoredFile, (product.workshop_id, product.photo_file_id))
    return upload(files.read(stored), stored.media_type)


@pages.get("/products/<code>/plans/new")
@needs("product:write")
def new_plan(code: str) -> Any:
    """An empty form for a plan."""
    return _plan_page(queries.get_product(code), PlanForm(formdata=None))


@pages.post("/products/<code>/plans/new")
@needs("product:write")
def create_plan(code: str) -> Any:
    """A new plan."""
    product, form = queries.get_product(code), PlanForm()
    if _one_more_tier(form):
        return _plan_page(product, form)
    status = _try(form, lambda: plan_operations.create_plan(actor(), product, form.facts()))
    return _plan_page(product, form, status) if status else see("catalogue.detail", code=product.code)


def _one_more_tier(form: PlanForm) -> bool:
    if "more" not in request.form:
        return False
    form.tiers.append_entry()
    return True


@pages.get("/plans/<plan_code>/edit")
@needs("product:write")
def edit_plan(plan_code: str) -> Any:
    """The form over a plan."""
    plan = queries.get_plan(plan_code)
    return _plan_page(plan.product, PlanForm.over(plan), plan=plan)


@pages.post("/plans/<plan_code>/edit")
@needs("product:write")
def change_plan(plan_code: str) -> Any:
    """Other terms, for contracts drafted from now on."""
    plan, form = queries.get_plan(plan_code), PlanForm()
    if _one_more_tier(form):
        return _plan_page(plan.product, form, plan=plan)
    status = _try(
        form,
        lambda: plan_operations.change_plan(actor(), plan, form.seen, form.facts()),
        lambda: PlanForm.over(plan),
    )
    return _plan_page(plan.product, form, status, plan) if status else see("catalogue.detail", code=plan.product.code)


def _plan_page(product: Product, form: Any, status: int = 200, plan: Any = None) -> Any:
    both = getattr(form, "both", [])
    return render_template("catalogue/plan.html", product=product, form=form, plan=plan, differences=both), status


@pages.get("/settings/products")
@needs("settings:read")
def defaults_page() -> Any:
    """What new products begin with."""
    return _defaults_page(DefaultsForm.over(house_defaults()))


def _defaults_page(form: Any, status: int = 200) -> Any:
    both = getattr(form, "both", [])
    here = tabs("catalogue.defaults_page")
    return render_template("catalogue/defaults.html", form=form, tabs=here, differences=both), status


@pages.post("/settings/products")
@needs("settings:write")
def change_defaults() -> Any:
    """Something else from now on."""
    form = DefaultsForm()
    status = _try(
        form,
        lambda: change_product_defaults(actor(), current().workshop, form.seen, form.wanted()),
        lambda: DefaultsForm.over(house_defaults()),
    )
    if status:
        return _defaults_page(form, status)
    flash(_("Saved."), "done")
    return see("catalogue.defaults_page")
