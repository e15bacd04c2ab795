"""How background work is said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

# What the workers do, as people say it. A name without words is shown as it is.
WORKS: dict[str, Any] = {
    "sweep.mail": _l("Sending letters"),
    "sweep.documents": _l("Making documents"),
    "sweep.planning": _l("Writing letters and plans"),
    "sweep.housekeeping": _l("Imports and tidying up"),
    "reap": _l("Taking back what broke off"),
    "expire_offers": _l("Ending offers that ran out"),
    "mark_overdue": _l("Noticing what is overdue"),
    "remind": _l("Reminding"),
    "plan_care": _l("Planning care"),
    "charge_recurring": _l("Charging new months"),
    "forget_old": _l("Forgetting old jobs"),
    "forget_sessions": _l("Forgetting old sign-ins"),
    "notifications.write": _l("Write a letter"),
    "notifications.send": _l("Send a letter"),
    "imports.work": _l("Bring in a file"),
    "lists.bulk": _l("Do one thing with many rows"),
    "contracts.document": _l("Make a contract’s PDF"),
}
JOB_STATES: dict[str, Any] = {"dead": _l("gave up"), "unknown": _l("fate unknown")}
