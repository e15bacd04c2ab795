"""How rungs, barriers and categories are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service_app.catalogue.repair_categories import BY_ID
from service_app.core import i18n

# What was compared, the closest first.
RUNGS: dict[str, Any] = {
    "category_brand_age": _l("the same category, brand and age"),
    "category_brand": _l("the same category and brand"),
    "category_age": _l("the same category and age"),
    "category": _l("the same category"),
    "all": _l("all categories"),
}

BARRIERS: dict[str, Any] = {
    "": _l("not said"),
    "Spare parts not available": _l("no spare parts to be had"),
    "Spare parts too expensive": _l("spare parts too dear"),
    "No way to open product": _l("cannot be opened"),
    "Repair information not available": _l("no repair information"),
    "Lack of equipment": _l("tools lacking"),
    "Item too worn out": _l("worn out"),
}


def category(category_id: int | None) -> str:
    """The category in the reader's language."""
    known = BY_ID.get(category_id or 0)
    return i18n.words(known.words) if known is not None else str(_l("without a category of the standard"))
