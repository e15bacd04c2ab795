"""The planner alone: every plan can be driven, everything left out has a reason, and the same input gives the same plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service_app.rounds.planning import checks, greedy, optimiser, planner
from service_app.rounds.planning.problem import Job, Problem, Vehicle, merged, read_problem, written
from tests.rounds.feasible import faults

HOUR = 3600


def a_day(spots, jobs, vehicles, **more):
    """A problem over points in metres; the depot is the first."""
    metres = [[abs(ax - bx) + abs(ay - by) for bx, by in spots] for ax, ay in spots]
    return Problem(tuple(jobs), tuple(vehicles), metres, **more)


def a_bike(key="bike", **facts):
    return Vehicle(**{"key": key, "capacity": (100_000, 500), "legs": ((0, 4 * HOUR), (5 * HOUR, 8 * HOUR))} | facts)


def a_job(number, **facts):
    return Job(**{"keys": (f"o{number}",), "place": number, "closes": 8 * HOUR, "takes": (10_000, 50)} | facts)


ROW = [(0, 0), (1000, 0), (2000, 0), (3000, 0), (4000, 0)]


@st.composite
def days(draw):
    count = draw(st.integers(1, 9))
    spots = [(0, 0)] + [(draw(st.integers(-6000, 6000)), draw(st.integers(-6000, 6000))) for _spot in range(count)]
    jobs = []
    for number in range(1, count + 1):
        opens = draw(st.integers(0, 7)) * HOUR
        jobs.append(
            a_job(
                number, opens=opens, closes=opens + draw(st.integers(1, 4)) * HOUR, seconds=draw(st.integers(60, 1800)),
                takes=(draw(st.integers(0, 60_000)), draw(st.integers(0, 300))),
                brings=(draw(st.integers(0, 60_000)), draw(st.integers(0, 300))),
                needs=draw(st.sampled_from([(), (), ("cold",)])), zone=draw(st.sampled_from(["1000", "1050"])),
                prize=draw(st.sampled_from([100_000, 1_000_000])),
            )
        )  # fmt: skip
    van = a_bike(
        "van", capacity=(400_000, 3000), speed=6.0, offers=("cold",), zones=draw(st.sampled_from([(), ("1050",)])),
        legs=((HOUR, 6 * HOUR),),
    )  # fmt: skip
    return a_day(spots, jobs, [a_bike(reach=draw(st.sampled_from([8000, 30_000]))), van])


@settings(max_examples=60, deadline=None)
@given(days())
def test_every_plan_can_be_driven_and_is_never_worse_than_the_greedy_one(problem):
    simple = greedy.plan(problem)
    drawn = optimiser.plan(problem, 7, iterations=60)
    made = replace(simple, left=dict.fromkeys(simple.left, "full"))
    assert faults(problem, made) == []
    assert drawn is not None
    assert faults(problem, replace(drawn, left=dict.fromkeys(drawn.left, "full"))) == []
    best = planner.replay(problem, replace(drawn, iterations=60))
    assert faults(problem, best) == []
    assert planner.cost(problem, best) <= planner.cost(problem, simple)
    assert set(best.left.values()) <= set(planner.REASONS)
    assert written(planner.replay(read_problem(written(problem)), best)) == written(best)


def test_the_checker_finds_what_is_wrong():
    problem = a_day(ROW, [a_job(1), a_job(2, opens=HOUR)], [a_bike()])
    made = planner.plan(problem, optimise=False)
    trip = made.trips[0]
    early = replace(made, trips=(replace(trip, visits=tuple(replace(visit, arrives=0) for visit in trip.visits)),))
    twice = replace(made, trips=(trip, trip))
    assert faults(problem, made) == []
    assert any("out of time" in fault for fault in faults(problem, early))
    assert any("twice" in fault for fault in faults(problem, twice))
    heavier = replace(problem, vehicles=(a_bike(capacity=(15_000, 500)),))
    assert any("too much" in fault for fault in faults(heavier, made))


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        (a_job(1, needs=("cold",)), "no_vehicle"),
        (a_job(1, only="another"), "no_vehicle"),
        (a_job(1, zone="9000"), "no_vehicle"),
        (a_job(1, takes=(200_000, 10), zone="1000"), "too_heavy"),
        (a_job(1, opens=9 * HOUR, closes=10 * HOUR, zone="1000"), "outside_hours"),
        (a_job(4, zone="1000"), "too_far"),
    ],
)
def test_what_nobody_can_do_is_left_with_its_reason(job, reason):
    made = planner.plan(a_day(ROW, [job], [a_bike(zones=("1000",), reach=7000)]), optimise=False)
    assert made.left == {job.key: reason}


def test_a_full_box_and_a_full_day_are_told_apart():
    full = a_day(ROW, [a_job(1, takes=(60_000, 0)), a_job(2, takes=(60_000, 0))], [a_bike(legs=((0, 1900),))])
    assert list(planner.plan(full, seconds=0.2).left.values()) == ["full"]
    busy = a_day(ROW, [a_job(1, seconds=1200), a_job(2, seconds=1200)], [a_bike(legs=((0, 2400),))])
    assert list(planner.plan(busy, seconds=0.2).left.values()) == ["no_time"]


def test_a_load_that_fills_the_box_goes_home_and_out_again():
    problem = a_day(ROW, [a_job(at, takes=(60_000, 0)) for at in (1, 2, 3)], [a_bike()])
    for optimise in (True, False):
        made = planner.plan(problem, seconds=0.3, optimise=optimise)
        assert made.left == {}
        assert len(made.trips) == 3
        assert faults(problem, made) == []


def test_what_is_worth_more_is_served_when_not_all_can_be():
    jobs = [a_job(1, prize=10_000, seconds=3000), a_job(2, prize=10_000_000, seconds=3000)]
    for optimise in (True, False):
        made = planner.plan(a_day(ROW, jobs, [a_bike(legs=((0, 4500),))]), seconds=0.3, optimise=optimise)
        assert made.served == ["o2"]


def test_several_orders_at_one_address_are_one_stop_unless_their_windows_part_them():
    jobs = [
        a_job(1), replace(a_job(1), keys=("o2",), brings=(5000, 10)),
        replace(a_job(1), keys=("o3",), opens=7 * HOUR), replace(a_job(1), keys=("o4",), closes=HOUR),
    ]  # fmt: skip
    found = merged(a_day(ROW, jobs, [a_bike()]))
    assert [job.keys for job in found.jobs] == [("o1", "o2", "o3"), ("o4",)]
    assert found.jobs[0].takes == (30_000, 150)
    assert found.jobs[0].brings == (5000, 10)
    heavy = [replace(a_job(1), keys=(f"h{at}",), takes=(60_000, 0)) for at in (1, 2)]
    assert len(merged(a_day(ROW, heavy, [a_bike()])).jobs) == 2


@pytest.mark.parametrize(
    ("job", "code"),
    [
        (a_job(1, opens=HOUR, closes=0), "window_backwards"),
        (a_job(1, opens=0, closes=100), "window_too_short"),
        (a_job(1, place=99), "no_coordinates"),
        (a_job(1, takes=(100_001, 0)), "heavier_than_any"),
        (a_job(1, needs=("cold",)), "needs_nobody_has"),
    ],
)
def test_what_cannot_be_planned_is_refused_beforehand(job, code):
    assert checks.refused(a_day(ROW, [job, a_job(2)], [a_bike()])) == {job.key: code}


def test_without_the_optimiser_the_greedy_plan_stands(monkeypatch):
    problem = a_day(ROW, [a_job(at) for at in (3, 1, 2)], [a_bike()])
    monkeypatch.setattr(optimiser, "is_there", lambda: False)
    made = planner.plan(problem)
    assert made.maker == "greedy"
    assert made.served == ["o1", "o2", "o3"]
    assert written(planner.replay(problem, made)) == written(made)
