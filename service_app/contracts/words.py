"""How the states of a contract are said, with the tone they are shown in (colour and shape, see `ui.state`)."""

from __future__ import annotations

from typing import Any

from service_app.contracts.models import Contract, ContractLine
from service_app.core.i18n import lazy as _l

Said = tuple[str, Any]

CONTRACT: dict[str, Said] = {
    "draft": ("off", _l("draft")),
    "sent": ("planned", _l("offer sent")),
    "expired": ("due", _l("offer expired")),
    "signed": ("planned", _l("signed")),
    "active": ("ok", _l("running")),
    "paused": ("due", _l("paused")),
    "notice": ("due", _l("under notice")),
    "ended": ("done", _l("ended")),
    "cancelled": ("off", _l("cancelled")),
}

MONEY: dict[str, Said] = {
    "clear": ("off", _l("nothing charged")),
    "due": ("due", _l("to pay")),
    "settled": ("done", _l("settled")),
}

LINE: dict[str, Said] = {
    "planned": ("planned", _l("planned")),
    "out": ("ok", _l("out")),
    "overdue": ("late", _l("overdue")),
    "lost": ("late", _l("lost")),
    "returned": ("due", _l("to inspect")),
    "closed": ("done", _l("returned")),
    "replaced": ("done", _l("replaced")),
    "bought_out": ("done", _l("bought")),
    "cancelled": ("off", _l("cancelled")),
}

# The states of a line that asks for nothing more.
BACK = ("closed", "cancelled", "replaced", "bought_out")

DEPOSIT: dict[str, Said] = {
    "due": ("due", _l("to receive")),
    "held": ("ok", _l("held")),
    "released": ("done", _l("given back")),
    "partly_retained": ("done", _l("kept in part")),
    "retained": ("done", _l("kept")),
    "cancelled": ("off", _l("not asked")),
}

GRADES: dict[str, Any] = {
    "A": _l("A, as new"),
    "B": _l("B, good, light traces"),
    "C": _l("C, works, visible wear"),
    "D": _l("D, not fit to go out"),
}

NEXT_USES: dict[str, Any] = {
    "in_stock": _l("Back in stock, ready to go out"),
    "on_bench": _l("To the bench, for repair or care"),
    "retired": _l("Retire it: no more rentals"),
}

SEVERITIES: dict[str, Any] = {
    "light": _l("scratched"),
    "moderate": _l("to repair"),
    "heavy": _l("to replace"),
}

FINDINGS: dict[str, Any] = {
    "damage": _l("Damage"),
    "missing": _l("Missing part"),
    "cleaning": _l("Cleaning"),
}


SWAP_REASONS: dict[str, Any] = {
    "defect": _l("It is defective"),
    "recall": _l("It is called back"),
    "planned_service": _l("It is due for service"),
    "size": _l("Another size"),
    "upgrade": _l("Something better"),
    "downgrade": _l("Something simpler"),
    "wish": _l("The customer wishes so"),
}

SWAP_MODES: dict[str, Any] = {
    "simultaneous": _l("At once: the old one comes back now"),
    "advance": _l("The new one first: the old one follows"),
    "return_first": _l("The old one first: the new one is set aside"),
}

# What staff choose from: the modes, and fetching the old one, which is the second with a take-back.
SWAP_WAYS: dict[str, Any] = {
    "simultaneous": SWAP_MODES["simultaneous"],
    "advance": SWAP_MODES["advance"],
    "advance+fetched": _l("The new one first: we fetch the old one"),
    "return_first": SWAP_MODES["return_first"],
}

PLAN_CHANGES: dict[str, Any] = {
    "period_end": _l("When the month that runs is over"),
    "now": _l("Now, with a credit for the days left"),
}


def of_contract(contract: Contract) -> Said:
    """The physical axis; a running contract with something overdue says so, and one of which everything is back."""
    if contract.status in ("active", "notice") and any(line.status == "overdue" for line in contract.lines):
        return "late", _l("overdue")
    if contract.status == "active" and all(line.status in BACK for line in contract.lines):
        return "due", _l("to settle")
    return CONTRACT[contract.status]


def of_money(contract: Contract) -> Said:
    """The money axis."""
    return MONEY[contract.money_status]


def of_line(line: ContractLine) -> Said:
    """A line; a planned one that lost its item says so."""
    if line.status == "planned" and line.is_at_risk:
        return "late", _l("no item")
    return LINE[line.status]
