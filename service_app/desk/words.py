"""How background work is said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

# What the workers do, as people say it. A name without words is shown as it is.
WORKS: dict[str, Any] = {
    "sweep.mail": _l("Sending letters"),
    "sweep.sms": _l("Sending text messages"),
    "sweep.push": _l("Sending notices to phones"),
    "notifications.text": _l("Send a text message"),
    "notifications.push": _l("Send a notice to a phone"),
    "digest": _l("Writing the digests of the day"),
    "sweep.documents": _l("Making documents"),
    "sweep.planning": _l("Writing letters and plans"),
    "sweep.webhook": _l("Calling webhooks"),
    "gather_webhooks": _l("Looking for what webhooks are told"),
    "webhooks.send": _l("Call a webhook"),
    "sweep.housekeeping": _l("Imports and tidying up"),
    "reap": _l("Taking back what broke off"),
    "expect": _l("Looking whether all of this runs"),
    "expire_offers": _l("Ending offers that ran out"),
    "mark_overdue": _l("Noticing what is overdue"),
    "clear_benches": _l("Finding another for what is on the bench"),
    "rescue_lines": _l("Finding one for bookings at risk"),
    "turn_contracts": _l("Turning pauses, plans and terms"),
    "turn_pauses": _l("Beginning and ending pauses"),
    "apply_plan_changes": _l("Changing plans"),
    "turn_terms": _l("Renewing and ending terms"),
    "end_left_behind": _l("Looking for what waits in vain"),
    "remind": _l("Reminding"),
    "remind_renewals": _l("Telling of terms that end"),
    "plan_care": _l("Planning care"),
    "charge_recurring": _l("Charging new months"),
    "serve_waiting": _l("Offering what is free to who waits"),
    "bookings.serve_waiting": _l("Offer what is free to who waits"),
    "plan_rounds": _l("Plan tomorrow’s rounds"),
    "rounds.plan": _l("Plan a day’s rounds"),
    "bookings.furnish": _l("Plan a new colleague in"),
    "keep_repairs_moving": _l("Reminding of quotes and of what waits to be collected"),
    "repairs.form": _l("Make the form of a quote"),
    "repairs.call_off": _l("Call off a repair with its appointment"),
    "care.call_for": _l("Plan the care that something calls for"),
    "care.stayed_away": _l("Ask anew about care nobody came for"),
    "care.called_off": _l("Ask anew about care that was called off"),
    "materials.certify": _l("Say what became of what was given back"),
    "materials.papers": _l("Draw the papers of what leaves"),
    "takebacks.order": _l("Give the rounds what is to be fetched"),
    "recovery.hand": _l("Custody of what is on its way home"),
    "recovery.pass": _l("What passes between members"),
    "recovery.enter": _l("Ledger of a thing"),
    "keep_ledger": _l("Ledgers brought up to date"),
    "takebacks.hear": _l("Hear from the rounds what was fetched"),
    "takebacks.swapped": _l("Have fetched what was swapped"),
    "repairs.from_care": _l("Begin a repair after a failed check"),
    "forget_old": _l("Forgetting old jobs"),
    "ask_invariants": _l("Looking for faults of ours"),
    "forget_sessions": _l("Forgetting old sign-ins"),
    "notifications.write": _l("Write a letter"),
    "notifications.send": _l("Send a letter"),
    "imports.work": _l("Bring in a file"),
    "lists.bulk": _l("Do one thing with many rows"),
    "contracts.document": _l("Make a contract’s PDF"),
    "contracts.papers": _l("Keep a contract’s papers up to date"),
}
# A channel to the outside, as its banner names it.
CHANNELS: dict[str, Any] = {
    "mail": _l("E-mail"),
    "sms": _l("Text messages"),
    "push": _l("Notices on the phone"),
    "webhook": _l("Webhooks"),
}
# Why a channel is in trouble, by the code before the colon; behind it stands what the other side said.
PAUSES: dict[str, Any] = {
    "refused": _l("The other side refuses us: look at address, name and key."),
    "away": _l("The other side does not answer."),
}
JOB_STATES: dict[str, Any] = {"dead": _l("gave up"), "unknown": _l("fate unknown")}

# What came of a call, as the button that notes it says.
CALLS: dict[str, Any] = {"comes": _l("Comes with it"), "later": _l("Keeps it longer"), "no_answer": _l("No answer")}
