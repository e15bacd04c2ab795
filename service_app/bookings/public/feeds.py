"""Calendars to subscribe to, by a secret address: who has it sees it, without signing in, because calendars cannot."""

from __future__ import annotations

import hashlib

from flask import Response, request

from service_app.bookings import calendars, links, queries
from service_app.bookings.public.shared import pages
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.web import current, without_cookie


@pages.get("/calendar/<token>.ics")
@needs(None)
@without_cookie
def feed(token: str) -> Response:
    """The calendar of a person, a bench or a vehicle. Asked with the tag of what is known, it answers 304."""
    resource_id, feed_round = links.read_feed(token, current().workshop.id)
    resource = queries.get_resource(resource_id)
    if resource.feed_round != feed_round:
        raise NotFound("link.gone")
    content = calendars.feed(resource, current().workshop)
    answer = Response(content, content_type=calendars.MEDIA_TYPE, headers={"Cache-Control": "private, max-age=300"})
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
