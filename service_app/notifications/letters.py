"""What each letter says: read anew from the rows when it is sent, in the reader's language. One page serves text and HTML
alike, so that the two never differ.

A letter that is no longer needed (the thing is back, the offer was replaced) is None, with the code of the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from service_app.accounts.models import Account
from service_app.accounts.operations import reset_link
from service_app.contracts import documents, queries
from service_app.contracts.links import act_url, offer_url
from service_app.contracts.models import Contract, ContractAct, ContractLine
from service_app.contracts.quoting import totals
from service_app.core import clock, files
from service_app.core.db import session
from service_app.core.i18n import exact, long_day, money, words
from service_app.customers.models import Customer
from service_app.items.models import Item
from service_app.notifications.models import Message
from service_app.workorders.models import CareOccurrence
from service_app.workshops.models import Invitation, Member, Workshop
from service_app.workshops.operations.people import join_link


class NotNeeded(Exception):
    """The letter has nothing to say any more; the argument is the code of the reason."""


@dataclass(frozen=True)
class Letter:
    """A letter in words: subject, greeting, paragraphs, (label, value) facts, one button (label, address), attachments
    (name, media type, bytes)."""

    subject: str
    greeting: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    button: tuple[str, str] | None = None
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list)


def compose(message: Message, workshop: Workshop) -> Letter:
    """The letter of a message, in the language at hand. Raises NotNeeded."""
    return _KINDS[message.kind](message, workshop)


def _customer(message: Message) -> Customer:
    return session().get_one(Customer, (message.workshop_id, message.customer_id))


def _contract(message: Message) -> Contract:
    if message.contract_id is None:
        raise NotNeeded("contract_gone")
    return queries.get_contract_by_id(message.contract_id)


def _line(message: Message) -> ContractLine:
    key = (message.workshop_id, message.payload["contract_line_id"])
    return session().get_one(ContractLine, key)


def _dear(name: str) -> str:
    return _("Good day %(name)s,", name=name)


def greet(customer: Customer) -> str:
    """Good day, and the person to talk to."""
    return _dear(customer.contact_name or customer.name)


def _things(contract: Contract) -> str:
    return ", ".join(dict.fromkeys(words(line.product.name) for line in contract.lines))


def _when(instant: datetime | None, zone: str) -> str:
    if instant is None:
        return _("without an end")
    return f"{long_day(instant, zone)}, {clock.local(instant, zone):%H:%M}"


def _offer(message: Message, workshop: Workshop) -> Letter:
    contract = _contract(message)
    if contract.status != "sent" or contract.offer_round != message.payload.get("round", contract.offer_round):
        raise NotNeeded("offer_replaced")
    sums = totals(contract, workshop.zone)
    facts = [(_("What"), _things(contract)), (_("From"), _when(contract.starts_at, workshop.zone))]
    facts.append((_("Until"), _when(contract.ends_at, workshop.zone)))
    if sums["once"]:
        facts.append((_("Rental, VAT included"), money(sums["once"], contract.currency)))
    if sums["monthly"]:
        facts.append((_("Every month, VAT included"), money(sums["monthly"], contract.currency)))
    if sums["deposit"]:
        facts.append((_("Deposit"), money(sums["deposit"], contract.currency)))
    until = long_day(contract.offer_expires_at, workshop.zone) if contract.offer_expires_at else ""
    return Letter(
        _("Your offer %(code)s from %(workshop)s", code=contract.reference, workshop=workshop.name),
        greet(contract.customer),
        [
            _("Here is our offer. Read it, sign it on your phone or computer, and it is yours."),
            _("We hold everything for you until %(when)s.", when=until),
        ],
        facts,
        (_("Read and sign"), offer_url(contract)),
    )


def _signed(message: Message, workshop: Workshop) -> Letter:
    contract = _contract(message)
    if contract.status not in ("signed", "active", "ended"):
        raise NotNeeded("not_signed")
    kept = documents.make_document(contract.id)
    deposit = totals(contract, workshop.zone)["deposit"]
    paragraphs = [
        _("Thank you for signing. Your copy of the contract is with this letter."),
        _("It is ready for you on %(when)s.", when=_when(contract.starts_at, workshop.zone)),
    ]
    if deposit:
        amount = money(deposit, contract.currency)
        paragraphs.append(_("Please bring the deposit of %(amount)s; you get it back after the return.", amount=amount))
    return Letter(
        _("Your contract %(code)s, signed", code=contract.reference),
        greet(contract.customer),
        paragraphs,
        [(_("What"), _things(contract))],
        (_("See the contract"), offer_url(contract)),
        [(f"{contract.reference}.pdf", "application/pdf", files.read(kept.file))],
    )


def _handed_over(message: Message, workshop: Workshop) -> Letter:
    line = _line(message)
    tag = line.item.tag if line.item is not None else ""
    facts = [(_("What"), f"{words(line.product.name)} {tag}".strip())]
    facts.append((_("Since"), _when(line.out_at, workshop.zone)))
    facts.append((_("Due back by"), _when(line.due_at, workshop.zone)))
    return Letter(
        _("You have it: %(what)s", what=words(line.product.name)),
        greet(line.contract.customer),
        [
            _("This is your receipt for what you took along today."),
            _("Is something wrong with it? Tell us with the button below; we look at it together."),
        ],
        facts,
        (_("Report a problem"), act_url(line, "report_outage")),
    )


def _reminder(message: Message, workshop: Workshop) -> Letter:
    line = _line(message)
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
        first = _("It is due back on %(when)s.", when=_when(line.due_at, workshop.zone))
    second = _("Would you like to keep it longer? See first what that costs.")
    facts = [(_("What"), f"{what} {line.item.tag}" if line.item is not None else what)]
    return Letter(subject, greet(line.contract.customer), [first, second], facts, _keep_longer(line))


def _keep_longer(line: ContractLine) -> tuple[str, str]:
    """The link in this letter: to make this one thing's time longer, without signing in."""
    return _("Keep it longer"), act_url(line, "extend")


def _overdue(message: Message, workshop: Workshop) -> Letter:
    line = _line(message)
    if line.status != "overdue":
        raise NotNeeded("already_back")
    what = words(line.product.name)
    return Letter(
        _("%(what)s was due back", what=what),
        greet(line.contract.customer),
        [
            _("It was due back on %(when)s and we do not have it yet.", when=_when(line.due_at, workshop.zone)),
            _("Please bring it back, or see what it costs to keep it longer. Somebody else may be waiting for it."),
        ],
        [(_("What"), f"{what} {line.item.tag}" if line.item is not None else what)],
        _keep_longer(line),
    )


def _returned(message: Message, workshop: Workshop) -> Letter:
    line = _line(message)
    what = words(line.product.name)
    return Letter(
        _("Thank you, %(what)s is back", what=what),
        greet(line.contract.customer),
        [
            _("We have it back since %(when)s.", when=_when(line.in_at, workshop.zone)),
            _("We look at it within three working days. After that you hear about the deposit, if there is one."),
        ],
        [(_("What"), f"{what} {line.item.tag}" if line.item is not None else what)],
    )


def _withdrawn(message: Message, workshop: Workshop) -> Letter:
    """The acknowledgement of a withdrawal: what was declared, when it came in, and what follows (Directive (EU) 2023/2673,
    article 11a)."""
    contract, act = _contract(message), _withdrawal(message)
    facts = [(_("Contract"), contract.reference), (_("What"), _things(contract))]
    facts += [(_("Your statement"), act.outcome.get("statement", "")), (_("Received"), exact(act.at, workshop.zone))]
    back = [line.due_at for line in contract.lines if line.status in ("out", "overdue") and line.due_at is not None]
    paragraphs = [_("We have received your withdrawal. This letter is your proof; please keep it.")]
    if back:
        paragraphs.append(_("Please bring back what you have by %(when)s.", when=_when(max(back), workshop.zone)))
    paragraphs.append(_("You pay only for the days of use. What you paid beyond that comes back within fourteen days."))
    subject = _("Your withdrawal from %(code)s", code=contract.reference)
    return Letter(subject, greet(contract.customer), paragraphs, [(label, value) for label, value in facts if value])


def _withdrawal(message: Message) -> ContractAct:
    found = select(ContractAct).where(
        ContractAct.contract_id == message.contract_id, ContractAct.operation == "withdraw"
    )
    act = session().scalars(found.order_by(ContractAct.id.desc())).first()
    if act is None:
        raise NotNeeded("contract_gone")
    return act


def _care_due(message: Message, workshop: Workshop) -> Letter:
    occurrence = session().get_one(CareOccurrence, (message.workshop_id, message.payload["care_occurrence_id"]))
    if occurrence.status not in ("planned", "notified"):
        raise NotNeeded("already_done")
    item = session().get_one(Item, (message.workshop_id, occurrence.item_id))
    what, care = words(item.product.name), words(occurrence.plan.name)
    facts = [(_("What"), f"{what} {item.tag}"), (_("Care"), care), (_("Due"), exact(occurrence.due_on))]
    if message.audience == "staff":
        place = (
            _("It is with a customer.")
            if item.status == "out"
            else _("It stands at %(place)s.", place=item.place or "…")
        )
        return Letter(_("Care due: %(tag)s", tag=item.tag), _dear(workshop.name), [place], facts)
    return Letter(
        _("Time to look after your %(what)s", what=what),
        greet(_customer(message)),
        [
            _("So that it keeps working well, we would like to look after what you have from us."),
            _("Call us or answer this letter, and we find a moment. It costs you nothing."),
        ],
        facts,
    )


def _invitation(message: Message, workshop: Workshop) -> Letter:
    invitation = session().get_one(Invitation, (message.workshop_id, message.payload["invitation_id"]))
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise NotNeeded("invitation_gone")
    return Letter(
        _("%(who)s invites you to %(workshop)s", who=invitation.invited_by or workshop.name, workshop=workshop.name),
        _("Good day,"),
        [
            _("You can work with us in Ronde, the tool of our workshop."),
            _("The link works until %(when)s.", when=long_day(invitation.expires_at, workshop.zone)),
        ],
        [],
        (_("Accept the invitation"), join_link(invitation)),
    )


def _reset(message: Message, workshop: Workshop) -> Letter:
    member = session().get_one(Member, (message.workshop_id, message.payload["member_id"]))
    account = session().get_one(Account, member.account_id)
    return Letter(
        _("Your new password for Ronde"),
        _dear(account.name),
        [
            _("Somebody, we hope you, asked to set your password anew. The link works for an hour."),
            _("Was it not you? Then do nothing; your password stays as it is."),
        ],
        [],
        (_("Set a new password"), reset_link(account, message.created_at)),
    )


def due_key(due: date, line_id: int, days: int) -> str:
    """The identity of a reminder: the same fact never makes two."""
    return f"line:{line_id}:due:{due.isoformat()}:{days}"


_KINDS: dict[str, Callable[[Message, Workshop], Letter]] = {
    "offer": _offer,
    "signed": _signed,
    "handed_over": _handed_over,
    "reminder": _reminder,
    "overdue": _overdue,
    "returned": _returned,
    "withdrawn": _withdrawn,
    "care_due": _care_due,
    "invitation": _invitation,
    "reset": _reset,
}

KINDS: tuple[str, ...] = tuple(_KINDS)


def add(kind: str, letter: Callable[[Message, Workshop], Letter]) -> None:
    """A letter of a later room, told of when its module is imported."""
    _KINDS[kind] = letter
