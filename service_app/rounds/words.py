"""How orders, rounds and stops are said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service_app.core import clock, i18n
from service_app.core.i18n import lazy as _l
from service_app.rounds.models import Round, RoundStop, TransportOrder

FIVE = timedelta(minutes=5)

ORDERS: dict[str, tuple[str, Any]] = {
    "open": ("due", _l("to plan")),
    "planned": ("planned", _l("planned")),
    "promised": ("planned", _l("promised")),
    "done": ("done", _l("done")),
    "partly": ("due", _l("done in part")),
    "failed": ("late", _l("did not work out")),
    "called_off": ("off", _l("called off")),
}
ROUNDS: dict[str, tuple[str, Any]] = {
    "planned": ("due", _l("begun")),
    "optimised": ("planned", _l("planned")),
    "published": ("planned", _l("published")),
    "running": ("out", _l("on the road")),
    "done": ("done", _l("done")),
    "dropped": ("off", _l("dropped")),
}
STOPS: dict[str, tuple[str, Any]] = {
    "waiting": ("planned", _l("to do")),
    "arrived": ("out", _l("at the door")),
    "done": ("done", _l("done")),
    "partly": ("due", _l("done in part")),
    "failed": ("late", _l("did not work out")),
}
KINDS: dict[str, Any] = {"pickup": _l("fetch"), "delivery": _l("bring"), "both": _l("fetch and bring")}
VEHICLES: dict[str, Any] = {"cargo_bike": _l("Cargo bike"), "van": _l("Van")}
PRIORITIES: dict[int, Any] = {1: _l("can wait"), 2: _l("ordinary"), 3: _l("urgent")}
NEEDS: dict[str, Any] = {"cold": _l("kept cold"), "two people": _l("two people"), "tail lift": _l("tail lift")}
REASONS: dict[str, Any] = {
    "nobody": _l("nobody there"),
    "refused": _l("refused"),
    "not_ready": _l("not ready"),
    "access": _l("no way in"),
    "too_heavy": _l("too heavy"),
    "vehicle": _l("trouble with the vehicle"),
    "weather": _l("weather"),
    "time": _l("no time left"),
}
# Why an order is in no round: what the planner, the checks before it and the customer say.
LEFT: dict[str, Any] = {
    "no_vehicle": _l("no vehicle of the day may go there or has what it needs"),
    "too_heavy": _l("too heavy or too large for every vehicle of the day"),
    "outside_hours": _l("its window lies outside the hours of the day"),
    "too_far": _l("further than any vehicle goes in a day"),
    "full": _l("the boxes are full"),
    "no_time": _l("no time left in any round"),
    "window_backwards": _l("its window is over for that day"),
    "window_too_short": _l("its window of that day is shorter than the stop takes"),
    "no_coordinates": _l("nobody knows where it is"),
    "heavier_than_any": _l("heavier than any vehicle carries"),
    "needs_nobody_has": _l("no vehicle has what it needs"),
    "zone_full": _l("its zone has all the stops it takes that day"),
    "not_home": _l("the customer is not home then"),
} | REASONS
ACTS: dict[str, Any] = {
    "arrive": _l("arrived"),
    "weigh": _l("weighed"),
    "scan": _l("scanned"),
    "extra": _l("something more came along"),
    "done": _l("done"),
    "partly": _l("done in part"),
    "failed": _l("did not work out"),
}
PLACED: dict[str, Any] = {
    "pin": _l("pin"),
    "server": _l("found by its address"),
    "postcode": _l("middle of the postcode"),
}


def on_device() -> dict[str, tuple[str, str]]:
    """The tone and the word that a stop gets on the device when an act is tapped."""
    states = {"arrive": "arrived", "done": "done", "partly": "partly", "failed": "failed"}
    return {act: (STOPS[state][0], str(STOPS[state][1])) for act, state in states.items()}


def thing(order: TransportOrder) -> str:
    """What is fetched or brought, where another room placed the order: it stands in the first line for the driver."""
    return order.note.partition("\n")[0] if order.subject else ""


def needs(order: TransportOrder) -> str:
    """What an order needs, in words."""
    return ", ".join(str(NEEDS[need]) for need in order.needs)


def hour(instant: datetime) -> str:
    """An hour on the workshop's clock."""
    return i18n.hour(instant)


def expected(ride: Round, stop: RoundStop) -> datetime:
    """When somebody is at a door that is still to do: as planned, and later by what the last door was late."""
    seen = [(each.arrived_at, each.planned_at) for each in ride.stops if each.arrived_at is not None]
    arrived, planned = max(seen, default=(stop.planned_at, stop.planned_at))
    at = stop.planned_at + max(arrived - planned, timedelta(0))
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % FIVE


def kg(grams: int) -> str:
    """Grams as kilograms."""
    return f"{i18n.kilograms(grams)}\u00a0kg"


def span(start: datetime, end: datetime) -> str:
    """A window: the hours alone where both are of a day."""
    if clock.local(start, i18n.zone()).date() == clock.local(end, i18n.zone()).date():
        return f"{hour(start)}–{hour(end)}"
    return f"{i18n.short_day(start)} – {i18n.short_day(end)}"
