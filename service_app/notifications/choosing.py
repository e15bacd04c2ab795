"""By which way a message goes, and whether at all: the one place where audience, preference, consent and quiet hours are
looked at, and it is asked when the message would go, never before.

Order: whom it is for; what the customer does without (consent for news, reminders); the channel chosen for the topic, if the
workshop has it and the customer can be reached by it, else e-mail, else what reaches them; then the hour.

A customer chooses a channel for each topic, not for each of sixty kinds: nobody reads sixty switches, a kind that is new
next month falls under an answer they gave already, and the choice is one they can name ("about my repair by text"). A topic
holds what has one reason to be told and one answer to "may I do without": where two kinds of a topic would differ in that,
the topic is wrong and is cut in two (so `safety` and `reminders` are apart from `visits`), and a test holds the table to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid
from service_app.core.events import Event
from service_app.customers.models import Consent, Customer
from service_app.notifications import numbers
from service_app.notifications.channel_models import MessageChoice, PushSubscription, SmsAccount
from service_app.notifications.kinds import KINDS, TOPICS, follows_the_customer
from service_app.notifications.models import Message
from service_app.notifications.quiet import quiet_until
from service_app.notifications.suppression import suppressed
from service_app.workshops.queries import get_workshop


@dataclass(frozen=True)
class Way:
    """A channel with the address it leads to; or the `reason` why the message does not go. `not_before`: it waits for the
    morning."""

    channel: str = "mail"
    address: str = ""
    reason: str | None = None
    not_before: datetime | None = None


def choose(message: Message) -> Way:
    """How a message goes now."""
    kind = KINDS[message.kind]
    if message.audience == "staff":
        return Way("mail", message.recipient)
    customer = session().get_one(Customer, (message.workshop_id, message.customer_id))
    reason = _unwanted(message, customer)
    if reason is not None:
        return Way(reason=reason)
    way = _reaching(kind.topic, customer, mail_address(message, customer))
    if way.reason is None and (kind.waits_for_morning or (kind.falls_due and _fell_due(message))):
        night = quiet_until(clock.now(), get_workshop(message.workshop_id).zone)
        return Way(way.channel, way.address, None, night)
    return way


def _fell_due(message: Message) -> bool:
    """Whether nobody did what a message tells: a day came, and with it what was agreed."""
    fact = session().get(Event, (message.workshop_id, message.payload.get("event_id", 0)))
    return fact is not None and fact.actor_kind == WORKER.kind


def mail_address(message: Message, customer: Customer | None) -> str:
    """The e-mail address a message goes to now, '' without one: the customer's as it stands, so that one put right is the
    one written to and one they gave up is not, except where the address was given with the fact (see `kinds`)."""
    if customer is None or message.audience == "staff" or not follows_the_customer(message.kind):
        return message.recipient
    return customer.email or ""


def _unwanted(message: Message, customer: Customer) -> str | None:
    kind = KINDS[message.kind]
    purpose = TOPICS[kind.topic].consent
    if purpose is not None and not _agreed(customer, purpose):
        return "no_consent"
    if kind.may_be_silenced and not customer.wants_reminders:
        return "not_wanted"
    return None


def _agreed(customer: Customer, purpose: str) -> bool:
    found = select(Consent.id).where(Consent.customer_id == customer.id, Consent.purpose == purpose)
    return session().scalars(found.where(Consent.withdrawn_at.is_(None))).first() is not None


def _reaching(topic: str, customer: Customer, recipient: str) -> Way:
    """The chosen way where it leads somewhere, else the first that does."""
    if len(TOPICS[topic].channels) == 1:  # no choice, no question
        return Way("mail", recipient) if recipient else Way(reason="no_address")
    wanted = chosen(customer).get(topic, "mail")
    is_silent = bool(recipient) and suppressed(recipient) is not None
    for channel in dict.fromkeys((wanted, "mail", *TOPICS[topic].channels)):
        address = _address(channel, customer, recipient) if channel in TOPICS[topic].channels else ""
        if address and not (channel == "mail" and is_silent):
            return Way(channel, address)
    # An address that is written to no more, and no other way: the letter fails, and somebody calls.
    return Way("mail", recipient) if recipient else Way(reason="no_address")


def _address(channel: str, customer: Customer, recipient: str) -> str:
    if channel == "mail":
        return recipient
    if channel == "sms":
        return (customer.phone or "") if takes_texts(customer) else ""
    return "push" if channel == "push" and takes_pushes(customer) else ""


def takes_texts(customer: Customer) -> bool:
    """Whether the workshop sends text messages to the country and kind of this number."""
    account = sms_account()
    return account is not None and account.is_on and numbers.is_mobile_in(customer.phone, account.countries)


def takes_pushes(customer: Customer) -> bool:
    """Whether a browser of the customer takes pushes."""
    found = select(PushSubscription.id).where(PushSubscription.customer_id == customer.id)
    return session().scalars(found.limit(1)).first() is not None


def sms_account() -> SmsAccount | None:
    """The workshop's account for text messages, or None."""
    return session().scalars(select(SmsAccount)).first()


def chosen(customer: Customer) -> dict[str, str]:
    """{topic: channel} of what a customer chose themself; what is not there goes by e-mail."""
    found = select(MessageChoice.topic, MessageChoice.channel).where(MessageChoice.customer_id == customer.id)
    return {topic: channel for topic, channel in session().execute(found)}


def offered(customer: Customer, topic: str) -> tuple[str, ...]:
    """The channels a customer may choose for a topic: those that lead to them, and `none` where it can be done without."""
    known = {
        "mail": bool(customer.email), "sms": takes_texts(customer), "push": takes_pushes(customer), "none": True,
    }  # fmt: skip
    return tuple(channel for channel in TOPICS[topic].channels if known[channel])


def keep_choice(customer: Customer, topic: str, channel: str) -> bool:
    """Write down by which channel a customer wants a topic; whether that is new. Refuses `choice.unknown` for what the
    topic does not have: what is necessary cannot be switched off, whatever a form says."""
    if topic not in TOPICS or channel not in TOPICS[topic].channels:
        raise Invalid("choice.unknown", field=topic, value=channel)
    if chosen(customer).get(topic, TOPICS[topic].channels[0]) == channel:
        return False
    values = {
        "workshop_id": current_workshop_id(), "customer_id": customer.id, "topic": topic, "channel": channel,
        "created_at": clock.now(),
    }  # fmt: skip
    statement = insert(MessageChoice).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["workshop_id", "customer_id", "topic"], set_={"channel": channel, "created_at": func.now()}
    )
    session().execute(statement, execution_options={"scoped_by_hand": True})
    return True
