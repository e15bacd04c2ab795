"""The best next life of a thing: pure. Inputs in whole cents go in, the steps of the cascade come out, the best first.

    redeploy      value now + loops left x margin of a loop
    refurbish     value after + loops after x margin of a loop - what it costs to make it fit
    harvest       what its parts are worth - taking it apart - getting rid of the rest
    other member  what another member gives for it - bringing it there
    donate        nothing comes in - bringing it there
    recycle       what the material brings - getting rid of it

Equal values: the earlier step of the cascade comes first, for the thing stays whole for longer. What cannot be done is out,
each with its code: contaminated things are only recycled, data that is not wiped keeps a thing here, grade D is not lent,
what has no known parts gives none, what is as good as it gets is not refurbished.

A cargo bike, grade C (value now 117 600, margin of a loop 2 500, refurbishment 45 000 to grade B worth 201 600, parts
60 000, taking apart 6 000, disposal 1 500, another member gives 82 320, bringing it 2 000, material 900):

    refurbish     201 600 + 8 x 2 500 - 45 000     = 176 600
    redeploy      117 600 + 3 x 2 500              = 125 100
    other member   82 320 - 2 000                  =  80 320
    harvest        60 000 - 6 000 - 1 500          =  52 500
    recycle           900 - 1 500                  =    -600
    donate              0 - 2 000                  =  -2 000

The same at grade D, beyond repair at 260 000 (no loops left, value now 33 600, another member gives 23 520):

    harvest        60 000 - 6 000 - 1 500          =  52 500
    other member   23 520 - 2 000                  =  21 520
    recycle           900 - 1 500                  =    -600
    donate              0 - 2 000                  =  -2 000
    refurbish     201 600 + 8 x 2 500 - 260 000    = -38 400
    redeploy      not: grade D is not lent
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

STEPS = ("redeploy", "refurbish", "harvest", "other_member", "donate", "recycle")
WHOLE = ("redeploy", "refurbish", "other_member", "donate")


@dataclass(frozen=True)
class Inputs:
    """What is known of a thing, amounts in cents. `refurbish_from`: history (what refurbishments of its product cost) or
    estimate. `is_contaminated`, `is_unwiped`: what keeps it from going on. `rates_version`: of the rates
    behind the amounts."""

    grade: str
    grade_after: str = "B"
    value_now: int = 0
    value_after: int = 0
    loops_left: int = 0
    loops_after: int = 0
    margin: int = 0
    refurbish_cost: int = 0
    refurbish_from: str = "estimate"
    parts: int = 0
    harvest_cost: int = 0
    member_gives: int = 0
    transport: int = 0
    material: int = 0
    disposal: int = 0
    is_contaminated: bool = False
    is_unwiped: bool = False
    rates_version: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside the choice."""
        return asdict(self)


@dataclass(frozen=True)
class Proposal:
    """A step with what it is worth and its terms [(name, cents, times)], a cost negative. `blocked`: the code of why it
    cannot be done; then it is worth nothing and stands last."""

    step: str
    cents: int = 0
    terms: tuple[tuple[str, int, int], ...] = ()
    blocked: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside the choice."""
        return {
            "step": self.step,
            "cents": self.cents,
            "terms": [list(term) for term in self.terms],
            "blocked": self.blocked,
        }


def ranked(given: Inputs) -> list[Proposal]:
    """Every step, the best first, those that cannot be done last."""
    found = [_proposal(step, given) for step in STEPS]
    return sorted(found, key=lambda each: (bool(each.blocked), -each.cents, STEPS.index(each.step)))


def is_lower(step: str, proposals: list[Proposal]) -> bool:
    """Whether a step stands below the best one."""
    return proposals[0].step != step


def _proposal(step: str, given: Inputs) -> Proposal:
    blocked = _blocked(step, given)
    if blocked:
        return Proposal(step, blocked=blocked)
    terms = _terms(step, given)
    return Proposal(step, sum(cents * times for _name, cents, times in terms), terms)


def _blocked(step: str, given: Inputs) -> str:
    if given.is_contaminated and step != "recycle":
        return "contaminated"
    if given.is_unwiped:
        return "unwiped"
    rules = {
        "redeploy": ("grade_d", given.grade == "D"),
        "refurbish": ("as_good", given.value_after <= given.value_now),
        "harvest": ("no_parts", given.parts <= 0),
        "other_member": ("nobody", given.member_gives <= 0),
        "donate": ("grade_d", given.grade == "D" and given.value_now <= 0),
    }
    code, holds = rules.get(step, ("", False))
    return code if holds else ""


def _terms(step: str, given: Inputs) -> tuple[tuple[str, int, int], ...]:
    made = {
        "redeploy": (("value_now", given.value_now, 1), ("margin", given.margin, given.loops_left)),
        "refurbish": (
            ("value_after", given.value_after, 1), ("margin", given.margin, given.loops_after),
            (f"refurbish_{given.refurbish_from}", -given.refurbish_cost, 1),
        ),
        "harvest": (("parts", given.parts, 1), ("harvest_cost", -given.harvest_cost, 1), ("disposal", -given.disposal, 1)),
        "other_member": (("member_gives", given.member_gives, 1), ("transport", -given.transport, 1)),
        "donate": (("transport", -given.transport, 1),),
        "recycle": (("material", given.material, 1), ("disposal", -given.disposal, 1)),
    }  # fmt: skip
    return made[step]
