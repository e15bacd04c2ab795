"""Announced against received: pure.

announced  here  finding    difference
yes        no    -          missing
yes        yes   ok         none
yes        yes   damaged    damaged
yes        yes   other      other      (something else came in its place)
no         yes   any        extra      (also when it is damaged: nobody announced it)
"""

from __future__ import annotations


def difference(is_announced: bool, is_here: bool, finding: str) -> str:
    """The code of what is not as it was announced; '' when it is."""
    if not is_here:
        return "missing" if is_announced else ""
    if not is_announced:
        return "extra"
    return finding if finding in ("damaged", "other") else ""
