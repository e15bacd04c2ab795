"""Who pays for a repair: pure, the first rule that holds.

    1. the repair guarantee: the same thing was repaired here, and that repair's guarantee still runs    the workshop
    2. a contract: the thing is the workshop's and the customer has it on a contract                     the workshop
    3. the workshop's own thing, with nobody                                                             the workshop
    4. the legal guarantee: bought here less than two years ago (Directive (EU) 2019/771 art. 10;
       Belgium, Civil Code art. 1649quater)                                                              the workshop
    5. none of these                                                                                     the customer

A fault by misuse is seen at the bench, not before; staff then set the coverage to none and say why, and the customer gets
a quote. A repair within the repair guarantee keeps the end of the first one (workflows 5.2): mending badly twice must not
make a guarantee endless, and mending well must not shorten it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Facts:
    """What is known of a thing and a customer: the reference of the contract that has it, whether it is the workshop's, the
    last repair with its reference and the last day of its guarantee, and the last day of the legal guarantee."""

    contract: str = ""
    is_ours: bool = False
    repaired: str = ""
    repaired_id: int | None = None
    repair_guaranteed_until: date | None = None
    legally_guaranteed_until: date | None = None


@dataclass(frozen=True)
class Coverage:
    """Who pays (a code of COVERAGES) and the facts a person reads behind it."""

    code: str
    why: dict[str, Any]
    guarantee_kept: date | None = None
    first_case_id: int | None = None

    @property
    def is_free(self) -> bool:
        """Whether the customer pays nothing."""
        return self.code != "none"


def decide(facts: Facts, today: date) -> Coverage:
    """The first rule that holds."""
    kept = facts.repair_guaranteed_until
    if kept is not None and today <= kept:
        return Coverage(
            "repair_guarantee", {"repair": facts.repaired, "until": kept.isoformat()}, kept, facts.repaired_id
        )
    if facts.contract:
        return Coverage("contract", {"contract": facts.contract})
    if facts.is_ours:
        return Coverage("contract", {})
    if facts.legally_guaranteed_until is not None and today <= facts.legally_guaranteed_until:
        return Coverage("legal_guarantee", {"until": facts.legally_guaranteed_until.isoformat()})
    return Coverage("none", {})
