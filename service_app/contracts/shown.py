"""What the templates of this room may say: states, charges and prices in words."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from service_app import refusals
from service_app.catalogue.words import KINDS as CONTRACT_KINDS
from service_app.charges.explained import KINDS, METHODS, explain
from service_app.contracts import words
from service_app.contracts.allowed import has_open_outage
from service_app.contracts.models import Contract, ContractLine, Setback
from service_app.contracts.operations.money import OVER
from service_app.core import i18n

MOVEMENTS: dict[str, Any] = {
    "received": _l("received"),
    "retained": _l("kept"),
    "released": _l("given back"),
}


def because(priced: Any, currency: str) -> str:
    """Why a charge or a price is what it is."""
    return explain(priced.rule, priced.figures, currency)


def cause(setback: Setback) -> str:
    """Why the background work passed over a contract."""
    if setback.code in refusals.SENTENCES:
        return refusals.say(setback.code, setback.data)
    what = f"{setback.code} {setback.error}".strip()
    return gettext("Something in its data is not as it should be (%(what)s). Tell who runs this Ronde.", what=what)


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


def about_line(contract: Contract, line: ContractLine) -> str:
    """What stands under the name of a line: its plan, the change that is planned, what it followed and what follows it,
    and whether it is out of order."""
    parts = [i18n.words(line.plan.name)]
    if line.next_plan_id is not None and line.next_plan is not None and line.next_plan_on is not None:
        plan = i18n.words(line.next_plan.name)
        parts.append(gettext("%(plan)s from %(day)s", plan=plan, day=i18n.short_day(line.next_plan_on)))
    before = next((other for other in contract.lines if other.id == line.predecessor_id), None)
    if before is not None:
        parts.append(gettext("in the place of %(what)s", what=_named(before)))
    after = next((other for other in contract.lines if other.predecessor_id == line.id), None)
    if after is not None:
        parts.append(gettext("goes on as %(what)s", what=_named(after)))
    if has_open_outage(line):
        parts.append(gettext("out of order"))
    return " · ".join(parts)


def _named(line: ContractLine) -> str:
    return f"{line.item.tag if line.item is not None else i18n.words(line.product.name)} ({line.position})"


def said(table: dict[str, words.Said]) -> list[tuple[str, Any]]:
    """A table of states as the options of a filter."""
    return [(code, word) for code, (_tone, word) in table.items()]


def all_closed(contract: Contract) -> bool:
    """Whether nothing of a contract is out, or still to go out, or to be looked at."""
    return all(line.status in OVER for line in contract.lines)


def key() -> str:
    """A key for a button that does something at once, so that pressing twice does it once."""
    return uuid.uuid4().hex


def instant(text: str) -> datetime:
    """An ISO instant as it stands in a refusal's data."""
    return datetime.fromisoformat(text)


def install(pages: Blueprint) -> None:
    """Hand these to the templates."""
    pages.add_app_template_filter(because, "because")
    pages.add_app_template_filter(cause, "cause")
    pages.add_app_template_filter(goods, "goods")
    pages.add_app_template_filter(said, "said")
    pages.add_app_template_filter(instant, "instant")
    pages.add_app_template_global(words.of_contract, "contract_state")
    pages.add_app_template_global(words.of_money, "money_state")
    pages.add_app_template_global(words.of_line, "line_state")
    pages.add_app_template_global(all_closed, "all_closed")
    pages.add_app_template_global(key, "ui_key")
    pages.add_app_template_global(about_line, "about_line")
    pages.app_context_processor(
        lambda: {
            "charge_words": KINDS, "method_words": METHODS, "movement_words": MOVEMENTS, "next_words": words.NEXT_USES,
            "contract_kinds": CONTRACT_KINDS,
        }
    )  # fmt: skip
