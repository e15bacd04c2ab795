"""Giving and taking back a deeper look, and what is written down of a battery."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta

from sqlalchemy import select

from service_app.catalogue.models import Product
from service_app.core import clock, events, links, versions
from service_app.core.access import Actor
from service_app.core.db import current_workshop_id, session
from service_app.core.errors import Invalid, NotFound
from service_app.items.models import Item
from service_app.passports.models import BATTERY_STATES, BatteryModel, BatteryReading, PassportAccess
from service_app.passports.seen import RECYCLER, REPAIRER
from service_app.recovery import queries as recovery
from service_app.workshops.queries import get_workshop

MOST_DAYS, MOST_TEXT = 365, 2000
_ACT = "passport"


def give_access(actor: Actor, item: Item, layer: str, for_whom: str, days: int) -> PassportAccess:
    """Somebody outside sees the passport as a repairer or recycler for so many days. Refuses another layer, nobody's name,
    and more than a year (`number.out_of_range`). Leaves passport.shown_to."""
    actor.must("item:write")
    if layer not in (REPAIRER, RECYCLER):
        raise Invalid("choice.unknown", field="layer", value=layer)
    if not for_whom.strip():
        raise Invalid("field.required", field="for_whom")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("number.out_of_range", field="days", least=1, most=MOST_DAYS)
    access = PassportAccess(
        item_id=item.id, layer=layer, for_whom=for_whom.strip()[:120], given_by=actor.name,
        expires_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    session().add(access)
    session().flush()
    events.record("passport.shown_to", actor, [item], {"layer": layer, "days": days})
    return access


def revoke_access(actor: Actor, item: Item, access_id: int) -> None:
    """The link leads nowhere from now on; revoked twice it is revoked once. Leaves passport.closed_to."""
    actor.must("item:write")
    access = session().get(PassportAccess, (current_workshop_id(), access_id))
    if access is None or access.item_id != item.id:
        raise NotFound("not_found")
    if access.revoked_at is None:
        access.revoked_at = clock.now()
        events.record("passport.closed_to", actor, [item], {"layer": access.layer})


def link_of(access: PassportAccess, code: str) -> str:
    """The address of a deeper look."""
    return links.absolute(f"/p/{code}/as/{links.sign(_ACT, access.workshop_id, access.id)}")


def access_of(token: str, item: Item) -> PassportAccess:
    """The deeper look of a token. Refuses with NotFound one of another thing or workshop (`link.unknown`), and one that
    ran out, was revoked, or was of who gave the thing to another member (`link.gone`)."""
    ids = links.read(_ACT, token)
    if len(ids) != 2 or ids[0] != item.workshop_id:
        raise NotFound("link.unknown")
    access = session().get(PassportAccess, (item.workshop_id, ids[1]))
    if access is None or access.item_id != item.id:
        raise NotFound("link.unknown")
    if access.revoked_at is not None or access.expires_at <= clock.now() or recovery.passed_on(item) is not None:
        raise NotFound("link.gone")
    return access


@dataclass(frozen=True)
class BatteryFacts:
    """What a battery says of itself; see BatteryModel."""

    maker: str = ""
    model: str = ""
    chemistry: str = ""
    made_in: str = ""
    critical_materials: str = ""
    hazardous: str = ""
    extinguishing: str = ""
    declaration: str = ""
    waste_advice: str = ""
    composition: str = ""
    dismantling: str = ""
    safety: str = ""
    parts: str = ""
    mass_g: int | None = None
    capacity_mah: int | None = None
    voltage_mv: int | None = None
    voltage_min_mv: int | None = None
    voltage_max_mv: int | None = None
    cycles: int | None = None
    coldest_c: int | None = None
    hottest_c: int | None = None
    warranty_months: int | None = None
    recycled_percent: int | None = None


# What a battery of a light means of transport (25 kg at most, article 3) can have.
_BOUNDS: dict[str, tuple[int, int]] = {
    "mass_g": (1, 25_000), "capacity_mah": (1, 1_000_000), "voltage_mv": (1, 200_000), "voltage_min_mv": (1, 200_000),
    "voltage_max_mv": (1, 200_000), "cycles": (0, 100_000), "coldest_c": (-60, 100), "hottest_c": (-60, 150),
    "warranty_months": (0, 240), "recycled_percent": (0, 100),
}  # fmt: skip


def describe_battery(actor: Actor, product: Product, expected_version: int, facts: BatteryFacts) -> BatteryModel:
    """What the battery of a product says of itself, new (version 0) or changed. Refuses a stale version, a figure out of
    bounds, and a declaration that is no https address (`link.https`). Leaves battery.described."""
    actor.must("product:write")
    for name, (least, most) in _BOUNDS.items():
        value = getattr(facts, name)
        if value is not None and not least <= value <= most:
            raise Invalid("number.out_of_range", field=name, least=least, most=most)
    if facts.declaration.strip() and not facts.declaration.strip().startswith("https://"):
        raise Invalid("link.https", field="declaration")
    battery = session().scalars(select(BatteryModel).where(BatteryModel.product_id == product.id)).first()
    if battery is None:
        battery = BatteryModel(product_id=product.id)
        session().add(battery)
    else:
        versions.take(battery, expected_version)
    for name, value in asdict(facts).items():
        setattr(battery, name, value.strip()[:MOST_TEXT] if isinstance(value, str) else value)
    session().flush()
    known = [field.name for field in fields(facts) if getattr(battery, field.name) not in ("", None)]
    events.record("battery.described", actor, [product], {"fields": known})
    return battery


def read_battery(
    actor: Actor, item: Item, on_day: date, health_percent: int | None, cycles: int | None, status: str
) -> BatteryReading:
    """What was read from the battery of a thing. Refuses a day to come, nothing read, a figure out of bounds and an unknown
    status. Leaves battery.read."""
    actor.must("item:write")
    if on_day > clock.today(get_workshop(item.workshop_id).zone):
        raise Invalid("date.in_future", field="on_day")
    if status not in BATTERY_STATES:
        raise Invalid("choice.unknown", field="status", value=status)
    for field, value, most in (("health_percent", health_percent, 100), ("cycles", cycles, 100_000)):
        if value is not None and not 0 <= value <= most:
            raise Invalid("number.out_of_range", field=field, least=0, most=most)
    if health_percent is None and cycles is None:
        raise Invalid("field.required", field="health_percent")
    row = BatteryReading(item_id=item.id, on_day=on_day, health_percent=health_percent, cycles=cycles, status=status)
    session().add(row)
    session().flush()
    events.record("battery.read", actor, [item], {"health_percent": health_percent, "cycles": cycles, "status": status})
    return row
