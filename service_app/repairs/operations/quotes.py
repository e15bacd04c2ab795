"""Diagnosis, quotes, and the customer's answer to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from service_app.contracts.standing import letterhead_to
from service_app.core import clock, events
from service_app.core.access import WORKER, Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.i18n import in_language
from service_app.core.money import ZERO, to_cents
from service_app.core.states import move, move_axes
from service_app.repairs import advice, queries, quoting
from service_app.repairs.models import BARRIERS, RepairCase, RepairQuote
from service_app.repairs.operations import stock
from service_app.repairs.operations.intake import MOST_FAULT, about
from service_app.repairs.shown import thing_words
from service_app.workshops.queries import get_workshop

# The conditions of the form stand for 30 calendar days from the day it was given (Directive (EU) 2024/1799 art. 4).
VALID_DAYS = 30
REMIND_AFTER = (timedelta(hours=24), timedelta(hours=72))
_ASKED = ("sent", "viewed")


def begin_diagnosis(actor: Actor, case: RepairCase) -> None:
    """Somebody looks at it. Leaves repair.begun."""
    actor.must("work:write")
    queries.lock_case(case)
    move_axes(case, {"status": "diagnosing"}, worked_by=actor.name)
    events.record("repair.begun", actor, about(case))


@dataclass(frozen=True)
class Finding:
    """What was found: the root cause, what stands in the way of mending it (a code of BARRIERS or ''), the helper's inputs
    where they were filled in, and the reason to do other than it advises."""

    root_cause: str
    barrier: str = ""
    inputs: advice.Inputs | None = None
    override: str = ""


def diagnose(actor: Actor, case: RepairCase, finding: Finding) -> None:
    """Write down what was found, with the advice and what it was made of. Refuses no cause, an unknown barrier. Leaves
    repair.diagnosed."""
    actor.must("work:write")
    queries.lock_case(case)
    if case.status not in ("diagnosing", "quoted", "in_repair"):
        raise Conflict("repair.too_late", reference=case.reference)
    if not finding.root_cause.strip():
        raise Invalid("repair.cause_needed", field="root_cause")
    if finding.barrier and finding.barrier not in BARRIERS:
        raise Invalid("choice.unknown", field="barrier", value=finding.barrier)
    case.root_cause, case.barrier = finding.root_cause.strip()[:MOST_FAULT], finding.barrier
    verdict = ""
    if finding.inputs is not None:
        advised = advice.advise(finding.inputs)
        verdict = advised.verdict
        case.diagnosis = {
            "inputs": finding.inputs.to_json(), "verdict": verdict, "better_by": str(advised.better_by),
            "override": finding.override.strip(),
        }  # fmt: skip
    case.version += 1
    events.record("repair.diagnosed", actor, about(case), {"barrier": case.barrier, "verdict": verdict})


def draft_quote(actor: Actor, case: RepairCase, quote: quoting.Quote) -> RepairQuote:
    """A new version, not sent yet; a draft that was there is replaced. Refuses what `quoting.check` does, and a case that is
    not at the bench."""
    actor.must("work:write")
    queries.lock_case(case)
    if case.status not in ("diagnosing", "quoted", "in_repair", "declined", "expired"):
        raise Conflict("repair.too_late", reference=case.reference)
    quoting.check(quote)
    newest = case.quote
    if newest is not None and newest.status == "draft":
        newest.content = quote.to_json()
        session().flush()
        return newest
    row = RepairQuote(case_id=case.id, number=newest.number + 1 if newest else 1, content=quote.to_json())
    session().add(row)
    session().flush()
    session().expire(case, ["quotes"])
    return row


def send_quote(actor: Actor, case: RepairCase) -> RepairQuote:
    """The draft goes to the customer and never changes again. Older versions are no longer open. What the customer need
    not pay, and what stays below the limit they gave, is approved at once and told so; work that was going on stops.

    Refuses without a draft. Leaves repair.quoted, and repair.approved where nobody needs to be asked.
    """
    actor.must("work:write")
    queries.lock_case(case)
    quote = case.quote
    if quote is None or quote.status != "draft":
        raise Conflict("repair.no_draft", reference=case.reference)
    for older in case.quotes[:-1]:
        if older.status not in ("declined", "superseded"):
            move(older, "superseded")
    quote.sha256, quote.sent_at = quoting.seal(quote.content), clock.now()
    quote.valid_until = _valid_until(case, quote.sent_at)
    quote.stood = stood(case)
    move(quote, "sent")
    if case.status != "quoted":
        move(case, "quoted")
    events.record("repair.quoted", actor, [*about(case), quote], {"number": quote.number})
    offered = quoting.Quote.from_json(quote.content)
    if case.is_free:
        _approve(WORKER, case, quote, Answer(1, how="coverage"))
    elif case.limit_amount is not None and len(offered.options) == 1 and offered.ceiling(1) <= case.limit_amount:
        _approve(WORKER, case, quote, Answer(1, how="limit"))
    return quote


def stood(case: RepairCase) -> dict[str, Any]:
    """What the form is drawn from, as it is now: a job may come late. Nothing where there is nobody to write to."""
    if case.customer is None:
        return {}
    thing = case.thing or case.item
    with in_language(case.customer.language):
        good = {
            "thing": thing_words(case), "serial": thing.serial if thing is not None else "",
            "year_made": thing.year_made if thing is not None else None, "fault": case.fault,
        }  # fmt: skip
    return letterhead_to(case.customer, case.workshop_id) | {"good": good}


def _valid_until(case: RepairCase, sent_at: datetime) -> datetime:
    zone = get_workshop(case.workshop_id).zone
    last = clock.local(sent_at, zone).date() + timedelta(days=VALID_DAYS)
    return clock.day_bounds(last, zone)[1]


@dataclass(frozen=True)
class Answer:
    """The customer's answer: the option (from 1), their name, how it came (link, counter, phone, limit, coverage), from
    where, and a remark, which is read and changes nothing that was agreed."""

    option: int
    name: str = ""
    how: str = "link"
    ip: str = ""
    remark: str = ""


def view_quote(actor: Actor, case: RepairCase) -> None:
    """The customer has it before them; the first time is a fact. Leaves repair.quote_viewed."""
    quote = case.quote
    if quote is not None and quote.status == "sent" and not _is_over(quote):
        move(quote, "viewed")
        events.record("repair.quote_viewed", actor, [*about(case), quote], {"number": quote.number})


def approve_quote(actor: Actor, case: RepairCase, number: int, answer: Answer) -> None:
    """The customer agrees to an option of version `number`. Parts are reserved, the day is promised.

    Refuses an older version (`repair.quote_replaced`, with the number of the new one), one that ran out
    (`repair.quote_over`), one that was answered, no such option, no name. Approved once more the same way it stays as it
    is. Leaves repair.approved.
    """
    queries.lock_case(case)
    quote = case.quote
    if quote is not None and quote.status == "draft":  # a new version is being written: what was sent still stands
        quote = next((each for each in reversed(case.quotes) if each.status != "draft"), None)
    if quote is None:
        raise Conflict("repair.no_quote", reference=case.reference)
    if quote.number != number:
        raise Conflict("repair.quote_replaced", number=quote.number)
    if quote.status == "approved" and quote.option == answer.option:
        return
    if quote.status not in _ASKED:
        raise Conflict("repair.answered_already", reference=case.reference)
    if _is_over(quote):
        raise Conflict("repair.quote_over", days=VALID_DAYS)
    if not 1 <= answer.option <= len(quote.content["options"]):
        raise Invalid("repair.option_needed", field="option")
    if not answer.name.strip():
        raise Invalid("repair.name_needed", field="name")
    _approve(actor, case, quote, answer)


def _is_over(quote: RepairQuote) -> bool:
    return quote.valid_until is not None and quote.valid_until <= clock.now()


def _approve(actor: Actor, case: RepairCase, quote: RepairQuote, answer: Answer) -> None:
    offered = quoting.Quote.from_json(quote.content)
    option = offered.options[answer.option - 1]
    quote.option, quote.answered_at, quote.answered_name = answer.option, clock.now(), answer.name.strip()[:200]
    quote.answered_how, quote.answered_ip, quote.remark = answer.how, answer.ip, answer.remark.strip()[:MOST_FAULT]
    quote.approved_amount = ZERO if case.is_free else offered.ceiling(answer.option)
    move(quote, "approved")
    zone = get_workshop(case.workshop_id).zone
    case.due_on = clock.today(zone) + timedelta(days=_calendar_days(option.days))
    stock.claim(case, option)
    move(case, "approved")
    facts = {"number": quote.number, "option": answer.option, "amount": str(quote.approved_amount), "how": answer.how}
    events.record("repair.approved", actor, [*about(case), quote], facts)


def _calendar_days(working: int) -> int:
    """Working days as days of the calendar: five of them are a week."""
    return working + 2 * (working // 5)


def decline_quote(
    actor: Actor, case: RepairCase, number: int, remark: str = "", how: str = "link", name: str = ""
) -> None:
    """The customer says no: it is given back, or to reuse; the fee of the diagnosis is owed where one was announced. A
    number that is not the newest is refused as in `approve_quote`. Leaves repair.declined."""
    queries.lock_case(case)
    quote = case.quote
    if quote is None or quote.number != number:
        raise Conflict("repair.quote_replaced", number=quote.number if quote else 0)
    if quote.status == "declined":
        return
    if quote.status not in _ASKED:
        raise Conflict("repair.answered_already", reference=case.reference)
    quote.answered_at, quote.answered_name, quote.answered_how = clock.now(), name.strip()[:200], how
    quote.remark = remark.strip()[:MOST_FAULT]
    move(quote, "declined")
    stop_case(case, "declined", quoting.Quote.from_json(quote.content).diagnosis_amount, remark)
    events.record("repair.declined", actor, about(case), {"amount": str(case.due_amount)})


def stop_case(case: RepairCase, to: str, fee: Decimal, reason: str = "") -> None:
    """The repair goes no further: what was reserved is free again, what is owed stands, and it waits to be fetched."""
    stock.release(case)
    case.reason = reason.strip()[:MOST_FAULT]
    case.ready_at = case.ready_at or clock.now()
    owed = ZERO if case.is_free else to_cents(fee)
    axes = {"status": to}
    if owed > 0 and case.money_status == "none":
        axes["money_status"] = "due"
    move_axes(case, axes, due_amount=owed)


def expire_quotes(limit: int = 200) -> int:
    """Quotes of the current workshop whose time ran out; how many. Leaves repair.expired for each."""
    found = select(RepairQuote).where(RepairQuote.status.in_(_ASKED), RepairQuote.valid_until <= clock.now())
    rows = session().scalars(found.order_by(RepairQuote.id).limit(limit)).all()
    for quote in rows:
        case = queries.get_case_by_id(quote.case_id)
        queries.lock_case(case)
        move(quote, "expired")
        if case.status == "quoted":
            stop_case(case, "expired", quoting.Quote.from_json(quote.content).diagnosis_amount)
            events.record("repair.expired", WORKER, about(case), {"amount": str(case.due_amount)})
    return len(rows)


def remind_of_quotes(limit: int = 200) -> int:
    """Quotes nobody answered, after 24 and after 72 hours, each reminder once; how many. Leaves repair.quote_waiting."""
    done = 0
    for number, after in enumerate(REMIND_AFTER):
        found = select(RepairQuote).where(
            RepairQuote.status.in_(_ASKED), RepairQuote.reminded == number, RepairQuote.sent_at <= clock.now() - after,
            RepairQuote.valid_until > clock.now(),
        )  # fmt: skip
        for quote in session().scalars(found.order_by(RepairQuote.id).limit(limit)).all():
            quote.reminded = number + 1
            case = queries.get_case_by_id(quote.case_id)
            events.record("repair.quote_waiting", WORKER, [*about(case), quote], {"reminder": number + 1})
            done += 1
    return done
