"""Which windows are left: pure logic, with what must hold for every plan."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service_app.takebacks import hazards
from service_app.takebacks.windows import Load, Route, fits, of_day, offered

ZONE = "Europe/Brussels"
SUNDAY = Route(1, 6, time(9), time(13), timedelta(hours=2), 2, 50_000, 300)


def a_load(address: str = "a", mass_g: int = 1000, litres: int = 10) -> Load:
    return Load(frozenset([address]), mass_g, litres)


def test_on_the_sunday_the_clocks_change_the_windows_keep_their_local_hours():
    before, after = list(of_day(SUNDAY, date(2026, 10, 18), ZONE)), list(of_day(SUNDAY, date(2026, 10, 25), ZONE))
    assert [window.start.hour for window in before] == [7, 9]
    assert [window.start.hour for window in after] == [8, 10]
    assert {window.end - window.start for window in before + after} == {timedelta(hours=2)}


def test_an_address_that_is_a_stop_already_is_none_more():
    planned = a_load("a") + a_load("b")
    assert fits(SUNDAY, planned, a_load("a"))
    assert not fits(SUNDAY, planned, a_load("c"))


def test_mass_and_volume_each_close_a_day_and_a_closed_day_has_no_window():
    day = date(2026, 10, 18)
    assert not fits(SUNDAY, a_load(mass_g=49_500), a_load())
    assert not fits(SUNDAY, a_load(litres=295), a_load())
    assert len(offered([SUNDAY], {}, a_load(), ZONE, [day, day + timedelta(days=1)])) == 2
    assert offered([SUNDAY], {}, a_load(), ZONE, [day], [day]) == []


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 30_000), st.integers(0, 200)), max_size=30))
def test_whoever_is_let_in_one_after_the_other_never_overfills_a_day(asked):
    planned = Load()
    for address, mass_g, litres in asked:
        more = a_load(address, mass_g, litres)
        if fits(SUNDAY, planned, more):
            planned = planned + more
    assert len(planned.addresses) <= 2
    assert planned.mass_g <= 50_000
    assert planned.litres <= 300


def test_hazards_refuse_need_or_wipe():
    assert hazards.refused(["data", "asbestos", "gas"]) == ["gas", "asbestos"]
    assert hazards.refused(["lithium", "data"]) == []
    assert hazards.needs(["lithium"]) == ["battery_box"]
    assert hazards.needs_wipe(["data"])
    assert not hazards.needs_wipe(["gas"])
