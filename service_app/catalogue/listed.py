"""The list of products."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import Select, case, select
from sqlalchemy.orm import selectinload

from service_app.catalogue import queries, words
from service_app.catalogue.models import Plan, Product
from service_app.catalogue.queries import ProductFilter
from service_app.core import i18n
from service_app.core.i18n import lazy as _l
from service_app.lists import cells
from service_app.lists.declared import Column, Facet, Listing, Wanted, add


def _narrow(found: Select[Any], wanted: Wanted) -> Select[Any]:
    return queries.narrowed(
        found, ProductFilter(category=wanted.get("category", ""), offered=wanted.get("offered", ""))
    )


def _plans(product: Product) -> Any:
    named = ", ".join(i18n.words(plan.name) for plan in product.plans if plan.is_active)
    return named or Markup('<span class="muted">{}</span>').format(gettext("none: cannot be rented"))


_STATES = {True: ("ok", _l("offered")), False: ("off", _l("not offered"))}

LIST = add(
    Listing(
        key="products",
        page="catalogue.list_page",
        permission="product:read",
        title=_l("Products & plans"),
        search=_l("Code, name, brand or category"),
        rows=lambda: select(Product),
        narrow=_narrow,
        found_by=("product", Product.id),
        found_as=(_l("product"), lambda row: i18n.words(row.name)),
        named=lambda product: product.code,
        name_column=Product.code,
        detail=("catalogue.detail", "code"),
        loaded=(selectinload(Product.plans).selectinload(Plan.tiers),),
        sorts=queries.SORTS,
        order="code",
        columns=(
            Column("code", _l("Code"), cells.link("catalogue.detail", "code", lambda row: row.code), "code",
                   lambda row: row.code),
            Column("name", _l("Name"), cells.words(lambda row: row.name), "name"),
            Column("brand", _l("Brand"), lambda row: row.brand, "brand"),
            Column("category", _l("Category"), lambda row: row.category, "category"),
            Column("plans", _l("Plans"), _plans),
            Column("state", _l("State"), cells.state(lambda row: _STATES[row.is_active])),
            Column("model", _l("Circular model"), lambda row: words.MODELS[row.circular_model], is_extra=True),
            Column("mass", _l("Mass (g)"), lambda row: row.mass_g or "", "mass", lambda row: row.mass_g,
                   is_number=True, is_extra=True),
            Column("value", _l("Replacement value"), lambda row: i18n.money(row.replacement_amount), "",
                   lambda row: row.replacement_amount, is_number=True, is_extra=True),
        ),
        facets=(
            Facet("category", _l("Category"), Product.category,
                  lambda: {name: name for name in queries.list_categories()}),
            Facet("offered", _l("Offered"), case((Product.is_active, "yes"), else_="no"),
                  {"yes": _l("offered"), "no": _l("not offered")}),
        ),
        nothing=(_l("No product yet."), _l(
            "A product is a kind of thing; its items are the single ones. Make the first here, or bring them in from a file."
        )),
    )
)  # fmt: skip
