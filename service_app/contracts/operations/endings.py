"""How a contract ends before all its things simply came back: notice, early, withdrawn, for cause, renewed or not.

A quote is pure and comes first; what was accepted is kept on the act. A contract under notice runs to its last day; what
is still out then is charged on until it is back, when its plan says so, and never after a withdrawal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy import select

from service_app.charges import credits, pricing
from service_app.charges import operations as charges
from service_app.charges.pricing import Price, Terms
from service_app.contracts.allowed import is_awaited
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.contracts.operations import alone, money, service
from service_app.contracts.operations.acts import Act, lock, operation, write_down
from service_app.contracts.operations.pauses import OUT, reckon_all
from service_app.core import clock, events
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.money import ZERO
from service_app.core.states import move
from service_app.items import availability, custody
from service_app.workshops import hours
from service_app.workshops.queries import get_workshop

LAST_HOUR = time(18)
RETURN_DAYS = 14
WARNINGS_NEEDED = 2
WARNING_DAYS = 14
LONGEST_NOTICE_AFTER_RENEWAL = 60


@dataclass(frozen=True)
class TerminationQuote:
    """What ending at `ends_on` (the first day not served) would mean: fees with their reasons, what is given back of days
    charged ahead, what is owed already, the deposit held, and until when everything is to be brought back."""

    ends_on: date
    is_early: bool
    fees: Sequence[Price]
    unused: Decimal
    owed: Decimal
    deposit_held: Decimal
    return_by: date

    @property
    def total(self) -> Decimal:
        """What the customer still pays; negative: gets back. The deposit stands beside it."""
        return sum((fee.amount for fee in self.fees), ZERO) + self.owed - self.unused


def monthly_lines(contract: Contract) -> list[ContractLine]:
    """The lines that are out and paid by the month; not what was swapped in advance and only has to come back."""
    out = [line for line in contract.lines if line.status in OUT and not is_awaited(line)]
    return [line for line in out if Terms.from_json(line.price).pricing == "monthly"]


def ordinary_end(contract: Contract, asked_on: date) -> date:
    """The first day not served when notice is given on a day: the longest notice of its lines, not before the minimum
    term. After a tacit renewal a person is held to no term, and to two months at most (CDE VI.91)."""
    is_renewed = contract.renewals > 0 and contract.customer.kind == "person"
    least = None if is_renewed else contract.min_term_until
    ends = [pricing.notice_ends(Terms.from_json(line.price), asked_on, least) for line in monthly_lines(contract)] or [
        asked_on
    ]
    return min(max(ends), asked_on + timedelta(days=LONGEST_NOTICE_AFTER_RENEWAL)) if is_renewed else max(ends)


def termination_quote(contract: Contract, asked_on: date, ends_on: date | None = None) -> TerminationQuote:
    """What ending would cost, computed and not written: at the ordinary end, or earlier when `ends_on` says so."""
    ordinary = ordinary_end(contract, asked_on)
    last = ordinary if ends_on is None else ends_on
    fees = [fee for line in monthly_lines(contract) if (fee := _early_fee(contract, line, last)) is not None]
    unused = sum((unused_after(line, last) for line in monthly_lines(contract)), ZERO)
    now = money.balance(contract)
    return TerminationQuote(
        last, last < ordinary, fees, unused, now.to_collect, now.deposit_held, last - timedelta(days=1)
    )


def _early_fee(contract: Contract, line: ContractLine, until: date) -> Price | None:
    first = service.first_day(line)
    if first is None:
        return None
    return pricing.early_end_fee(
        Terms.from_json(line.price), first, until, contract.min_term_until, _month_without_term(line)
    )


def _month_without_term(line: ContractLine) -> Decimal | None:
    """What a month costs on the product's dearest monthly plan without a minimum term."""
    plans = [plan for plan in line.product.plans if plan.pricing == "monthly" and not plan.min_term_months]
    return max((plan.monthly_amount for plan in plans if plan.monthly_amount is not None), default=None)


def unused_after(line: ContractLine, until: date) -> Decimal:
    """What of the months charged lies at or after a day: what ending there gives back."""
    terms, back = Terms.from_json(line.price), ZERO
    standing = [row for row in credits.standing_of(line.id, "recurring") if row.charge.status != "waived"]
    first = service.first_day(line)
    if first is None or not standing:
        return ZERO
    for start, end in service.months(line, first, max(line.billed_until or first, until)):
        charged = {
            row.charge.id: pricing.Charged(pricing.within(row.days, start, end), row.amount)
            for row in standing
            if row.charge.period_start and start <= row.charge.period_start < end
        }
        kept = pricing.within([days for row in charged.values() for days in row.days], start, until)
        pieces = pricing.restate(terms, pricing.whole_days(end, service.anchor_of(line)), charged, kept)
        back += sum((piece.price.amount for piece in pieces if piece.of is not None), ZERO)
    return back


@operation("give_notice")
def give_notice(act: Act) -> None:
    """It ends after the notice, not before the minimum term. Leaves contract.noticed."""
    act.outcome = {"quote": termination_quote(act.contract, act.today)}
    _end_on(act, ordinary_end(act.contract, act.today), "notice")


@operation("end_early")
def end_early(act: Act, ends_on: date) -> None:
    """It ends on an earlier day than the notice and the term would have it, for the fee of the plan. Refuses a day before
    today, and one that is not early (`ending.not_early`: give notice instead). Leaves contract.noticed."""
    if ends_on < act.today:
        raise Invalid("contract.in_the_past", field="ends_on")
    quote = termination_quote(act.contract, act.today, ends_on)
    if not quote.is_early:
        raise Conflict("ending.not_early", field="ends_on")
    for line in monthly_lines(act.contract):
        fee = _early_fee(act.contract, line, ends_on)
        if fee is not None:
            money.charge_line(act.actor, line, "fee", f"early_end:{act.contract.version}", fee)
    act.outcome = {"total": quote.total, "unused": quote.unused, "quote": quote}
    _end_on(act, ends_on, "by_us" if act.actor.kind == "worker" else "notice")


def _end_on(act: Act, ends_on: date, reason: str) -> None:
    contract = act.contract
    ends = {str(line.position): _end_of(line) for line in monthly_lines(contract)}
    act.outcome |= {"ends_on": ends_on, "reason": reason, "renews_on": contract.renews_on, "ends": ends}
    contract.noticed_at, contract.ends_on, contract.end_reason = clock.now(), ends_on, reason
    contract.renews_on = None
    for row in service.pauses_of(contract):
        if row.from_on > act.today:
            session().delete(row)
    session().flush()
    move(contract, "notice")
    for line in monthly_lines(contract):
        line.next_plan_id = line.next_plan_on = None
        _call_back(act.actor, line, ends_on, act.zone)
        service.stop_service(line, ends_on)
    reckon_all(act.actor, contract)
    data = {"ends_on": ends_on.isoformat(), "reason": reason}
    events.record("contract.noticed", act.actor, [contract, contract.customer], data)


def _end_of(line: ContractLine) -> dict[str, date | None]:
    """Until when a line was to run before the notice: what taking the notice back restores."""
    return {"ends_at": line.ends_at, "until_on": line.stretches[-1].until_on if line.stretches else None}


def _call_back(actor: Actor, line: ContractLine, ends_on: date, zone: str) -> None:
    """What is out is due on the last day; a last day that is over already gives the time the law gives."""
    last = ends_on - timedelta(days=1)
    if last <= clock.today(zone):
        last = clock.today(zone) + timedelta(days=RETURN_DAYS if last < clock.today(zone) else 0)
    back_at = clock.at_local(last, LAST_HOUR, zone)
    if back_at <= clock.now():
        back_at = clock.now() + timedelta(hours=1)
    if line.status == "out" and line.ends_at is not None and line.ends_at <= back_at:
        return  # it ends before the contract does
    service.await_return(actor, line, back_at)
    if line.status == "overdue":
        move(line, "out")


@operation("withdraw_notice")
def withdraw_notice(act: Act) -> None:
    """The notice is taken back before its day: everything runs as before. Refuses when a thing is promised to somebody
    else by now (`availability.none`), and a withdrawal or an end for cause. Leaves contract.notice_withdrawn."""
    contract = act.contract
    if contract.end_reason != "notice" or contract.ends_on is None or contract.ends_on <= act.today:
        raise Conflict("ending.cannot_take_back")
    notice = _last(contract, ("give_notice", "end_early", "do_not_renew"))
    for line in monthly_lines(contract):
        _keep(act.actor, line, _before_notice(line, notice))
    renews_on = notice.outcome.get("renews_on") if notice is not None else None
    move(contract, "active")
    contract.renews_on = date.fromisoformat(renews_on) if renews_on else None
    contract.noticed_at = contract.ends_on = contract.end_reason = None
    session().flush()
    for row in charges.charges_of(contract.id):
        if row.kind == "fee" and row.key.startswith("early_end") and row.status != "waived":
            credits.make_credit(act.actor, row, Price(row.amount, "taken_back", {}), "taken_back")
    reckon_all(act.actor, contract)
    events.record("contract.notice_withdrawn", act.actor, [contract, contract.customer])


def _before_notice(line: ContractLine, notice: ContractAct | None) -> dict[str, str | None]:
    """The end that the line, or the one it follows since the notice, had before it."""
    ends, found = (notice.outcome.get("ends", {}) if notice is not None else {}), line
    while str(found.position) not in ends and found.predecessor_id is not None:
        found = session().get_one(ContractLine, (line.workshop_id, found.predecessor_id))
    known: dict[str, str | None] = ends.get(str(found.position), {"ends_at": _iso(line.planned_ends_at)})
    return known


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant is not None else None


def _keep(actor: Actor, line: ContractLine, before: dict[str, str | None]) -> None:
    use, ends_at = availability.allocation_of(line.id, "use"), before.get("ends_at")
    line.ends_at = datetime.fromisoformat(ends_at) if ends_at else None
    line.due_at = hours.load_calendar().due_end(line.ends_at) if line.ends_at is not None else None
    if use is not None:
        homeless = custody.keep_blocked(actor, use) if line.due_at is None else []
        if line.due_at is not None:
            homeless = custody.stretch_to(actor, use, max(line.due_at, clock.now()), line.product)
        if homeless:
            raise Conflict("availability.none", product=line.product.code, alternatives=[])
        use.ends_at = line.due_at
    if line.stretches:
        until_on = before["until_on"] if "until_on" in before else _iso_day(service.planned_days(line)[1])
        line.stretches[-1].until_on = date.fromisoformat(until_on) if until_on else None
    session().flush()


def _iso_day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _last(contract: Contract, operations: Sequence[str]) -> ContractAct | None:
    found = select(ContractAct).where(ContractAct.contract_id == contract.id, ContractAct.operation.in_(operations))
    return session().scalars(found.order_by(ContractAct.id.desc()).limit(1)).first()


@operation("withdraw")
def withdraw_contract(act: Act, statement: str = "", contact: str = "") -> None:
    """The customer withdraws within fourteen days (CDE VI.47; the two steps and the acknowledgement of Directive (EU)
    2023/2673 are the face's): only the days used are paid, what was paid once or ahead is given back, no fee. What is out
    is due back within fourteen days and is not charged meanwhile. The acknowledgement goes to `contact`, else to the
    customer's address. Leaves contract.withdrawn."""
    contract = act.contract
    act.outcome = {"statement": statement[:2000], "contact": contact[:320], "before": contract.status}
    if contract.status == "signed":
        _withdraw_before(act)
    else:
        _end_on(act, act.today + service.DAY, "withdrawn")
        for row in charges.charges_of(contract.id):
            if row.kind in ("one_off", "fee"):
                credits.make_credit(act.actor, row, Price(row.amount, "withdrawn", {}), "withdrawn")
        for line in contract.lines:
            if line.status in OUT:
                back = clock.at_local(act.today + timedelta(days=RETURN_DAYS), LAST_HOUR, act.zone)
                service.await_return(act.actor, line, back)
                if Terms.from_json(line.price).pricing == "tiers":
                    service.stop_service(line, act.today + service.DAY)
                    service.reckon(act.actor, line)
            elif line.status == "planned":
                availability.forget(line.id, "hold", "reservation")
                move(line, "cancelled")
    events.record("contract.withdrawn", act.actor, [contract, contract.customer], {"on": act.today.isoformat()})


def _withdraw_before(act: Act) -> None:
    contract = act.contract
    contract.end_reason = "withdrawn"
    deposit = charges.deposit_of(contract.id)
    if deposit is not None and deposit.status == "held":
        charges.release_rest(act.actor, deposit, "transfer")
    elif deposit is not None and deposit.status == "due":
        charges.cancel_deposit(act.actor, deposit)
    for line in contract.lines:
        availability.forget(line.id, "hold", "reservation")
        move(line, "cancelled")
    move(contract, "cancelled")


@operation("warn")
def warn(act: Act, reason: str) -> None:
    """A formal notice to do what was agreed. Leaves contract.warned."""
    if not reason.strip():
        raise Invalid("warning.reason_needed", field="reason")
    act.outcome = {"reason": reason.strip()[:500]}
    events.record("contract.warned", act.actor, [act.contract, act.contract.customer], act.outcome)


@operation("end_for_cause")
def end_for_cause(act: Act, reason: str) -> None:
    """We end it because what was agreed is not done: after two formal notices, the last of them two weeks old at least.
    Leaves contract.noticed."""
    if not reason.strip():
        raise Invalid("warning.reason_needed", field="reason")
    found = select(ContractAct.at).where(ContractAct.contract_id == act.contract.id, ContractAct.operation == "warn")
    warned = session().scalars(found.order_by(ContractAct.at)).all()
    if len(warned) < WARNINGS_NEEDED:
        raise Conflict("ending.warnings_needed", given=len(warned), needed=WARNINGS_NEEDED)
    if warned[-1] > clock.now() - timedelta(days=WARNING_DAYS):
        raise Conflict("ending.warning_too_new", days=WARNING_DAYS)
    act.outcome = {"cause": reason.strip()[:500]}
    _end_on(act, act.today + service.DAY, "for_cause")


@operation("renew")
def renew_contract(act: Act) -> None:
    """A further term. Leaves contract.renewed."""
    _renew(act)


def renewal_months(contract: Contract) -> int:
    """How many months a renewal adds: the longest of its lines, at least one."""
    months = max((Terms.from_json(line.price).rules.renewal_months for line in monthly_lines(contract)), default=0)
    return months or 1


def _renew(act: Act) -> None:
    contract, before = act.contract, act.contract.min_term_until
    if contract.renews_on is None:
        raise Conflict("allowed.no_renewal")
    contract.min_term_until = contract.renews_on = pricing.add_months(contract.renews_on, renewal_months(contract))
    contract.renewals += 1
    data = {"until": contract.renews_on.isoformat()}
    act.outcome = {"before": before, "min_term_until": contract.min_term_until, "renews_on": contract.renews_on}
    events.record("contract.renewed", act.actor, [contract, contract.customer], data)


@operation("do_not_renew")
def do_not_renew(act: Act) -> None:
    """It ends with its term. Leaves contract.noticed."""
    _end_on(act, act.contract.renews_on or act.today, "notice")


def turn_terms(actor: Actor, limit: int = 100) -> int:
    """Terms that are over today, in the current workshop: those that renew by themselves go on, those that ask end.
    Leaves contract.renewed or contract.noticed."""
    today = clock.today(get_workshop(current_workshop_id()).zone)
    due = select(Contract).where(Contract.renews_on <= today, Contract.id.not_in(alone.resting("turn_terms")))
    found = session().scalars(due.order_by(Contract.id).limit(limit)).all()
    return alone.each_alone("turn_terms", found, partial(_turn_term, actor, today))


def _turn_term(actor: Actor, today: date, contract: Contract) -> None:
    lock(contract)
    if contract.renews_on is None or contract.renews_on > today or contract.status not in ("active", "paused"):
        contract.renews_on = contract.renews_on if contract.status in ("active", "paused") else None
        session().flush()
        return
    act = Act(actor, contract, None, before=money.mark(contract))
    styles = {Terms.from_json(line.price).rules.renewal for line in monthly_lines(contract)}
    if "automatic" in styles:
        _renew(act)
        write_down(act, "renew")
    else:
        _end_on(act, today, "planned")
        write_down(act, "do_not_renew")


__all__ = [
    "TerminationQuote",
    "do_not_renew",
    "end_early",
    "end_for_cause",
    "give_notice",
    "monthly_lines",
    "ordinary_end",
    "renew_contract",
    "termination_quote",
    "turn_terms",
    "warn",
    "withdraw_contract",
    "withdraw_notice",
]
