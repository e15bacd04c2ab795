"""The workshop's face: intakes at the bench or on a phone, next lives, refurbishments, harvests, and their economy."""

from __future__ import annotations

from flask import Blueprint

from service_app.core import beside
from service_app.core.web import current
from service_app.items.models import Item
from service_app.items.words import GRADES
from service_app.recovery import queries, words
from service_app.workshops.models import Workshop

pages = Blueprint("recovery", __name__, template_folder="../templates")
pages.app_context_processor(lambda: {"recovery_words": words, "recovery_grades": GRADES, "cents_of": queries.amount})


def _beside_item(item: Item) -> dict[str, object] | None:
    if not current().can("recovery:read"):
        return None
    order, harvest = queries.open_refurbishment_of(item), queries.harvest_of(item)
    passing = queries.open_passing_of(item)
    may_choose = current().can("recovery:write") and current().can("item:write") and item.status == "on_bench"
    return {
        "item": item, "economy": queries.economy_of(item), "order": order, "harvest": harvest,
        "lives": queries.lives_of(item, 3), "passing": passing,
        "may_choose": may_choose and order is None and harvest is None and passing is None,
    }  # fmt: skip


def _on_today(_workshop: Workshop) -> dict[str, object] | None:
    if not current().can("recovery:read"):
        return None
    found = queries.offers_to_answer()
    return {"offers": found} if found else None


beside.add("item", "recovery/item_card.html", _beside_item)
beside.add("today", "recovery/today_section.html", _on_today, queries.AWAITED)

from service_app.recovery.staff import intakes, lives, passings, work  # noqa: E402  they hang their views on `pages`

__all__ = ["intakes", "lives", "pages", "passings", "work"]
