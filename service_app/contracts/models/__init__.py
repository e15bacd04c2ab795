"""Contracts, lines, signatures, hand-overs, inspections, documents."""

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
    ContractDocument,
    Damage,
    Handover,
    Inspection,
    Signature,
)

__all__ = [
    "DOCUMENT_KINDS",
    "END_REASONS",
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
    "ServiceStretch",
    "Signature",
]
