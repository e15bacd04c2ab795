"""What an act means, in a few facts beside its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from service_app.charges import operations as charges
from service_app.charges.explained import explain
from service_app.charges.pricing import Terms
from service_app.contracts.allowed import Subject
from service_app.contracts.operations import endings, pauses, swaps
from service_app.contracts.operations.endings import TerminationQuote
from service_app.contracts.operations.offers import cancellation_fees
from service_app.core import clock
from service_app.core.i18n import hour, long_day, money, words
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

Fact = tuple[str, str]


@dataclass(frozen=True)
class MoneyRow:
    """A line of a bill: what, why, how much."""

    label: str
    amount: Decimal
    detail: str = ""


def facts(operation: str, subject: Subject, wishes: Mapping[str, Any]) -> list[Fact]:
    """What would be, beside the price."""
    tell = _FACTS.get(operation)
    return tell(subject, wishes) if tell is not None else []


def _extend(subject: Subject, wishes: Mapping[str, Any]) -> list[Fact]:
    line, zone = subject.line, get_workshop(subject.contract.workshop_id).zone
    if line is None:
        return []
    due = hours.load_calendar().due_end(wishes["ends_at"])
    found = [
        (_("Due back until now"), _moment(line.due_at or line.ends_at, zone)),
        (_("Then due back by"), _moment(due, zone)),
    ]
    terms = Terms.from_json(line.price)
    if terms.pricing == "monthly":
        amount = money(terms.month_amount, subject.contract.currency)
        found.append((_("Price"), _("It goes on at %(amount)s a month.", amount=amount)))
    return found


def _moment(instant: Any, zone: str) -> str:
    return f"{long_day(instant, zone)}, {hour(instant, zone)}" if instant is not None else _("open-ended")


def _pause(subject: Subject, wishes: Mapping[str, Any]) -> list[Fact]:
    days = (wishes["until_on"] - wishes["from_on"]).days
    left = max(pauses.days_left(subject.contract, wishes["from_on"]), 0)
    said = ngettext("%(num)s day", "%(num)s days", max(days, 0))
    return [
        (_("Not charged"), said),
        (_("Goes on again"), long_day(wishes["until_on"])),
        (_("Pause you have this year"), ngettext("%(num)s day", "%(num)s days", left)),
    ]


def _change_plan(subject: Subject, wishes: Mapping[str, Any]) -> list[Fact]:
    line, plan, currency = subject.line, wishes["plan"], subject.contract.currency
    if line is None:
        return []
    today = clock.today(get_workshop(subject.contract.workshop_id).zone)
    begins = today if wishes["when"] == "now" else swaps.next_period(line, today)
    found = [(_("New plan"), words(plan.name)), (_("From"), long_day(begins))]
    if plan.monthly_amount is not None:
        found.append((_("Then"), _("%(amount)s a month", amount=money(plan.monthly_amount, currency))))
    return found


def _ending(subject: Subject, wishes: Mapping[str, Any]) -> list[Fact]:
    quote = quote_of(subject, wishes)
    currency, day = subject.contract.currency, timedelta(days=1)
    found = [(_("Last day"), long_day(quote.ends_on - day)), (_("Bring it back by"), long_day(quote.return_by))]
    months = [Terms.from_json(line.price).month_amount for line in endings.monthly_lines(subject.contract)]
    if months:
        amount = money(sum(months, Decimal(0)), currency)
        found.append((_("Until then"), _("%(amount)s a month", amount=amount)))
    if quote.deposit_held:
        kept = money(quote.deposit_held, currency)
        found.append((_("Deposit"), _("%(amount)s, given back after we looked at it", amount=kept)))
    return found


def quote_of(subject: Subject, wishes: Mapping[str, Any]) -> TerminationQuote:
    """What ending would cost, as the contracts room computes it."""
    today = clock.today(get_workshop(subject.contract.workshop_id).zone)
    return endings.termination_quote(subject.contract, today, wishes.get("ends_on"))


def ending_rows(quote: TerminationQuote, currency: str) -> Sequence[MoneyRow]:
    """The quote as a bill."""
    rows = [
        MoneyRow(_("Fee for ending early"), fee.amount, explain(fee.rule, fee.figures, currency)) for fee in quote.fees
    ]
    if quote.unused:
        rows.append(MoneyRow(_("Days paid and not used"), -quote.unused, _("given back")))
    if quote.owed:
        rows.append(MoneyRow(_("Still to pay from before"), quote.owed))
    return rows


def _withdraw(subject: Subject, _wishes: Mapping[str, Any]) -> list[Fact]:
    if subject.contract.status == "signed":
        return [(_("What happens"), _("Nothing was handed over yet: it is as if you had never signed."))]
    back = clock.today(get_workshop(subject.contract.workshop_id).zone) + timedelta(days=endings.RETURN_DAYS)
    return [
        (_("Bring it back by"), long_day(back)),
        (_("You pay"), _("only the days until today; there is no fee")),
        (_("You get back"), _("what you paid beyond that, and the deposit after we looked at it")),
    ]


def _call_off(subject: Subject, _wishes: Mapping[str, Any]) -> list[Fact]:
    fees = cancellation_fees(subject.contract)
    found = [(_("What happens"), _("What we kept for you is free for others again."))]
    if not fees:
        found.append((_("It costs"), _("nothing")))
    deposit = charges.deposit_of(subject.contract.id)
    if deposit is not None and deposit.status == "held":
        said = _("given back, less the fee") if fees else _("given back")
        found.append((_("Deposit"), said))
    return found


def _do_not_renew(subject: Subject, _wishes: Mapping[str, Any]) -> list[Fact]:
    ends = subject.contract.renews_on
    return [(_("Last day"), long_day(ends - timedelta(days=1)))] if ends is not None else []


def _renew(subject: Subject, _wishes: Mapping[str, Any]) -> list[Fact]:
    begins = subject.contract.renews_on
    return [(_("The new term begins"), long_day(begins))] if begins is not None else []


_FACTS = {
    "extend": _extend,
    "pause": _pause,
    "change_plan": _change_plan,
    "give_notice": _ending,
    "end_early": _ending,
    "call_off": _call_off,
    "withdraw": _withdraw,
    "renew": _renew,
    "do_not_renew": _do_not_renew,
}
