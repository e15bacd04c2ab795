"""The signed link a customer gets with a promise: it opens one order; and the one another member's driver gets, who rides a
round for us: it opens that round until the day after it. The workshop stands inside the token."""

from __future__ import annotations

from service_app.core import links
from service_app.core.errors import NotFound
from service_app.rounds.models import Round, TransportOrder
from service_app.workshops.queries import get_workshop

STOP, SHARED = "stop", "round"


def token_of(order: TransportOrder) -> str:
    """The token that opens an order."""
    return links.sign(STOP, order.workshop_id, order.id)


def order_url(order: TransportOrder) -> str:
    """Where the customer says that they are not home, or leaves a note."""
    return links.absolute(f"/{get_workshop(order.workshop_id).slug}/stop/{token_of(order)}")


def shared_url(ride: Round) -> str:
    """Where the driver of another member finds what they need of a round, and nothing more."""
    return links.absolute(
        f"/{get_workshop(ride.workshop_id).slug}/round/{links.sign(SHARED, ride.workshop_id, ride.id)}"
    )


def read(token: str, workshop_id: int, act: str = STOP) -> int:
    """The id of the order (or round) of a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(act, token)
    if len(ids) != 2 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1]
