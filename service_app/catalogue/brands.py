"""Brands as people write them: which words say that nobody knows it, and how two spellings of one are the same.

Pure. Used where cells are read (`imports`) and where repairs of a brand are counted (`repairlog`).
"""

from __future__ import annotations

import re
import unicodedata

# What people write where they know nothing; a brand of this name does not exist.
UNKNOWN = frozenset(
    {
        *("", "?", "??", "???", "-", "--", "/", "n/a", "na", "nvt", "n.v.t."),
        *("unknown", "none", "no brand", "not known"),
        *("onbekend", "ongekend", "geen", "geen merk", "zonder merk", "niet gekend", "weet niet"),
        *("inconnu", "inconnue", "sans marque", "aucun", "aucune", "pas connu"),
    }
)


def is_unknown(line: str) -> bool:
    """Whether this says that the brand is not known."""
    return line.casefold().strip(" .!") in UNKNOWN


def key(brand: str) -> str:
    """By which a brand is found however it is spelled: without capitals, accents, spaces and signs ("De'Longhi" is
    "DELONGHI"); letters of every script stay. '' for a brand that is not known."""
    if is_unknown(" ".join(brand.split())):
        return ""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", brand.casefold()) if not unicodedata.combining(sign))
    return "".join(re.findall(r"[^\W_]+", plain))[:80]
