"""When something can begin: the logic by itself, held against what it promises for any hours, absences and rules."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_app.bookings import slots
from service_app.bookings.slots import Rules, Span, Timetable
from service_app.core import clock

ZONE = "Europe/Brussels"
# The days on which an hour is missing, comes twice, and an ordinary one, in a year that is long over.
SPRING, AUTUMN, PLAIN = date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 10)
DAYS = (SPRING, AUTUMN, PLAIN)


def starts(
    rules: Rules, day: date, hours: slots.Hours, taken: tuple[Span, ...] = (), **more: datetime
) -> list[datetime]:
    """The starts of a day for one person who is there whenever the door is open."""
    door = slots.open_spans({day: hours}, ZONE)
    after, before = clock.day_bounds(day, ZONE)
    found = slots.find(rules, door, [[Timetable(1, door, taken)]], more.get("after", after), before)
    return [slot.starts_at for slot in found]


def wall(instants: list[datetime]) -> list[str]:
    return [f"{each.astimezone(ZoneInfo(ZONE)):%H:%M}" for each in instants]


def test_on_an_ordinary_day_every_half_hour_until_it_would_be_too_long():
    found = starts(Rules(minutes=60, step=30), PLAIN, [(time(9), time(11)), (time(13), time(14))])
    assert wall(found) == ["09:00", "09:30", "10:00", "13:00"]


def test_in_spring_nothing_begins_in_the_hour_that_is_missing():
    found = starts(Rules(minutes=30, step=30), SPRING, [(time(1), time(4))])
    assert wall(found) == ["01:00", "01:30", "03:00", "03:30"]
    assert [after - before for before, after in itertools.pairwise(found)] == [timedelta(minutes=30)] * 3


def test_in_autumn_the_hour_that_comes_twice_is_offered_twice_and_is_two_moments():
    found = starts(Rules(minutes=30, step=30), AUTUMN, [(time(1), time(4))])
    assert wall(found) == ["01:00", "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"]
    assert len(set(found)) == 8


def test_what_lasts_over_the_change_is_as_long_as_it_says():
    for day, first in ((SPRING, "01:30"), (AUTUMN, "01:30")):
        found = starts(Rules(minutes=90, step=90), day, [(time(1, 30), time(6))])
        assert wall(found)[0] == first
        assert found[1] - found[0] == timedelta(minutes=90)


@pytest.mark.parametrize("day", DAYS)
def test_by_day_the_change_of_the_clock_changes_nothing(day):
    assert wall(starts(Rules(minutes=240, step=240), day, [(time(9), time(18))])) == ["09:00", "13:00"]


def test_a_day_that_ends_at_midnight_ends_at_midnight():
    found = starts(Rules(minutes=30, step=30), PLAIN, [(time(23), time(23, 59))])
    assert wall(found) == ["23:00", "23:30"]


def test_buffers_must_be_free_but_may_lie_outside_the_hours():
    rules = Rules(minutes=30, step=30, before=15, after=15)
    busy = (Span(clock.at_local(PLAIN, time(10), ZONE), clock.at_local(PLAIN, time(10, 30), ZONE)),)
    assert wall(starts(rules, PLAIN, [(time(9), time(12))], busy)) == ["09:00", "11:00", "11:30"]


def test_lead_time_and_horizon_are_counted_from_now():
    rules = Rules(minutes=30, lead=90, horizon_days=2)
    now = clock.at_local(PLAIN, time(8, 31), ZONE)
    assert slots.earliest(rules, now) == clock.at_local(PLAIN, time(10, 1), ZONE)
    assert slots.last_day(rules, now, ZONE) == PLAIN + timedelta(days=2)
    assert slots.last_day(rules, clock.at_local(PLAIN, time(23, 59), ZONE), ZONE) == PLAIN + timedelta(days=2)


def test_the_lead_time_takes_away_what_is_too_near_and_keeps_the_grid():
    after = clock.at_local(PLAIN, time(9, 31), ZONE)
    assert wall(starts(Rules(minutes=30, step=30), PLAIN, [(time(9), time(11))], after=after)) == ["10:00", "10:30"]


def test_one_of_each_group_must_be_free_at_the_same_time():
    door = slots.open_spans({PLAIN: [(time(9), time(12))]}, ZONE)

    def taken(hour: int) -> tuple[Span, ...]:
        return (Span(clock.at_local(PLAIN, time(hour), ZONE), clock.at_local(PLAIN, time(hour + 1), ZONE)),)

    people = [Timetable(1, door, taken(9)), Timetable(2, door, taken(10))]
    benches = [Timetable(7, door, taken(11))]
    found = list(slots.find(Rules(minutes=60, step=60), door, [people, benches], *clock.day_bounds(PLAIN, ZONE)))
    assert [(wall([slot.starts_at])[0], slot.free) for slot in found] == [
        ("09:00", ((2,), (7,))),
        ("10:00", ((1,), (7,))),
    ]


def test_without_anybody_who_can_there_is_nothing():
    door = slots.open_spans({PLAIN: [(time(9), time(12))]}, ZONE)
    bounds = clock.day_bounds(PLAIN, ZONE)
    assert list(slots.find(Rules(minutes=30), door, [[]], *bounds)) == []
    assert list(slots.find(Rules(minutes=30), door, [], *bounds)) == []


def test_the_least_skilled_is_asked_first_then_the_least_busy_then_always_the_same():
    hour = timedelta(hours=1)
    assert slots.least_busy([1, 2, 3], {}, {1: 3, 2: 2, 3: 2}) == 2
    assert slots.least_busy([2, 3], {2: hour}, {2: 2, 3: 2}) == 3
    assert slots.least_busy([3, 2], {2: hour, 3: hour}, {}) == 2


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"minutes": 5, "step": 0}, {"minutes": 5, "lead": -1}])
def test_rules_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        Rules(**wrong)


quarters = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
hours = st.lists(st.tuples(quarters, quarters).filter(lambda pair: pair[0] < pair[1]), max_size=4)
rules = st.builds(
    Rules, minutes=st.integers(5, 240), step=st.integers(5, 120), before=st.integers(0, 60), after=st.integers(0, 60)
)


@st.composite
def spans(draw, day):
    """Stretches on a day, to the minute, in real time."""
    begin, end = clock.day_bounds(day, ZONE)
    length = int((end - begin).total_seconds()) // 60
    found = []
    for _each in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, length - 1))
        until = draw(st.integers(start + 1, length))
        found.append(Span(begin + timedelta(minutes=start), begin + timedelta(minutes=until)))
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_slot_is_offered_exactly_where_it_fits(data):
    """Against the plain meaning, start by start: inside one opening, and free with the buffers around it."""
    day = data.draw(st.sampled_from(DAYS))
    said, asked, taken = data.draw(hours), data.draw(rules), data.draw(spans(day))
    door = slots.open_spans({day: said}, ZONE)
    found = set(starts(asked, day, said, taken))
    for span in door:
        start = span.start
        while start < span.end:
            stretch, blocked = asked.stretch(start), asked.blocked(start)
            fits = span.holds(stretch) and not any(one.overlaps(blocked) for one in taken)
            assert (start in found) == fits
            start += timedelta(minutes=asked.step)
    on_grid = {span.start + timedelta(minutes=asked.step) * n for span in door for n in range(1500)}
    assert found <= on_grid


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_two_slots_taken_one_after_the_other_never_overlap_with_their_buffers(data):
    day = data.draw(st.sampled_from(DAYS))
    said, asked = data.draw(hours), data.draw(rules)
    taken: tuple[Span, ...] = ()
    for _each in range(6):
        found = starts(asked, day, said, taken)
        if not found:
            break
        chosen = asked.blocked(data.draw(st.sampled_from(found)))
        assert not any(one.overlaps(chosen) for one in taken)
        taken = (*taken, chosen)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_hours_become_real_time_in_order_and_apart(data):
    day = data.draw(st.sampled_from(DAYS))
    found = slots.open_spans({day: data.draw(hours)}, ZONE)
    assert all(span.start < span.end for span in found)
    assert all(before.end < after.start for before, after in itertools.pairwise(found))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_common_is_in_both(data):
    first, second = (slots.joined(data.draw(spans(PLAIN))) for _each in range(2))
    shared = slots.common(first, second)
    begin = clock.day_bounds(PLAIN, ZONE)[0]
    for minute in range(0, 1440, 7):
        moment = begin + timedelta(minutes=minute)
        inside = all(any(span.start <= moment < span.end for span in some) for some in (first, second))
        assert any(span.start <= moment < span.end for span in shared) == inside


def test_a_span_touches_without_overlapping():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert not Span(moment, moment + hour).overlaps(Span(moment + hour, moment + 2 * hour))
    assert Span(moment, moment + 2 * hour).overlaps(Span(moment + hour, moment + hour * 3))
