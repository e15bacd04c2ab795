"""What a letter is made of, and what letters say alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select

from service_app.bookings.models import Appointment
from service_app.contracts import queries
from service_app.contracts.documents import amendments
from service_app.contracts.links import act_url, offer_url
from service_app.contracts.models import Contract, ContractAct, ContractDocument, ContractLine
from service_app.core import clock, files
from service_app.core.db import session
from service_app.core.events import Event
from service_app.core.i18n import language, long_day, words
from service_app.customers.models import Customer
from service_app.notifications.models import Message
from service_app.workshops.queries import house_defaults


class NotNeeded(Exception):
    """The letter has nothing to say any more; the argument is the code of the reason."""


@dataclass(frozen=True)
class Letter:
    """A letter in words: subject, greeting, paragraphs, (label, value) facts, one button (label, address), attachments
    (name, media type, bytes); `closing` and `footer` are the workshop's own words. `invitation`: the appointment that goes
    into the reader's calendar with it, or out of it (see `notifications.invitations`)."""

    subject: str
    greeting: str
    paragraphs: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    button: tuple[str, str] | None = None
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list)
    closing: str = ""
    footer: str = ""
    invitation: Appointment | None = None


def customer_of(message: Message) -> Customer:
    """Whom it is for."""
    return session().get_one(Customer, (message.workshop_id, message.customer_id))


def contract_of(message: Message) -> Contract:
    """The contract it is about."""
    if message.contract_id is None:
        raise NotNeeded("contract_gone")
    return queries.get_contract_by_id(message.contract_id)


def line_of(message: Message) -> ContractLine:
    """The line it is about."""
    key = (message.workshop_id, message.payload["contract_line_id"])
    return session().get_one(ContractLine, key)


def dear(name: str) -> str:
    """The greeting."""
    return _("Good day %(name)s,", name=name)


def to_customer(customer: Customer) -> str:
    """The greeting of a customer: the workshop's own in this language, where it has one."""
    name = customer.contact_name or customer.name
    own = house_defaults().letter_greeting.get(language())
    return own.replace("{name}", name) if own else dear(name)


def dressed(letter: Letter) -> Letter:
    """A letter to a customer, with what the workshop's letters close with and say at their foot in this language."""
    own, code = house_defaults(), language()
    return replace(letter, closing=own.letter_closing.get(code, ""), footer=own.letter_footer.get(code, ""))


def things(contract: Contract) -> str:
    """What a contract is about, each product once."""
    return ", ".join(dict.fromkeys(words(line.product.name) for line in contract.lines))


def when(instant: datetime | None, zone: str) -> str:
    """A day and an hour, as a letter says them."""
    if instant is None:
        return _("without an end")
    return f"{long_day(instant, zone)}, {clock.local(instant, zone):%H:%M}"


def thing_fact(line: ContractLine) -> tuple[str, str]:
    """What a letter about one thing is about."""
    return _("What"), amendments.thing(line)


def see(contract: Contract) -> tuple[str, str]:
    """The button under a letter about a contract."""
    return _("See the contract"), offer_url(contract)


def one_act(label: str, about: Contract | ContractLine, operation: str) -> tuple[str, str]:
    """The button under a letter that is about one thing to do: its signed link does this and nothing else."""
    return label, act_url(about, operation)


def happened(message: Message) -> Event:
    """The event that set the letter off."""
    return session().get_one(Event, (message.workshop_id, message.payload["event_id"]))


def act_of(message: Message, *operations: str) -> ContractAct | None:
    """The act that the letter's event belongs to: written down in the same breath, after it."""
    found = select(ContractAct).where(
        ContractAct.contract_id == message.contract_id,
        ContractAct.operation.in_(operations),
        ContractAct.at >= happened(message).at,
    )
    line_id = message.payload.get("contract_line_id")
    if line_id is not None and "swap" not in operations and "change_plan" not in operations:
        found = found.where(or_(ContractAct.contract_line_id.is_(None), ContractAct.contract_line_id == line_id))
    return session().scalars(found.order_by(ContractAct.id).limit(1)).first()


def must_act(message: Message, *operations: str) -> ContractAct:
    """The same, where a letter without its act has nothing to say."""
    act = act_of(message, *operations)
    if act is None:
        raise NotNeeded("nothing_to_say")
    return act


def attached(*papers: ContractDocument | None) -> list[tuple[str, str, bytes]]:
    """Papers as they go with a letter."""
    return [(paper.file.name, "application/pdf", files.read(paper.file)) for paper in papers if paper is not None]


def change_facts(contract: Contract, act: ContractAct) -> list[tuple[str, str]]:
    """What an act changed, and what money it brought."""
    change = amendments.change_of(contract, act)
    rows = [(what, f"{before} → {after}" if before else after) for what, before, after in change.rows]
    return rows + money_facts(contract, act)


def money_facts(contract: Contract, act: ContractAct) -> list[tuple[str, str]]:
    """What an act charged and gave back, with the reason of each."""
    return [(what, f"{amount} ({why})" if why else amount) for what, why, amount in amendments.money_of(contract, act)]


def known(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The facts that say something."""
    return [(label, value) for label, value in facts if value]
