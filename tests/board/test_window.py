"""The window over days, and where things stand in it."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_app.board.lanes import Bar, Lane
from service_app.board.window import VIEWS, Window, digits, window_of
from service_app.core import clock

ZONE = "Europe/Brussels"
DAY = date(2026, 11, 25)  # a Wednesday
LETTERS = {"a": 100, "b": 10, "c": 1, "d": 100, "e": 10, "f": 1}


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.at_local(day, time(hour, minute), ZONE)


def read(names: str) -> tuple[int, int]:
    """What the stylesheet makes of class names."""
    sums = {"abc": 0, "def": 0}
    for name in names.split():
        sums["abc" if name[0] in "abc" else "def"] += LETTERS[name[0]] * int(name[1:])
    return sums["abc"], sums["def"]


@pytest.mark.parametrize(
    ("view", "first", "count"),
    [("day", DAY, 1), ("weeks", date(2026, 11, 23), 14), ("month", date(2026, 11, 1), 30)],
)
def test_a_view_is_its_day_two_weeks_from_monday_or_the_month(view: str, first: date, count: int) -> None:
    window = window_of(view, DAY, ZONE)
    assert (window.first, window.count) == (first, count)


@given(st.sampled_from(VIEWS), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_one_turns_back_to_where_one_was(view: str, day: date) -> None:
    window = window_of(view, day, ZONE)
    assert window_of(view, window.after, ZONE).before in window_of(view, window.first, ZONE).days
    assert window_of(view, window_of(view, window.before, ZONE).after, ZONE) == window


def test_days_are_equally_wide_when_the_clocks_change() -> None:
    window = window_of("weeks", date(2026, 10, 25), ZONE)  # 25 October has 25 hours
    places = [window.thousandth(at(day, 0)) for day in window.days]
    assert {after - before for before, after in itertools.pairwise(places)} <= {71, 72}


def test_what_reaches_beyond_the_edge_is_cut_there() -> None:
    window = window_of("weeks", DAY, ZONE)
    assert window.place(at(date(2026, 11, 1), 9), at(date(2026, 11, 24), 0)) == (0, 71)
    assert window.place(at(date(2026, 12, 6), 12), None) == (964, 36)
    assert window.place(at(date(2026, 11, 25), 10), at(date(2026, 11, 25), 10))[1] == 1, "it can still be seen"


def test_a_day_is_shown_from_six_to_ten() -> None:
    window = window_of("day", DAY, ZONE)
    assert window.place(at(DAY, 4), at(DAY, 14)) == (0, 500)
    assert window.place(at(DAY, 14), at(DAY, 23, 30)) == (500, 500)


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_class_names_add_up_to_the_place(left: int, width: int) -> None:
    assert read(digits((left, width))) == (left, width)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20) | st.none()), max_size=12))
def test_nothing_lies_upon_something_else(stretches: list[tuple[int, int | None]]) -> None:
    origin = datetime(2026, 11, 1, tzinfo=UTC)
    lane = Lane("X", "", "")
    for start, length in stretches:
        begin = origin + timedelta(days=start)
        lane.bars.append(Bar(begin, begin + timedelta(days=length) if length else None, "ok", "use", "", ""))
    lane.stack()
    for row in range(lane.rows):
        inside = sorted((bar for bar in lane.bars if bar.row == row), key=lambda bar: bar.start)
        for bar, following in itertools.pairwise(inside):
            assert bar.end is not None
            assert bar.end <= following.start
    assert lane.rows == max((bar.row for bar in lane.bars), default=0) + 1


def test_a_window_ends_where_its_last_day_does() -> None:
    window = Window("weeks", date(2026, 3, 23), 14, ZONE)  # the clocks go forward on the 29th
    assert window.end - window.start == timedelta(days=14, hours=-1)
