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
    "use": _l("Use"),
    "one_off": _l("One-off price"),
    "fee": _l("Fee"),
    "lost": _l("Lost"),
    "buy_out": _l("Purchase"),
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
    "credit": _l("from a credit"),
}


REDUCTIONS: dict[str, Any] = {
    "solidarity": _l("solidarity tariff, %(percent)s %% less"),
    "discount": _l("discount, %(percent)s %% less"),
    "loan": _l("lent for nothing"),
}


def explain(rule: str, figures: Mapping[str, Any], currency: str) -> str:
    """The reason of an amount: the rule's figures in one sentence, with the reduction and the free days that count."""
    said = _RULES[rule](figures, currency)
    if figures.get("free_days"):
        said += ", " + str(gettext("%(days)s not charged because we are closed", days=_days(figures["free_days"])))
    if figures.get("reduction") in REDUCTIONS:
        said += f" ({REDUCTIONS[figures['reduction']] % {'percent': figures['percent']}})"
    return said


Sentence = Callable[[Mapping[str, Any], str], str]


def _saying(text: Any, **parts: str) -> Sentence:
    """A sentence whose parts are figures: days, money, an instant, or as they are; `kind:name` when the figure has another
    name than the part."""

    def say(figures: Mapping[str, Any], currency: str) -> str:
        said = {name: _part(kind, figures[kind.partition(":")[2] or name], currency) for name, kind in parts.items()}
        return str(text) % said if said else str(text)

    return say


def _part(kind: str, figure: Any, currency: str) -> str:
    how = kind.partition(":")[0]
    if how == "days":
        return _days(figure)
    if how == "instant":
        return str(exact(datetime.fromisoformat(figure)))
    return in_money(figure, currency) if how == "money" else str(figure)


def _days(number: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", number))


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


def _months(number: int) -> str:
    return str(ngettext("%(num)s month", "%(num)s months", number))


def _early_end_remaining(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "ended %(months)s before the minimum term: %(percent)s %% of the %(rest)s that they would have cost",
            months=_months(figures["months"]),
            percent=figures["percent"],
            rest=in_money(figures["rest"], currency),
        )
    )


def _early_end_fixed(figures: Mapping[str, Any], currency: str) -> str:
    return str(gettext("ended %(months)s before the minimum term, at a fixed fee", months=_months(figures["months"])))


def _early_end_recomputed(figures: Mapping[str, Any], currency: str) -> str:
    return str(
        gettext(
            "%(months)s recomputed at the %(amount)s a month that a contract without a term costs",
            months=_months(figures["used"]),
            amount=in_money(figures["shorter_month"], currency),
        )
    )


_RULES: dict[str, Sentence] = {
    "tiers": _saying(_l("%(days)s at %(amount)s a day"), days="days", amount="money:day_amount"),
    "tiers_capped": _saying(
        _l("%(days)s, charged as %(as_days)s at %(amount)s a day because that costs less"),
        days="days", as_days="days", amount="money:day_amount",
    ),
    "further_days": _saying(
        _l("%(days)s in all come to %(whole)s; %(so_far)s was charged before"),
        days="days", whole="money", so_far="money",
    ),
    "fewer_days": _saying(
        _l("%(days)s in all come to %(whole)s only; %(so_far)s was charged"),
        days="days", whole="money", so_far="money",
    ),
    "month": _saying(_l("one month at %(amount)s"), amount="money:month_amount"),
    "month_by_day": _saying(
        _l("%(days)s of a month of %(period)s at %(amount)s"),
        days="days", period="days:period_days", amount="money:month_amount",
    ),
    "unserved_days": _saying(
        _l("%(days)s not used, of a month of %(period)s at %(amount)s"),
        days="days", period="days:period_days", amount="money:month_amount",
    ),
    "not_served": _saying(_l("%(days)s not used"), days="days"),
    "rounding": _saying(_l("evened out to the cent")),
    "one_off": _saying(_l("once, when it first went out")),
    "use": _saying(
        _l("%(units)s counted, %(included)s of them included, the others at %(amount)s each"),
        units="count", included="count", amount="money:unit_amount",
    ),
    "use_floor": _saying(
        _l("%(units)s counted; at least %(floor)s a month"), units="count", floor="money",
    ),
    "use_cap": _saying(
        _l("%(units)s counted; never more than %(cap)s a month"), units="count", cap="money",
    ),
    "late": _late,
    "late_capped": _late_capped,
    "use_more": _saying(
        _l("counted anew, the use of this month comes to %(whole)s, of which %(so_far)s was charged"), whole="money", so_far="money"
    ),
    "use_less": _saying(
        _l("counted anew, the use of this month comes to %(whole)s, and %(so_far)s was charged"), whole="money", so_far="money"
    ),
    "corrected": _saying(_l("it really came back on %(day)s"), day="instant:in_at"),
    "finding": _finding,
    "looked_at_again": _saying(
        _l("%(part)s, looked at again: %(after)s instead of %(before)s"),
        part="text", before="money", after="money",
    ),
    "no_show": _saying(_l("it was not fetched")),
    "care_no_show": _saying(_l("nobody came to its care, twice")),
    "cancelled_late": _saying(
        _l("%(percent)s %% of %(whole)s, because it was cancelled less than %(hours)s hours before"),
        percent="count", whole="money", hours="count",
    ),
    "swap_fee": _saying(_l("exchanged for another one at your wish")),
    "early_end_fixed": _early_end_fixed,
    "early_end_remaining": _early_end_remaining,
    "early_end_recomputed": _early_end_recomputed,
    "taken_back": _saying(_l("the notice was taken back")),
    "withdrawn": _saying(_l("you withdrew from the contract")),
    "buy_out": _saying(
        _l("worth %(base)s, less %(credit)s: %(percent)s %% of what was paid for using it (%(paid)s)"),
        base="money", credit="money", percent="count", paid="money",
    ),
    "buy_out_floor": _saying(
        _l("worth %(base)s, less %(credit)s for what was paid; never less than %(floor)s"),
        base="money", credit="money", floor="money",
    ),
    "lost": _saying(
        _l("new it costs %(replacement)s, at its age it is worth %(amount)s"),
        replacement="money", amount="money:value",
    ),
    "lost_capped": _saying(
        _l("worth %(amount)s at its age; never more than %(cap)s"), amount="money:value", cap="money",
    ),
    "found": _saying(_l("%(tag)s was found again"), tag="text"),
    "service_credit": _saying(
        _l("out of order for %(days)s beyond %(hours)s hours: %(percent)s %% of the price of these days"),
        days="days", hours="count", percent="count",
    ),
}  # fmt: skip
RULES = frozenset(_RULES)
