"""How what comes home is said."""

from __future__ import annotations

from typing import Any

from service_app.core.i18n import lazy as _l

STATES: dict[str, tuple[str, Any]] = {"open": ("due", _l("being taken in")), "closed": ("done", _l("taken in"))}
SOURCES: dict[str, Any] = {
    "takeback": _l("A take-back"),
    "contract": _l("A contract"),
    "round": _l("A round"),
    "unknown": _l("Nobody announced it"),
}
FINDINGS: dict[str, Any] = {
    "ok": _l("In order"),
    "damaged": _l("Damaged"),
    "other": _l("Something else in its place"),
}
DIFFERENCES: dict[str, tuple[str, Any]] = {
    "missing": ("late", _l("missing")),
    "extra": ("due", _l("extra, nobody announced it")),
    "other": ("late", _l("something else came")),
    "damaged": ("late", _l("damaged")),
    "": ("done", _l("as announced")),
}
HANDS: dict[str, Any] = {"driver": _l("with the driver"), "hub": _l("here, being taken in")}
STEPS: dict[str, Any] = {
    "redeploy": _l("Lend it again"),
    "refurbish": _l("Refurbish it"),
    "harvest": _l("Harvest its parts"),
    "other_member": _l("Pass it to another member"),
    "donate": _l("Give it away"),
    "recycle": _l("Recycle it"),
}
TERMS: dict[str, Any] = {
    "value_now": _l("worth now"),
    "value_after": _l("worth afterwards"),
    "margin": _l("what a loop leaves over"),
    "refurbish_history": _l("refurbishing, as it cost before"),
    "refurbish_estimate": _l("refurbishing, estimated"),
    "parts": _l("its parts, used"),
    "harvest_cost": _l("taking it apart"),
    "member_gives": _l("another member gives"),
    "transport": _l("bringing it there"),
    "material": _l("the material brings"),
    "disposal": _l("getting rid of it"),
}
BLOCKED: dict[str, Any] = {
    "contaminated": _l("It is contaminated: it can only be recycled."),
    "unwiped": _l("Wipe its data first."),
    "grade_d": _l("It is not fit to go out."),
    "as_good": _l("It would not be worth more than it is now."),
    "no_parts": _l("No part is known that fits it."),
    "nobody": _l("There is nobody who would give anything for it."),
}
REASONS: dict[str, Any] = {
    "space": _l("No room to keep it"),
    "promise": _l("Promised to somebody"),
    "safety": _l("Not safe enough"),
    "skill": _l("Nobody here who can do it"),
    "demand": _l("Nobody asks for it"),
}
WORK: dict[str, tuple[str, Any]] = {
    "planned": ("planned", _l("planned")),
    "working": ("due", _l("being refurbished")),
    "check": ("due", _l("to be checked")),
    "done": ("done", _l("fit again")),
    "cancelled": ("off", _l("cancelled")),
}
HARVESTS: dict[str, tuple[str, Any]] = {"open": ("due", _l("being taken apart")), "closed": ("done", _l("taken apart"))}
PASSINGS: dict[str, tuple[str, Any]] = {
    "planned": ("planned", _l("to be offered")),
    "offered": ("due", _l("offered")),
    "agreed": ("due", _l("agreed, on its way")),
    "passed": ("done", _l("passed on")),
    "declined": ("off", _l("not taken")),
    "withdrawn": ("off", _l("withdrawn")),
}
DIRECTIONS: dict[str, Any] = {"out": _l("To another member"), "in": _l("From another member")}
TESTS: dict[str, Any] = {
    "passed": _l("Tested, it works"),
    "untested": _l("Not tested"),
    "failed": _l("Tested, it does not work"),
}
