"""Reads about endpoints and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload

from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

# A receiver that is away for an hour is nobody's worry: each call is tried again for three days.
_WORRIES = timedelta(days=1)
_TROUBLED = or_(
    WebhookEndpoint.status == "disabled",
    (WebhookEndpoint.status == "on") & (WebhookEndpoint.failing_since < func.now() - _WORRIES),
)
IN_TROUBLE = exists(select(WebhookEndpoint.id).where(_TROUBLED))


def in_trouble() -> Sequence[WebhookEndpoint]:
    """The endpoints that somebody must see to: disabled, or taking nothing for a day; by name."""
    wanted = select(WebhookEndpoint).where(_TROUBLED)
    return session().scalars(wanted.order_by(WebhookEndpoint.name, WebhookEndpoint.id)).all()


def count_by_status() -> Mapping[str, int]:
    """How many endpoints of the workshop stand how; every way is named."""
    counted = select(WebhookEndpoint.status, func.count()).group_by(WebhookEndpoint.status)
    known = {status: number for status, number in session().execute(counted)}
    return dict.fromkeys(WebhookEndpoint.__states__["status"], 0) | known


def list_endpoints() -> Sequence[WebhookEndpoint]:
    """All endpoints of the workshop, by name."""
    return session().scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.name, WebhookEndpoint.id)).all()


def get_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """An endpoint; refuses with NotFound."""
    found = session().scalars(select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)).first()
    if found is None:
        raise NotFound("not_found")
    return found


def get_delivery(delivery_id: int) -> WebhookDelivery:
    """A delivery with its endpoint and fact; refuses with NotFound."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.id == delivery_id)
    wanted = wanted.options(joinedload(WebhookDelivery.endpoint), joinedload(WebhookDelivery.event))
    found = session().scalars(wanted).first()
    if found is None:
        raise NotFound("not_found")
    return found


def deliveries_of(endpoint: WebhookEndpoint, status: str = "", most: int = 100) -> Sequence[WebhookDelivery]:
    """The latest deliveries of an endpoint, newest first; in one state, or in any with ''."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id)
    if status:
        wanted = wanted.where(WebhookDelivery.status == status)
    wanted = wanted.options(joinedload(WebhookDelivery.event))
    return session().scalars(wanted.order_by(WebhookDelivery.event_id.desc()).limit(most)).all()


def attempts_of(delivery: WebhookDelivery) -> Sequence[WebhookAttempt]:
    """The calls of a delivery, in order."""
    wanted = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery.id)
    return session().scalars(wanted.order_by(WebhookAttempt.id)).all()


def count_by_state(endpoint: WebhookEndpoint) -> dict[str, int]:
    """How many deliveries are in each state."""
    counted = select(WebhookDelivery.status, func.count()).where(WebhookDelivery.endpoint_id == endpoint.id)
    return {status: number for status, number in session().execute(counted.group_by(WebhookDelivery.status))}
