"""One delivery: what is sent, and what becomes of it after an answer."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from service_app.core import clock, events, states
from service_app.core.access import WORKER
from service_app.core.db import append, current_workshop_id, session
from service_app.core.events import Event, EventAbout
from service_app.core.outgoing import Answer
from service_app.webhooks import queries, signing
from service_app.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from service_app.workshops.queries import get_workshop

# How long after each failed call the next one comes: ten calls over three days, as Standard Webhooks proposes.
WAITS = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
LONGEST_WAIT = timedelta(hours=24)
PATIENCE = timedelta(days=5)
TEST = "webhook.tested"


@dataclass(frozen=True)
class Call:
    """What to send where."""

    url: str
    body: bytes
    headers: dict[str, str]


def message_id(delivery: WebhookDelivery) -> str:
    """The id of a delivery: the same at each attempt and each replay."""
    return f"evt_{delivery.event_id}_{delivery.endpoint_id}"


def body_of(event: Event) -> bytes:
    """The body: the fact's name and instant, and the ids of what it concerns. Nothing of a person, no figures, no words."""
    concerned = select(EventAbout).where(EventAbout.event_id == event.id)
    about = session().scalars(concerned.order_by(EventAbout.subject, EventAbout.subject_id)).all()
    told = {
        "type": event.name,
        "timestamp": event.at.isoformat(),
        "data": {
            "workshop": get_workshop(current_workshop_id()).slug,
            "event_id": event.id,
            "about": [{"kind": thing.subject, "id": thing.subject_id} for thing in about],
        },
    }
    return json.dumps(told, separators=(",", ":")).encode()


def prepare(delivery_id: int) -> Call | timedelta | None:
    """The call to make now; or for how long the receiver asked not to be called, all its deliveries together and not the one it
    refused alone; or None when it is not wanted any more: ended, or its endpoint does not listen. A test is one call that a
    person waits for, and goes out."""
    delivery = queries.get_delivery(delivery_id)
    if delivery.status != "waiting":
        return None
    if delivery.endpoint.status != "on":
        _end(delivery, "skipped")
        return None
    held = delivery.endpoint.not_before
    if held is not None and held > clock.now() and delivery.event.name != TEST:
        return _spread(held - clock.now())
    body = body_of(delivery.event)
    signed = signing.headers(signing.valid_secrets(delivery.endpoint), message_id(delivery), clock.now(), body)
    named = {"Content-Type": "application/json", "User-Agent": "Ronde-Webhooks/1"}
    return Call(delivery.endpoint.url, body, named | signed)


def settle(delivery_id: int, answer: Answer, attempt: int) -> timedelta | None:
    """Write down an answer to the `attempt`-th call (from 1), and what follows from it for the delivery and its endpoint; how
    long to wait before the next call, None when there is none. Leaves webhook.disabled when the endpoint is given up."""
    delivery = queries.get_delivery(delivery_id)
    endpoint = delivery.endpoint
    session().refresh(endpoint, with_for_update={"of": WebhookEndpoint})
    append(
        WebhookAttempt, delivery_id=delivery_id, outcome=answer.outcome, code=answer.code, detail=answer.detail,
        milliseconds=answer.milliseconds, created_at=clock.now(),
    )  # fmt: skip
    if answer.outcome == "taken":
        endpoint.last_taken_at = clock.now()
        if endpoint.status == "on":  # since when a disabled one missed things is asked once it is switched on again
            endpoint.failing_since = None
        _end(delivery, "taken")
        return None
    endpoint.failing_since = endpoint.failing_since or clock.now()
    if answer.wait_seconds:
        until = clock.now() + _asked(answer)
        endpoint.not_before = max(endpoint.not_before or until, until)
    reason = _given_up(endpoint, answer)
    if reason is not None and endpoint.status == "on":
        endpoint.reason = reason
        states.move(endpoint, "disabled")
        events.record("webhook.disabled", WORKER, [endpoint], {"reason": reason})
    if reason is not None or attempt > len(WAITS):
        _end(delivery, "failed")
        return None
    return _wait(attempt, answer)


def _given_up(endpoint: WebhookEndpoint, answer: Answer) -> str | None:
    if answer.outcome == "gone":
        return "gone"
    since = endpoint.failing_since
    return "failing" if since is not None and clock.now() - since >= PATIENCE else None


def _wait(attempt: int, answer: Answer) -> timedelta:
    """The planned wait, or what the other side asked for when that is longer, a day at most; up to a fifth more by chance, so
    that what waits together does not come back as one burst."""
    return _spread(max(WAITS[attempt - 1], _asked(answer)))


def _asked(answer: Answer) -> timedelta:
    return min(timedelta(seconds=answer.wait_seconds or 0), LONGEST_WAIT)


def _spread(wait: timedelta) -> timedelta:
    return wait * random.uniform(1, 1.2)


def _end(delivery: WebhookDelivery, status: str) -> None:
    if delivery.status == "waiting":
        delivery.ended_at = clock.now()
        states.move(delivery, status)
