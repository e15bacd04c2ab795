"""What an act means for things that go on: their dates, their plans, other things instead, what is lost or broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext, ngettext

from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.charges.explained import KINDS
from service_app.charges.pricing import Terms
from service_app.contracts.allowed import Subject
from service_app.contracts.foreseen.parts import (
    Body,
    Foreseen,
    Row,
    costs_nothing,
    in_money,
    line_of,
    priced,
    today_of,
    unused,
    zone_of,
)
from service_app.contracts.models import ContractLine
from service_app.contracts.operations import dates, endings, handovers, kits, losses, outages, pauses, service, swaps
from service_app.contracts.operations.offers import terms_of
from service_app.core import clock
from service_app.core.i18n import exact, words
from service_app.workshops import hours


def extend(subject: Subject, body: Body) -> Foreseen:
    """The days more, and what was late so far."""
    line, ends_at = line_of(subject), body["ends_at"]
    if line.ends_at is None or ends_at <= line.ends_at:
        return Foreseen(notes=[("due", gettext("Choose a moment after the present end."))])
    rows, notes = [], []
    price = dates.price_of_extension(line, ends_at)
    if price is not None:
        rows.append(priced(subject, KINDS["rent"], price))
    late = handovers.late_fee_of(line, clock.now()) if line.status == "overdue" and not body["waive_late"] else None
    if late is not None:
        rows.append(priced(subject, KINDS["late"], late))
    if Terms.from_json(line.price).pricing == "monthly":
        notes.append(("planned", gettext("It is paid by the month until then.")))
    due_at = hours.load_calendar().due_end(ends_at)
    if due_at != ends_at:
        notes.append(("planned", gettext("The door is closed then: it is due back by %(when)s.", when=exact(due_at))))
    return Foreseen(rows, notes=notes or ([] if rows else [costs_nothing()]))


def shorten(subject: Subject, body: Body) -> Foreseen:
    """The days less, when the plan gives them back."""
    line, ends_at = line_of(subject), body["ends_at"]
    if line.ends_at is None or ends_at >= line.ends_at:
        return Foreseen(notes=[("due", gettext("Choose a moment before the present end."))])
    back = dates.price_of_shortening(line, ends_at)
    if back is not None:
        return Foreseen([priced(subject, KINDS["rent"], back)])
    if Terms.from_json(line.price).pricing == "monthly":
        unused = endings.unused_after(line, clock.local(ends_at, zone_of(subject)).date() + service.DAY)
        return Foreseen([Row(gettext("Days not used"), -unused)] if unused else [], notes=[costs_nothing()])
    return Foreseen(notes=[("due", gettext("This plan gives nothing back for days that are not used."))])


def reschedule(subject: Subject, body: Body) -> Foreseen:
    """By how much the whole changes; nothing is charged before the hand-over."""
    line = line_of(subject)
    before = dates.price_over(line, line.starts_at, line.ends_at)
    after = dates.price_over(line, body["starts_at"], body["ends_at"])
    if before is None or after is None or before.amount == after.amount:
        return Foreseen(notes=[costs_nothing()])
    return Foreseen([replace(priced(subject, KINDS["rent"], after), amount=after.amount - before.amount)])


def remove_line(subject: Subject, _body: Body) -> Foreseen:
    """The deposit that is no longer asked."""
    deposit = Terms.from_json(line_of(subject).price).deposit_amount
    return Foreseen(facts=[(gettext("Deposit less"), in_money(subject, deposit))] if deposit else [])


def no_show(subject: Subject, _body: Body) -> Foreseen:
    """The fee of the plan for what was not fetched."""
    fee = Terms.from_json(line_of(subject).price).rules.no_show_amount
    return Foreseen([Row(KINDS["fee"], fee)] if fee else [], notes=[] if fee else [costs_nothing()])


def swap(subject: Subject, body: Body) -> Foreseen:
    """The difference in the month that runs, the fee, the deposit."""
    line, plan, item = line_of(subject), body["plan"], body["item"]
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
        back_on = today_of(subject) + timedelta(days=old.rules.advance_days)
        facts.append((gettext("The old one is due"), exact(back_on)))
        notes.append(("due", gettext("Kept longer than that, the old one is charged again in addition.")))
    if is_like and not rows:
        notes.append(("ok", gettext("Like for like: the price stays as it was signed.")))
    return Foreseen(rows, facts, notes)


def _month_difference(subject: Subject, line: ContractLine, plan: Any, on: date | None = None) -> Row:
    day = on or today_of(subject)
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
            "%(new)s instead of %(old)s",
            new=in_money(subject, new.month_amount),
            old=in_money(subject, old.month_amount),
        )
        found.append((gettext("Every month"), text))
    if old.deposit_amount != new.deposit_amount:
        asked, before = in_money(subject, new.deposit_amount), in_money(subject, old.deposit_amount)
        found.append((gettext("Deposit"), gettext("%(new)s instead of %(old)s", new=asked, old=before)))
    return found


def change_plan(subject: Subject, body: Body) -> Foreseen:
    """Now: the difference in the month that runs; later: from which day."""
    line, plan = line_of(subject), body["plan"]
    old, new, today = Terms.from_json(line.price), terms_of(plan, subject.contract.currency), today_of(subject)
    facts = _changes(subject, old, new)
    if new.min_term_months:
        facts.append((gettext("Minimum term"), ngettext("%(num)s month", "%(num)s months", new.min_term_months)))
    if body["when"] == "now":
        return Foreseen([_month_difference(subject, line, plan)], [(gettext("From"), exact(today)), *facts])
    first = swaps.next_period(line, today)
    return Foreseen(facts=[(gettext("From"), exact(first)), *facts], notes=[costs_nothing()])


def report_lost(subject: Subject, body: Body) -> Foreseen:
    """Its value of today, and what was paid ahead."""
    line, on = line_of(subject), body["on"]
    rows = []
    if line.item is not None:
        price = pricing.lost(line.product.replacement_amount, line.item.acquired_on, on)
        rows.append(priced(subject, KINDS["lost"], price))
    if Terms.from_json(line.price).pricing == "monthly":
        rows += unused(line, on)
    notes = [("due", gettext("Bookings behind it move to other things, or are marked at risk."))]
    return Foreseen(rows, notes=notes)


def report_found(subject: Subject, _body: Body) -> Foreseen:
    """What was charged for the loss is credited."""
    lost = [row for row in charges.charges_of(subject.contract.id) if row.kind == "lost"]
    mine = [row for row in lost if subject.line is not None and row.contract_line_id == subject.line.id]
    return Foreseen([Row(KINDS["lost"], -credits.left_of_charge(row)) for row in mine])


def buy_out(subject: Subject, _body: Body) -> Foreseen:
    """The price with its computation, and what was paid ahead."""
    line, today = line_of(subject), today_of(subject)
    price = losses.buy_out_price(line, today)
    figures = price.figures
    paid = gettext("%(paid)s in %(times)s payments", paid=in_money(subject, figures["paid"]), times=figures["payments"])
    facts = [
        (gettext("Value it is counted from"), in_money(subject, figures["base"])),
        (gettext("Paid for its use"), paid),
        (gettext("Of that, taken off"), f"{figures['percent']} %: {in_money(subject, figures['credit'])}"),
        (gettext("Never less than"), in_money(subject, figures["floor"])),
    ]  # fmt: skip
    rows = [priced(subject, gettext("Price"), price)]
    if Terms.from_json(line.price).pricing == "monthly":
        rows += unused(line, today)
    return Foreseen(rows, facts, [("planned", gettext("The deposit goes back when everything is settled."))])


def end_outage(subject: Subject, _body: Body) -> Foreseen:
    """The credit of the service level."""
    line = line_of(subject)
    since = next((row.began_at for row in line.outages if row.ended_at is None), clock.now())
    facts = [(gettext("Out of order since"), exact(since))]
    found = outages.credit_of_outage(line, since, clock.now(), today_of(subject))
    if found is None:
        return Foreseen(facts=facts, notes=[("ok", gettext("Within what is agreed: nothing is credited."))])
    return Foreseen([priced(subject, gettext("Credit"), found[1], -1)], facts)


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
