"""VAT by a dated table, rounded once a rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service_app.charges.models import CHARGE_KINDS
from service_app.charges.pricing.vat import CLASS_OF_KIND, RATES, vat_included, vat_rate


def test_every_kind_of_charge_has_a_class_and_every_class_a_rate() -> None:
    assert set(CLASS_OF_KIND) == set(CHARGE_KINDS)
    assert {("BE", each) for each in CLASS_OF_KIND.values()} <= set(RATES)


@pytest.mark.parametrize(
    ("service_class", "on", "percent"),
    [
        ("rental", date(2026, 11, 25), 21),
        ("small_repair_labour", date(2026, 11, 25), 6),
        ("small_repair_parts", date(2017, 6, 30), 6),
        ("small_repair_parts", date(2017, 7, 1), 21),
        ("compensation", date(2026, 11, 25), 0),
    ],
)
def test_rate_is_the_one_of_the_day(service_class: str, on: date, percent: int) -> None:
    assert vat_rate("BE", service_class, on) == percent


def test_rate_that_nobody_wrote_down_is_not_guessed() -> None:
    with pytest.raises(LookupError, match="no VAT rate of FR for rental"):
        vat_rate("FR", "rental", date(2026, 11, 25))
    with pytest.raises(LookupError):
        vat_rate("BE", "rental", date(1990, 1, 1))


def test_vat_is_rounded_once_over_the_document_and_never_a_line() -> None:
    day = date(2026, 11, 25)
    rows = [("recurring", day, Decimal("0.03"))] * 100 + [("damage", day, Decimal("40.00"))]
    assert vat_included(rows) == {Decimal(0): Decimal("0.00"), Decimal(21): Decimal("0.52")}


def test_reduced_month_bears_the_vat_of_what_is_paid() -> None:
    assert vat_included([("recurring", date(2026, 10, 10), Decimal("30.00"))]) == {Decimal(21): Decimal("5.21")}
