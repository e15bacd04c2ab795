"""What it means to end, to call off, to renew, to hand over and to take more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext

from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.charges.explained import KINDS, explain
from service_app.charges.pricing import Terms
from service_app.contracts import quoting
from service_app.contracts.allowed import Subject
from service_app.contracts.foreseen.parts import (
    Body,
    Foreseen,
    Row,
    costs_nothing,
    in_money,
    priced,
    today_of,
    unused,
)
from service_app.contracts.models import Contract, ContractAct
from service_app.contracts.operations import endings, service
from service_app.contracts.operations.acts import acts_of
from service_app.contracts.operations.offers import cancellation_fees
from service_app.core.i18n import exact
from service_app.core.money import ZERO
from service_app.workshops.queries import get_workshop


def _ending(
    subject: Subject, ends_on: date | None, notes: Sequence[tuple[str, str]] = (), *, free: bool = False
) -> Foreseen:
    """The termination quote, line by line."""
    quote = endings.termination_quote(subject.contract, today_of(subject), ends_on)
    fees = [] if free else [fee for fee in quote.fees if fee.amount]
    rows = [priced(subject, gettext("Fee for ending early"), fee) for fee in fees]
    for line in endings.monthly_lines(subject.contract):
        rows += unused(line, quote.ends_on)
    if quote.owed:
        rows.append(Row(gettext("Already owed"), quote.owed))
    facts = [
        (gettext("Last day"), exact(quote.ends_on - timedelta(days=1))),
        (gettext("To be brought back by"), exact(quote.return_by)),
    ]
    if quote.deposit_held:
        facts.append((gettext("Deposit held, given back at the end"), in_money(subject, quote.deposit_held)))
    return Foreseen(rows, facts, list(notes) or ([] if rows else [costs_nothing()]))


def give_notice(subject: Subject, _body: Body) -> Foreseen:
    """The quote at the ordinary end."""
    return _ending(subject, None)


def end_early(subject: Subject, body: Body) -> Foreseen:
    """The quote on the chosen day."""
    if body["ends_on"] >= endings.ordinary_end(subject.contract, today_of(subject)):
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
    known = _ending(subject, today_of(subject) + service.DAY, [("planned", note)], free=True)
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
    known = _ending(subject, today_of(subject) + service.DAY, free=True)
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
    return Foreseen(facts=[*facts, (gettext("Deposit asked of them"), in_money(subject, deposit))])


def add_line(subject: Subject, body: Body) -> Foreseen:
    """What it costs, its deposit, and whether one is free."""
    quoted = quoting.quote(get_workshop(subject.contract.workshop_id), [(body["wish"], 1)])
    if not quoted.lines:
        return Foreseen(notes=[("due", gettext("A price by the day needs a last day."))])
    line = quoted.lines[0]
    label = gettext("Every month") if line.is_monthly else KINDS["rent"]
    notes = [] if line.is_enough else [("late", gettext("None is free for these dates."))]
    facts = [(gettext("Deposit more"), in_money(subject, line.deposit))] if line.deposit else []
    return Foreseen([priced(subject, label, line.price)], facts, notes)
