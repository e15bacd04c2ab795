"""The days of a plan: counted from the anchor, never chained, none lost and none twice."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from service_app.workorders.rhythm import FAR, Rhythm, shifted, to_write

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def first(rhythm: Rhythm, anchor: date, number: int, after: date = date.min) -> list[date]:
    return list(islice(rhythm.after(anchor, after), number))


def test_month_ends_and_leap_days_come_back() -> None:
    assert first(Rhythm(1), date(2027, 1, 31), 4) == [
        date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31),
    ]  # fmt: skip
    assert first(Rhythm(12), date(2024, 2, 29), 4) == [
        date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29),
    ]  # fmt: skip
    leap = Rhythm(season=((2, 29),))
    assert first(leap, date(2026, 3, 1), 2) == [date(2027, 2, 28), date(2028, 2, 29)]


def test_days_over_both_clock_changes_stay_days() -> None:
    assert first(Rhythm(1, "day"), date(2027, 3, 27), 2) == [date(2027, 3, 28), date(2027, 3, 29)]
    assert first(Rhythm(1, "week"), date(2026, 10, 18), 2) == [date(2026, 10, 25), date(2026, 11, 1)]


def test_excluded_days_fall_out_and_included_ones_come_in() -> None:
    rhythm = Rhythm(1, "week", excluded=frozenset([date(2026, 1, 15)]), included=(date(2026, 1, 10), date(2026, 1, 22)))
    assert first(rhythm, date(2026, 1, 1), 3) == [date(2026, 1, 8), date(2026, 1, 10), date(2026, 1, 22)]
    assert to_write(Rhythm(included=(date(2026, 5, 1),)), date(2026, 1, 1), None, date(2026, 1, 2), 30) == (
        [date(2026, 5, 1)], FAR,
    )  # fmt: skip


def test_closed_day_moves_to_the_open_one_before_or_after_it() -> None:
    weekdays = lambda day: day.weekday() < 5  # noqa: E731
    sunday = date(2027, 2, 28)
    assert (shifted(sunday, weekdays), shifted(sunday, weekdays, later=True)) == (date(2027, 2, 26), date(2027, 3, 1))
    assert shifted(sunday, lambda _day: False) == sunday
    friday = frozenset([date(2027, 2, 26)])
    assert shifted(sunday, weekdays, excluded=friday) == date(2027, 2, 25), "not to a day that was excluded"


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(1, 30), st.sampled_from(("day", "week", "month")), DAYS)
def test_nth_day_is_the_anchor_plus_n_intervals_wherever_one_begins_to_look(
    anchor: date, every: int, unit: str, after: date
) -> None:
    found = first(Rhythm(every, unit), anchor, 5, after)
    step = {"day": "days", "week": "weeks", "month": "months"}[unit]
    all_days = (anchor + relativedelta(**{step: every * number}) for number in range(1, 6000))  # type: ignore[arg-type]
    assert found == list(islice((day for day in all_days if day > after), 5))


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(1, 12), st.integers(1, 200), st.lists(st.integers(1, 120), min_size=1, max_size=12))
def test_planned_day_by_day_or_seldom_nothing_is_written_twice(
    anchor: date, every: int, horizon: int, steps: list[int]
) -> None:
    rhythm, today, last, written = Rhythm(every), anchor, None, []
    for step in steps:
        today += timedelta(days=step)
        days, following = to_write(rhythm, anchor, last, today, horizon)
        again, _next = to_write(rhythm, anchor, days[-1] if days else last, today, horizon)
        assert [day for day in again if day <= today + timedelta(days=horizon)] == []
        assert sum(day <= today for day in days) <= 1, "no flood"
        written += days
        last = days[-1] if days else last
        assert following > today + timedelta(days=horizon)
    assert written == sorted(set(written))
