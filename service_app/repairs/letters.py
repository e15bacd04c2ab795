"""What the customer is told of a repair: each step that asks something of them or changes what they were promised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from service_app.core.db import current_workshop_id, session
from service_app.core.i18n import long_day, money
from service_app.customers.models import Customer
from service_app.notifications import letters, operations
from service_app.notifications.letters import Letter, NotNeeded
from service_app.notifications.models import Message
from service_app.repairs import links, queries, quoting
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import ending
from service_app.repairs.shown import coverage_words, loan_words, thing_words
from service_app.workshops.models import Workshop


def _write(kind: str) -> Callable[[str, dict[str, Any]], int]:
    def write(about: str, facts: dict[str, Any]) -> int:
        """To the customer; the workshop's own thing has none."""
        if not facts.get("customer_id"):
            return 0
        customer = session().get_one(Customer, (current_workshop_id(), facts["customer_id"]))
        return operations.write(kind, about, facts, customer.email or "", customer.language, "customer")

    return write


def _case(message: Message, *states: str) -> RepairCase:
    """The case of a letter. Raises NotNeeded when it went on since."""
    case = queries.get_case_by_id(message.payload["repair_case_id"])
    if states and case.status not in states:
        raise NotNeeded("already_done")
    return case


def _facts(case: RepairCase, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Repair"), case.reference), (_("Thing"), thing_words(case)), *more]


def _letter(case: RepairCase, subject: str, sentences: list[str], *more: tuple[str, str], button: str = "") -> Letter:
    act = (button or _("See the repair"), links.case_url(case))
    if case.customer is None:
        raise NotNeeded("nothing_to_say")
    return Letter(subject, letters.to_customer(case.customer), sentences, _facts(case, *more), act)


def _asked(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "requested", "booked")
    sentences = [_("We have your request."), coverage_words(case)]
    if case.safety:
        sentences.append(
            _(
                "Please do not use it any more, do not charge it, and keep it away from what burns. Do not send it by post."
            )
        )
    return _letter(case, _("%(code)s: your request for a repair", code=case.reference), sentences)


def _received(message: Message, workshop: Workshop) -> Letter:
    case = _case(message)
    left = (_("Left with it"), ", ".join(case.accessories)) if case.accessories else None
    terms = queries.terms()
    sentences = [_("It arrived here. This is your receipt."), coverage_words(case)]
    if not case.is_free and terms.diagnosis_amount:
        fee = money(terms.diagnosis_amount, case.currency)
        sentences.append(
            _("Examining it costs %(amount)s, which falls away when you agree to the quote.", amount=fee)
            if terms.is_diagnosis_in_price
            else _("Examining it costs %(amount)s.", amount=fee)
        )
    return _letter(case, _("%(code)s: we have received it", code=case.reference), sentences, *([left] if left else []))


def _quoted(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "quoted")
    return _quote_letter(case, message, _("Here is our quote. Nothing is done before you have answered."))


def _quote_waiting(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "quoted")
    return _quote_letter(case, message, _("Our quote waits for your answer. Until then it lies still."))


def _quote_letter(case: RepairCase, message: Message, first: str) -> Letter:
    quote = case.quote
    last = queries.holds_until(quote) if quote is not None else None
    if quote is None or quote.id != message.payload.get("repair_quote_id") or last is None:
        raise NotNeeded("replaced")
    offered = quoting.Quote.from_json(quote.content)
    options = [(option.title, _price(option, case)) for option in offered.options]
    until = (_("Holds until"), long_day(last))
    return _letter(
        case, _("%(code)s: your quote", code=case.reference), [first, offered.defect], *options, until,
        button=_("Read and answer"),
    )  # fmt: skip


def _price(option: quoting.Option, case: RepairCase) -> str:
    price = money(option.amount, case.currency)
    if not option.is_estimate:
        return price
    return str(_("about %(amount)s, at most %(most)s", amount=price, most=money(option.ceiling, case.currency)))


def _approved(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "approved", "waiting_parts", "in_repair", "quality_check", "ready")
    quote = next((each for each in reversed(case.quotes) if each.status == "approved"), None)
    if quote is None:
        raise NotNeeded("replaced")
    first = {
        "limit": _("It stays below the amount up to which you told us to go ahead, so we go ahead."),
        "coverage": _("You have nothing to pay for it, so we go ahead."),
    }.get(quote.answered_how, _("Thank you for your answer. We go ahead."))
    more = [(_("At most"), money(quote.approved_amount or 0, case.currency))]
    if case.due_on is not None:
        more.append((_("Ready on"), long_day(case.due_on)))
    return _letter(case, _("%(code)s: we go ahead", code=case.reference), [first], *more)


def _waiting(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "waiting_parts")
    if case.due_on is None:
        raise NotNeeded("already_done")
    return _letter(
        case, _("%(code)s: another day", code=case.reference),
        [_("A part we need is not there yet. We are sorry: it takes longer than we said.")],
        (_("Ready on"), long_day(case.due_on)),
    )  # fmt: skip


def _ready(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "ready")
    amount = ending.owed(case)
    due = (_("To pay"), money(amount, case.currency) if amount else _("nothing"))
    return _letter(
        case, _("%(code)s: it is ready", code=case.reference),
        [_("It is mended and tested. You can collect it whenever we are open."), *filter(None, [loan_words(case)])], due,
    )  # fmt: skip


def _stopped(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "declined", "expired", "unrepairable")
    first = {
        "declined": _("It is not repaired, as you decided."),
        "expired": _("Our quote ran out without an answer, so it was not repaired."),
        "unrepairable": _("We are sorry: we could not mend it."),
    }[case.status]
    sentences = [first, *([case.reason] if case.reason and case.status == "unrepairable" else [])]
    if case.item_id is None:
        sentences.append(
            _(
                "You can collect it whenever we are open. You can also leave it to us for reuse: then it costs you nothing."
            )
        )
    amount = ending.owed(case)
    due = (_("To pay"), money(amount, case.currency) if amount else _("nothing"))
    return _letter(case, _("%(code)s: it waits for you", code=case.reference), sentences, due)


def _not_collected(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, *ending.WAITS)
    terms = queries.terms()
    sentences = [_("It has been lying here for a while. Please collect it, or tell us what to do with it.")]
    if terms.storage_amount:
        sentences.append(
            _("After %(days)s days keeping it costs %(amount)s a day.", days=terms.storage_free_days,
              amount=money(terms.storage_amount, case.currency))
        )  # fmt: skip
    sentences.append(_("We throw nothing away that is yours."))
    return _letter(case, _("%(code)s: it waits for you", code=case.reference), sentences)


def _handed_back(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "handed_back")
    sentences = [_("You have it back.")]
    more = []
    if case.guarantee_until is not None and case.outcome == "fixed":
        sentences.append(_("Should the same fault come back before the guarantee ends, we mend it free of charge."))
        more.append((_("Guarantee until"), long_day(case.guarantee_until)))
    if case.money_status == "due":
        more.append((_("To pay"), money(case.due_amount, case.currency)))
    return _letter(case, _("%(code)s: handed back", code=case.reference), sentences, *more)


def _cancelled(message: Message, workshop: Workshop) -> Letter:
    case = _case(message, "cancelled")
    appointment = queries.appointment_of(case)
    if appointment is not None and appointment.status == "cancelled":
        raise NotNeeded("called_off")
    return _letter(case, _("%(code)s: cancelled", code=case.reference), [_("Your request for a repair is cancelled.")])


KINDS: dict[str, Callable[[Message, Workshop], Letter]] = {
    "repair_approved": _approved,
    "repair_asked": _asked,
    "repair_cancelled": _cancelled,
    "repair_handed_back": _handed_back,
    "repair_not_collected": _not_collected,
    "repair_quote_waiting": _quote_waiting,
    "repair_quoted": _quoted,
    "repair_ready": _ready,
    "repair_received": _received,
    "repair_stopped": _stopped,
    "repair_waiting": _waiting,
}
for _kind, _letter_of in KINDS.items():
    letters.add(_kind, _letter_of)
    operations.add_writer(_kind, _write(_kind))
