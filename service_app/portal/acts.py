"""ONE table: what a customer can do alone, how it is said, what it asks, and the one operation it calls.

Whether it is allowed is not said here but read from `contracts.allowed`. `is_free`: nothing is charged by it, so there is
nothing to show before. `is_near`: also beside the thing itself, on the first page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from service_app.contracts import allowed
from service_app.contracts.allowed import Choice, Subject
from service_app.contracts.models import Contract, ContractLine
from service_app.contracts.operations import cancelling, contests, dates, endings, losses, pauses, swaps
from service_app.contracts.operations.acts import Asked
from service_app.core.access import Actor
from service_app.portal import forms, queries
from service_app.portal.operations import asking


@dataclass(frozen=True)
class Face:
    """An act as a customer meets it."""

    operation: str
    name: Any
    icon: str
    text: Any
    confirm: Any
    done: Any
    form: type[forms.ActForm]
    do: Callable[..., Any]
    is_free: bool = False
    is_statement: bool = False
    is_near: bool = True


def _ask_swap(actor: Actor, line: ContractLine, _asked: Asked, **wishes: Any) -> Any:
    return asking.ask_swap(actor, line, **wishes)


_FACES = (
    Face("extend", _l("Keep it longer"), "calendar-plus",
         _l("Choose the day on which you bring it back. The hour stays the same."), _l("Keep it longer"),
         _l("It is yours a while longer."), forms.ExtendForm, dates.extend_line),
    Face("report_outage", _l("Report a problem"), "triangle-alert",
         _l("Tell us what is wrong. We get in touch and find a way together."), _l("Report it"),
         _l("Thank you, we know about it now and get in touch."), forms.ProblemForm, losses.report_outage, is_free=True),
    Face("swap", _l("Ask for a swap"), "refresh-cw",
         _l("We look for one, and you hear from us when it is ready. Nothing changes before you have it."), _l("Send the request"),
         _l("We have your request and get in touch."), forms.SwapForm, _ask_swap, is_free=True),
    Face("read_meter", _l("Meter reading"), "activity",
         _l("Write what the meter shows now, without decimals."), _l("Send the reading"),
         _l("Thank you, the reading is written down."), forms.MeterForm, losses.note_meter, is_free=True),
    Face("contest", _l("I see it differently"), "message-square",
         _l("You do not agree with what we found, or with what it costs. Somebody other than who inspected it looks again. Until "
            "that is decided we collect nothing of it, and it never becomes more."),
         _l("Send it"), _l("Thank you. Somebody else looks at it, and you get a letter."), forms.ContestForm,
         contests.contest_inspection, is_free=True, is_near=False),
    Face("change_plan", _l("Change the plan"), "tags",
         _l("The thing stays with you; what you pay follows the new plan."), _l("Change the plan"),
         _l("The plan is changed as you wished."), forms.PlanForm, swaps.change_plan),
    Face("keep_plan", _l("Keep the present plan"), "undo-2",
         _l("The change of plan that you planned is called off."), _l("Keep the present plan"),
         _l("You keep the plan you have."), forms.ActForm, swaps.keep_plan),
    Face("pause", _l("Pause"), "pause",
         _l("You do not pay for the days of a pause. The minimum term does not move."), _l("Pause"),
         _l("The pause is written down."), forms.PauseForm, pauses.pause_contract),
    Face("resume", _l("End the pause"), "play",
         _l("From today it counts again, and is charged again."), _l("End the pause"),
         _l("The pause is over from today."), forms.ActForm, pauses.resume_contract),
    Face("renew", _l("Renew"), "rotate-ccw",
         _l("A further term begins when this one is over."), _l("Renew"),
         _l("It is renewed."), forms.ActForm, endings.renew_contract, is_near=False),
    Face("do_not_renew", _l("Do not renew"), "calendar",
         _l("It ends with its term. Until then nothing changes."), _l("Let it end with its term"),
         _l("It ends with its term."), forms.ActForm, endings.do_not_renew, is_near=False),
    Face("give_notice", _l("End the contract"), "flag",
         _l("You give notice today. It runs and is charged until the day below."), _l("Give notice"),
         _l("Your notice is written down."), forms.ActForm, endings.give_notice),
    Face("end_early", _l("End before the term"), "clock",
         _l("You may end earlier than the notice and the term would have it. See first what that costs."), _l("End it on this day"),
         _l("The end is written down."), forms.EndEarlyForm, endings.end_early, is_near=False),
    Face("withdraw_notice", _l("Take the notice back"), "undo-2",
         _l("Everything runs on as before."), _l("Take the notice back"),
         _l("The notice is taken back. Everything runs on."), forms.ActForm, endings.withdraw_notice),
    Face("call_off", _l("Cancel"), "circle-x",
         _l("You no longer want it, and nothing was handed over yet."), _l("Cancel the contract"),
         _l("It is cancelled. The confirmation is on its way to your mailbox."), forms.ActForm, cancelling.call_off,
         is_near=False),
    Face("withdraw", _l("Withdraw from the contract"), "ban",
         _l("You signed at a distance, so you may withdraw within fourteen days without giving a reason."),
         _l("Confirm withdrawal"),
         _l("You have withdrawn. The acknowledgement with date and hour is on its way to your mailbox."),
         forms.StatementForm, endings.withdraw_contract, is_statement=True),
)  # fmt: skip

FACES: dict[str, Face] = {face.operation: face for face in _FACES}

# What makes no sense now, and so is not shown: the way back from a state one is not in, a right one does not have.
_HIDING = {
    "resume": ("allowed.contract_",),
    "withdraw_notice": ("allowed.contract_",),
    "keep_plan": ("allowed.no_plan_change", "allowed.contract_"),
    "renew": ("allowed.no_renewal", "allowed.contract_"),
    "do_not_renew": ("allowed.no_renewal", "allowed.contract_"),
    "withdraw": ("allowed.",),
    "call_off": ("allowed.",),
    "read_meter": ("allowed.contract_",),
    "contest": ("allowed.contract_", "allowed.nothing_to_contest", "allowed.contested_already", "allowed.contest_over"),
    "change_plan": ("allowed.monthly_only",),
    "end_early": ("allowed.monthly_only", "allowed.contract_notice"),
    "give_notice": ("allowed.contract_notice",),
}


@dataclass(frozen=True)
class Offered:
    """An act on a page: a button, or why there is none."""

    face: Face
    line: ContractLine | None
    reason: allowed.Reason | None


def offered(actor: Actor, contract: Contract) -> list[Offered]:
    """What a customer may do with a contract and its things, in the order of the table; or why not."""
    by_name: dict[str, list[Choice]] = {}
    for choice in allowed.choices(actor, contract):
        by_name.setdefault(choice.operation, []).append(choice)
    return [
        Offered(face, choice.line, choice.reason)
        for face in _FACES
        for choice in by_name.get(face.operation, ())
        if _makes_sense(face.operation, choice)
    ]


def _makes_sense(operation: str, choice: Choice) -> bool:
    if choice.reason is not None and choice.reason[0].startswith(_HIDING.get(operation, ("allowed.contract_ended",))):
        return False
    if operation == "call_off":
        return not allowed.may_withdraw(choice.contract)  # the right that the law gives says it better
    if operation == "read_meter":
        return choice.line is not None and bool(choice.line.product.meter_unit)
    if operation == "change_plan":
        return choice.line is not None and bool(queries.plans_to_change_to(choice.line))
    return True


def subject_of(face: Face, contract: Contract, line: ContractLine | None) -> Subject | None:
    """What an act is about: a line where the table says so, the contract where not; None when the address is of the other
    kind."""
    is_about_line = bool(allowed.TABLE[face.operation].line)
    return Subject(contract, line) if is_about_line == (line is not None) else None
