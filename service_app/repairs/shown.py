"""What pages, papers and letters say alike of a repair."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from service_app.core.i18n import long_day, words
from service_app.repairs import queries
from service_app.repairs.models import RepairCase
from service_app.repairs.words import STEPS


def thing_words(case: RepairCase) -> str:
    """What it is: the product and tag of an item, else the customer's words with make and model."""
    if case.item is not None:
        return f"{words(case.item.product.name)} {case.item.tag}"
    thing = case.thing
    if thing is None:
        return ""
    return " ".join(part for part in (thing.what, thing.brand, thing.model) if part)


def loan_words(case: RepairCase) -> str:
    """That the customer has something of ours meanwhile, and brings it along; '' when they have not."""
    line = queries.loan_out(case)
    if line is None or line.item is None:
        return ""
    thing = f"{words(line.item.product.name)} ({line.item.tag})"
    return str(_("Meanwhile you have %(thing)s from us, free of charge. Bring it when you collect yours.", thing=thing))


def coverage_words(case: RepairCase) -> str:
    """Who pays, in a sentence for the customer."""
    until = case.coverage_why.get("until")
    day = long_day(date.fromisoformat(until)) if until else ""
    if case.coverage == "contract":
        return str(_("The repair is part of your contract: you have nothing to pay for it."))
    if case.coverage == "repair_guarantee":
        return str(
            _("We repaired it before (%(code)s), and that guarantee runs until %(day)s: you have nothing to pay.",
              code=case.coverage_why.get("repair", ""), day=day)
        )  # fmt: skip
    if case.coverage == "legal_guarantee":
        return str(_("It is within the legal guarantee until %(day)s: you have nothing to pay.", day=day))
    if case.coverage == "insurance":
        return str(_("Your insurance pays; we ask you before anything is done that it does not pay."))
    return str(_("You pay the repair. We send you a quote first and do nothing before you agree."))


def steps_of(case: RepairCase) -> list[dict[str, Any]]:
    """The customer's steps: label, and whether it is done, now, or to come."""
    at = next((number for number, (states, _label) in enumerate(STEPS) if case.status in states), None)
    if at is None:
        return []
    return [
        {
            "label": label,
            "state": "done" if number < at or (number == at == len(STEPS) - 1) else "now" if number == at else "next",
        }
        for number, (_states, label) in enumerate(STEPS)
    ]
