"""The signed links a customer gets: limited to one contract and one act. The workshop stands inside the token, so that a
link of one workshop opens nothing at another."""

from __future__ import annotations

from service_app.contracts.models import Contract
from service_app.core import links
from service_app.core.errors import NotFound
from service_app.workshops.queries import get_workshop

OFFER = "offer"


def offer_token(contract: Contract) -> str:
    """The token that opens this round of the offer."""
    return links.sign(OFFER, contract.workshop_id, contract.id, contract.offer_round)


def offer_url(contract: Contract) -> str:
    """The address at which the customer reads and signs this round of the offer, and reads the contract afterwards."""
    return links.absolute(f"/{get_workshop(contract.workshop_id).slug}/sign/{offer_token(contract)}")


def read_offer(token: str, workshop_id: int) -> tuple[int, int]:
    """(contract id, round) of a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(OFFER, token)
    if len(ids) != 3 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1], ids[2]
