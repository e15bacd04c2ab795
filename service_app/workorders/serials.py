"""Serial numbers from one to another, as people mean them: 950 to 1049 is a hundred things, and B1 to B2 not B1999.

A serial is read as the text before its last number, that number whatever noughts stand before it, and the text behind it; large
and small letters are alike. It lies between two others when the texts are theirs and its number lies between theirs. Where
neither end has a number, text is compared. What has no serial lies nowhere.
"""

from __future__ import annotations

from sqlalchemy import text

from service_app.core.errors import Invalid
from service_app.workorders.statements import run


def _around(serial: str) -> str:
    return rf"regexp_replace(lower({serial}), '[0-9]+([^0-9]*)$', '#\1')"


def _number(serial: str) -> str:
    return f"CAST(substring({serial} FROM '([0-9]+)[^0-9]*$') AS numeric)"


def _bound(column: str, sign: str) -> str:
    """That `i.serial` is on the right side of a bound of the plan `p`, where that is set."""
    return f"""({column} = '' OR ({_around("i.serial")} = {_around(column)}
                AND {_number("i.serial")} {sign} {_number(column)}))"""


# Whether the thing `i` is among the serials of the plan `p`.
AMONG = f"""
    ((p.serial_from = '' AND p.serial_to = '')
     OR (i.serial <> ''
         AND CASE WHEN p.serial_from || p.serial_to ~ '[0-9]'
                  THEN {_bound("p.serial_from", ">=")} AND {_bound("p.serial_to", "<=")}
                  ELSE (p.serial_from = '' OR lower(i.serial) COLLATE "C" >= lower(p.serial_from))
                       AND (p.serial_to = '' OR lower(i.serial) COLLATE "C" <= lower(p.serial_to)) END))
"""

_ENDS = "(SELECT CAST(:first AS text) AS serial_from, CAST(:last AS text) AS serial_to) p"
# Both ends asked as the things are: a bound lies among those up to the other one, or it does not.
_ASKED = text(f"""
    SELECT {_around("p.serial_from")} = {_around("p.serial_to")}
           AND (p.serial_from ~ '[0-9]') = (p.serial_to ~ '[0-9]') AS are_alike,
           CASE WHEN p.serial_from ~ '[0-9]' THEN {_number("p.serial_from")} <= {_number("p.serial_to")}
                ELSE lower(p.serial_from) COLLATE "C" <= lower(p.serial_to) END AS are_in_order,
           p.serial_from || p.serial_to ~ '[0-9]' AS have_numbers
      FROM {_ENDS}
""")
_COUNTED = text(f"""
    SELECT count(*) FROM item i CROSS JOIN {_ENDS}
     WHERE i.workshop_id = :w AND i.product_id = :product AND i.status <> ALL(:gone) AND {AMONG}
""")


def count_among(product_id: int, first: str, last: str) -> int:
    """How many things of a product have a serial from `first` to `last` ('': without that end). Refuses ends of which one
    is not like the other (`care.serials_unlike`) and ends the wrong way around (`care.serials_turned`)."""
    if first and last:
        asked = run(_ASKED, first=first, last=last).one()
        if asked.have_numbers and not asked.are_alike:
            raise Invalid("care.serials_unlike", field="serial_to", first=first, last=last)
        if not asked.are_in_order:
            raise Invalid("care.serials_turned", field="serial_to", first=first, last=last)
    return int(run(_COUNTED, product=product_id, first=first, last=last).scalar_one())


def refuse_none(product_id: int, first: str, last: str) -> None:
    """Refuse serials that no thing of the product has (`care.serials_none`), and as `count_among`: a recall that nobody hears
    of is worse than none."""
    if (first or last) and not count_among(product_id, first, last):
        raise Invalid("care.serials_none", field="serial_from")
