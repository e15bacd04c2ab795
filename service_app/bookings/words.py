"""How appointments, resources and services are said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from flask_babel import gettext as _

from service_app.bookings.models import Appointment
from service_app.bookings.operations.appointments import is_too_late_to_come
from service_app.core import clock, i18n
from service_app.core.i18n import lazy as _l

STATES: dict[str, tuple[str, Any]] = {
    "held": ("due", _l("held")),
    "booked": ("planned", _l("booked")),
    "arrived": ("ok", _l("here")),
    "done": ("done", _l("done")),
    "cancelled": ("off", _l("cancelled")),
    "no_show": ("late", _l("did not come")),
    "expired": ("off", _l("ran out")),
}
WAITING: dict[str, tuple[str, Any]] = {
    "waiting": ("planned", _l("waiting")),
    "offered": ("due", _l("has an offer")),
    "taken": ("done", _l("took it")),
    "passed": ("off", _l("passed over")),
    "left": ("off", _l("left the list")),
    "over": ("off", _l("days are over")),
}
LATE = ("late", _l("not here yet"))

KINDS: dict[str, Any] = {
    "person": _l("Person"),
    "bench": _l("Bench"),
    "room": _l("Room"),
    "vehicle": _l("Vehicle"),
}
GROUPS: dict[str, Any] = {
    "person": _l("People"),
    "bench": _l("Benches"),
    "room": _l("Rooms"),
    "vehicle": _l("Vehicles"),
}
SERVICE_KINDS: dict[str, Any] = {
    "repair": _l("Repair"),
    "return": _l("Return"),
    "care": _l("Care"),
    "other": _l("Other"),
}
PLACES: dict[str, Any] = {
    "drop_off": _l("the customer comes to us"),
    "home": _l("we go to the customer"),
    "pickup": _l("we fetch it at the customer’s"),
}
NO_SHOWS: dict[str, Any] = {
    "nothing": _l("nothing follows"),
    "call": _l("we call them"),
    "block": _l("no booking online for 90 days, they have to call us"),
}
REASONS: dict[str, Any] = {
    "ill": _l("ill"),
    "leave": _l("on leave"),
    "training": _l("training"),
    "broken": _l("out of order"),
    "other": _l("away"),
    "round": _l("on a round"),
}
LEVELS: dict[str, Any] = {"1": _l("with help"), "2": _l("alone"), "3": _l("teaches others")}
SOURCES: dict[str, Any] = {
    "staff": _l("by us"),
    "public": _l("on the booking page"),
    "portal": _l("on the customer’s pages"),
}


def of_appointment(appointment: Appointment) -> tuple[str, Any]:
    """Its state; who is expected and is not here after the minutes the service waits is late."""
    if appointment.status == "booked" and is_too_late_to_come(appointment):
        return LATE
    return STATES[appointment.status]


def hour(instant: datetime) -> str:
    """10:30 on the workshop's clock; an hour that the clock shows twice that day also says which of the two."""
    wall = clock.local(instant, i18n.zone())
    said = f"{wall.hour:02d}:{wall.minute:02d}"
    twin = clock.local(instant + timedelta(hours=1), i18n.zone())
    is_first = (twin.hour, twin.minute, twin.date()) == (wall.hour, wall.minute, wall.date())
    if is_first or wall.fold:
        offset = wall.utcoffset() or timedelta(0)
        return _("%(hour)s (UTC+%(offset)s)", hour=said, offset=int(offset.total_seconds()) // 3600)
    return said


def month(day: date) -> str:
    """December 2026."""
    text = format_date(day, "LLLL y", locale=f"{i18n.language()}_BE")
    return text[0].upper() + text[1:]


def minutes(number: int) -> str:
    """A duration as people say it: 45 min, 2 h, 3 days."""
    if number and number % 1440 == 0:
        days = number // 1440
        return _("1 day") if days == 1 else _("%(days)s days", days=days)
    return i18n.length(number)
