"""The signed link a customer gets: it opens one visit of care. The workshop stands inside the token."""

from __future__ import annotations

from service_app.core import links
from service_app.core.errors import NotFound
from service_app.workorders.models import CareVisit
from service_app.workshops.queries import get_workshop

CARE = "care"


def token_of(visit: CareVisit) -> str:
    """The token that opens a visit."""
    return links.sign(CARE, visit.workshop_id, visit.id)


def visit_url(visit: CareVisit) -> str:
    """Where the customer chooses how it is looked after."""
    return links.absolute(f"/{get_workshop(visit.workshop_id).slug}/look-after/{token_of(visit)}")


def read_visit(token: str, workshop_id: int) -> int:
    """The id of the visit of a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(CARE, token)
    if len(ids) != 2 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1]
