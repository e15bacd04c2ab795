"""Why a charge is what it is, in the reader's language: one sentence for each rule of `pricing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from service_app.core.i18n import exact
from service_app.core.i18n import money as in_money

KINDS: dict[str, Any] = {
    "rent": _l("Rental"),
    "recurring": _l("Monthly price"),
    "late": _l("Late return"),
    "damage": _l("Damage"),
    "missing": _l("Missing part"),
    "cleaning": _l("Cleaning"),
}

METHODS: dict[str, Any] = {
    "card": _l("by card"),
    "cash": _l("in cash"),
    "transfer": _l("by bank transfer"),
    "deposit": _l("from the deposit"),
}


def explain(rule: str, figures: Mapping[str, Any], currency: str) -> str:
    """The reason of an amount: the rule's figures in one sentence."""
    return _RULES[rule](figures, currency)


def _days(number: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", number))


def _tiers(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s at %(amount)s a day",
            days=_days(figures["days"]),
            amount=in_money(figures["day_amount"], currency),
        )
    )


def _tiers_capped(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s, charged as %(as_days)s at %(amount)s a day because that costs less",
            days=_days(figures["days"]),
            as_days=_days(figures["as_days"]),
            amount=in_money(figures["day_amount"], currency),
        )
    )


def _further_days(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s in all come to %(whole)s; %(so_far)s was charged before",
            days=_days(figures["days"]),
            whole=in_money(figures["whole"], currency),
            so_far=in_money(figures["so_far"], currency),
        )
    )


def _month(figures: Mapping[str, Any], currency: str) -> str:
    return str(gettext("one month at %(amount)s", amount=in_money(figures["month_amount"], currency)))


def _month_by_day(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s of a month of %(period)s at %(amount)s",
            days=_days(figures["days"]),
            period=_days(figures["period_days"]),
            amount=in_money(figures["month_amount"], currency),
        )
    )


def _late(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s late at %(amount)s a day, due %(due)s, back %(back)s",
            days=_days(figures["days"]),
            amount=in_money(figures["day_amount"], currency),
            due=exact(datetime.fromisoformat(figures["due"])),
            back=exact(datetime.fromisoformat(figures["back"])),
        )
    )


def _late_capped(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s late, due %(due)s, back %(back)s; never more than %(cap)s",
            days=_days(figures["days"]),
            due=exact(datetime.fromisoformat(figures["due"])),
            back=exact(datetime.fromisoformat(figures["back"])),
            cap=in_money(figures["cap"], currency),
        )
    )


def _finding(figures: Mapping[str, Any], currency: str) -> str:
    if Decimal(figures["share"]) == 100:
        return str(gettext("%(part)s, %(cost)s", part=figures["part"], cost=in_money(figures["cost"], currency)))
    return str(
        gettext(
            "%(part)s: %(share)s %% of %(cost)s",
            part=figures["part"],
            share=figures["share"],
            cost=in_money(figures["cost"], currency),
        )
    )


_RULES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "tiers": _tiers,
    "tiers_capped": _tiers_capped,
    "further_days": _further_days,
    "month": _month,
    "month_by_day": _month_by_day,
    "late": _late,
    "late_capped": _late_capped,
    "finding": _finding,
}
