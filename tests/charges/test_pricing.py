"""The worked tables of `charges.pricing`, row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_app.charges.pricing import Terms, late_fee, nth_anchor, period, recurring, rent, rental_days

BRUSSELS = ZoneInfo("Europe/Brussels")
TIERS = ((1, Decimal("15.00")), (3, Decimal("12.00")), (7, Decimal("9.00")))
BY_DAY = Terms("tiers", "EUR", tiers=TIERS, late_amount=Decimal("10"), deposit_amount=Decimal("25"))
MONTHLY = Terms("monthly", "EUR", monthly_amount=Decimal("24.00"))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("days", "total", "rule"),
    [(1, "15.00", "tiers"), (2, "30.00", "tiers"), (3, "36.00", "tiers"), (5, "60.00", "tiers"),
     (6, "63.00", "tiers_capped"), (7, "63.00", "tiers"), (10, "90.00", "tiers")],
)  # fmt: skip
def test_rent_follows_the_table_of_tiers(days: int, total: str, rule: str) -> None:
    price = rent(BY_DAY, days)
    assert (str(price.amount), price.rule) == (total, rule)


@given(st.integers(1, 400))
def test_longer_rental_never_costs_less(days: int) -> None:
    assert rent(BY_DAY, days).amount <= rent(BY_DAY, days + 1).amount


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-10-24 10:00", "2026-10-25 10:00", 1),  # 25 hours
        ("2027-03-27 10:00", "2027-03-28 10:00", 1),  # 23 hours
        ("2026-11-02 10:00", "2026-11-02 12:00", 1),
        ("2026-11-02 10:00", "2026-11-03 11:00", 1),
        ("2026-11-02 10:00", "2026-11-03 11:01", 2),
        ("2026-11-02 10:00", "2026-11-05 09:00", 3),
    ],
)
def test_rental_days_are_civil_days(start: str, end: str, days: int) -> None:
    assert rental_days(local(start), local(end), "Europe/Brussels") == days


def test_period_is_computed_from_the_anchor_and_never_drifts() -> None:
    starts = [nth_anchor(date(2027, 1, 31), 31, number) for number in range(5)]
    assert starts == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]


def test_first_period_ends_at_the_next_anchor() -> None:
    assert period(date(2026, 10, 20), 1, 0) == (date(2026, 10, 20), date(2026, 11, 1))
    assert period(date(2026, 10, 5), 10, 0) == (date(2026, 10, 5), date(2026, 10, 10))
    assert period(date(2026, 10, 5), 10, 1) == (date(2026, 10, 10), date(2026, 11, 10))


@given(st.dates(date(2024, 1, 1), date(2029, 12, 31)), st.integers(1, 31), st.integers(0, 60))
def test_periods_touch_and_never_overlap(first: date, anchor: int, number: int) -> None:
    start, end = period(first, anchor, number)
    assert start < end == period(first, anchor, number + 1)[0]
    assert (end - start).days <= 31


@pytest.mark.parametrize(
    ("last_day", "amount", "rule"),
    [(date(2026, 10, 29), "15.48", "month_by_day"), (date(2026, 11, 9), "24.00", "month"), (None, "24.00", "month"),
     (date(2026, 10, 10), "0.77", "month_by_day"), (date(2026, 10, 1), "0.00", "month_by_day")],
)  # fmt: skip
def test_part_of_a_month_is_charged_by_its_days(last_day: date | None, amount: str, rule: str) -> None:
    price = recurring(MONTHLY, date(2026, 10, 10), 10, 0, last_day)
    assert (str(price.amount), price.rule) == (amount, rule)


def never_on_sunday(day: date) -> bool:
    return day.weekday() != 6


def test_late_counts_open_days_after_the_day_it_was_due() -> None:
    fee = late_fee(BY_DAY, local("2026-11-20 18:00"), local("2026-11-23 11:00"), "Europe/Brussels", never_on_sunday)
    assert fee is not None
    assert (fee.figures["counted"], str(fee.amount), fee.rule) == (["2026-11-21", "2026-11-23"], "20.00", "late")


def test_late_fee_stops_at_the_cap() -> None:
    fee = late_fee(BY_DAY, local("2026-11-20 18:00"), local("2026-11-27 11:00"), "Europe/Brussels", never_on_sunday)
    assert fee is not None
    assert (str(fee.amount), fee.rule, fee.figures["days"]) == ("25.00", "late_capped", 6)


@pytest.mark.parametrize("back", ["2026-11-20 17:00", "2026-11-20 19:00", "2026-11-20 22:00"])
def test_within_the_grace_or_later_the_same_day_costs_nothing(back: str) -> None:
    assert late_fee(BY_DAY, local("2026-11-20 18:00"), local(back), "Europe/Brussels", never_on_sunday) is None


def test_terms_survive_being_stored() -> None:
    assert Terms.from_json(BY_DAY.to_json()) == BY_DAY
