"""What a workshop rides: what a vehicle carries, its zones, its hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from sqlalchemy import select

from service_app.bookings.models import Resource, Skill
from service_app.core import versions
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.rounds import queries
from service_app.rounds.models import NEEDS, RoundRules, RoundVehicle, RoundZone

# What a cargo bike carries when nobody said otherwise.
USUAL = {"grams": 120_000, "litres": 800, "reach_km": 50, "speed_kmh": 15}


def set_vehicle(
    actor: Actor, resource: Resource, *, kind: str = "cargo_bike", grams: int = USUAL["grams"],
    litres: int = USUAL["litres"], reach_km: int = USUAL["reach_km"], speed_kmh: int = USUAL["speed_kmh"],
    offers: Sequence[str] = (), zones: Sequence[str] = (), skill: Skill | None = None,
) -> RoundVehicle:  # fmt: skip
    """What a vehicle of the planning can do in a round. Refuses `choice.unknown` and `number.out_of_range`."""
    actor.must("round:write")
    if resource.kind != "vehicle" or kind not in ("cargo_bike", "van") or not set(offers) <= set(NEEDS):
        raise Invalid("choice.unknown", field="kind")
    if not (0 < grams <= 5_000_000 and 0 < litres <= 50_000 and 0 < reach_km <= 1000 and 0 < speed_kmh <= 90):
        raise Invalid("number.out_of_range", field="grams", least=1, most=5_000_000)
    row = session().scalars(select(RoundVehicle).where(RoundVehicle.resource_id == resource.id)).first()
    if row is None:
        row = RoundVehicle(resource_id=resource.id, version=0)
        session().add(row)
    row.kind, row.grams, row.litres, row.reach_km, row.speed_kmh = kind, grams, litres, reach_km, speed_kmh
    row.offers, row.zones = sorted(offers), sorted(zones)
    row.skill_id = skill.id if skill is not None else None
    row.version += 1
    session().flush()
    return row


def set_zone(
    actor: Actor, name: str, postcodes: Sequence[str], weekdays: Sequence[int], most: int | None = None
) -> RoundZone:
    """A zone by its name: made, or changed. Refuses `field.required`, `postcode.invalid`, `choice.unknown` (weekday) and
    `number.out_of_range` (most)."""
    actor.must("round:write")
    if not name.strip():
        raise Invalid("field.required", field="name")
    if any(not (code.isdigit() and len(code) == 4) for code in postcodes) or not postcodes:
        raise Invalid("postcode.invalid", field="postcodes")
    if not set(weekdays) <= set(range(7)):
        raise Invalid("choice.unknown", field="weekdays")
    if most is not None and not 0 < most <= 500:
        raise Invalid("number.out_of_range", field="most", least=1, most=500)
    row = session().scalars(select(RoundZone).where(RoundZone.name == name.strip()[:60])).first()
    if row is None:
        row = RoundZone(name=name.strip()[:60])
        session().add(row)
    row.postcodes, row.weekdays, row.most = sorted(set(postcodes)), sorted(set(weekdays)), most
    session().flush()
    return row


def set_hours(
    actor: Actor, starts: time, ends: time, break_: tuple[time, time] | None, cut_off: time, seen: int | None = None,
    *, car_free: Sequence[date] = (), keep_days: int = 90,
) -> RoundRules:  # fmt: skip
    """Shift, break and cut-off, the days without cars, and after how many days it is forgotten who rode where. Refuses
    `hours.backwards`, `number.out_of_range` and Conflict `version.stale`."""
    actor.must("round:write")
    if not 7 <= keep_days <= 730:
        raise Invalid("number.out_of_range", field="keep_days", least=7, most=730)
    rules = queries.rules()
    if rules.version:
        versions.take(rules, seen)
    order = [starts, *(break_ or ()), ends]
    if order != sorted(order) or starts == ends:
        raise Invalid("hours.backwards", field="ends")
    rules.starts, rules.ends, rules.cut_off = starts, ends, cut_off
    rules.break_starts, rules.break_ends = break_ or (None, None)
    rules.car_free_days, rules.keep_days = sorted({day.isoformat() for day in car_free}), keep_days
    if not rules.version:
        rules.version = 1
        session().add(rules)
        session().flush()
    return rules
