"""The signed links about appointments: limited to one appointment, one place on the waiting list, one draft, one calendar. The
workshop stands inside the token, so that a link of one workshop opens nothing at another."""

from __future__ import annotations

from service_app.bookings.models import Appointment, BookingDraft, Resource, WaitingEntry
from service_app.core import links
from service_app.core.errors import NotFound
from service_app.workshops.queries import get_workshop

VISIT, WAIT, DRAFT, FEED = "visit", "waiting", "booking", "feed"


def visit_token(appointment: Appointment) -> str:
    """The token of the customer's page of an appointment."""
    return links.sign(VISIT, appointment.workshop_id, appointment.id)


def visit_url(appointment: Appointment) -> str:
    """Where the customer sees, moves and cancels it."""
    return _address(appointment.workshop_id, "visit", visit_token(appointment))


def waiting_token(entry: WaitingEntry) -> str:
    """The token of somebody's place on the waiting list."""
    return links.sign(WAIT, entry.workshop_id, entry.id)


def waiting_url(entry: WaitingEntry) -> str:
    """Where somebody takes what is offered, or waits no longer."""
    return _address(entry.workshop_id, "waiting", waiting_token(entry))


def draft_token(draft: BookingDraft) -> str:
    """The token of what somebody answered so far."""
    return links.sign(DRAFT, draft.workshop_id, draft.id)


def feed_url(resource: Resource) -> str:
    """The secret address of a calendar; renewed by a higher round."""
    token = links.sign(FEED, resource.workshop_id, resource.id, resource.feed_round)
    return _address(resource.workshop_id, "calendar", f"{token}.ics")


def read(act: str, token: str, workshop_id: int) -> int:
    """The id in a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(act, token)
    if len(ids) != 2 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1]


def read_feed(token: str, workshop_id: int) -> tuple[int, int]:
    """(resource id, round) of a calendar's token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(FEED, token)
    if len(ids) != 3 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1], ids[2]


def _address(workshop_id: int, room: str, token: str) -> str:
    return links.absolute(f"/{get_workshop(workshop_id).slug}/{room}/{token}")
