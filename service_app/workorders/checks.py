"""The checks of a visit. Each is known by its plan and its code: two plans in one visit both have a first check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service_app.core.fields import read_decimal
from service_app.workorders.models import CareOccurrence, CareVisit


@dataclass(frozen=True)
class Check:
    """A check as its plan asks it now: `key` among all of a visit, its `code` in the plan, `text` {language: words}, and
    `kind` "tick" or "measure"."""

    key: str
    code: str
    text: Mapping[str, str]
    kind: str


def asked(rows: Sequence[CareOccurrence]) -> list[Check]:
    """The checks of what falls together, in the order of their plans."""
    found = {}
    for each in rows:
        for check in each.plan.checklist:
            key = f"{each.care_plan_id}-{check['code']}"
            found[key] = Check(key, check["code"], check["text"], check["kind"])
    return list(found.values())


def said(results: Mapping[str, Any], check: Check) -> str:
    """What was found of a check, '' when it was left out; under its bare code where that was how it was kept."""
    return str(results.get(check.key) or results.get(check.code) or "")


def is_number(given: str) -> bool:
    """Whether a measure can be read: "3,5" or "3.5"."""
    try:
        read_decimal(given)
    except ValueError:
        return False
    return True


def kept(checks: Sequence[Check], results: Mapping[str, str]) -> dict[str, Any]:
    """What a visit keeps: with each answer what was asked, for a plan may ask something else later."""
    return {
        check.key: {"place": place, "text": dict(check.text), "kind": check.kind, "result": said(results, check)}
        for place, check in enumerate(checks)
    }


def found_at(visit: CareVisit) -> list[tuple[Mapping[str, str], str]]:
    """What was asked at a visit that is over, and what was found: (words in each language, "pass", "fail", a measure or '')."""
    results = visit.results
    if any(isinstance(each, dict) for each in results.values()):
        return [(each["text"], each["result"]) for each in sorted(results.values(), key=lambda each: each["place"])]
    # Kept without what was asked: as the plans ask now. What was done wholly without an answer had nothing to answer.
    rows = [each for each in visit.occurrences if each.status == "done_partial" or (each.status == "done" and results)]
    return [(check.text, said(results, check)) for check in asked(rows)]
