"""How the workshop repairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service_app.core import events
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.repairs.models import RepairTerms

_RANGES = {"guarantee_months": (0, 120), "storage_free_days": (0, 365)}
_AMOUNTS = ("hour_amount", "hour_cost_amount", "diagnosis_amount", "storage_amount")
_SWITCHES = ("is_diagnosis_in_price", "needs_second_pair")


def set_terms(actor: Actor, wanted: Mapping[str, Any]) -> RepairTerms:
    """Another hour, fee, guarantee or storage; it holds from the next quote on, what was sent stays. Refuses with a field an
    amount below zero or none, and a time out of range. Leaves repair_terms.changed."""
    actor.must("settings:write")
    row = session().scalars(select(RepairTerms)).first()
    if row is None:
        row = RepairTerms()
        session().add(row)
        session().flush()
    for name in _AMOUNTS:
        if wanted[name] is None or wanted[name] < 0:
            raise Invalid("amount.negative", field=name)
        setattr(row, name, wanted[name])
    for name, (least, most) in _RANGES.items():
        if wanted[name] is None or not least <= wanted[name] <= most:
            raise Invalid("number.out_of_range", field=name, least=least, most=most)
        setattr(row, name, wanted[name])
    for name in _SWITCHES:
        setattr(row, name, bool(wanted[name]))
    row.version += 1
    events.record("repair_terms.changed", actor, [row])
    return row
