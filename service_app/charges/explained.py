"""Why a charge is what it is, in the reader's language: one sentence for each rule of `pricing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
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
    "one_off": _l("Once, at the beginning"),
    "use": _l("Use"),
    "fee": _l("Fee"),
    "lost": _l("Lost"),
    "buy_out": _l("Bought"),
}

METHODS: dict[str, Any] = {
    "card": _l("by card"),
    "cash": _l("in cash"),
    "transfer": _l("by bank transfer"),
    "deposit": _l("from the deposit"),
    "credit": _l("by a credit"),
}

REDUCTIONS: dict[str, Any] = {"solidarity": _l("solidarity tariff"), "discount": _l("discount")}


def explain(rule: str, figures: Mapping[str, Any], currency: str) -> str:
    """The reason of an amount: the rule's figures in one sentence, with the reduction that is in them."""
    said = _RULES[rule](figures, currency)
    if not figures.get("reduction"):
        return said
    why = REDUCTIONS[figures["reduction"]]
    return str(gettext("%(said)s (%(why)s, %(percent)s %% off)", said=said, why=why, percent=figures["percent"]))


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


def _fewer_days(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(days)s come to %(whole)s; %(so_far)s was charged before",
            days=_days(figures["days"]),
            whole=in_money(figures["whole"], currency),
            so_far=in_money(figures["so_far"], currency),
        )
    )


def _months(number: int) -> str:
    return str(ngettext("%(num)s month", "%(num)s months", number))


def _said_simply(text: Any) -> Callable[[Mapping[str, Any], str], str]:
    return lambda _figures, _currency: str(text)


def _use(figures: Mapping[str, Any], currency: str) -> str:
    each = in_money(figures["unit_amount"], currency)
    if figures["included"]:
        return str(
            gettext(
                "%(units)s used, %(included)s included, %(each)s for each beyond",
                units=figures["units"],
                included=figures["included"],
                each=each,
            )
        )
    return str(gettext("%(units)s used at %(each)s each", units=figures["units"], each=each))


def _use_floor(figures: Mapping[str, Any], currency: str) -> str:
    least = in_money(figures["floor"], currency)
    return str(gettext("%(said)s; never less than %(least)s", said=_use(figures, currency), least=least))


def _use_cap(figures: Mapping[str, Any], currency: str) -> str:
    most = in_money(figures["cap"], currency)
    return str(gettext("%(said)s; never more than %(most)s", said=_use(figures, currency), most=most))


def _until_term(figures: Mapping[str, Any]) -> dict[str, str]:
    return {"months": _months(figures["months"]), "until": exact(date.fromisoformat(figures["until"]))}


def _early_end_fixed(figures: Mapping[str, Any], _currency: str) -> str:
    return str(gettext("fixed fee, %(months)s before the term of %(until)s", **_until_term(figures)))


def _early_end_remaining(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(percent)s %% of %(rest)s, the %(months)s left until %(until)s",
            percent=figures["percent"],
            rest=in_money(figures["rest"], currency),
            **_until_term(figures),
        )
    )


def _early_end_recomputed(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "the %(used)s used, as if there had been no term: %(month)s a month",
            used=_months(figures["used"]),
            month=in_money(figures["shorter_month"], currency),
        )
    )


def _buy_out(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(base)s, less %(percent)s %% of the %(paid)s paid for its use (%(credit)s)",
            base=in_money(figures["base"], currency),
            percent=figures["percent"],
            paid=in_money(figures["paid"], currency),
            credit=in_money(figures["credit"], currency),
        )
    )


def _buy_out_floor(figures: Mapping[str, Any], currency: str) -> str:
    least = in_money(figures["floor"], currency)
    return str(gettext("%(said)s; never less than %(least)s", said=_buy_out(figures, currency), least=least))


def _lost(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "its value after its years of use; new it costs %(replacement)s",
            replacement=in_money(figures["replacement"], currency),
        )
    )


def _lost_capped(figures: Mapping[str, Any], currency: str) -> str:
    most = in_money(figures["cap"], currency)
    return str(gettext("%(said)s; never more than %(most)s", said=_lost(figures, currency), most=most))


def _service_credit(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "out of order for %(days)s beyond the %(hours)s hours that are agreed, %(percent)s %% of a day each",
            days=_days(figures["days"]),
            hours=figures["hours"],
            percent=figures["percent"],
        )
    )


def _unserved_days(figures: Mapping[str, Any], currency: str) -> str:
    return str(gettext("%(said)s, not served", said=_month_by_day(figures, currency)))


def _not_served(figures: Mapping[str, Any], _currency: str) -> str:
    return str(gettext("%(days)s not served", days=_days(figures["days"])))


def _found(figures: Mapping[str, Any], _currency: str) -> str:
    return str(gettext("%(tag)s was found again", tag=figures["tag"]))


_RULES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "tiers": _tiers,
    "tiers_capped": _tiers_capped,
    "further_days": _further_days,
    "month": _month,
    "month_by_day": _month_by_day,
    "late": _late,
    "late_capped": _late_capped,
    "finding": _finding,
    "fewer_days": _fewer_days,
    "use": _use,
    "use_floor": _use_floor,
    "use_cap": _use_cap,
    "early_end_fixed": _early_end_fixed,
    "early_end_remaining": _early_end_remaining,
    "early_end_recomputed": _early_end_recomputed,
    "buy_out": _buy_out,
    "buy_out_floor": _buy_out_floor,
    "lost": _lost,
    "lost_capped": _lost_capped,
    "service_credit": _service_credit,
    "unserved_days": _unserved_days,
    "not_served": _not_served,
    "found": _found,
    "one_off": _said_simply(_l("agreed once, at the first hand-over")),
    "swap_fee": _said_simply(_l("the plan’s fee for a swap")),
    "taken_back": _said_simply(_l("the notice was taken back")),
    "withdrawn": _said_simply(_l("the contract was withdrawn from in time")),
}
