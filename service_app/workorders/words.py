"""How care is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from service_app.catalogue.models import CarePlan
from service_app.core.i18n import lazy as _l
from service_app.core.i18n import long_day, money, words
from service_app.workorders import checks, queries
from service_app.workorders.models import CareVisit

STATES: dict[str, tuple[str, Any]] = {
    "forecast": ("planned", _l("foreseen")),
    "planned": ("planned", _l("planned")),
    "notified": ("due", _l("announced")),
    "booked": ("planned", _l("booked")),
    "in_progress": ("due", _l("under way")),
    "done": ("done", _l("done")),
    "done_partial": ("due", _l("done in part")),
    "skipped": ("off", _l("skipped")),
    "missed": ("late", _l("missed")),
    "escalated": ("late", _l("to be settled")),
    "superseded": ("off", _l("fallen away")),
}
KINDS: dict[str, Any] = {
    "time": _l("At regular intervals"),
    "return": _l("After each return"),
    "meter": _l("By its meter"),
    "season": _l("On days of the year"),
    "condition": _l("By its condition"),
    "once": _l("Once: a recall"),
}
UNITS: dict[str, Any] = {"day": _l("days"), "week": _l("weeks"), "month": _l("months")}
BASES: dict[str, Any] = {
    "fixed": _l("From the first day, whenever it is done"),
    "completion": _l("From when it was last done"),
}
PLACES: dict[str, Any] = {
    "workshop": _l("It comes to the workshop"),
    "home": _l("The workshop comes to the customer"),
    "self": _l("The customer does it, with a photo"),
}
SEVERITIES: dict[str, Any] = {
    "none": _l("Nothing"),
    "warn": _l("It is shown as late"),
    "stop_lending": _l("It may not be lent any more"),
    "stop_use": _l("Nobody may use it any more, and its holder is told"),
}
WAYS: dict[str, Any] = {
    "workshop": _l("brings it"),
    "home": _l("wants it done at home"),
    "self": _l("did it at home"),
    "swap": _l("wants another one instead"),
}
CALLS: dict[str, Any] = {
    "workshop": _l("seeks a moment"),
    "home": _l("at home"),
    "swap": _l("wants to swap"),
}
GRADES: dict[str, str] = {"": "–", "B": "B", "C": "C", "D": "D"}


def why_called(visit: CareVisit) -> tuple[str, Any]:
    """Why a customer is to be called about a visit, in as few words as a stamp holds: (colour, words)."""
    if visit.appointment_id is not None:  # the moment went by, and the care is still open
        return ("late", _l("to solve"))
    if visit.way:
        return ("late", CALLS[visit.way])
    return ("late", _l("did not come twice")) if visit.no_shows >= 2 else ("due", _l("has not answered"))


def at_home(visit: CareVisit) -> tuple[str, Any]:
    """How what a customer did themselves ended: (colour, words)."""
    is_in_part = any(each.status == "done_partial" for each in visit.occurrences)
    return STATES["done_partial"] if is_in_part else STATES["done"]


def went_by(visit: CareVisit) -> bool:
    """Whether the moment booked for a visit is past: nobody is to be told that we see each other then."""
    return visit.appointment is not None and queries.went_by(visit.appointment)


def state_of(visit: CareVisit) -> tuple[str, Any]:
    """How a visit stands, for the customer: (colour, words)."""
    if visit.ended_at is not None:
        return STATES["done"]
    if visit.appointment_id is not None and not went_by(visit):
        return STATES["booked"]
    return ("planned", _l("we call you")) if visit.way else ("due", _l("to choose"))


def rhythm_words(plan: CarePlan) -> str:
    """How often, in a few words."""
    if plan.kind == "time" and plan.every:
        said = {
            "day": ngettext("every day", "every %(num)s days", plan.every),
            "week": ngettext("every week", "every %(num)s weeks", plan.every),
            "month": ngettext("every month", "every %(num)s months", plan.every),
        }[plan.unit]
        return (
            said
            if not plan.meter_step
            else _("%(rhythm)s or every %(step)s on its meter", rhythm=said, step=plan.meter_step)
        )
    if plan.kind == "meter":
        return str(_("every %(step)s on its meter", step=plan.meter_step))
    if plan.kind == "season":
        days = ", ".join(f"{int(day[3:])}/{int(day[:2])}" for day in plan.season)
        return str(_("each year on %(days)s", days=days))
    if plan.kind == "condition":
        return str(_("at grade %(grade)s or worse", grade=plan.grade)) if plan.grade else str(_("after a failed check"))
    if plan.kind == "once" and plan.starts_on:
        return str(_("once, %(day)s", day=long_day(plan.starts_on)))
    return str(KINDS[plan.kind]).lower()


RESULTS: dict[str, Any] = {"pass": _l("good"), "fail": _l("not good")}


def done_rows(visit: CareVisit, currency: str) -> list[tuple[str, Any]]:
    """What was done, as (label, value) pairs."""
    found = checks.found_at(visit)
    rows = [(words(text), RESULTS.get(result, result) or _l("not done")) for text, result in found]
    taken = None if visit.minutes is None else f"{visit.minutes} min"
    cost = money(visit.cost_amount, currency) if visit.cost_amount is not None else None
    more = [(_("It took"), taken), (_("Cost of parts and work"), cost), (_("Parts used"), visit.parts or None)]
    return [*rows, *more, (_("Its meter showed"), visit.meter)]


def late_rows(late: Mapping[str, int]) -> list[tuple[Any, int]]:
    """How many are late, by what that does; the gravest first."""
    return [(SEVERITIES[code], late[code]) for code in reversed(SEVERITIES) if late.get(code)]
