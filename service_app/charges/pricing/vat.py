"""VAT as a parameter: amounts are what the customer pays, and this says what of them is VAT, by a dated table.

Rates change with a law on a day, so they are rows with a first day and never a constant. Belgium: 21 % is the standard
(Code TVA, royal decree no 20); small repairs of bicycles, shoes, leather, clothing and linen are at 6 %, since 1 July
2017 on the labour alone. What makes good a damage or a loss is not a price and bears none; neither does a deposit. VAT
is rounded once a rate over a whole document, never a line (EN 16931 BG-23); the documents come in `billing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from service_app.core.money import ZERO, to_cents

# (country, class of service): (first day, percent), the newest last.
RATES: dict[tuple[str, str], tuple[tuple[date, Decimal], ...]] = {
    ("BE", "rental"): ((date(1996, 1, 1), Decimal(21)),),
    ("BE", "sale"): ((date(1996, 1, 1), Decimal(21)),),
    ("BE", "repair"): ((date(1996, 1, 1), Decimal(21)),),
    ("BE", "small_repair_labour"): ((date(2000, 1, 1), Decimal(6)),),
    ("BE", "small_repair_parts"): ((date(2000, 1, 1), Decimal(6)), (date(2017, 7, 1), Decimal(21))),
    ("BE", "compensation"): ((date(1996, 1, 1), Decimal(0)),),
}
CLASS_OF_KIND: dict[str, str] = {
    "rent": "rental",
    "recurring": "rental",
    "use": "rental",
    "one_off": "rental",
    "fee": "rental",
    "cleaning": "rental",
    "buy_out": "sale",
    "late": "compensation",
    "damage": "compensation",
    "missing": "compensation",
    "lost": "compensation",
}


def vat_rate(country: str, service_class: str, on: date) -> Decimal:
    """The percentage that holds on a day. Raises LookupError where the table knows none: a rate is never guessed."""
    rows = [percent for first, percent in RATES.get((country, service_class), ()) if first <= on]
    if not rows:
        raise LookupError(f"no VAT rate of {country} for {service_class} on {on}")
    return rows[-1]


def vat_included(amounts: Iterable[tuple[str, date, Decimal]], country: str = "BE") -> dict[Decimal, Decimal]:
    """Of (kind of charge, day, amount paid) rows, the VAT inside by rate: each rate rounded once, over its sum."""
    gross: dict[Decimal, Decimal] = {}
    for kind, on, amount in amounts:
        percent = vat_rate(country, CLASS_OF_KIND[kind], on)
        gross[percent] = gross.get(percent, ZERO) + amount
    return {percent: to_cents(whole * percent / (100 + percent)) for percent, whole in sorted(gross.items())}
