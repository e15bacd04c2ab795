"""ONE table: which section of a passport who sees.

`public` is whoever reads the label; `customer` who has the thing, or bought it, and is signed in; `repairer` and `recycler`
hold a dated link of the workshop; `staff` are the workshop's own. The movements (when it went out and came back) are no names,
and still say when somebody had a thing: they are for those who mend it or take it apart.
"""

from __future__ import annotations

PUBLIC, CUSTOMER, REPAIRER, RECYCLER, STAFF = LAYERS = ("public", "customer", "repairer", "recycler", "staff")

#              section          who sees it
SEEN: dict[str, frozenset[str]] = {
    "identity":      frozenset((PUBLIC, CUSTOMER, REPAIRER, RECYCLER, STAFF)),
    "composition":   frozenset((PUBLIC, CUSTOMER, REPAIRER, RECYCLER, STAFF)),
    "battery":       frozenset((PUBLIC, CUSTOMER, REPAIRER, RECYCLER, STAFF)),
    "life":          frozenset((PUBLIC, CUSTOMER, REPAIRER, RECYCLER, STAFF)),
    "serial":        frozenset((CUSTOMER, REPAIRER, RECYCLER, STAFF)),
    "battery_state": frozenset((CUSTOMER, REPAIRER, RECYCLER, STAFF)),
    "mine":          frozenset((CUSTOMER,)),
    "movements":     frozenset((REPAIRER, RECYCLER, STAFF)),
    "repair":        frozenset((REPAIRER, STAFF)),
    "dismantling":   frozenset((REPAIRER, RECYCLER, STAFF)),
    "battery_inside": frozenset((REPAIRER, RECYCLER, STAFF)),
    "recycling":     frozenset((RECYCLER, STAFF)),
}  # fmt: skip


def sees(layer: str, section: str) -> bool:
    """Whether a layer sees a section; one that no table knows raises KeyError."""
    return layer in SEEN[section]
