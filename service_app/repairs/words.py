"""The words for what stands in codes."""

from __future__ import annotations

from service_app.core.i18n import lazy as _l

# code: (tone, word) as `ui.state` draws it.
STATES = {
    "requested": ("planned", _l("asked for")),
    "booked": ("planned", _l("appointment made")),
    "received": ("due", _l("here")),
    "diagnosing": ("due", _l("being examined")),
    "quoted": ("due", _l("quote sent")),
    "approved": ("planned", _l("approved")),
    "waiting_parts": ("due", _l("waiting for parts")),
    "in_repair": ("due", _l("being repaired")),
    "quality_check": ("due", _l("being checked")),
    "ready": ("ok", _l("ready")),
    "declined": ("due", _l("declined")),
    "expired": ("due", _l("quote ran out")),
    "unrepairable": ("late", _l("not repairable")),
    "abandoned": ("late", _l("not collected")),
    "handed_back": ("done", _l("handed back")),
    "given_up": ("done", _l("left to reuse")),
    "cancelled": ("done", _l("cancelled")),
}
MONEY = {
    "none": ("done", _l("nothing to pay")),
    "due": ("due", _l("to pay")),
    "paid": ("ok", _l("paid")),
    "waived": ("done", _l("let go")),
}
QUOTES = {
    "draft": ("planned", _l("draft")),
    "sent": ("due", _l("sent")),
    "viewed": ("due", _l("seen")),
    "approved": ("ok", _l("approved")),
    "declined": ("done", _l("declined")),
    "expired": ("done", _l("ran out")),
    "superseded": ("done", _l("replaced")),
}
COVERAGES = {
    "contract": _l("the workshop: it is ours"),
    "legal_guarantee": _l("the workshop: legal guarantee"),
    "repair_guarantee": _l("the workshop: guarantee of an earlier repair"),
    "insurance": _l("an insurance"),
    "none": _l("the customer"),
}
WAYS = {
    "drop_off": _l("brought to the workshop"),
    "home": _l("at the customer's"),
    "pickup": _l("fetched"),
}
SYMPTOMS = {
    "dead": _l("does nothing at all"),
    "stops": _l("stops or falters"),
    "noise": _l("makes a noise"),
    "loose": _l("something is loose"),
    "broken": _l("something is broken or torn"),
    "leaks": _l("leaks"),
    "heat": _l("gets hot"),
    "brakes": _l("brakes badly"),
    "flat": _l("flat tyre"),
    "battery": _l("battery does not last"),
    "display": _l("display or light"),
    "unsure": _l("I do not know"),
}
SAFETY = {
    "swollen": _l("the battery is swollen, or smells"),
    "gas": _l("it smells of gas"),
    "water": _l("water came into it"),
    "shock": _l("it gives shocks or sparks"),
    "smoke": _l("it smoked or burnt"),
}
BARRIERS = {
    "spare_parts_not_available": _l("Spare parts are not to be had"),
    "spare_parts_too_expensive": _l("Spare parts are too dear"),
    "no_way_to_open": _l("It cannot be opened"),
    "repair_information_not_available": _l("No instructions are to be had"),
    "lack_of_equipment": _l("We lack the equipment"),
    "item_too_worn_out": _l("It is too worn"),
}
OUTCOMES = {
    "fixed": _l("mended"),
    "repairable": _l("could be mended elsewhere"),
    "end_of_life": _l("end of life"),
    "unknown": _l("not known"),
}
TASKS = {
    "diagnosis": _l("Examining"),
    "repair": _l("Repairing"),
    "check": _l("Checking"),
    "cleaning": _l("Cleaning"),
}
LINE_KINDS = {"labour": _l("Labour (hours)"), "part": _l("Part"), "fee": _l("Fee")}
OCCASIONS = {
    "asked": _l("from the customer"),
    "intake": _l("at the counter"),
    "diagnosis": _l("at the bench"),
    "done": _l("afterwards"),
}
ANSWERED = {
    "link": _l("by the link"),
    "counter": _l("at the counter"),
    "phone": _l("by phone"),
    "limit": _l("below the agreed limit"),
    "coverage": _l("nothing to pay"),
}
PAID_BY = {"cash": _l("cash"), "card": _l("card"), "transfer": _l("transfer")}
MOVES = {
    "received": _l("came in"),
    "harvested": _l("harvested"),
    "used": _l("fitted"),
    "put_back": _l("put back"),
    "corrected": _l("counted"),
}
USES = {
    "wanted": ("late", _l("missing")),
    "reserved": ("planned", _l("reserved")),
    "used": ("ok", _l("fitted")),
    "released": ("done", _l("released")),
}

CLAIMS = {
    "asked": ("due", _l("asked of the supplier")),
    "accepted": ("planned", _l("granted, still to come")),
    "settled": ("ok", _l("settled")),
    "refused": ("late", _l("refused")),
    "withdrawn": ("done", _l("withdrawn")),
}
REMEDIES = {
    "replacement": _l("a new one"),
    "refund": _l("money back"),
    "repair": _l("that they mend it"),
}

# What the customer reads on their page, in order; the first column says from which states a step is the present one.
STEPS = (
    (("requested", "booked"), _l("Asked for")),
    (("received",), _l("At the workshop")),
    (("diagnosing",), _l("Being examined")),
    (("quoted",), _l("Your answer to the quote")),
    (("approved", "waiting_parts", "in_repair"), _l("Being repaired")),
    (("quality_check",), _l("Being checked")),
    (("ready", "declined", "expired", "unrepairable", "abandoned"), _l("To collect")),
    (("handed_back", "given_up"), _l("Done")),
)
