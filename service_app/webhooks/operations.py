"""What a workshop does with its endpoints."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, delete, func, select, text

from service_app.core import clock, ends, events, jobs, outgoing, states, versions
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import Event
from service_app.core.jobs import Job
from service_app.webhooks import words
from service_app.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from service_app.webhooks.signing import BOTH_SIGN

CHANNEL = "webhook"
JOB = "webhooks.send"
LONGEST_NAME = 80
LONGEST_URL = 500
MOST_ENDPOINTS = 10
DELIVERIES_STAY = timedelta(days=30)

_AGAIN = text("""
    WITH missed AS (
        UPDATE webhook_delivery SET status = 'waiting', round = round + 1, ended_at = NULL
         WHERE workshop_id = :workshop AND endpoint_id = :endpoint AND status IN ('failed', 'skipped') AND ended_at >= :since
        RETURNING id, round)
    INSERT INTO job (workshop_id, kind, dedupe_key, channel, payload, created_at)
    SELECT :workshop, :kind, 'delivery:' || id || ':' || round, :channel, jsonb_build_object('delivery_id', id), :at
      FROM missed
     ORDER BY id
""")


@dataclass(frozen=True)
class EndpointFacts:
    """What is known of an endpoint; `names` are the facts it wants, none: all that are on offer. `local` is whether this
    house lets addresses of its own machine be called (tests and development)."""

    name: str
    url: str
    names: Sequence[str] = ()
    local: bool = False


def create_endpoint(actor: Actor, facts: EndpointFacts) -> WebhookEndpoint:
    """A new endpoint, told what happens from now on. Refuses with a field `field.required` and `text.too_long` (name, url),
    `webhook.address`, `webhook.private` (url), `choice.unknown` (names); `webhook.enough`. Leaves webhook.created."""
    actor.must("settings:write")
    known = session().scalar(select(func.count()).select_from(WebhookEndpoint)) or 0
    if known >= MOST_ENDPOINTS:
        raise Conflict("webhook.enough", most=MOST_ENDPOINTS)
    endpoint = WebhookEndpoint(salt=secrets.token_hex(16))
    _write(endpoint, facts)
    session().add(endpoint)
    session().flush()
    events.record("webhook.created", actor, [endpoint])
    _begin_now(endpoint)
    return endpoint


def change_endpoint(actor: Actor, endpoint: WebhookEndpoint, seen: int | None, facts: EndpointFacts) -> None:
    """Another name, address or choice of facts; the secret stays. Refuses as `create_endpoint`, and a stale version. Leaves
    webhook.changed."""
    actor.must("settings:write")
    versions.take(endpoint, seen)
    if endpoint.url != facts.url:
        endpoint.not_before = None  # another receiver asked for that
    _write(endpoint, facts)
    events.record("webhook.changed", actor, [endpoint])


def _write(endpoint: WebhookEndpoint, facts: EndpointFacts) -> None:
    endpoint.name = _text(facts.name, "name", LONGEST_NAME)
    url = _text(facts.url, "url", LONGEST_URL)
    try:
        outgoing.parse(url, local=facts.local)
    except outgoing.NotToCall as error:
        if str(error) == "private":
            raise Invalid("webhook.private", field="url") from error
        raise Invalid("webhook.address", field="url") from error
    endpoint.url = url
    if not set(facts.names) <= set(words.OFFERED):
        raise Invalid("choice.unknown", field="names")
    endpoint.names = sorted(set(facts.names))


def _text(given: str, name: str, most: int) -> str:
    clean = " ".join(given.split())
    if not clean:
        raise Invalid("field.required", field=name)
    if len(clean) > most:
        raise Invalid("text.too_long", field=name, most=most)
    return clean


def _begin_now(endpoint: WebhookEndpoint) -> None:
    """What happened before, or while it did not listen, is not told."""
    session().flush()
    endpoint.settled_to = session().scalar(select(func.max(Event.id))) or 0
    endpoint.seen_to, endpoint.seen_before = endpoint.settled_to, 0


def switch_off(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """It is told nothing from now on; what is under way is not sent. Refuses a state that it cannot leave. Leaves
    webhook.changed."""
    actor.must("settings:write")
    states.move(endpoint, "off")
    events.record("webhook.changed", actor, [endpoint])


def switch_on(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """One that was switched off by somebody is told what happens from now on. One that was disabled is told what it missed
    too, as far back as deliveries stay: nobody here wished it to miss that. Refuses a state that it cannot leave. Leaves
    webhook.changed."""
    actor.must("settings:write")
    missed_since = (endpoint.failing_since or clock.now()) if endpoint.status == "disabled" else None
    states.move(endpoint, "on")
    endpoint.reason = endpoint.failing_since = endpoint.not_before = None
    events.record("webhook.changed", actor, [endpoint])
    if missed_since is None:
        _begin_now(endpoint)
    else:
        _go_on(endpoint, missed_since)


def _go_on(endpoint: WebhookEndpoint, missed_since: datetime) -> None:
    """The cursor stays where it was, so that the sweep makes the deliveries of what happened meanwhile, a batch at a time; what
    had its delivery and was not taken is asked for once more, under its id. In no promised order, as ever."""
    session().flush()
    too_old = select(func.max(Event.id)).where(Event.id > endpoint.settled_to, Event.at < clock.now() - DELIVERIES_STAY)
    endpoint.settled_to = max(endpoint.settled_to, session().scalar(too_old) or 0)
    values = {
        "workshop": current_workshop_id(), "endpoint": endpoint.id, "since": missed_since, "kind": JOB, "channel": CHANNEL,
        "at": clock.now(),
    }  # fmt: skip
    session().execute(_AGAIN, values, execution_options={"scoped_by_hand": True})
    jobs.nudge_afterwards(CHANNEL)


def renew_secret(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """A new secret; for a day the former one signs as well, so that the receiver can change over. Refuses with Conflict
    `secret.changing` another one within that day: the first would be cut off before it. Leaves webhook.secret_renewed."""
    actor.must("settings:write")
    versions.take(endpoint, None)
    if endpoint.former_until is not None and endpoint.former_until > clock.now():
        raise Conflict("secret.changing", until=endpoint.former_until)
    endpoint.secret_round += 1
    endpoint.former_until = clock.now() + BOTH_SIGN
    events.record("webhook.secret_renewed", actor, [endpoint])


def end_former_secret(actor: Actor, endpoint: WebhookEndpoint) -> None:
    """The former secret signs no more, although its day is not over: who has it may be somebody it was not meant for. Nothing
    happens where none signs beside the present one. Leaves webhook.former_secret_ended."""
    actor.must("settings:write")
    versions.take(endpoint, None)
    if endpoint.former_until is None or endpoint.former_until <= clock.now():
        return
    endpoint.former_until = None
    events.record("webhook.former_secret_ended", actor, [endpoint])


def send_test(actor: Actor, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A fact that says nothing, for this endpoint alone, whatever it chose. Refuses with `webhook.off` one that does not
    listen. Leaves webhook.tested."""
    actor.must("settings:write")
    if endpoint.status != "on":
        raise Conflict("webhook.off")
    event_id = events.record("webhook.tested", actor, [endpoint])
    delivery = WebhookDelivery(endpoint_id=endpoint.id, event_id=event_id)
    session().add(delivery)
    session().flush()
    _ask_for(delivery)
    return delivery


def replay(actor: Actor, delivery: WebhookDelivery) -> None:
    """Deliver it once more, under the id it had. Refuses with `webhook.off` when its endpoint does not listen, and what is
    under way already."""
    actor.must("settings:write")
    if delivery.endpoint.status != "on":
        raise Conflict("webhook.off")
    delivery.round += 1
    delivery.ended_at = None
    states.move(delivery, "waiting")
    _ask_for(delivery)


def _ask_for(delivery: WebhookDelivery) -> None:
    jobs.enqueue(JOB, channel=CHANNEL, payload={"delivery_id": delivery.id}, dedupe_key=_key(delivery))


def _key(delivery: WebhookDelivery) -> str:
    return f"delivery:{delivery.id}:{delivery.round}"


def _give_up(payload: Mapping[str, Any]) -> None:
    """A delivery whose job gave up, or was set aside, has failed, and so can be sent anew; one that was asked for once more
    since is left to that job."""
    _fail_left_behind(_of(payload))


def end_left_behind(limit: int = 200) -> int:
    """End, in the current workshop, the deliveries that wait although no job brings them any more: who ended the job died before
    that followed, or the job is gone. Asked for anew they go under their id, so none is in doubt; how many."""
    here = current_workshop_id()
    waiting = select(cast(WebhookDelivery.id, String))
    waiting = waiting.where(WebhookDelivery.workshop_id == here, WebhookDelivery.status == "waiting")
    # EXCEPT goes through both once, however many they are.
    brought = select(Job.payload["delivery_id"].astext).where(Job.workshop_id == here, _AT_IT)
    ids = sorted(map(int, session().scalars(waiting.except_(brought).limit(limit))))
    return sum(_fail_left_behind(_of({"delivery_id": found_id})) for found_id in ids)


_AT_IT = (Job.kind == JOB) & Job.state.in_(("ready", "leased"))


def _fail_left_behind(delivery: WebhookDelivery | None) -> bool:
    """Whether it waited in vain, and failed so. It is locked: only then is it sure that nobody brings it."""
    if delivery is None or delivery.status != "waiting":
        return False
    if session().scalar(select(Job.id).where(_AT_IT, Job.dedupe_key == _key(delivery))) is not None:
        return False
    delivery.ended_at = clock.now()
    states.move(delivery, "failed")
    session().flush()
    return True


def _begin_again(payload: Mapping[str, Any]) -> None:
    """Its job is run again, and finds it waiting."""
    delivery = _of(payload)
    if delivery is not None and delivery.status == "failed":
        delivery.ended_at = None
        states.move(delivery, "waiting")


def _of(payload: Mapping[str, Any]) -> WebhookDelivery | None:
    key = (current_workshop_id(), int(payload.get("delivery_id", 0)))
    return session().get(WebhookDelivery, key, with_for_update={"of": WebhookDelivery})


ends.say(JOB, given_up=_give_up, again=_begin_again)


def forget_old() -> int:
    """Deliveries that ended thirty days ago, with their attempts; the number of them."""
    old = clock.now() - DELIVERIES_STAY
    gone = select(WebhookDelivery.id).where(WebhookDelivery.created_at < old, WebhookDelivery.status != "waiting")
    ids = list(session().scalars(gone.limit(5000)))
    for model, column in ((WebhookAttempt, WebhookAttempt.delivery_id), (WebhookDelivery, WebhookDelivery.id)):
        session().execute(delete(model).where(column.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)
