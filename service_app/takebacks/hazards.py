"""What is dangerous about a thing, and what follows from it: pure rules.

Lithium batteries travel as dangerous goods (ADR, UN 3480/3481): a sound one may come along, a damaged one never travels
with other things and is brought to nobody without a call. Gas bottles, blood and asbestos are for licensed collectors.
"""

from __future__ import annotations

from collections.abc import Iterable

REFUSED = ("gas", "blood", "asbestos", "lithium_damaged")
SPECIAL = ("lithium",)
WIPED = ("data",)
CODES = (*SPECIAL, *WIPED, *REFUSED)
SPECIAL_NEED = "battery_box"


def refused(codes: Iterable[str]) -> list[str]:
    """The hazards for which a request is refused, in the order of the rules."""
    told = set(codes)
    return [code for code in REFUSED if code in told]


def needs(codes: Iterable[str]) -> list[str]:
    """What the vehicle has to have with it."""
    return [SPECIAL_NEED] if set(codes) & set(SPECIAL) else []


def needs_wipe(codes: Iterable[str]) -> bool:
    """Whether data has to be wiped before the thing goes on."""
    return bool(set(codes) & set(WIPED))
