"""The workshop's account for text messages: by whom, to where, for how much."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service_app.core import events, outgoing, sealed, versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.notifications import choosing, numbers
from service_app.notifications.channel_models import SmsAccount
from service_app.notifications.providers import PROVIDERS
from service_app.notifications.texting import SECRET
from service_app.workshops.models import Workshop

_SENDER = re.compile(r"^(\+[1-9]\d{6,14}|[A-Za-z0-9 ]{1,11})$")
MOST = {"daily_count": 10_000, "daily_cents": 100_000, "cents_per_segment": 1000}


@dataclass(frozen=True)
class SmsFacts:
    """What is known of the account; an empty secret leaves the one there is. `local`: this house calls its own machine."""

    provider: str
    url: str
    username: str
    secret: str
    sender: str
    countries: tuple[str, ...]
    daily_count: int | None
    daily_cents: int | None
    cents_per_segment: int | None
    is_on: bool
    local: bool = False


def change(actor: Actor, workshop: Workshop, seen: int, facts: SmsFacts) -> SmsAccount:
    """Another account from now on. Refuses `sms.provider`, `sms.sender`, `sms.key_again` (secret), `webhook.address`,
    `choice.unknown` (countries), `number.out_of_range`, each on its field, and a stale version. Leaves workshop.changed."""
    actor.must("settings:write")
    _check(facts)
    row = choosing.sms_account()
    if row is not None:
        versions.take(row, seen)
    elif seen:
        raise Conflict("version.stale", thing="sms_account", version=0)
    if row is not None and row.secret_sealed and not facts.secret and _is_another(row, facts):
        raise Invalid("sms.key_again", field="secret")
    row = row or SmsAccount()
    for name in ("provider", "url", "username", "sender", "daily_count", "daily_cents", "cents_per_segment", "is_on"):
        setattr(row, name, getattr(facts, name))
    row.countries = [code for code in numbers.COUNTRIES if code in facts.countries]
    if facts.secret:
        row.secret_sealed = sealed.seal(SECRET, facts.secret)
    session().add(row)
    session().flush()
    events.record("workshop.changed", actor, [workshop], {"fields": ["sms_account"]})
    return row


def _is_another(row: SmsAccount, facts: SmsFacts) -> bool:
    """Whether the kept key would be told to somebody else than it was given for: who may not read it would be sent it."""
    return (row.provider, row.url, row.username) != (facts.provider, facts.url, facts.username)


def _check(facts: SmsFacts) -> None:
    shape = PROVIDERS.get(facts.provider)
    if shape is None or not (facts.url or shape.url):
        raise Invalid("sms.provider", field="provider" if shape is None else "url")
    if facts.url:
        try:
            outgoing.parse(facts.url, local=facts.local)
        except outgoing.NotToCall as error:
            raise Invalid("webhook.address", field="url") from error
    if not _SENDER.match(facts.sender):
        raise Invalid("sms.sender", field="sender")
    if not facts.countries or not set(facts.countries) <= set(numbers.COUNTRIES):
        raise Invalid("choice.unknown", field="countries")
    for name, most in MOST.items():
        number = getattr(facts, name)
        if number is None or not 0 <= number <= most:
            raise Invalid("number.out_of_range", field=name, least=0, most=most)
