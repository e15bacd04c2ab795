"""The signed link by which a customer chooses, changes and cancels; the workshop stands inside the token."""

from __future__ import annotations

from service_app.core import links
from service_app.core.errors import NotFound
from service_app.takebacks.models import Takeback
from service_app.workshops.queries import get_workshop

TAKEBACK = "takeback"


def token_of(takeback: Takeback) -> str:
    """The token that opens a take-back."""
    return links.sign(TAKEBACK, takeback.workshop_id, takeback.id)


def takeback_url(takeback: Takeback) -> str:
    """The address at which the customer follows it."""
    return links.absolute(f"/{get_workshop(takeback.workshop_id).slug}/take-back/{token_of(takeback)}")


def read_takeback(token: str, workshop_id: int) -> int:
    """The id of the take-back of a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(TAKEBACK, token)
    if len(ids) != 2 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1]
