"""ONE table: act -> how it is shown and done: its word, in which states of a case it is open, its form, what it does with
what was typed. An act without a form is one button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.errors import Invalid
from service_app.core.forms import choices_of
from service_app.items.queries import item_tagged
from service_app.repairs import advice, forms, queries, quoting
from service_app.repairs.models import HERE, RepairCase
from service_app.repairs.operations import bench, claims, ending, intake, lending, quotes, stock
from service_app.repairs.operations.claims import Asked, Came
from service_app.repairs.operations.ending import HandBack
from service_app.repairs.operations.intake import Received

# How long a supplier is given to answer, unless the person says otherwise; a proposal, no rule of law.
ANSWER_DAYS = 14
# A claim outlives its case: the supplier may answer when the customer has long collected.
_SINCE_DIAGNOSIS = (
    "diagnosing", "quoted", "approved", "waiting_parts", "in_repair", "quality_check", "ready", "declined", "expired",
    "unrepairable", "abandoned", "handed_back", "given_up",
)  # fmt: skip

Do = Callable[[Actor, RepairCase, Any], Any]


def _nothing(_case: RepairCase, _form: Any) -> None:
    """Nothing to fill in before."""


def _always(_case: RepairCase) -> bool:
    return True


@dataclass(frozen=True)
class Face:
    """How an act is shown. `is_main`: what one does next in these states."""

    word: Any
    icon: str
    states: tuple[str, ...]
    do: Do
    form: type[FlaskForm] | None = None
    lead: Any = ""
    done: Any = ""
    begin: Callable[[RepairCase, Any], None] = _nothing
    is_open: Callable[[RepairCase], bool] = _always
    is_main: bool = False
    is_grave: bool = False
    permission: str = "work:write"


def _receive(actor: Actor, case: RepairCase, form: Any) -> None:
    intake.receive(actor, case, Received(form.accessories.data or (), form.place.data or "", forms.photos_of()))


def _find(actor: Actor, case: RepairCase, form: Any) -> None:
    figures = (form.cost, form.months, form.margin, form.value_after, form.value_now, form.parts)
    inputs = None
    if any(field.data is not None for field in figures):
        zero = Decimal(0)
        inputs = advice.Inputs(
            form.cost.data or zero, form.months.data or 0, form.margin.data or zero, form.value_after.data or zero,
            form.value_now.data or zero, form.parts.data or zero,
        )  # fmt: skip
    finding = quotes.Finding(form.root_cause.data or "", form.barrier.data or "", inputs, form.override.data or "")
    quotes.diagnose(actor, case, finding)


def _begin_finding(case: RepairCase, form: Any) -> None:
    form.root_cause.data, form.barrier.data = case.root_cause, case.barrier
    kept = case.diagnosis.get("inputs", {})
    for name in ("cost", "margin", "value_after", "value_now", "parts"):
        getattr(form, name).data = Decimal(kept[name]) if name in kept else None
    form.months.data = kept.get("months")
    form.override.data = case.diagnosis.get("override", "")


def _begin_answer(case: RepairCase, form: Any) -> None:
    quote = case.quote
    options = quoting.Quote.from_json(quote.content).options if quote is not None else ()
    form.answer.choices = choices_of(
        [(str(number), option.title) for number, option in enumerate(options, start=1)]
        + [("no", _l("No, not at this price"))]
    )
    if form.number.data in (None, ""):
        form.number.data = str(quote.number) if quote is not None else ""


def _answer(actor: Actor, case: RepairCase, form: Any) -> None:
    number = int(form.number.data) if (form.number.data or "").isdecimal() else 0
    name = (form.name.data or "").strip() or (case.customer.name if case.customer is not None else "")
    how = form.how.data if form.how.data in ("phone", "counter") else "phone"
    if form.answer.data == "no":
        quotes.decline_quote(actor, case, number, form.remark.data or "", how, name)
    elif (form.answer.data or "").isdecimal():
        answer = quotes.Answer(int(form.answer.data), name, how, remark=form.remark.data or "")
        quotes.approve_quote(actor, case, number, answer)
    else:
        raise Invalid("repair.option_needed", field="answer")


def _begin_part(_case: RepairCase, form: Any) -> None:
    form.part.choices = choices_of([(part.code, f"{part.code} · {part.name}") for part in queries.list_parts()])


def _want(actor: Actor, case: RepairCase, form: Any) -> None:
    actor.must("work:write")
    if not form.part.data:
        raise Invalid("choice.unknown", field="part", value="")
    stock.want_part(case, queries.get_part(form.part.data), form.quantity.data or 0, form.expected_on.data)


def _wait(actor: Actor, case: RepairCase, form: Any) -> None:
    if form.day.data is None:
        raise Invalid("field.required", field="day")
    bench.wait_for_parts(actor, case, form.day.data)


def _finish(actor: Actor, case: RepairCase, form: Any) -> None:
    passed = bool(form.all_passed.data)
    bench.finish_work(actor, case, [(what, passed) for what in form.tests.data or ()], forms.photos_of())


def _begin_hand_back(case: RepairCase, form: Any) -> None:
    form.taken_by.data = case.customer.name if case.customer is not None else ""
    quote = next((each for each in reversed(case.quotes) if each.status == "approved"), None)
    options = quoting.Quote.from_json(quote.content).options if quote is not None else ()
    is_estimate = quote is not None and quote.option is not None and options[quote.option - 1].is_estimate
    if not is_estimate:
        del form.came_to
    if not ending.owed(case):
        del form.paid_by
    if queries.loan_out(case) is None:
        del form.is_loan_back


def _do_hand_back(actor: Actor, case: RepairCase, form: Any) -> None:
    paid_by = form.paid_by.data if "paid_by" in form else ""
    came_to = form.came_to.data if "came_to" in form else None
    is_back = "is_loan_back" in form and form.is_loan_back.data
    ending.hand_back(actor, case, HandBack(form.taken_by.data or "", paid_by or "", came_to, bool(is_back)))


def _begin_lending(case: RepairCase, form: Any) -> None:
    form.signer_name.data = case.customer.name if case.customer is not None else ""


def _lend(actor: Actor, case: RepairCase, form: Any) -> None:
    lending.lend(actor, case, item_tagged(form.tag.data or "", "tag"), form.signer_name.data or "")


def _may_lend(case: RepairCase) -> bool:
    return case.customer_id is not None and queries.loan_out(case) is None


def _begin_claim(_case: RepairCase, form: Any) -> None:
    form.answer_by.data = clock.now().date() + timedelta(days=ANSWER_DAYS)


def _claim(actor: Actor, case: RepairCase, form: Any) -> None:
    if form.answer_by.data is None:
        raise Invalid("field.required", field="answer_by")
    asked = Asked(form.supplier.data or "", form.reason.data or "", form.remedy.data or "", form.answer_by.data)
    claims.ask_supplier(actor, case, asked)


def _begin_claim_answer(case: RepairCase, form: Any) -> None:
    claim = queries.open_claim(case)
    form.remedy.data = claim.remedy if claim is not None else ""


def _answer_claim(actor: Actor, case: RepairCase, form: Any) -> None:
    said = {"their_number": form.their_number.data or "", "answer": form.answer.data or ""}
    is_accepted = form.is_accepted.data == "yes"
    claims.write_answer(actor, case, is_accepted=is_accepted, remedy=form.remedy.data or "", **said)


def _begin_came(_case: RepairCase, form: Any) -> None:
    parts = [(part.code, f"{part.code} · {part.name}") for part in queries.list_parts()]
    form.part.choices = choices_of([("", _l("none")), *parts])


def _settle_claim(actor: Actor, case: RepairCase, form: Any) -> None:
    part = queries.get_part(form.part.data) if form.part.data else None
    came = Came(form.amount.data or Decimal(0), part, form.pieces.data or 0 if part is not None else 0)
    claims.settle_claim(actor, case, came)


def _claim_is(*states: str) -> Callable[[RepairCase], bool]:
    def is_so(case: RepairCase) -> bool:
        claim = queries.open_claim(case)
        return (claim.status if claim is not None else "") in states

    return is_so


def _has_draft(case: RepairCase) -> bool:
    return case.quote is not None and case.quote.status == "draft"


def _is_missing_parts(case: RepairCase) -> bool:
    return stock.is_waiting(case)


FACES: dict[str, Face] = {
    "receive": Face(
        _l("Take it in"), "package-check", ("requested", "booked"), _receive, forms.ReceiveForm,
        _l("It lies here from now on; the customer gets a receipt."), _l("Taken in. Print its label."), is_main=True,
    ),
    "begin": Face(
        _l("Examine it"), "search", ("received",), lambda actor, case, _form: quotes.begin_diagnosis(actor, case),
        done=_l("Yours to examine."), is_main=True,
    ),
    "find": Face(
        _l("Write the diagnosis"), "square-check", ("diagnosing", "quoted", "in_repair"), _find, forms.FindingForm,
        _l("What the cause is. The figures are for the advice; leave them empty where it needs none."), _l("Written down."),
        _begin_finding,
    ),
    "send": Face(
        _l("Send the quote"), "send", ("diagnosing", "quoted", "in_repair", "declined", "expired"),
        lambda actor, case, _form: quotes.send_quote(actor, case), done=_l("The quote is on its way."), is_open=_has_draft,
        is_main=True,
    ),
    "answer": Face(
        _l("Write down their answer"), "phone", ("quoted",), _answer, forms.AnswerForm,
        _l("What they said at the counter or on the phone counts as an answer by the link does."), _l("Written down."),
        _begin_answer, lambda case: not _has_draft(case), is_main=True,
    ),
    "work": Face(
        _l("Begin the repair"), "wrench", ("approved", "waiting_parts"),
        lambda actor, case, _form: bench.start_clock(actor, case, "repair"), done=_l("Your clock runs."), is_main=True,
        is_open=lambda case: not _is_missing_parts(case),
    ),
    "want": Face(
        _l("Another part"), "plus", ("approved", "waiting_parts", "in_repair"), _want, forms.PartForm,
        _l("Reserved when it is on the shelf; else it is missing until it comes in."), _l("Noted."), _begin_part,
    ),
    "wait": Face(
        _l("Wait for parts"), "clock", ("approved", "in_repair", "waiting_parts"), _wait, forms.WaitForm,
        _l("The customer is told the new day."), _l("The customer is told."), is_open=_is_missing_parts, is_main=True,
    ),
    "finish": Face(
        _l("Done and tested"), "circle-check", ("in_repair",), _finish, forms.FinishForm,
        _l("Ready for the customer, or for another pair of eyes where one is needed."), _l("Well done."), is_main=True,
    ),
    "check": Face(
        _l("Check it"), "square-check", ("quality_check",),
        lambda actor, case, form: bench.check_work(actor, case, form.verdict.data == "good", form.remark.data or ""),
        forms.CheckForm, _l("Somebody else than who repaired it looks at it."), _l("Checked."), is_main=True,
    ),
    "hand_back": Face(
        _l("Hand it back"), "key-round", ending.WAITS, _do_hand_back, forms.HandBackForm,
        _l("The guarantee begins today."), _l("Handed back."), _begin_hand_back, is_main=True,
    ),
    "pay": Face(
        _l("Paid"), "credit-card", ("handed_back", "given_up"),
        lambda actor, case, form: ending.take_payment(actor, case, form.paid_by.data or ""), forms.PayForm,
        done=_l("Paid."), is_open=lambda case: case.money_status == "due", is_main=True,
    ),
    "lend": Face(
        _l("Lend something meanwhile"), "key-round", tuple(state for state in HERE if state != "abandoned"), _lend,
        forms.LendForm, _l("It costs nothing and asks no deposit; it is due when theirs is collected."),
        _l("Lent. It is on a contract of its own."), _begin_lending, _may_lend, permission="contract:handover",
    ),
    "claim": Face(
        _l("Claim on the supplier"), "send", _SINCE_DIAGNOSIS, _claim, forms.ClaimForm,
        _l("For what failed too early. The customer's repair goes on meanwhile."), _l("Noted. Send it to them with its code."),
        _begin_claim, _claim_is(""),
    ),
    "claim_answer": Face(
        _l("Write down the supplier's answer"), "phone", _SINCE_DIAGNOSIS, _answer_claim, forms.ClaimAnswerForm,
        done=_l("Written down."), begin=_begin_claim_answer, is_open=_claim_is("asked"),
    ),
    "claim_came": Face(
        _l("It came"), "package-check", _SINCE_DIAGNOSIS, _settle_claim, forms.ClaimCameForm,
        _l("Money lowers what the repair cost us; pieces go on the shelf, for the repairs that wait for them first."),
        _l("The claim is settled."), _begin_came, _claim_is("accepted"),
    ),
    "claim_withdraw": Face(
        _l("Withdraw the claim"), "x", _SINCE_DIAGNOSIS,
        lambda actor, case, form: claims.withdraw_claim(actor, case, form.reason.data or ""), forms.ReasonForm,
        done=_l("Withdrawn."), is_open=_claim_is("asked", "accepted"),
    ),
    "coverage": Face(
        _l("Who pays"), "tag", ("requested", "booked", "received", "diagnosing"),
        lambda actor, case, form: intake.change_coverage(actor, case, form.coverage.data or "", form.reason.data or ""),
        forms.CoverageForm, _l("Misuse, or goodwill: say why; it stands on the case."), _l("Changed."),
        lambda case, form: setattr(form.coverage, "data", case.coverage),
    ),
    "unrepairable": Face(
        _l("It cannot be mended"), "ban", ("diagnosing", "quoted", "waiting_parts", "in_repair"),
        lambda actor, case, form: bench.give_up(actor, case, form.outcome.data or "", form.reason.data or ""),
        forms.GiveUpForm, _l("The customer is told, and can collect it or leave it to reuse."), _l("The customer is told."),
        is_grave=True,
    ),
    "call_off": Face(
        _l("Not to be repaired"), "x", ("received", "diagnosing", "approved", "waiting_parts"),
        lambda actor, case, form: bench.call_off(actor, case, form.reason.data or ""), forms.ReasonForm,
        _l("The customer does not want it any more. What was fitted and the examination are owed once a quote was approved."),
        _l("Called off."), is_grave=True,
    ),
    "reuse": Face(
        _l("Left to us for reuse"), "recycle", ("declined", "expired", "unrepairable", "abandoned"),
        lambda actor, case, form: ending.give_to_reuse(actor, case, form.name.data or ""), forms.ReuseForm,
        _l("“I give this thing to the workshop for reuse and ask nothing for it.” With this it becomes the workshop's; "
           "nothing is to pay."),
        _l("It is the workshop's now."), is_open=lambda case: case.item_id is None, is_grave=True,
    ),
    "waive": Face(
        _l("Let the amount go"), "undo-2", ("declined", "expired", "unrepairable", "handed_back", "given_up"),
        lambda actor, case, form: ending.waive(actor, case, form.reason.data or ""), forms.ReasonForm,
        done=_l("Let go."), is_open=lambda case: case.money_status == "due", permission="contract:settle",
    ),
    "cancel": Face(
        _l("Cancel"), "x", ("requested", "booked"),
        lambda actor, case, form: intake.cancel_repair(actor, case, form.reason.data or ""), forms.ReasonForm,
        _l("It does not come. The customer is told."), _l("Cancelled."), is_grave=True,
    ),
}  # fmt: skip


def open_faces(case: RepairCase, actor: Actor) -> dict[str, Face]:
    """What this person can do with a case now."""
    return {
        name: face
        for name, face in FACES.items()
        if case.status in face.states and actor.can(face.permission) and face.is_open(case)
    }
