"""Cells that go into a spreadsheet stay what they are: text is never taken for a formula.

In XLSX a cell says of itself that it is text. A CSV cannot, so a cell that begins as a formula does gets an apostrophe in
front (OWASP, "CSV Injection"), except a phone number: a plus and digits alone are no formula, and an apostrophe would make
the number useless to who dials or imports it.
"""

from __future__ import annotations

import re

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PHONE = re.compile(r"\+\d[\d ]{5,20}")
_NUMBER = re.compile(r"-\d+([.,]\d+)?")


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front when it begins as a formula does; a phone number and a negative number stay."""
    if not cell.startswith(FORMULA_SIGNS) or _PHONE.fullmatch(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
