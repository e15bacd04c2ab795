"""From facts to deliveries: what happened past an endpoint's cursor, each time the sweep comes by."""

from __future__ import annotations

from sqlalchemy import func, select, text

from service_app.core import clock, jobs
from service_app.core.db import current_workshop_id, session
from service_app.core.events import Event
from service_app.webhooks import words
from service_app.webhooks.models import WebhookEndpoint
from service_app.webhooks.operations import CHANNEL, JOB

MOST = 500

_GATHER = text("""
    WITH made AS (
        INSERT INTO webhook_delivery (workshop_id, endpoint_id, event_id, created_at)
        SELECT e.workshop_id, :endpoint, e.id, :at
          FROM event e
         WHERE e.workshop_id = :workshop AND e.id > :settled_to AND e.name = ANY(:names)
           AND NOT EXISTS (SELECT 1 FROM webhook_delivery d
                            WHERE d.workshop_id = e.workshop_id AND d.endpoint_id = :endpoint AND d.event_id = e.id)
         ORDER BY e.id
         LIMIT :most
            ON CONFLICT DO NOTHING
        RETURNING id)
    INSERT INTO job (workshop_id, kind, dedupe_key, channel, payload, created_at)
    SELECT :workshop, :kind, 'delivery:' || made.id || :round, :channel, jsonb_build_object('delivery_id', made.id), :at
      FROM made
""")
# A transaction with a number below `begun` may still write facts with ids that were passed; one below `over` is over.
_BEGUN = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").execution_options(scoped_by_hand=True)
_OVER = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").execution_options(scoped_by_hand=True)


def listening() -> list[int]:
    """The workshops that have an endpoint which listens. Needs the platform's scope of the worker's role."""
    return list(session().scalars(select(WebhookEndpoint.workshop_id).where(WebhookEndpoint.status == "on").distinct()))


def gather() -> int:
    """Make the deliveries of the current workshop's endpoints; the number made. An endpoint that another sweep is at is left
    to it."""
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.status == "on").order_by(WebhookEndpoint.id)
    made = sum(_gather_for(endpoint) for endpoint in session().scalars(wanted.with_for_update(skip_locked=True)).all())
    if made:
        jobs.nudge_afterwards(CHANNEL)
    return made


def _gather_for(endpoint: WebhookEndpoint) -> int:
    """Read anew from the settled cursor on; settle what was seen last time once all that was in flight then is over."""
    is_over = endpoint.seen_to > endpoint.settled_to and int(session().scalar(_OVER)) >= endpoint.seen_before
    last = session().scalar(select(func.max(Event.id)).where(Event.id > endpoint.settled_to))
    if last is None:
        return 0
    values = {
        "workshop": current_workshop_id(), "endpoint": endpoint.id, "settled_to": endpoint.settled_to, "at": clock.now(),
        "names": endpoint.names or list(words.OFFERED), "most": MOST, "kind": JOB, "channel": CHANNEL, "round": ":1",
    }  # fmt: skip
    done = session().execute(_GATHER, values, execution_options={"scoped_by_hand": True})
    made = int(done.rowcount)  # type: ignore[attr-defined]
    if made >= MOST:
        return made  # there is more: the cursor stays until all of it has its delivery
    if is_over:
        endpoint.settled_to = endpoint.seen_to
    if is_over or endpoint.seen_to <= endpoint.settled_to:
        endpoint.seen_to, endpoint.seen_before = last, int(session().scalar(_BEGUN))
    return made
