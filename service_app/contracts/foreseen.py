"""What an operation would mean, before it is done: amounts with their reasons, dates, and what to know. Nothing is written.

Each function takes the subject and what was asked (the body of the operation) and answers a `Foreseen`, for pages to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext, ngettext

from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.charges.explained import KINDS, explain
from service_app.charges.pricing import Price, Terms
from service_app.contracts import quoting
from service_app.contracts.allowed import Subject
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.contracts.operations import dates, endings, handovers, kits, losses, outages, pauses, service, swaps
from service_app.contracts.operations.acts import acts_of
from service_app.contracts.operations.offers import cancellation_fees, terms_of
from service_app.core import clock
from service_app.core.i18n import exact, money, words
from service_app.core.money import ZERO
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """An amount and why; negative: the customer gets it back."""

    label: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True)
class Foreseen:
    """Amounts, facts (term, value), notes (tone, sentence), and what the sum is called when it is nothing paid or given
    back."""

    rows: Sequence[Row] = ()
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[tuple[str, str]] = ()
    sum_word: str = ""

    @property
    def total(self) -> Decimal:
        """What the customer pays more; negative: gets back."""
        return sum((row.amount for row in self.rows), ZERO)


def nothing(_subject: Subject, _body: Body) -> Foreseen:
    """Nothing to foresee."""
    return Foreseen()


def _line(subject: Subject) -> ContractLine:
    if subject.line is None:
        raise ValueError("this is about a line")
    return subject.line


def _zone(subject: Subject) -> str:
    return get_workshop(subject.contract.workshop_id).zone


def _today(subject: Subject) -> date:
    return clock.today(_zone(subject))


def _priced(subject: Subject, label: str, price: Price, sign: int = 1) -> Row:
    return Row(label, price.amount * sign, explain(price.rule, price.figures, subject.contract.currency))


def _in(subject: Subject, amount: Decimal) -> str:
    return money(amount, subject.contract.currency)


def _costs_nothing() -> tuple[str, str]:
    return "ok", gettext("This costs nothing more.")


def extend(subject: Subject, body: Body) -> Foreseen:
    """The days more, and what was late so far."""
    line, ends_at = _line(subject), body["ends_at"]
    if line.ends_at is None or ends_at <= line.ends_at:
        return Foreseen(notes=[("due", gettext("Choose a moment after the present end."))])
    rows, notes = [], []
    price = dates.price_of_extension(line, ends_at)
    if price is not None:
        rows.append(_priced(subject, KINDS["rent"], price))
    late = handovers.late_fee_of(line, clock.now()) if line.status == "overdue" and not body["waive_late"] else None
    if late is not None:
        rows.append(_priced(subject, KINDS["late"], late))
    if Terms.from_json(line.price).pricing == "monthly":
        notes.append(("planned", gettext("It is paid by the month until then.")))
    due_at = hours.load_calendar().due_end(ends_at)
    if due_at != ends_at:
        notes.append(("planned", gettext("The door is closed then: it is due back by %(when)s.", when=exact(due_at))))
    return Foreseen(rows, notes=notes or ([] if rows else [_costs_nothing()]))


def shorten(subject: Subject, body: Body) -> Foreseen:
    """The days less, when the plan gives them back."""
    line, ends_at = _line(subject), body["ends_at"]
    if line.ends_at is None or ends_at >= line.ends_at:
        return Foreseen(notes=[("due", gettext("Choose a moment before the present end."))])
    back = dates.price_of_shortening(line, ends_at)
    if back is not None:
        return Foreseen([_priced(subject, KINDS["rent"], back)])
    if Terms.from_json(line.price).pricing == "monthly":
        unused = endings.unused_after(line, clock.local(ends_at, _zone(subject)).date() + service.DAY)
        return Foreseen([Row(gettext("Days not used"), -unused)] if unused else [], notes=[_costs_nothing()])
    return Foreseen(notes=[("due", gettext("This plan gives nothing back for days that are not used."))])


def reschedule(subject: Subject, body: Body) -> Foreseen:
    """By how much the whole changes; nothing is charged before the hand-over."""
    line = _line(subject)
    before = dates.price_over(line, line.starts_at, line.ends_at)
    after = dates.price_over(line, body["starts_at"], body["ends_at"])
    if before is None or after is None or before.amount == after.amount:
        return Foreseen(notes=[_costs_nothing()])
    return Foreseen([replace(_priced(subject, KINDS["rent"], after), amount=after.amount - before.amount)])


def remove_line(subject: Subject, _body: Body) -> Foreseen:
    """The deposit that is no longer asked."""
    deposit = Terms.from_json(_line(subject).price).deposit_amount
    return Foreseen(facts=[(gettext("Deposit less"), _in(subject, deposit))] if deposit else [])


def no_show(subject: Subject, _body: Body) -> Foreseen:
    """The fee of the plan for what was not fetched."""
    fee = Terms.from_json(_line(subject).price).rules.no_show_amount
    return Foreseen([Row(KINDS["fee"], fee)] if fee else [], notes=[] if fee else [_costs_nothing()])


def swap(subject: Subject, body: Body) -> Foreseen:
    """The difference in the month that runs, the fee, the deposit."""
    line, plan, item = _line(subject), body["plan"], body["item"]
    old = Terms.from_json(line.price)
    is_like = plan is None or plan.id == line.plan_id
    new = old if is_like else terms_of(plan, old.currency)
    rows, notes = [], []
    if not is_like and old.pricing == "monthly" and new.pricing == "monthly":
        rows.append(_month_difference(subject, line, plan))
    fee = new.rules.swap_fee_amount
    if fee and body["reason"] not in swaps.DEFECTS:
        rows.append(Row(gettext("Fee for the swap"), fee))
    facts = [(gettext("It goes out"), f"{item.tag} · {words(item.product.name)}"), *_changes(subject, old, new)]
    if body["mode"] == "advance":
        back_on = _today(subject) + timedelta(days=old.rules.advance_days)
        facts.append((gettext("The old one is due"), exact(back_on)))
        notes.append(("due", gettext("Kept longer than that, the old one is charged again in addition.")))
    if is_like and not rows:
        notes.append(("ok", gettext("Like for like: the price stays as it was signed.")))
    return Foreseen(rows, facts, notes)


def _month_difference(subject: Subject, line: ContractLine, plan: Any, on: date | None = None) -> Row:
    day = on or _today(subject)
    end = swaps.next_period(line, day)
    detail = gettext("the %(days)s left until %(end)s", days=_days((end - day).days), end=exact(end))
    return Row(gettext("In the month that runs"), swaps.price_of_swap(line, plan, day), detail)


def _days(number: int) -> str:
    return str(ngettext("%(num)s day", "%(num)s days", number))


def _changes(subject: Subject, old: Terms, new: Terms) -> list[tuple[str, str]]:
    """Month and deposit, when they change."""
    found = []
    if old.pricing == new.pricing == "monthly" and old.month_amount != new.month_amount:
        text = gettext(
            "%(new)s instead of %(old)s", new=_in(subject, new.month_amount), old=_in(subject, old.month_amount)
        )
        found.append((gettext("Every month"), text))
    if old.deposit_amount != new.deposit_amount:
        asked, before = _in(subject, new.deposit_amount), _in(subject, old.deposit_amount)
        found.append((gettext("Deposit"), gettext("%(new)s instead of %(old)s", new=asked, old=before)))
    return found


def change_plan(subject: Subject, body: Body) -> Foreseen:
    """Now: the difference in the month that runs; later: from which day."""
    line, plan = _line(subject), body["plan"]
    old, new, today = Terms.from_json(line.price), terms_of(plan, subject.contract.currency), _today(subject)
    facts = _changes(subject, old, new)
    if new.min_term_months:
        facts.append((gettext("Minimum term"), ngettext("%(num)s month", "%(num)s months", new.min_term_months)))
    if body["when"] == "now":
        return Foreseen([_month_difference(subject, line, plan)], [(gettext("From"), exact(today)), *facts])
    first = swaps.next_period(line, today)
    return Foreseen(facts=[(gettext("From"), exact(first)), *facts], notes=[_costs_nothing()])


def report_lost(subject: Subject, body: Body) -> Foreseen:
    """Its value of today, and what was paid ahead."""
    line, on = _line(subject), body["on"]
    rows = []
    if line.item is not None:
        price = pricing.lost(line.product.replacement_amount, line.item.acquired_on, on)
        rows.append(_priced(subject, KINDS["lost"], price))
    if Terms.from_json(line.price).pricing == "monthly":
        rows += _unused(line, on)
    notes = [("due", gettext("Bookings behind it move to other things, or are marked at risk."))]
    return Foreseen(rows, notes=notes)


def _unused(line: ContractLine, until: date) -> list[Row]:
    amount = endings.unused_after(line, until)
    text = gettext("%(what)s, paid ahead and not used", what=words(line.product.name))
    return [Row(text, -amount, gettext("from %(day)s on", day=exact(until)))] if amount else []


def report_found(subject: Subject, _body: Body) -> Foreseen:
    """What was charged for the loss is credited."""
    lost = [row for row in charges.charges_of(subject.contract.id) if row.kind == "lost"]
    mine = [row for row in lost if subject.line is not None and row.contract_line_id == subject.line.id]
    return Foreseen([Row(KINDS["lost"], -credits.left_of_charge(row)) for row in mine])


def buy_out(subject: Subject, _body: Body) -> Foreseen:
    """The price with its computation, and what was paid ahead."""
    line, today = _line(subject), _today(subject)
    price = losses.buy_out_price(line, today)
    figures = price.figures
    paid = gettext("%(paid)s in %(times)s payments", paid=_in(subject, figures["paid"]), times=figures["payments"])
    facts = [
        (gettext("Value it is counted from"), _in(subject, figures["base"])),
        (gettext("Paid for its use"), paid),
        (gettext("Of that, taken off"), f"{figures['percent']} %: {_in(subject, figures['credit'])}"),
        (gettext("Never less than"), _in(subject, figures["floor"])),
    ]  # fmt: skip
    rows = [_priced(subject, gettext("Price"), price)]
    if Terms.from_json(line.price).pricing == "monthly":
        rows += _unused(line, today)
    return Foreseen(rows, facts, [("planned", gettext("The deposit goes back when everything is settled."))])


def end_outage(subject: Subject, _body: Body) -> Foreseen:
    """The credit of the service level."""
    line = _line(subject)
    since = next((row.began_at for row in line.outages if row.ended_at is None), clock.now())
    facts = [(gettext("Out of order since"), exact(since))]
    found = outages.credit_of_outage(line, since, clock.now(), _today(subject))
    if found is None:
        return Foreseen(facts=facts, notes=[("ok", gettext("Within what is agreed: nothing is credited."))])
    return Foreseen([_priced(subject, gettext("Credit"), found[1], -1)], facts)


def find_component(subject: Subject, body: Body) -> Foreseen:
    """What was charged for it is credited."""
    charge = kits.charge_for(subject.contract, body["component"])
    return Foreseen([Row(KINDS["missing"], -credits.left_of_charge(charge))] if charge is not None else [])


def pause(subject: Subject, body: Body) -> Foreseen:
    """The days left, and what it saves."""
    from_on, until_on = body["from_on"], body["until_on"]
    left = pauses.days_left(subject.contract, from_on)
    facts = [(gettext("Days of pause left this year"), str(max(left, 0)))]
    end = until_on or from_on + timedelta(days=max(left, 0))
    if end <= from_on:
        return Foreseen(facts=facts)
    facts.append(
        (gettext("Rests"), gettext("%(days)s, until %(end)s", days=_days((end - from_on).days), end=exact(end)))
    )
    saved = pauses.saved_by(subject.contract, from_on, end)
    return Foreseen([Row(gettext("Not charged"), -saved)] if saved else [], facts, sum_word=gettext("Saved"))


def _ending(
    subject: Subject, ends_on: date | None, notes: Sequence[tuple[str, str]] = (), *, free: bool = False
) -> Foreseen:
    """The termination quote, line by line."""
    quote = endings.termination_quote(subject.contract, _today(subject), ends_on)
    fees = [] if free else [fee for fee in quote.fees if fee.amount]
    rows = [_priced(subject, gettext("Fee for ending early"), fee) for fee in fees]
    for line in endings.monthly_lines(subject.contract):
        rows += _unused(line, quote.ends_on)
    if quote.owed:
        rows.append(Row(gettext("Already owed"), quote.owed))
    facts = [
        (gettext("Last day"), exact(quote.ends_on - timedelta(days=1))),
        (gettext("To be brought back by"), exact(quote.return_by)),
    ]
    if quote.deposit_held:
        facts.append((gettext("Deposit held, given back at the end"), _in(subject, quote.deposit_held)))
    return Foreseen(rows, facts, list(notes) or ([] if rows else [_costs_nothing()]))


def give_notice(subject: Subject, _body: Body) -> Foreseen:
    """The quote at the ordinary end."""
    return _ending(subject, None)


def end_early(subject: Subject, body: Body) -> Foreseen:
    """The quote on the chosen day."""
    if body["ends_on"] >= endings.ordinary_end(subject.contract, _today(subject)):
        return Foreseen(notes=[("due", gettext("This is not before the ordinary end: give notice instead."))])
    return _ending(subject, body["ends_on"])


def do_not_renew(subject: Subject, _body: Body) -> Foreseen:
    """The quote at the end of the term."""
    return _ending(subject, subject.contract.renews_on)


def call_off(subject: Subject, _body: Body) -> Foreseen:
    """What the plan asks of who cancels late."""
    fees, currency = cancellation_fees(subject.contract), subject.contract.currency
    rows = [Row(KINDS["fee"], fee.amount, explain(fee.rule, fee.figures, currency)) for fee in fees.values()]
    notes = [] if rows else [("ok", gettext("It costs nothing now."))]
    deposit = charges.deposit_of(subject.contract.id)
    if deposit is not None and deposit.status == "held":
        notes.append(("planned", gettext("The deposit is given back once the fee is settled.") if rows else
                      gettext("The deposit is to be given back: settle up afterwards.")))  # fmt: skip
    return Foreseen(rows, notes=notes)


def withdraw(subject: Subject, _body: Body) -> Foreseen:
    """Only the days used are paid."""
    if subject.contract.status == "signed":
        return Foreseen(
            notes=[("planned", gettext("Nothing was handed over: the bookings and the deposit are given back."))]
        )
    note = gettext("What is out is due back within fourteen days, and is not charged meanwhile.")
    known = _ending(subject, _today(subject) + service.DAY, [("planned", note)], free=True)
    once = [row for row in charges.charges_of(subject.contract.id) if row.kind in ("one_off", "fee")]
    rows = [*known.rows, *(Row(KINDS[row.kind], -credits.left_of_charge(row)) for row in once)]
    return Foreseen(rows, known.facts, known.notes)


def withdraw_notice(subject: Subject, _body: Body) -> Foreseen:
    """The fee for ending early is credited."""
    paid = [row for row in charges.charges_of(subject.contract.id) if row.kind == "fee" and row.key == "early_end"]
    rows = [Row(KINDS["fee"], -credits.left_of_charge(row)) for row in paid]
    return Foreseen([row for row in rows if row.amount])


def _warnings(contract: Contract) -> list[ContractAct]:
    return [act for act in acts_of(contract) if act.operation == "warn"]


def warned(subject: Subject, _body: Body) -> Foreseen:
    """The formal notices given so far."""
    given = _warnings(subject.contract)
    return Foreseen(
        facts=[(gettext("Given before"), f"{exact(act.at)}: {act.outcome.get('reason', '')}") for act in given]
    )


def end_for_cause(subject: Subject, body: Body) -> Foreseen:
    """The notices given, and the quote of tomorrow without a fee."""
    known = _ending(subject, _today(subject) + service.DAY, free=True)
    return Foreseen(known.rows, [*warned(subject, body).facts, *known.facts], known.notes)


def renew(subject: Subject, _body: Body) -> Foreseen:
    """Until when it is bound then."""
    contract = subject.contract
    if contract.renews_on is None:
        return Foreseen()
    until = pricing.add_months(contract.renews_on, endings.renewal_months(contract))
    return Foreseen(
        facts=[(gettext("Term until now"), exact(contract.renews_on)), (gettext("Then until"), exact(until))]
    )


def transfer(subject: Subject, body: Body) -> Foreseen:
    """What goes over, and the deposit asked of the new customer."""
    moving = [line for line in subject.contract.lines if line.status == "out"]
    deposit = sum((Terms.from_json(line.price).deposit_amount for line in moving), ZERO)
    things = ", ".join(line.item.tag for line in moving if line.item is not None)
    facts = [
        (gettext("New customer"), f"{body['customer'].name} ({body['customer'].reference})"),
        (gettext("Goes over"), things),
    ]
    return Foreseen(facts=[*facts, (gettext("Deposit asked of them"), _in(subject, deposit))])


def add_line(subject: Subject, body: Body) -> Foreseen:
    """What it costs, its deposit, and whether one is free."""
    quoted = quoting.quote(get_workshop(subject.contract.workshop_id), [(body["wish"], 1)])
    if not quoted.lines:
        return Foreseen(notes=[("due", gettext("A price by the day needs a last day."))])
    line = quoted.lines[0]
    label = gettext("Every month") if line.is_monthly else KINDS["rent"]
    notes = [] if line.is_enough else [("late", gettext("None is free for these dates."))]
    facts = [(gettext("Deposit more"), _in(subject, line.deposit))] if line.deposit else []
    return Foreseen([_priced(subject, label, line.price)], facts, notes)
