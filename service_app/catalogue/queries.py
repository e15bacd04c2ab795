"""Reads about what is offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from service_app.catalogue.models import Plan, Product
from service_app.core import search
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.core.ordering import as_read, words_as_read
from service_app.core.paging import Page, page_of

CODE = as_read(Product.code)
_MORE = {"name": words_as_read(Product.name), "category": as_read(Product.category), "brand": as_read(Product.brand)}
SORTS: dict[str, tuple[Any, ...]] = {
    "code": (CODE,),
    "-code": (CODE.desc(),),
    **{name: (column, CODE) for name, column in _MORE.items()},
    **{f"-{name}": (column.desc(), CODE.desc()) for name, column in _MORE.items()},
    "mass": (Product.mass_g.asc().nulls_last(), CODE),
    "-mass": (Product.mass_g.desc().nulls_last(), CODE.desc()),
}


@dataclass(frozen=True)
class ProductFilter:
    """What a list of products is narrowed to; empty means all. `offered` is yes or no."""

    text: str = ""
    category: str = ""
    circular_model: str = ""
    offered: str = ""
    sort: str = "code"
    page: int = 1


def list_products(wanted: ProductFilter) -> Page[Product]:
    """A page of products with their plans and tiers: four statements, however many there are."""
    found = narrowed(select(Product), wanted).order_by(*SORTS.get(wanted.sort, SORTS["code"]))
    return page_of(found.options(selectinload(Product.plans).selectinload(Plan.tiers)), wanted.page)


def narrowed(found: Select[Any], wanted: ProductFilter) -> Select[Any]:
    """The products of `found` that a filter leaves."""
    ids = search.matching("product", wanted.text)
    if ids is not None:
        found = found.where(Product.id.in_(ids))
    if wanted.category:
        found = found.where(Product.category == wanted.category)
    if wanted.circular_model:
        found = found.where(Product.circular_model == wanted.circular_model)
    if wanted.offered:
        found = found.where(Product.is_active.is_(wanted.offered == "yes"))
    return found


def list_categories() -> list[str]:
    """The categories in use, by name."""
    found = select(Product.category).where(Product.category != "").group_by(Product.category)
    return list(session().scalars(found.order_by(as_read(Product.category))))


def get_product(code: str) -> Product:
    """The product with this code and its plans; refuses with NotFound."""
    found = select(Product).where(Product.code == code.strip().upper())
    product = session().scalars(found.options(selectinload(Product.plans).selectinload(Plan.tiers))).first()
    if product is None:
        raise NotFound("not_found")
    return product


def get_plan(code: str) -> Plan:
    """The plan with this code, its tiers and product; refuses with NotFound."""
    found = select(Plan).where(Plan.code == code.strip().upper())
    plan = session().scalars(found.options(selectinload(Plan.tiers), joinedload(Plan.product))).first()
    if plan is None:
        raise NotFound("not_found")
    return plan


def list_offered_plans() -> list[Plan]:
    """The active plans of active products with their tiers, by product and code: what a contract can be made on."""
    found = select(Plan).join(Plan.product).where(Plan.is_active, Product.is_active)
    found = found.options(joinedload(Plan.product), selectinload(Plan.tiers)).order_by(Product.code, Plan.code)
    return list(session().scalars(found))
