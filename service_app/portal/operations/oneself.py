"""What a customer settles about themself: language, messages, consent. The rows are those of `customers`, the act is the
customer's own and needs no right of staff."""

from __future__ import annotations

from dataclasses import replace

from service_app.core import events, versions
from service_app.core.access import Actor
from service_app.core.errors import Invalid
from service_app.core.i18n import LANGUAGES
from service_app.customers import operations as customers
from service_app.customers.models import Customer

_RIGHTS = frozenset({"customer:write"})


def choose_language(actor: Actor, person: Customer, language: str) -> None:
    """The language of pages and letters. Refuses one that is not spoken. Leaves customer.changed."""
    if language not in LANGUAGES:
        raise Invalid("choice.unknown", field="language", value=language)
    _change(actor, person, "language", language)


def choose_messages(actor: Actor, person: Customer, *, wants_reminders: bool, wants_news: bool) -> None:
    """Reminders or none (what a contract needs is always sent), and the consent to news. Leaves customer.changed and
    customer.consented for what is different from before."""
    _change(actor, person, "wants_reminders", wants_reminders)
    standing = customers.open_consent(person, "news")
    if wants_news and standing is None:
        customers.give_consent(_about_oneself(actor), person, "news", "web")
    elif not wants_news and standing is not None:
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
