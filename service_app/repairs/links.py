"""The signed link a customer gets: it opens one case, its steps, its quote and its papers. The workshop stands inside the
token, so that a link of one workshop opens nothing at another."""

from __future__ import annotations

from datetime import timedelta

from service_app.core import clock, links
from service_app.core.errors import NotFound
from service_app.repairs.models import RepairCase
from service_app.workshops.queries import get_workshop

REPAIR = "repair"
AFTERWARDS = timedelta(days=180)


def token_of(case: RepairCase) -> str:
    """The token that opens a case."""
    return links.sign(REPAIR, case.workshop_id, case.id)


def case_url(case: RepairCase) -> str:
    """The address at which the customer follows their repair and answers its quote."""
    return links.absolute(f"/{get_workshop(case.workshop_id).slug}/repair/{token_of(case)}")


def is_over(case: RepairCase) -> bool:
    """Whether the link opens nothing any more: half a year after the end, and not before its guarantee is over."""
    if case.ended_at is None or case.ended_at + AFTERWARDS > clock.now():
        return False
    return case.guarantee_until is None or case.guarantee_until < clock.now().date()


def read_case(token: str, workshop_id: int) -> int:
    """The id of the case of a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(REPAIR, token)
    if len(ids) != 2 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1]
