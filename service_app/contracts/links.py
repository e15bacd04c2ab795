"""The signed links a customer gets: limited to one contract and one act. The workshop stands inside the token, so that a
link of one workshop opens nothing at another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service_app.contracts.models import Contract, ContractLine, Proposal
from service_app.core import clock, links
from service_app.core.errors import NotFound
from service_app.workshops.queries import get_workshop

OFFER = "offer"
ACT = "act"
AMENDMENT = "amendment"
# The acts a letter may carry a link for. The place of an act stands in links that are under way: add at the end only.
LINKED = (
    "extend", "report_outage", "read_meter", "swap", "resume", "keep_plan", "withdraw_notice", "renew", "do_not_renew",
    "call_off", "contest",
)  # fmt: skip
ACT_LASTS = timedelta(days=30)


def proposal_url(proposal: Proposal) -> str:
    """The address at which the customer reads and signs one amendment."""
    token = links.sign(AMENDMENT, proposal.workshop_id, proposal.id)
    return links.absolute(f"/{get_workshop(proposal.workshop_id).slug}/amend/{token}")


def read_proposal(token: str, workshop_id: int) -> int:
    """The id of the proposal of a token of this workshop. Refuses any other with NotFound `link.unknown`."""
    ids = links.read(AMENDMENT, token)
    if len(ids) != 2 or ids[0] != workshop_id:
        raise NotFound("link.unknown")
    return ids[1]


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


@dataclass(frozen=True)
class LinkedAct:
    """What a signed link opens: one act on one line, or on the contract as a whole (position None)."""

    operation: str
    contract_id: int
    position: int | None


def act_url(about: Contract | ContractLine, operation: str) -> str:
    """The address at which the customer does this one act on this one line, or contract, without signing in, for thirty
    days. Whether it is still possible is asked of the decision table when it is opened."""
    until = int((clock.now() + ACT_LASTS).timestamp())
    contract_id, position = (about.id, 0) if isinstance(about, Contract) else (about.contract_id, about.position)
    token = links.sign(ACT, about.workshop_id, LINKED.index(operation), contract_id, position, until)
    return links.absolute(f"/{get_workshop(about.workshop_id).slug}/my/do/{token}")


def read_act(token: str, workshop_id: int) -> LinkedAct:
    """What a token of this workshop opens. Refuses any other with NotFound `link.unknown`, an old one with `link.gone`."""
    ids = links.read(ACT, token)
    if len(ids) != 5 or ids[0] != workshop_id or ids[1] >= len(LINKED):
        raise NotFound("link.unknown")
    if ids[4] <= clock.now().timestamp():
        raise NotFound("link.gone")
    return LinkedAct(LINKED[ids[1]], ids[2], ids[3] or None)
