"""Orders, days and rounds: what 5.5 says of the odd cases, each by its name."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from service_app.board.capacity import load_places
from service_app.board.lanes import Wanted
from service_app.board.window import window_of
from service_app.core import clock, jobs
from service_app.core.access import WORKER, customer
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import Event
from service_app.rounds import drawing, places, queries, streets
from service_app.rounds.models import DriverAct
from service_app.rounds.operations import changing, days, filling, orders, riding, setup
from service_app.rounds.operations.riding import Done
from service_app.rounds.planning import planner
from service_app.rounds.planning.problem import read_problem, written
from tests.factories.bookings import a_booked, a_day, a_person, a_service, at
from tests.factories.rounds import DISPATCHER, a_planned_day, a_published, a_vehicle, an_order
from tests.rounds.answering import answering
from tests.rounds.feasible import faults


@pytest.fixture(autouse=True)
def inside(scope, workshop):
    with scope(workshop):
        yield


def did(stop, kind, key="", **data):
    return riding.record(DISPATCHER, stop, Done(key or f"{stop.id}-{kind}-key", kind, clock.now(), data))


def within(ride):
    """An hour of the part of the shift in which a round is ridden."""
    return at(10) if ride.stops[0].planned_at < at(12) else at(14)


def happened(name):
    return session().scalars(select(Event).where(Event.name == name).order_by(Event.id)).all()


def test_a_day_is_planned_kept_and_can_be_made_again_byte_for_byte():
    day = a_day()
    a_vehicle("Bike"), a_vehicle("Van", kind="van", grams=800_000, litres=6000, reach_km=120, speed_kmh=22)
    wanted = [an_order(day) for _order in range(8)]
    too_heavy = an_order(day, grams=700_000, needs=("cold",))
    row = days.plan_day(DISPATCHER, day, seconds=0.3)
    problem = read_problem(row.problem)
    made = planner.replay(problem, days.thought_again(row))
    assert faults(problem, made) == []
    assert written(made) == written(days.thought_again(row))
    assert {order.status for order in wanted} == {"planned"}
    assert (too_heavy.status, too_heavy.left_reason) == ("open", "needs_nobody_has")
    stops = [stop for ride in queries.rounds_on(day) for stop in ride.stops]
    assert sorted(order.id for stop in stops for order in stop.orders) == sorted(order.id for order in wanted)
    assert {ride.status for ride in queries.rounds_on(day)} == {"optimised"}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"hours": (12, 12)}, "order.window_backwards"),
        ({"hours": (12, 11)}, "order.window_backwards"),
        ({"hours": (9, 10), "service_minutes": 61}, "order.window_too_short"),
        ({"lat": None, "postcode": "9999"}, "order.no_coordinates"),
        ({"lat": 120.0}, "order.no_coordinates"),
        ({"grams": 999_999_999}, "order.heavier_than_any"),
        ({"kind": "smell"}, "choice.unknown"),
        ({"needs": ("wings",)}, "choice.unknown"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_a_sentence(facts, code):
    a_vehicle()
    with pytest.raises(Invalid) as refusal:
        an_order(**facts)
    assert refusal.value.code == code


def test_an_order_for_the_same_subject_is_placed_once_and_changed_until_it_is_promised():
    first = an_order(subject="takeback:17")
    assert an_order(subject="takeback:17").id == first.id
    facts = orders.OrderFacts(
        first.customer_id, "both", "Rue Neuve 1", "1000", 1000, 10, first.window_start, first.window_end
    )
    assert orders.change(DISPATCHER, first, facts, first.version).placed_by == "postcode"
    orders.call_off(DISPATCHER, first)
    assert an_order(subject="takeback:17").id != first.id
    ride = a_published(1)
    with pytest.raises(Conflict, match=r"order\.promised_already"):
        orders.change(DISPATCHER, ride.stops[0].orders[0], facts)


def test_the_same_address_many_requests_one_stop():
    day = a_day()
    ride = a_planned_day(3, day, pin=(50.84, 4.36))
    assert len(ride.stops) == 1
    assert len(ride.stops[0].orders) == 3


def test_a_zone_is_ridden_on_its_weekdays_unless_it_must_be():
    day = a_day()
    a_vehicle()
    setup.set_zone(DISPATCHER, "South", ["1050", "1180"], [(day.weekday() + 1) % 7])
    other, urgent = an_order(day, postcode="1050"), an_order(day, postcode="1050", must_by=day)
    days.plan_day(DISPATCHER, day, seconds=0.2)
    assert (other.status, urgent.status) == ("open", "planned")


def test_a_zone_takes_only_so_many_stops_a_day_the_urgent_first():
    day = a_day()
    a_vehicle()
    setup.set_zone(DISPATCHER, "South", ["1050"], [], 2)
    found = [an_order(day, postcode="1050", priority=priority) for priority in (1, 2, 3, 1)]
    days.plan_day(DISPATCHER, day, seconds=0.2)
    assert [order.left_reason for order in found] == ["zone_full", "", "", "zone_full"]
    with pytest.raises(Invalid, match=r"number\.out_of_range"):
        setup.set_zone(DISPATCHER, "South", ["1050"], [], 0)


def test_a_zone_forbids_a_vehicle():
    day = a_day()
    setup.set_zone(DISPATCHER, "Low", ["1050"], [])
    setup.set_zone(DISPATCHER, "High", ["1180"], [])
    van = a_vehicle("Van", kind="van", zones=("High",))
    low, high = an_order(day, postcode="1050"), an_order(day, postcode="1180")
    days.plan_day(DISPATCHER, day, seconds=0.2)
    assert (low.status, low.left_reason) == ("open", "no_vehicle")
    assert queries.get_order(high.reference).stop.round.vehicle_id == van.id


def test_a_closed_day_and_an_absent_vehicle_ride_nothing():
    sunday = a_day(weekday=6)
    a_vehicle()
    order = an_order(sunday)
    days.plan_day(DISPATCHER, sunday, seconds=0.2)
    assert (order.status, order.left_reason) == ("open", "outside_hours")


def test_hours_of_a_sunday_with_an_hour_more_are_those_on_the_wall():
    sunday = date(2026, 10, 25)
    a_vehicle()
    drawn = drawing.draw(sunday, [an_order(sunday, (9, 10))], [])
    job = drawn.problem.jobs[0]
    assert (job.opens, job.closes) == (10 * 3600, 11 * 3600), "the night had an hour more"
    assert clock.local(drawn.at(job.opens), "Europe/Brussels").hour == 9


def test_a_promised_window_never_changes_when_the_day_is_planned_again():
    ride = a_published(3)
    promised = {o.id: (o.promised_from, o.promised_until) for stop in ride.stops for o in stop.orders}
    for _order in range(3):
        an_order(ride.day, priority=3)
    days.plan_day(DISPATCHER, ride.day, seconds=0.3)
    for key, window in promised.items():
        order = queries.get_order_by_id(key)
        assert (order.promised_from, order.promised_until) == window
        assert order.status == "promised"
        assert window[0] <= order.stop.planned_at <= window[1]
        assert timedelta(hours=2) <= window[1] - window[0] <= timedelta(hours=3)
    assert queries.get_round(ride.reference).status == "published"


def test_a_plan_that_would_break_a_promise_is_not_written():
    ride = a_published(2)
    ride.vehicle.grams = 1
    session().flush()
    before = [(stop.id, stop.planned_at) for stop in ride.stops]
    with pytest.raises(Conflict, match=r"round\.breaks_promise"):
        days.plan_day(DISPATCHER, ride.day, seconds=0.2)
    assert [(stop.id, stop.planned_at) for stop in queries.get_round(ride.reference).stops] == before


def test_a_cancellation_after_publishing_re_sequences_only_the_later_stops_and_no_promised_window():
    ride = a_published(4)
    before = [(stop.id, stop.seq, stop.planned_at) for stop in ride.stops]
    promised = {order.id: (order.promised_from, order.promised_until) for stop in ride.stops for order in stop.orders}
    gone = ride.stops[1].orders[0]
    orders.call_off(DISPATCHER, gone)
    stops = queries.get_round(ride.reference).stops
    assert [(stop.id, stop.seq) for stop in stops] == [(key, seq) for seq, (key, _seq, _at) in enumerate(
        [before[0], *before[2:]], start=1)]  # fmt: skip
    assert stops[0].planned_at == before[0][2]
    assert all(stop.planned_at <= was for stop, (_id, _seq, was) in zip(stops[1:], before[2:], strict=True))
    for order in (order for stop in stops for order in stop.orders):
        assert (order.promised_from, order.promised_until) == promised[order.id]
        assert order.promised_from <= order.stop.planned_at <= order.promised_until
    assert len(happened("order.promised")) == 4, "nobody was promised anything anew"


def test_when_the_last_door_is_called_off_on_the_road_the_round_is_over():
    ride = a_published(2)
    did(ride.stops[0], "done")
    orders.answer(customer("Nora"), ride.stops[1].orders[0], "not_home", "")
    assert queries.get_round(ride.reference).status == "done"
    assert queries.taken_by(ride) == []


def test_an_urgent_stop_goes_in_only_where_every_promise_holds():
    ride = a_published(2)
    urgent = an_order(ride.day, priority=3)
    changing.insert(DISPATCHER, urgent, [ride])
    assert urgent.status == "planned"
    for stop in queries.get_round(ride.reference).stops:
        for order in stop.orders:
            assert order.promised_from is None or order.promised_from <= stop.planned_at <= order.promised_until
    # every minute of the shift at one door: no promise would hold
    endless = an_order(ride.day, service_minutes=240, hours=(9, 14))
    with pytest.raises(Conflict, match=r"round\.no_place"):
        changing.insert(DISPATCHER, endless, [queries.get_round(ride.reference)])
    assert endless.status == "open"


def test_a_stop_is_moved_by_hand_and_refused_where_it_does_not_fit():
    day = a_day()
    ride = a_planned_day(4, day)
    other = days.round_of(day, a_vehicle("Other", grams=6000))
    stop = ride.stops[0]
    changing.move_stop(DISPATCHER, stop, ride, 3, stop.version)
    assert [each.id for each in queries.get_round(ride.reference).stops].index(stop.id) == 2
    changing.move_stop(DISPATCHER, stop, other, 1)
    assert stop.round_id == other.id
    heavy = queries.get_round(ride.reference).stops[0]
    heavy.orders[0].grams = 7000
    with pytest.raises(Conflict, match=r"round\.does_not_fit"):
        changing.move_stop(DISPATCHER, heavy, queries.get_round(other.reference), 1)
    with pytest.raises(Conflict, match=r"version\.stale"):
        changing.move_stop(DISPATCHER, stop, other, 1, 0)
    changing.lock_stop(DISPATCHER, stop, True)
    kept = stop.orders[0].id
    days.plan_day(DISPATCHER, day, seconds=0.2)
    order = queries.get_order_by_id(kept)
    assert order.stop.round_id == other.id, "what is kept with a vehicle stays with it"


def test_what_is_sent_twice_is_done_once_and_keeps_both_clocks():
    ride = a_published(1)
    stop = ride.stops[0]
    wrong_clock = at(day=date(2019, 1, 1))
    first = riding.record(
        DISPATCHER, stop, Done("device-key-1", "done", wrong_clock, {"grams": 5200, "tags": ["CB-1"]})
    )
    again = riding.record(DISPATCHER, stop, Done("device-key-1", "done", wrong_clock, {"grams": 5200}))
    assert again.id == first.id
    assert first.device_at == wrong_clock
    assert first.created_at.year > 2019
    assert len(session().scalars(select(DriverAct)).all()) == 1
    [fact] = happened("order.done")
    assert (fact.data["grams"], fact.data["is_estimated"], fact.data["items"]) == (5200, False, ["CB-1"])
    assert queries.get_round(ride.reference).status == "done"
    with pytest.raises(Conflict, match=r"stop\.over"):
        did(stop, "failed", reason="nobody")


def test_no_weight_is_an_estimate_and_grams_for_kilograms_are_asked_about():
    ride = a_published(2)
    one, other = ride.stops
    for grams in (5, 5_000_000, -1):
        with pytest.raises(Invalid, match=r"round\.weight_odd"):
            did(one, "done", f"odd-weight-{grams}", grams=grams)
    did(one, "done", grams=5, is_sure=True)
    did(other, "done")
    assert [(f.data["grams"], f.data["is_estimated"]) for f in happened("order.done")] == [(5, False), (5000, True)]


def test_a_failed_stop_pauses_our_promise_only_when_the_customer_caused_it():
    ride = a_published(2)
    one, other = ride.stops
    did(one, "failed", reason="nobody")
    did(other, "failed", reason="weather")
    first, second = one.orders[0], other.orders[0]
    assert first.paused_at is not None
    assert second.paused_at is None
    orders.reopen(DISPATCHER, first, at(9), at(17))
    assert (first.status, first.attempts, first.promised_from) == ("open", 1, None)
    days.plan_day(DISPATCHER, a_day(), seconds=0.2)


def test_two_attempts_are_enough():
    ride = a_published(1)
    did(ride.stops[0], "failed", reason="nobody")
    order = ride.stops[0].orders[0]
    order.attempts = 2
    session().flush()
    with pytest.raises(Conflict, match=r"order\.attempts_used"):
        orders.reopen(DISPATCHER, order, at(9), at(17))
    assert [fact.data["reason"] for fact in happened("order.failed")] == ["nobody"]


def test_a_partial_collection_keeps_the_rest_open():
    ride = a_published(1)
    did(ride.stops[0], "partly", grams=3000)
    order = ride.stops[0].orders[0]
    assert order.status == "partly"
    assert happened("order.partly_done")[0].data["grams"] == 3000
    orders.reopen(DISPATCHER, order, at(9, day=a_day(2)), at(17, day=a_day(2)))
    assert order in queries.open_orders_on(a_day(2))


def test_a_published_round_takes_its_vehicle_out_of_the_appointments_until_it_is_back():
    day, ride = a_day(), a_published(3)
    a_person()
    service = a_service(needs=["vehicle"])
    with pytest.raises(Conflict, match=r"booking\.slot_taken"):
        a_booked(service, within(ride))
    lanes = load_places(window_of("day", day, "Europe/Brussels"), Wanted()).lanes
    assert {(str(bar.word), bar.name) for lane in lanes for bar in lane.bars} == {("on a round", ride.reference)}
    days.plan_day(DISPATCHER, day, seconds=0.2)
    stops = queries.get_round(ride.reference).stops
    assert sum(len(stop.orders) for stop in stops) == 3, "its own round does not stand in its way"
    with clock.travelled(at(9)):
        for stop in stops:
            did(stop, "done")
        assert a_booked(service, within(ride)).status == "booked", "it is back"


def test_a_vehicle_that_somebody_booked_meanwhile_is_not_published():
    ride = a_planned_day(3)
    a_person()
    a_booked(a_service(needs=["vehicle"]), within(ride))
    with pytest.raises(Conflict, match=r"round\.vehicle_taken"):
        days.publish(DISPATCHER, ride)


def test_a_driver_ends_the_shift_and_the_rest_goes_to_another_round():
    day = a_day()
    first = a_published(3, day)
    second = days.round_of(day, a_vehicle("Second"))
    for status in ("optimised", "published"):
        days.move(second, status)
    did(first.stops[0], "done")
    assert changing.hand_on(DISPATCHER, first) == []
    taken = [order for stop in queries.get_round(second.reference).stops for order in stop.orders]
    assert {order.status for order in taken} == {"promised"}
    assert len(taken) == 2
    assert queries.get_round(first.reference).status == "done"


def test_a_full_box_goes_by_the_depot_and_what_fits_no_more_is_told_and_stays_open():
    ride = a_published(4)
    stops = list(ride.stops)
    with clock.travelled(stops[0].planned_at):
        did(stops[0], "done")
        before = [stop.planned_at for stop in stops[1:]]
        assert filling.load_full(DISPATCHER, ride) == []
        again = queries.get_round(ride.reference).stops[1:]
        assert [stop.trip for stop in again] == [2, 2, 2]
        assert all(new.planned_at > old for new, old in zip(again, before, strict=True))
        for order in (order for stop in again for order in stop.orders):
            assert order.promised_from <= order.stop.planned_at <= order.promised_until
    with clock.travelled(at(16, 25)):
        left = filling.load_full(DISPATCHER, queries.get_round(ride.reference))
    assert [(order.status, order.left_reason, order.promised_from, order.attempts) for order in left] == [
        ("open", "full", None, 0)
    ] * 3
    assert [fact.data["reason"] for fact in happened("order.failed")] == ["full"] * 3
    assert queries.get_round(ride.reference).status == "done"


def test_a_customer_who_is_not_home_leaves_the_round_and_stops_our_clock():
    ride = a_published(2)
    order, other = ride.stops[0].orders[0], ride.stops[1].orders[0]
    orders.answer(customer("Nora"), other, "note", "Ring twice")
    orders.answer(customer("Nora"), order, "not_home", "")
    assert (order.status, order.stop_id, order.left_reason) == ("open", None, "not_home")
    assert order.paused_at is not None
    assert other.note == "Ring twice"
    with pytest.raises(Conflict, match=r"order\.over"):
        orders.answer(customer("Nora"), order, "note", "too late")


def test_tomorrow_is_frozen_once_after_the_cut_off():
    a_vehicle()
    day = a_day()
    an_order(day)
    with clock.travelled(at(15, 59, day - timedelta(days=1))):
        assert days.plan_after_cut_off() == 0
    with clock.travelled(at(16, 1, day - timedelta(days=1))):
        assert days.plan_after_cut_off() == 1
        assert days.plan_after_cut_off() == 0
    job = session().scalars(select(jobs.Job).where(jobs.Job.kind == days.JOB)).one()
    assert job.payload == {"day": day.isoformat()}


def test_an_order_that_changed_while_the_day_was_thought_about_is_noticed():
    a_vehicle()
    order = an_order()
    drawn = days.frozen(a_day())
    problem, plan = days.thought(drawn, seconds=0.1)
    orders.call_off(DISPATCHER, order)
    with pytest.raises(Conflict, match=r"round\.moved_on"):
        days.keep(WORKER, a_day(), drawn, problem, plan)


def test_an_address_is_found_by_its_pin_its_server_or_its_postcode():
    found = [{"lat": "50.8111", "lon": "4.3222"}]
    with answering({"/search": found}) as (address, asked):
        places.install(address)
        try:
            spot = places.find("Rue Haute 1", "1000")
            places.find("Rue Haute 1", "1000")
            assert (spot.lat, spot.lon, spot.placed_by) == (50.8111, 4.3222, "server")
            assert len(asked) == 1, "asked once"
            assert "Rue+Haute+1" in asked[0]
        finally:
            places.install("")
    places.install(address)  # nobody answers there any more
    try:
        assert places.find("Rue Haute 1", "1210").placed_by == "postcode"
        assert places.find("Rue Haute 1", "9999") is None
    finally:
        places.install("")


def test_distances_come_from_valhalla_too_and_what_it_cannot_reach_is_estimated():
    points = ((50.84, 4.35), (50.85, 4.36))
    estimated = round(streets.apart(*points) * streets.DETOUR)
    for there, wanted in ((1.5004, [[0, 1500], [1600, 0]]), (None, [[0, estimated], [estimated, 0]])):
        rows = [[{"distance": 0}, {"distance": there}], [{"distance": 1.6}, {"distance": 0}]]
        with answering({"/sources_to_targets": {"sources_to_targets": rows}}) as (address, asked):
            streets.install(f"{address}/sources_to_targets?costing=auto")
            try:
                assert streets.table(points) == wanted
            finally:
                streets.install("")
        path, sent = asked[0].split(" ", 1)
        place, said = {"lat": 50.84, "lon": 4.35}, json.loads(sent)
        assert (path, said["sources"][0], said["targets"][0]) == ("/sources_to_targets", place, place)
        assert (said["costing"], said["units"]) == ("auto", "kilometers")


def test_distances_come_from_the_routing_server_once_or_are_estimated():
    points = ((50.84, 4.35), (50.85, 4.36))
    with answering({"/table": {"distances": [[0, 1500.4], [1600, 0]]}}) as (address, asked):
        streets.install(f"{address}/table/v1/bike")
        try:
            assert streets.table(points) == [[0, 1500], [1600, 0]]
            streets.table(points)
            assert len(asked) == 1
            assert "4.350000,50.840000;4.360000,50.850000" in asked[0]
        finally:
            streets.install("")
    [[_zero, there], [back, _nought]] = streets.table(points)
    assert there == back == round(streets.apart(*points) * streets.DETOUR)
    assert 1200 < streets.apart(*points) < 1400
