"""What the codes of this room are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service_app import told

# Facts about keys to the house and about webhooks themselves are told to no machine.
_NEVER = ("account.", "invitation.", "portal.", "member.invited", "webhook.")

FACTS: dict[str, Any] = told.WORDS
OFFERED: dict[str, Any] = {name: word for name, word in told.WORDS.items() if not name.startswith(_NEVER)}

ENDPOINT: dict[str, tuple[str, Any]] = {
    "on": ("ok", _l("listens")),
    "off": ("off", _l("switched off")),
    "disabled": ("late", _l("disabled")),
}
REASONS: dict[str, Any] = {
    "gone": _l("It answered that it is gone for good (410)."),
    "failing": _l("It took nothing for five days."),
}
DELIVERY: dict[str, tuple[str, Any]] = {
    "waiting": ("planned", _l("under way")),
    "taken": ("ok", _l("taken")),
    "failed": ("late", _l("not taken")),
    "skipped": ("off", _l("not sent")),
}
OUTCOMES: dict[str, Any] = {
    "taken": _l("taken"),
    "gone": _l("gone for good"),
    "refused": _l("refused"),
    "unreachable": _l("no answer"),
    "forbidden": _l("not called"),
}
FORBIDDEN: dict[str, Any] = {
    "address": _l("The address cannot be read."),
    "scheme": _l("The address does not begin with https://."),
    "port": _l("The port is reserved for other services."),
    "private": _l("The name leads into a private network."),
}
NOUNS: dict[str, Any] = {
    "allocation": _l("Planning of items"),
    "appointment": _l("Appointments"),
    "care": _l("Care"),
    "care_plan": _l("Care plans"),
    "channel": _l("Channels of messages"),
    "cascade_rates": _l("Rates of the cascade"),
    "cascade_reason": _l("Reasons of the cascade"),
    "charge": _l("Charges"),
    "claim": _l("Claims on suppliers"),
    "collection_day": _l("Collection days"),
    "contract": _l("Contracts"),
    "credit": _l("Credits"),
    "customer": _l("Customers"),
    "deposit": _l("Deposits"),
    "harvest": _l("Harvests"),
    "hours": _l("Opening hours"),
    "import": _l("Imports"),
    "inspection": _l("Inspections"),
    "intake": _l("Intakes"),
    "item": _l("Items"),
    "job": _l("Background work"),
    "letter": _l("Letters"),
    "line": _l("Contract lines"),
    "material_batch": _l("Batches of material"),
    "member": _l("People"),
    "next_life": _l("Next lives"),
    "order": _l("Orders of rounds"),
    "part": _l("Parts"),
    "passing": _l("To and from other members"),
    "past_repair": _l("Repair history"),
    "plan": _l("Plans"),
    "product": _l("Products"),
    "refurbishment": _l("Refurbishments"),
    "repair": _l("Repairs"),
    "repair_terms": _l("Terms of repairs"),
    "resource": _l("People and benches"),
    "round": _l("Rounds"),
    "service": _l("Services"),
    "sms": _l("Text messages"),
    "stock_take": _l("Stock takes"),
    "takeback": _l("Take-backs"),
    "terms": _l("General terms"),
    "waiting": _l("Waiting list"),
    "workshop": _l("Workshop"),
    "battery": _l("Batteries"),
    "certificate": _l("Certificates"),
    "hub": _l("Hubs"),
    "passport": _l("Passports"),
}


def by_noun() -> dict[str, list[str]]:
    """The facts on offer, by what they are about."""
    found: dict[str, list[str]] = {}
    for name in OFFERED:
        found.setdefault(name.partition(".")[0], []).append(name)
    return found
