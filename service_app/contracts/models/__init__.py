"""Contracts, lines, signatures, hand-overs, inspections, documents, proposals."""

from service_app.contracts.models.agreements import (
    END_REASONS,
    Contract,
    ContractAct,
    ContractHolder,
    ContractLine,
    Outage,
    Pause,
    ServiceStretch,
)
from service_app.contracts.models.papers import (
    DOCUMENT_KINDS,
    Contest,
    ContractDocument,
    Damage,
    Handover,
    Inspection,
    Signature,
)
from service_app.contracts.models.running import Proposal, Setback

__all__ = [
    "DOCUMENT_KINDS",
    "END_REASONS",
    "Contest",
    "Contract",
    "ContractAct",
    "ContractDocument",
    "ContractHolder",
    "ContractLine",
    "Damage",
    "Handover",
    "Inspection",
    "Outage",
    "Pause",
    "Proposal",
    "ServiceStretch",
    "Setback",
    "Signature",
]
