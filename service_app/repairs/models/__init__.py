"""Cases and their things, quotes, and what happens at the bench."""

from service_app.repairs.models.bench import MOVE_KINDS, TASKS, Part, PartMove, PartUse, WorkTime
from service_app.repairs.models.cases import (
    BARRIERS,
    COVERAGES,
    HERE,
    OCCASIONS,
    OUTCOMES,
    WAYS,
    CustomerThing,
    RepairCase,
    RepairPhoto,
    RepairTerms,
)
from service_app.repairs.models.claims import REMEDIES, SupplierClaim
from service_app.repairs.models.quotes import RepairQuote

__all__ = [
    "BARRIERS", "COVERAGES", "HERE", "MOVE_KINDS", "OCCASIONS", "OUTCOMES", "REMEDIES", "TASKS", "WAYS",
    "CustomerThing", "Part", "PartMove", "PartUse", "RepairCase", "RepairPhoto", "RepairQuote", "RepairTerms",
    "SupplierClaim", "WorkTime",
]  # fmt: skip
