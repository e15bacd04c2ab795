"""How the facts of an item are said."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

STATES: dict[str, tuple[str, Any]] = {
    "in_stock": ("done", _l("in stock")),
    "out": ("out", _l("out")),
    "to_inspect": ("due", _l("to inspect")),
    "on_bench": ("due", _l("on the bench")),
    "lost": ("late", _l("lost")),
    "retired": ("off", _l("retired")),
    "sold": ("off", _l("sold")),
}

GRADES: dict[str, Any] = {
    "A": _l("A, as new"),
    "B": _l("B, good, light traces"),
    "C": _l("C, works, visible wear"),
    "D": _l("D, not fit to go out"),
}

ALLOCATIONS: dict[str, tuple[str, Any]] = {
    "hold": ("planned", _l("held for an offer")),
    "reservation": ("planned", _l("reserved")),
    "use": ("ok", _l("in use")),
    "buffer": ("off", _l("blocked until it is inspected")),
    "work": ("due", _l("on the bench")),
    "transit": ("off", _l("on its way")),
}

ENTRIES: dict[str, Any] = {
    "acquisition": _l("Acquired"),
    "revenue": _l("Rental income"),
    "repair": _l("Repair"),
    "maintenance": _l("Care"),
    "cleaning": _l("Cleaning"),
    "transport": _l("Transport"),
    "refurbishment": _l("Refurbishment"),
    "write_down": _l("Written down"),
    "grant": _l("Grant"),
    "buy_out": _l("Bought by the customer"),
    "resale": _l("Sold"),
    "material_credit": _l("Material credit"),
    "disposal": _l("Disposal"),
}

OCCASIONS: dict[str, Any] = {
    "portrait": _l("Portrait"),
    "hand_over": _l("At a hand-over"),
    "return": _l("At a return"),
    "inspection": _l("At an inspection"),
}
