"""The other worked tables of `charges.pricing`, row by row, and what must hold beyond any table."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service_app.catalogue.rules import PlanRules
from service_app.charges import pricing
from service_app.charges.pricing import Charged, Piece, Terms
from service_app.core.money import ZERO

DAY = timedelta(days=1)
OCTOBER = (date(2026, 10, 10), date(2026, 11, 10))
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
TIERS = ((1, Decimal("15.00")), (3, Decimal("12.00")), (7, Decimal("9.00")))


def never_on_sunday(day: date) -> bool:
    return day.weekday() != 6


def monthly(amount: str, **rules: object) -> Terms:
    return Terms("monthly", "EUR", monthly_amount=Decimal(amount), rules=PlanRules(**rules))  # type: ignore[arg-type]


def in_step(terms: Terms, charged: dict[int, Charged], served: list[pricing.Days]) -> list[tuple[str, int | None]]:
    pieces = pricing.restate(terms, 31, charged, served)
    return [(str(piece.price.amount), piece.of) for piece in pieces]


def test_a_swap_day_belongs_to_the_new_line() -> None:
    swapped = date(2026, 10, 21)
    whole = {1: Charged([OCTOBER], Decimal("24.00"))}
    assert in_step(monthly("24.00"), whole, [(OCTOBER[0], swapped)]) == [("15.48", 1)]
    assert in_step(monthly("36.00"), {}, [(swapped, OCTOBER[1])]) == [("23.23", None)]


def test_an_end_within_a_month_gives_back_the_days_after_it() -> None:
    whole = {1: Charged([OCTOBER], Decimal("30.00"))}
    assert in_step(monthly("30.00"), whole, [(OCTOBER[0], date(2026, 10, 26))]) == [("14.52", 1)]


def test_closed_days_cost_nothing_and_count_for_the_tier() -> None:
    terms = Terms("tiers", "EUR", tiers=TIERS)
    free = pricing.free_days(date(2026, 11, 20), 4, never_on_sunday)
    price = pricing.rent(terms, 4, free)
    assert (free, str(price.amount), price.figures["free_days"]) == (1, "36.00", 1)
    assert pricing.free_days(date(2026, 11, 22), 1, never_on_sunday) == 0, "one day at least is charged"


def test_a_reduction_comes_off_before_anything_else() -> None:
    terms = monthly("24.00").reduced("solidarity", 30)
    assert str(terms.month_amount) == "16.80"
    assert str(pricing.month_price(terms, 20, 31).amount) == "10.84"
    assert terms.reduced("discount", 10).month_amount == Decimal("21.60"), "they never add up"


@pytest.mark.parametrize(
    ("units", "days", "amount", "rule"),
    [(0, 30, "4.00", "use_floor"), (60, 30, "4.00", "use_floor"), (120, 30, "7.00", "use"), (300, 30, "20.00", "use_cap"),
     (300, 15, "10.00", "use_cap")],
)  # fmt: skip
def test_use_follows_the_table(units: int, days: int, amount: str, rule: str) -> None:
    terms = monthly(
        "0.00", use_amount=Decimal("0.10"), use_included=50, use_floor_amount=Decimal("4"), use_cap_amount=Decimal("20")
    )
    price = pricing.use(terms, units, days, 30)
    assert (f"{price.amount:.2f}", price.rule) == (amount, rule)


@pytest.mark.parametrize(
    ("style", "percent", "amount"),
    [("fixed", 0, "150.00"), ("percent", 20, "840.00"), ("replacement", 0, "4200.00")],
)
def test_deposit_follows_its_style(style: str, percent: int, amount: str) -> None:
    rules = PlanRules(deposit_style=style, deposit_percent=percent)
    assert f"{pricing.deposit(rules, Decimal('150.00'), Decimal('4200')):.2f}" == amount
    assert pricing.deposit(rules, Decimal("150.00"), None) == Decimal("150.00")


@pytest.mark.parametrize(
    ("rules", "amount"),
    [({"early_end_style": "none"}, None), ({"early_end_style": "fixed", "early_end_amount": Decimal("60.00")}, "60.00"),
     ({"early_end_style": "remaining", "early_end_percent": 50}, "75.00"), ({"early_end_style": "recomputed"}, "42.00"),
     ({"early_end_style": "fixed", "early_end_amount": Decimal("500.00")}, "150.00")],
)  # fmt: skip
def test_ending_early_follows_the_table(rules: dict[str, object], amount: str | None) -> None:
    fee = pricing.early_end_fee(monthly("25.00", **rules), YEAR[0], date(2026, 7, 1), YEAR[1], Decimal("32.00"))
    assert (None if fee is None else str(fee.amount)) == amount
    assert pricing.early_end_fee(monthly("25.00", **rules), YEAR[0], YEAR[1], YEAR[1]) is None, "not early"


def test_buying_takes_off_the_share_of_what_was_paid() -> None:
    terms = monthly("25.00", buy_out_from_months=0, buy_out_share_percent=100, buy_out_floor_amount=Decimal("1.00"))
    paid = [Decimal("20.00"), *[Decimal("25.00")] * 10]
    price = pricing.buy_out(terms, Decimal("600.00"), YEAR[0], YEAR[1], paid)
    assert price is not None
    assert (str(price.amount), price.rule) == ("330.00", "buy_out")
    dear = pricing.buy_out(terms, Decimal("600.00"), YEAR[0], YEAR[1], paid * 5)
    assert dear is not None
    assert (str(dear.amount), dear.rule) == ("1.00", "buy_out_floor")


def test_what_is_lost_costs_its_value_at_its_age_and_never_more_than_the_cap() -> None:
    four_years = date(2022, 1, 1) + DAY * 4 * 365
    price = pricing.lost(Decimal("800.00"), date(2022, 1, 1), four_years)
    assert (str(price.amount), price.rule) == ("400.00", "lost")
    capped = pricing.lost(Decimal("800.00"), date(2022, 1, 1), four_years, Decimal("150.00"))
    assert (str(capped.amount), capped.rule) == ("150.00", "lost_capped")
    assert pricing.lost(Decimal("800.00"), date(2010, 1, 1), four_years).amount == ZERO


@pytest.mark.parametrize(
    ("days", "hours", "left", "amount"),
    [(5, 1, "30.00", "4.00"), (2, 0, "30.00", None), (2, 1, "30.00", "1.00"), (5, 1, "2.50", "2.50")],
)
def test_service_credit_counts_started_days_beyond_the_level(
    days: int, hours: int, left: str, amount: str | None
) -> None:
    began = datetime(2026, 11, 2, 9, tzinfo=UTC)
    terms = monthly("30.00", service_hours=48)
    price = pricing.service_credit(terms, began, began + timedelta(days=days, hours=hours), 30, Decimal(left))
    assert (None if price is None else str(price.amount)) == amount


# Whatever the order of the changes

# Twelve changes move a sum by six cents at most; a day of a month at this amount is thirty-two.
DAY_OUTWEIGHS_ROUNDING = Decimal("10.00")
AMOUNTS = st.decimals(Decimal("1.00"), Decimal("400.00"), places=2)
SERVED = st.sets(st.integers(0, 30)).map(lambda days: pricing.runs(OCTOBER[0] + DAY * day for day in days))


def play(amount: Decimal, changes: list[list[pricing.Days]]) -> tuple[dict[int, Decimal], dict[int, set[date]]]:
    """What each charge stands at, and the days it covers, after what was served changed again and again."""
    left: dict[int, Decimal] = {}
    days: dict[int, set[date]] = {}
    terms = monthly(str(amount))
    for served in changes:
        charged = {key: Charged(pricing.runs(days[key]), left[key]) for key in left}
        for piece in pricing.restate(terms, 31, charged, served):
            take(piece, left, days)
    return left, days


def take(piece: Piece, left: dict[int, Decimal], days: dict[int, set[date]]) -> None:
    covered = {piece.start + DAY * away for away in range((piece.end - piece.start).days)}
    if piece.of is None:
        assert not covered & set().union(*days.values()), "no day twice"
        left[len(left)], days[len(days)] = piece.price.amount, covered
    else:
        left[piece.of] -= piece.price.amount
        days[piece.of] -= covered
        assert left[piece.of] >= ZERO, "no credit exceeds its charge"


def of_october(*days: int) -> list[pricing.Days]:
    return pricing.runs(OCTOBER[0] + DAY * day for day in days)


@given(AMOUNTS, st.lists(SERVED, min_size=1, max_size=12))
@example(  # three cents a day: a day that was rounded away is taken off without a credit
    Decimal("1.01"),
    [
        of_october(0, 1),
        of_october(*range(13), 15, 20, 21, 22, 26),
        of_october(0, 1, 2, 3, 4, 6, 7, 8, 20, 21, 22),
        of_october(*range(8), 9, 10, 20, 22),
        [],
    ],
)
def test_what_stands_charged_is_the_price_of_the_served_days_whatever_the_order(
    amount: Decimal, changes: list[list[pricing.Days]]
) -> None:
    left, days = play(amount, changes)
    served = sum((end - start).days for start, end in changes[-1])
    assert sum(left.values(), ZERO) == pricing.part_of_month(amount, served, 31)
    covered = len(set().union(*days.values()))
    # A day whose whole price is what the cents before it were rounded by comes and goes at nothing, and leaves neither a
    # charge nor a credit: of a few cents a day the sum is what is promised, and held above.
    assert covered == served or amount < DAY_OUTWEIGHS_ROUNDING


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)), st.integers(1, 31), st.integers(1, 60))
def test_anchor_is_its_day_or_the_last_of_a_shorter_month(first: date, anchor: int, number: int) -> None:
    found = pricing.nth_anchor(first, anchor, number)
    assert found.day == anchor or (found.day < anchor and (found + DAY).day == 1)
    assert found > first or number == 0


@pytest.mark.parametrize(
    ("first", "anchor", "starts"),
    [
        (date(2028, 1, 31), 31, [date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)]),
        (date(2028, 2, 29), 29, [date(2028, 3, 29), date(2028, 4, 29), date(2028, 5, 29)]),
        (date(2027, 1, 29), 29, [date(2027, 2, 28), date(2027, 3, 29), date(2027, 4, 29)]),
        (date(2026, 9, 25), 25, [date(2026, 10, 25), date(2026, 11, 25), date(2026, 12, 25)]),
        (date(2027, 2, 28), 28, [date(2027, 3, 28), date(2027, 4, 28), date(2027, 5, 28)]),
    ],
)
def test_anchor_over_leap_years_the_31st_and_the_changes_of_the_clock(
    first: date, anchor: int, starts: list[date]
) -> None:
    assert [pricing.nth_anchor(first, anchor, number) for number in (1, 2, 3)] == starts


def test_minimum_term_from_the_31st_and_from_the_leap_day() -> None:
    assert pricing.add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert pricing.add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert pricing.months_between(date(2028, 2, 29), date(2029, 2, 28)) == 12


# The tables in the docstring are what the code says

TOLD = pricing.__doc__ or ""


def row_of(label: str, after: str) -> list[str]:
    """The figures of a row of a table, by its label, in the section that begins with a word."""
    section = TOLD[TOLD.index(f"**{after}") :]
    found = re.search(rf"^ +{label}  +(.+)$", section, re.M)
    assert found is not None, label
    return found.group(1).split()


def test_the_table_of_tiers_is_what_the_code_says() -> None:
    terms = Terms("tiers", "EUR", tiers=TIERS)
    days = [int(each) for each in row_of("days", "Tiers")]
    assert [str(pricing.rent(terms, each).amount) for each in days] == row_of("total", "Tiers")
    assert [pricing.rent(terms, each).figures["day_amount"] for each in days] == row_of("each", "Tiers")


def test_the_table_of_months_is_what_the_code_says() -> None:
    used = [int(each) for each in re.findall(r"(\d+) days?", " ".join(row_of("used", "Monthly")))]
    assert [str(pricing.month_price(monthly("24.00"), each, 31).amount) for each in used] == row_of("amount", "Monthly")


def test_every_table_has_its_section_and_every_section_is_told() -> None:
    sections = re.findall(r"^\*\*(.+?)\.\*\*", TOLD, re.M)
    assert sections == [
        "Days", "Tiers", "Monthly", "Late", "In step", "Closed days", "Reduction", "Per use", "Deposit", "Ending early",
        "Cancelling", "Buying", "Losing", "Service credit",
    ]  # fmt: skip
