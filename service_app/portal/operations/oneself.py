"""What a customer settles about themself: language, messages, consent. The rows are those of `customers`, the act is the
customer's own and needs no right of staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service_app.core import events, versions
from service_app.core.access import Actor
from service_app.core.errors import Invalid
from service_app.core.i18n import LANGUAGES
from service_app.customers import operations as customers
from service_app.customers.models import Customer
from service_app.notifications import choosing
from service_app.notifications.kinds import TOPICS

_RIGHTS = frozenset({"customer:write"})


def choose_language(actor: Actor, person: Customer, language: str) -> None:
    """The language of pages and letters. Refuses one that is not spoken. Leaves customer.changed."""
    if language not in LANGUAGES:
        raise Invalid("choice.unknown", field="language", value=language)
    _change(actor, person, "language", language)


def ways_of(person: Customer) -> dict[str, str]:
    """{topic: channel} of how they are told now: the reminders they do without and the consent to news are part of it."""
    found = {topic: choosing.chosen(person).get(topic, kind.channels[0]) for topic, kind in TOPICS.items()}
    if not person.wants_reminders:
        found["reminders"] = "none"
    elif found["reminders"] == "none":
        found["reminders"] = "mail"
    if customers.open_consent(person, "news") is None:
        found["news"] = "none"
    elif found["news"] == "none":
        found["news"] = "mail"
    return found


def choose_ways(actor: Actor, person: Customer, wanted: Mapping[str, str]) -> None:
    """By which way they want to be told each topic; without reminders, with or without news (GDPR 7(3): as easily taken back
    as given). Refuses `choice.unknown`: what is necessary cannot be switched off. Leaves customer.changed and
    customer.consented for what is different from before."""
    before = ways_of(person)
    changed = []
    for topic, channel in wanted.items():
        if before.get(topic) == channel:
            continue
        choosing.keep_choice(person, topic, channel)
        if topic == "reminders":
            _change(actor, person, "wants_reminders", channel != "none")
        elif topic == "news":
            _agree(actor, person, is_wanted=channel != "none")
        else:
            changed.append(topic)
    if changed:
        versions.take(person, None)
        events.record("customer.changed", actor, [person], {"fields": ["ways"], "topics": sorted(changed)})


def _agree(actor: Actor, person: Customer, *, is_wanted: bool) -> None:
    standing = customers.open_consent(person, "news")
    if is_wanted and standing is None:
        customers.give_consent(_about_oneself(actor), person, "news", "web")
    elif not is_wanted and standing is not None:
        customers.withdraw_consent(_about_oneself(actor), person, "news")


def withdraw_photos(actor: Actor, person: Customer) -> None:
    """No photos any more. Leaves customer.consented when a consent stood."""
    if customers.open_consent(person, "photos") is not None:
        customers.withdraw_consent(_about_oneself(actor), person, "photos")


def _change(actor: Actor, person: Customer, name: str, value: object) -> None:
    if getattr(person, name) == value:
        return
    versions.take(person, None)
    setattr(person, name, value)
    events.record("customer.changed", actor, [person], {"fields": [name]})


def _about_oneself(actor: Actor) -> Actor:
    """The customer with the right that a member of staff needs to write the same rows."""
    return replace(actor, permissions=actor.permissions | _RIGHTS)
