"""ONE table: operation -> how it is shown to staff: its word, what it does in a sentence, its form, what it will cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from service_app.contracts import act_forms as wholes
from service_app.contracts import contest_forms as contests
from service_app.contracts import foreseen
from service_app.contracts import line_forms as lines
from service_app.contracts.act_forms import ActForm
from service_app.contracts.allowed import Subject
from service_app.contracts.foreseen import Foreseen

Foresee = Callable[[Subject, Mapping[str, Any]], Foreseen]


@dataclass(frozen=True)
class Face:
    """How an operation is shown. `word` names it on buttons, `lead` says what it does, `done` what a toast says of it, `press`
    what stands on the button that does it when that is not the word.
    `is_direct`: nothing is asked, one press does it. `undo`: the operation that takes it back while the toast stands,
    with what that is told."""

    word: Any
    icon: str
    lead: Any
    done: Any
    form: type[ActForm] = ActForm
    foresee: Foresee = foreseen.nothing
    press: Any = None
    is_direct: bool = False
    is_grave: bool = False
    undo: tuple[str, Mapping[str, str]] | None = None


FACES: dict[str, Face] = {
    "extend": Face(
        _l("Extend"), "calendar-plus", _l("It stays out longer; what comes after is moved if need be."), _l("Extended."),
        lines.ExtendForm, foreseen.extend,
    ),
    "shorten": Face(
        _l("Shorten"), "calendar", _l("It comes back sooner, and can be booked sooner."), _l("Shortened."),
        lines.EndForm, foreseen.shorten,
    ),
    "swap": Face(
        _l("Swap"), "refresh-cw", _l("Another thing takes its place from today; the day belongs to the new one."),
        _l("Swapped."), lines.SwapForm, foreseen.swap,
    ),
    "change_plan": Face(
        _l("Change the plan"), "tag", _l("The same thing on another plan, now or from the next month on."),
        _l("The plan changes."), lines.ChangePlanForm, foreseen.change_plan, undo=("keep_plan", {}),
    ),
    "keep_plan": Face(
        _l("Keep the plan"), "undo-2", _l("The change that is planned is off."), _l("The plan stays as it is."),
        is_direct=True,
    ),
    "substitute": Face(
        _l("Give another product"), "refresh-cw", _l("Something of the same group instead, at the price that was signed."),
        _l("Another product is set aside."), lines.SubstituteForm,
    ),
    "read_meter": Face(
        _l("Read the meter"), "scale", _l("What its meter shows now."), _l("The meter is written down."), lines.MeterForm,
    ),
    "report_outage": Face(
        _l("Report it out of order"), "wrench", _l("It does not do what it is for. Beyond the service level each day is credited."),
        _l("It is out of order. Swap it, or have it mended."), lines.OutageForm, undo=("end_outage", {}),
    ),
    "end_outage": Face(
        _l("It works again"), "circle-check", _l("From now on it does what it is for."), _l("It works again."),
        foresee=foreseen.end_outage,
    ),
    "swap_component": Face(
        _l("Swap a component"), "box", _l("One part of the kit for another; the rest stays where it is."),
        _l("The component is swapped."), lines.ComponentForm,
    ),
    "find_component": Face(
        _l("A component was found"), "package-check", _l("It is taken back to be looked at; what was charged for it is credited."),
        _l("It is here again, and credited."), lines.FoundComponentForm, foreseen.find_component,
    ),
    "report_found": Face(
        _l("It was found"), "package-check", _l("What was charged for its loss is credited."), _l("It is found."),
        lines.FoundForm, foreseen.report_found,
    ),
    "report_lost": Face(
        _l("Report it lost"), "circle-x", _l("It is lost or stolen: no longer served, charged at its value of today."),
        _l("It is reported lost."), lines.LostForm, foreseen.report_lost, is_grave=True,
        undo=("report_found", {"is_here": "no"}),
    ),
    "buy_out": Face(
        _l("Sell it to the customer"), "hand-coins", _l("Paid now, theirs from now on. What stands below is the price today."),
        _l("Sold. It belongs to the customer now."), lines.BuyOutForm, foreseen.buy_out, is_grave=True,
    ),
    "reschedule": Face(
        _l("Other dates"), "calendar-days", _l("Another stretch at the price that was signed. The customer is told by a letter."),
        _l("The dates are changed."), lines.DatesForm, foreseen.reschedule,
    ),
    "remove_line": Face(
        _l("Take it off"), "minus", _l("It was not handed over yet: its booking is given back."), _l("One thing less."),
        foresee=foreseen.remove_line,
    ),
    "no_show": Face(
        _l("It was not fetched"), "user", _l("Nobody came for it: its booking is given back, and the fee of the plan is charged."),
        _l("It is free again."), foresee=foreseen.no_show,
    ),
    "decide_contest": Face(
        _l("Decide"), "scale", _l("The customer sees it differently. You did not inspect it, so you say what holds."),
        _l("It is decided. The customer is told."), contests.DecideForm, foreseen.decide_contest,
    ),
    "give_in": Face(
        _l("Give in"), "handshake", _l("You inspected it, so somebody else decides; or you give in, and nothing of it is charged."),
        _l("Nothing of it is charged. The customer is told."), contests.GiveInForm, foreseen.give_in,
    ),
    "contest": Face(
        _l("Contest, for the customer"), "message-square",
        _l("They do not agree with what was found. Nothing of it is collected before a second person has decided."),
        _l("It is written down. Somebody other than who inspected decides."), contests.ContestForm, foreseen.contest,
    ),
    "correct_dates": Face(
        _l("Correct the dates"), "pencil", _l("What was written down wrongly; the charges follow, and both dates are kept."),
        _l("Corrected."), lines.CorrectForm,
    ),
    "add_line": Face(
        _l("Add a thing"), "plus", _l("One thing more on this contract, reserved at once."), _l("Added and reserved."),
        wholes.AddForm, foreseen.add_line,
    ),
    "pause": Face(
        _l("Pause"), "pause", _l("Nothing is charged by the month while it rests. The minimum term does not move."),
        _l("The pause is written down."), wholes.PauseForm, foreseen.pause, undo=("resume", {}),
    ),
    "resume": Face(
        _l("Resume"), "play", _l("Served and charged again from today."), _l("It goes on from today."), is_direct=True,
    ),
    "give_notice": Face(
        _l("Give notice"), "log-out", _l("It ends after the notice, not before the minimum term."), _l("Notice is given."),
        foresee=foreseen.give_notice, undo=("withdraw_notice", {}),
    ),
    "end_early": Face(
        _l("End early"), "clock", _l("On an earlier day than notice and term allow, for the fee of the plan."),
        _l("It ends early."), wholes.EndEarlyForm, foreseen.end_early, undo=("withdraw_notice", {}),
    ),
    "withdraw_notice": Face(
        _l("Take the notice back"), "undo-2", _l("Everything goes on as if no notice had been given."),
        _l("The notice is taken back."), foresee=foreseen.withdraw_notice,
    ),
    "renew": Face(
        _l("Renew"), "rotate-ccw", _l("A further term begins when this one is over."), _l("Renewed."),
        foresee=foreseen.renew,
    ),
    "do_not_renew": Face(
        _l("Do not renew"), "calendar-days", _l("It ends with its term."), _l("It ends with its term."),
        foresee=foreseen.do_not_renew, undo=("withdraw_notice", {}),
    ),
    "change_holders": Face(
        _l("Holders"), "users", _l("Who else may fetch, bring back and use these things."), _l("The holders are written down."),
        wholes.HoldersForm, press=_l("Save the holders"),
    ),
    "transfer": Face(
        _l("Hand over to another customer"), "user", _l("Both agree: a new contract goes on with the same things and prices."),
        _l("Somebody else has it now."), wholes.TransferForm, foreseen.transfer, is_grave=True,
    ),
    "call_off": Face(
        _l("Cancel, for the customer"), "ban",
        _l("They no longer want it, and nothing went out: late, it costs what the plan says."),
        _l("It is cancelled at the customer’s wish."), wholes.CallOffForm, foreseen.call_off, is_grave=True,
    ),
    "withdraw": Face(
        _l("Withdraw, for the customer"), "receipt-text",
        _l("Their legal right within fourteen days: only the days used are paid, without a fee."),
        _l("The contract is withdrawn from."), wholes.WithdrawForm, foreseen.withdraw, is_grave=True,
    ),
    "warn": Face(
        _l("Formal notice"), "flag", _l("To do what was agreed; two of them are needed before an end for cause."),
        _l("The formal notice is on its way."), wholes.WhyForm, foreseen.warned,
    ),
    "end_for_cause": Face(
        _l("End for cause"), "ban", _l("What was agreed is not done, and two formal notices changed nothing."),
        _l("It is ended for cause."), wholes.WhyForm, foreseen.end_for_cause, is_grave=True,
    ),
}  # fmt: skip
