"""What the templates of this room may say: states, charges and prices in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from service_app.charges.explained import KINDS, METHODS, explain
from service_app.contracts import words
from service_app.contracts.models import Contract
from service_app.core import i18n

MOVEMENTS: dict[str, Any] = {
    "received": _l("received"),
    "retained": _l("kept"),
    "released": _l("given back"),
}


def because(priced: Any, currency: str) -> str:
    """Why a charge or a price is what it is."""
    return explain(priced.rule, priced.figures, currency)


def goods(contract: Contract) -> str:
    """What a contract is about: the first thing, and how many more."""
    names = [i18n.words(line.product.name) for line in contract.lines]
    if not names:
        return ""
    if len(names) == 1:
        return names[0]
    if len(set(names)) == 1:
        return f"{len(names)} × {names[0]}"
    return str(gettext("%(first)s and %(more)s more", first=names[0], more=len(names) - 1))


def said(table: dict[str, words.Said]) -> list[tuple[str, Any]]:
    """A table of states as the options of a filter."""
    return [(code, word) for code, (_tone, word) in table.items()]


def all_closed(contract: Contract) -> bool:
    """Whether nothing of a contract is out, or still to go out, or to be looked at."""
    return all(line.status in ("closed", "cancelled") for line in contract.lines)


def instant(text: str) -> datetime:
    """An ISO instant as it stands in a refusal's data."""
    return datetime.fromisoformat(text)


def install(pages: Blueprint) -> None:
    """Hand these to the templates."""
    pages.add_app_template_filter(because, "because")
    pages.add_app_template_filter(goods, "goods")
    pages.add_app_template_filter(said, "said")
    pages.add_app_template_filter(instant, "instant")
    pages.add_app_template_global(words.of_contract, "contract_state")
    pages.add_app_template_global(words.of_money, "money_state")
    pages.add_app_template_global(words.of_line, "line_state")
    pages.add_app_template_global(all_closed, "all_closed")
    pages.app_context_processor(
        lambda: {
            "charge_words": KINDS, "method_words": METHODS, "movement_words": MOVEMENTS, "next_words": words.NEXT_USES
        }
    )  # fmt: skip
