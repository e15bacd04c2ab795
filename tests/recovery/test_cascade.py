"""The pure rules: the worked tables of the cascade, of worth and of differences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service_app.recovery import cascade, words
from service_app.recovery.cascade import STEPS, Inputs, ranked
from service_app.recovery.differences import difference
from service_app.recovery.worth import retention, worth

BIKE = Inputs(
    grade="C", value_now=117_600, value_after=201_600, loops_left=3, loops_after=8, margin=2_500, refurbish_cost=45_000,
    parts=60_000, harvest_cost=6_000, member_gives=82_320, transport=2_000, material=900, disposal=1_500,
)  # fmt: skip


def told(inputs: Inputs) -> list[tuple[str, int, str]]:
    return [(each.step, each.cents, each.blocked) for each in ranked(inputs)]


def test_a_bike_worth_making_fit() -> None:
    assert told(BIKE) == [
        ("refurbish", 176_600, ""), ("redeploy", 125_100, ""), ("other_member", 80_320, ""), ("harvest", 52_500, ""),
        ("recycle", -600, ""), ("donate", -2_000, ""),
    ]  # fmt: skip


def test_a_bike_beyond_repair() -> None:
    beyond = replace(BIKE, grade="D", value_now=33_600, loops_left=0, refurbish_cost=260_000, member_gives=23_520)
    assert told(beyond) == [
        ("harvest", 52_500, ""), ("other_member", 21_520, ""), ("recycle", -600, ""), ("donate", -2_000, ""),
        ("refurbish", -38_400, ""), ("redeploy", 0, "grade_d"),
    ]  # fmt: skip


def test_what_is_contaminated_is_only_recycled_and_unwiped_data_stays_here() -> None:
    assert [step for step, _cents, blocked in told(replace(BIKE, is_contaminated=True)) if not blocked] == ["recycle"]
    assert {blocked for _step, _cents, blocked in told(replace(BIKE, is_unwiped=True))} == {"unwiped"}


def test_equal_worth_keeps_the_thing_whole() -> None:
    nothing = Inputs(grade="C", value_after=1, refurbish_cost=1, parts=1, harvest_cost=1, member_gives=1, transport=1)
    steps = [each.step for each in ranked(nothing) if each.cents == 0]
    assert steps == ["redeploy", "refurbish", "harvest", "other_member", "recycle"]


cents = some.integers(0, 10_000_000)


@given(some.builds(Inputs, grade=some.sampled_from("ABCD"), value_now=cents, value_after=cents, refurbish_cost=cents,
                   loops_left=some.integers(0, 12), loops_after=some.integers(0, 12), margin=cents, parts=cents,
                   harvest_cost=cents, member_gives=cents, transport=cents, material=cents, disposal=cents,
                   is_contaminated=some.booleans(), is_unwiped=some.booleans()))  # fmt: skip
def test_every_step_is_explained_to_the_cent_and_the_best_stands_first(inputs: Inputs) -> None:
    found = ranked(inputs)
    assert sorted(each.step for each in found) == sorted(STEPS)
    for each in found:
        assert each.cents == sum(amount * times for _name, amount, times in each.terms)
        assert bool(each.blocked) != bool(each.terms)
        assert {name for name, _amount, _times in each.terms} <= set(words.TERMS)
        assert each.blocked in {"", *words.BLOCKED}
    able = [each.cents for each in found if not each.blocked]
    assert able == sorted(able, reverse=True)
    assert not cascade.is_lower(found[0].step, found)


@pytest.mark.parametrize(
    ("new", "grade", "years", "cents"),
    [(420_000, "A", 0, 336_000), (420_000, "B", 2, 226_800), (420_000, "C", 4, 117_600), (420_000, "D", 30, 21_000),
     (0, "A", 0, 0)],
)  # fmt: skip
def test_worth_as_its_table_says(new: int, grade: str, years: int, cents: int) -> None:
    assert worth(new, grade, years) == cents


@pytest.mark.parametrize(
    ("recovered", "now", "acquired", "percent"),
    [(1_000, 2_000, 4_000, 75), (9_000, 0, 4_000, 225), (0, 1_000, 0, None)],
)
def test_retention_as_its_table_says(recovered: int, now: int, acquired: int, percent: int | None) -> None:
    assert retention(recovered, now, acquired) == percent


@pytest.mark.parametrize(
    ("announced", "here", "finding", "said"),
    [(True, False, "", "missing"), (True, True, "ok", ""), (True, True, "damaged", "damaged"),
     (True, True, "other", "other"), (False, True, "ok", "extra"), (False, True, "damaged", "extra")],
)  # fmt: skip
def test_differences_as_their_table_says(announced: bool, here: bool, finding: str, said: str) -> None:
    assert difference(announced, here, finding) == said
