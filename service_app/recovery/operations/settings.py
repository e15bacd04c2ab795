"""What the workshop lets the cascade count with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service_app.core import events, versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.recovery import queries
from service_app.recovery.models import CascadeRates
from service_app.recovery.rates import BOUNDS, TARGETS


def set_rates(actor: Actor, expected_version: int, wanted: Mapping[str, Any]) -> CascadeRates:
    """Other rates, from the next question to the cascade on; what was chosen keeps the amounts it was chosen with. Refuses a
    stale version, a rate out of bounds or none, a target that is no grade to go out with, and a better grade worth less than
    a worse one (`rates.order`). Leaves cascade_rates.changed with what was and what is; nothing when nothing did."""
    actor.must("settings:write")
    _refuse(wanted)
    before = queries.rates()
    row = session().scalars(select(CascadeRates).with_for_update()).first()
    if row is not None:
        versions.take(row, expected_version)
    names = (*BOUNDS, "target")
    changed = {name: [getattr(before, name), wanted[name]] for name in names if getattr(before, name) != wanted[name]}
    if row is None:
        row = CascadeRates(**{name: wanted[name] for name in names})
        session().add(row)
    for name, (_was, becomes) in changed.items():
        setattr(row, name, becomes)
    session().flush()
    if changed:
        events.record("cascade_rates.changed", actor, [row], {"version": row.version, "rates": changed})
    return row


def _refuse(wanted: Mapping[str, Any]) -> None:
    for name, (least, most) in BOUNDS.items():
        if wanted[name] is None or not least <= wanted[name] <= most:
            raise Invalid("number.out_of_range", field=name, least=least, most=most)
    if wanted["target"] not in TARGETS:
        raise Invalid("choice.unknown", field="target", value=wanted["target"])
    for better, worse in (("share_a", "share_b"), ("share_b", "share_c"), ("share_c", "share_d")):
        if wanted[better] < wanted[worse]:
            raise Invalid("rates.order", field=worse)
