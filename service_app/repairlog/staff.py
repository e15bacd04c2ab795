"""How often does it come right? The staff's page, and the card beside an item and a product."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, render_template

from service_app.catalogue.models import Product
from service_app.catalogue.repair_categories import BY_ID, listed
from service_app.core import beside, clock, listing, search, sheets
from service_app.core.access import needs
from service_app.core.web import actor, current
from service_app.items.models import Item
from service_app.repairlog import operations, queries, standard, words
from service_app.repairlog.chance import Chance

pages = Blueprint("repairlog", __name__, template_folder="templates")
pages.app_context_processor(
    lambda: {"repair_rungs": words.RUNGS, "repair_category": words.category, "repair_barriers": words.BARRIERS}
)
OLDEST = 150


def _beside_product(product: Product) -> dict[str, Any] | None:
    return _card(product, None)


def _beside_item(item: Item) -> dict[str, Any] | None:
    years = clock.today(current().workshop.zone).year - item.year_made if item.year_made else None
    return _card(item.product, years)


def _card(product: Product, years: int | None) -> dict[str, Any] | None:
    """The chance of a product of the standard; a card that has nothing to say is not shown."""
    if product.repair_category_id is None or not current().can("work:read"):
        return None
    found = queries.chance_of(product.repair_category_id, product.brand, years)
    if found is None:
        return None
    return {"chance": found, "category_id": product.repair_category_id, "brand": product.brand, "years": years}


beside.add("product", "repairlog/card.html", _beside_product)
beside.add("item", "repairlog/card.html", _beside_item)


@pages.get("/past-repairs")
@needs("work:read")
def chance_page() -> Any:
    """How often repairs came right: of the thing asked about, and by category."""
    category_id, brand, age = _category_asked(), listing.asked("brand")[:80], _age_asked()
    return render_template(
        "repairlog/chance.html",
        ended=queries.by_category(),
        barriers=queries.barriers(category_id),
        sources=queries.sources(),
        chance=_chance(category_id, brand, age),
        category_id=category_id,
        brand=brand,
        age=listing.asked("age")[:8],
        categories=_choices(),
    )


@pages.get("/past-repairs/ords.csv")
@needs("import:run")
def export() -> Response:
    """The history as the open standard writes it, as `ronde export repairs` does: whole, and without people."""
    pieces = sheets.as_csv_exactly(standard.FIELDS, operations.export_repairs(actor()), ",", "utf-8")
    answer = Response(b"".join(pieces), mimetype=sheets.MEDIA_TYPES["csv"])
    answer.headers.set("Content-Disposition", "attachment", filename=f"{current().workshop.slug}-ords.csv")
    return answer


def _chance(category_id: int | None, brand: str, age: Decimal | None) -> Chance | None:
    return queries.chance_of(category_id, brand, age) if category_id is not None else None


def _category_asked() -> int | None:
    """The category that the address names, None for none and for one the standard does not have."""
    said = listing.asked("category")
    return int(said) if said.isdecimal() and len(said) < 4 and int(said) in BY_ID else None


def _age_asked() -> Decimal | None:
    """The age in years that the address names, with a comma or a point; None for none and for nonsense."""
    try:
        found = Decimal(listing.asked("age").replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= OLDEST else None


def _choices() -> list[tuple[str, str]]:
    """The categories in the reader's language, by name."""
    today = clock.today(current().workshop.zone)
    named = [(str(each.id), words.category(each.id)) for each in listed(today)]
    return sorted(named, key=lambda pair: search.words_of(pair[1]))
