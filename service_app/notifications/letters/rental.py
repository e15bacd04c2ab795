"""The letters of a rental from the offer to the return and its deposit."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from service_app.charges import credits
from service_app.charges import operations as charges
from service_app.contracts import documents, queries
from service_app.contracts.documents import deposits
from service_app.contracts.links import act_url, offer_url
from service_app.contracts.models import ContractDocument, ContractLine
from service_app.contracts.quoting import totals
from service_app.core import clock
from service_app.core.i18n import long_day, money, words
from service_app.core.money import ZERO
from service_app.notifications.letters.looks import second_look
from service_app.notifications.letters.parts import (
    Letter,
    NotNeeded,
    attached,
    contract_of,
    line_of,
    see,
    things,
    to_customer,
    when,
)
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop


def offer(message: Message, workshop: Workshop) -> Letter:
    contract = contract_of(message)
    if contract.status != "sent" or contract.offer_round != message.payload.get("round", contract.offer_round):
        raise NotNeeded("offer_replaced")
    sums = totals(contract, workshop.zone)
    facts = [(_("What"), things(contract)), (_("From"), when(contract.starts_at, workshop.zone))]
    facts.append((_("Until"), when(contract.ends_at, workshop.zone)))
    if sums["once"]:
        facts.append((_("Rental, VAT included"), money(sums["once"], contract.currency)))
    if sums["monthly"]:
        facts.append((_("Every month, VAT included"), money(sums["monthly"], contract.currency)))
    if sums["deposit"]:
        facts.append((_("Deposit"), money(sums["deposit"], contract.currency)))
    until = long_day(contract.offer_expires_at, workshop.zone) if contract.offer_expires_at else ""
    return Letter(
        _("Your offer %(code)s from %(workshop)s", code=contract.reference, workshop=workshop.name),
        to_customer(contract.customer),
        [
            _("Here is our offer. Read it, sign it on your phone or computer, and it is yours."),
            _("We hold everything for you until %(when)s.", when=until),
        ],
        facts,
        (_("Read and sign"), offer_url(contract)),
    )


def signed(message: Message, workshop: Workshop) -> Letter:
    contract = contract_of(message)
    if contract.status in ("draft", "sent", "expired", "cancelled"):
        raise NotNeeded("not_signed")
    deposit = totals(contract, workshop.zone)["deposit"]
    paragraphs = [
        _("Thank you for signing. Your copy of the contract is with this letter."),
        _("It is ready for you on %(when)s.", when=when(contract.starts_at, workshop.zone)),
    ]
    if deposit:
        amount = money(deposit, contract.currency)
        paragraphs.append(_("Please bring the deposit of %(amount)s; you get it back after the return.", amount=amount))
    return Letter(
        _("Your contract %(code)s, signed", code=contract.reference),
        to_customer(contract.customer),
        paragraphs,
        [(_("What"), things(contract))],
        see(contract),
        attached(documents.make_document(contract.id)),
    )


def handed_over(message: Message, workshop: Workshop) -> Letter:
    line = line_of(message)
    tag = line.item.tag if line.item is not None else ""
    facts = [(_("What"), f"{words(line.product.name)} {tag}".strip())]
    facts.append((_("Since"), when(line.out_at, workshop.zone)))
    facts.append((_("Due back by"), when(line.due_at, workshop.zone)))
    return Letter(
        _("You have it: %(what)s", what=words(line.product.name)),
        to_customer(line.contract.customer),
        [
            _("This is your receipt for what you took along today."),
            _("Is something wrong with it? Tell us with the button below; we look at it together."),
        ],
        facts,
        (_("Report a problem"), act_url(line, "report_outage")),
        attached(_sheet(line, "hand_over")),
    )


def _sheet(line: ContractLine, kind: str) -> ContractDocument | None:
    documents.keep_up(line.contract_id)
    rows = documents.papers_of(line.contract)
    return next((row for row in rows if row.kind == kind and row.number == line.position), None)


def reminder(message: Message, workshop: Workshop) -> Letter:
    line = line_of(message)
    if line.status not in ("out", "overdue") or line.due_at is None:
        raise NotNeeded("already_back")
    if clock.local(line.due_at, workshop.zone).date().isoformat() != message.payload["due_on"]:
        raise NotNeeded("extended")
    days, what = int(message.payload["days"]), words(line.product.name)
    at = f"{clock.local(line.due_at, workshop.zone):%H:%M}"
    if days == 0:
        subject, first = (
            _("Today: %(what)s is due back", what=what),
            _("Today is the day: it is due back by %(at)s.", at=at),
        )
    elif days == 1:
        subject = _("Tomorrow: %(what)s is due back", what=what)
        first = _("Tomorrow it is due back, by %(at)s.", at=at)
    else:
        subject = _("In %(days)s days: %(what)s is due back", days=days, what=what)
        first = _("It is due back on %(when)s.", when=when(line.due_at, workshop.zone))
    second = _("Would you like to keep it longer? See first what that costs.")
    facts = [(_("What"), f"{what} {line.item.tag}" if line.item is not None else what)]
    return Letter(subject, to_customer(line.contract.customer), [first, second], facts, _keep_longer(line))


def _keep_longer(line: ContractLine) -> tuple[str, str] | None:
    """The link in this letter: to make this one thing's time longer, without signing in. Without an end there is none."""
    return (_("Keep it longer"), act_url(line, "extend")) if line.ends_at is not None else None


def overdue(message: Message, workshop: Workshop) -> Letter:
    line = line_of(message)
    if line.status != "overdue":
        raise NotNeeded("already_back")
    what = words(line.product.name)
    return Letter(
        _("%(what)s was due back", what=what),
        to_customer(line.contract.customer),
        [
            _("It was due back on %(when)s and we do not have it yet.", when=when(line.due_at, workshop.zone)),
            _("Please bring it back, or see what it costs to keep it longer. Somebody else may be waiting for it."),
        ],
        [(_("What"), f"{what} {line.item.tag}" if line.item is not None else what)],
        _keep_longer(line),
    )


def returned(message: Message, workshop: Workshop) -> Letter:
    line = line_of(message)
    what = words(line.product.name)
    return Letter(
        _("Thank you, %(what)s is back", what=what),
        to_customer(line.contract.customer),
        [
            _("We have it back since %(when)s.", when=when(line.in_at, workshop.zone)),
            _("We look at it within three working days. After that you hear about the deposit, if there is one."),
        ],
        [(_("What"), f"{what} {line.item.tag}" if line.item is not None else what), *_given_back(line, workshop)],
        see(line.contract),
        attached(_sheet(line, "return")),
    )


def _given_back(line: ContractLine, workshop: Workshop) -> list[tuple[str, str]]:
    """The days charged ahead that coming back gives back."""
    if line.in_at is None:
        return []
    day = clock.local(line.in_at, workshop.zone).date()
    rows = [row for row in credits.credits_of(line.contract_id) if row.contract_line_id == line.id]
    whole = sum((row.amount for row in rows if row.period_start is not None and row.period_start > day), ZERO)
    return [(_("Given back for days not used"), money(whole, line.contract.currency))] if whole else []


def deposit(message: Message, _workshop: Workshop) -> Letter:
    """What became of the deposit, with its statement."""
    contract = contract_of(message)
    held = charges.deposit_of(contract.id)
    if held is None or held.status not in deposits.OVER:
        raise NotNeeded("nothing_to_say")
    documents.keep_up(contract.id)
    said, button = second_look(contract) if held.status != "released" else ("", None)
    paragraphs = [_("Your deposit is settled. The statement with this letter shows every movement.")]
    paragraphs += [said] if said else []
    return Letter(
        _("Your deposit, contract %(code)s", code=contract.reference),
        to_customer(contract.customer),
        paragraphs,
        deposits.sums(held),
        button or see(contract),
        attached(queries.document_of(contract, "deposit")),
    )


def due_key(due: date, line_id: int, days: int) -> str:
    """The identity of a reminder: the same fact never makes two."""
    return f"line:{line_id}:due:{due.isoformat()}:{days}"
