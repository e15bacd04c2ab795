"""The edge cases of workflow 5.5, by the names of the tests that hold them. Here are those that fit nowhere else.

- Partial collection keeps the rest open: test_rounds.test_a_partial_collection_keeps_the_rest_open,
  takebacks/test_fetching.test_part_of_it_leaves_a_rest_that_waits_for_its_own_window.
- Customer moves: takebacks/test_moving.
- Same address, many requests: test_rounds.test_the_same_address_many_requests_one_stop,
  takebacks/test_operations.test_same_address_many_requests_are_one_stop.
- Load filled mid-round: test_rounds.test_a_full_box_goes_by_the_depot_and_what_fits_no_more_is_told_and_stays_open.
- Cancellation after publishing:
  test_rounds.test_a_cancellation_after_publishing_re_sequences_only_the_later_stops_and_no_promised_window,
  test_rounds.test_when_the_last_door_is_called_off_on_the_road_the_round_is_over.
- Urgent stop: test_rounds.test_an_urgent_stop_goes_in_only_where_every_promise_holds.
- DST on a Sunday: test_rounds.test_hours_of_a_sunday_with_an_hour_more_are_those_on_the_wall,
  takebacks/test_windows.test_on_the_sunday_the_clocks_change_the_windows_keep_their_local_hours.
- Public holiday: test_on_a_public_holiday_no_round_is_ridden_and_no_window_is_offered.
- Car-free Sunday: test_on_a_car_free_sunday_the_bike_rides_and_the_van_stays.
- Zone forbids a vehicle: test_rounds.test_a_zone_forbids_a_vehicle.
- Driver ends the shift: test_rounds.test_a_driver_ends_the_shift_and_the_rest_goes_to_another_round.
- Two members share a round: test_two_members_share_a_round_and_the_other_sees_name_address_and_what_it_is.
- Contaminated load: recovery/test_contaminated.
- Weight missing, grams for kilograms: test_rounds.test_no_weight_is_an_estimate_and_grams_for_kilograms_are_asked_about.
- Not ours: recovery/test_intake.test_what_is_not_ours_is_given_back_or_becomes_ours.
- Data: recovery/test_intake.test_a_data_bearing_thing_goes_nowhere_before_it_is_wiped_under_a_certificate.
- Clock of the phone wrong, uploads replayed: test_rounds.test_what_is_sent_twice_is_done_once_and_keeps_both_clocks,
  test_sheet.test_eight_stops_without_a_connection_are_eight_events_once_each.
- Traces: test_who_rode_where_is_forgotten_after_the_days_of_the_rule.
"""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.rounds import links, places, queries
from service_app.rounds.models import DayPlan, DriverAct, Round, RoundCrew, TransportOrder
from service_app.rounds.operations import changing, days, forgetting, setup
from service_app.takebacks import queries as of_takebacks
from service_app.workshops.models import OpeningException
from tests.factories.bookings import a_day, a_person
from tests.factories.customers import a_customer
from tests.factories.rounds import DISPATCHER, a_planned_day, a_published, a_vehicle, an_order
from tests.factories.takebacks import a_route, a_takeback
from tests.rounds.test_rounds import did
from workers import planners


def the_rules(**facts):
    usual = queries.rules()
    pause = (usual.break_starts, usual.break_ends)
    return setup.set_hours(DISPATCHER, usual.starts, usual.ends, pause, usual.cut_off, usual.version or None, **facts)


def test_on_a_car_free_sunday_the_bike_rides_and_the_van_stays(scope, workshop):
    sunday = a_day(weekday=6)
    with scope(workshop):
        rules = queries.rules()
        session().add(OpeningException(day=sunday, opens=rules.starts, closes=rules.ends))
        a_vehicle("Van", kind="van", grams=800_000, litres=6000, reach_km=120, speed_kmh=22)
        bike = a_vehicle("Bike", grams=60_000)
        heavy, light = an_order(sunday, grams=100_000), an_order(sunday)
        the_rules(car_free=[sunday])
        days.plan_day(DISPATCHER, sunday, seconds=0.2)
        assert {ride.vehicle_id for ride in queries.rounds_on(sunday)} == {bike.id}
        assert (light.status, heavy.status) == ("planned", "open")
        assert heavy.left_reason, "whoever waits for the van is told why"
        the_rules()
        days.plan_day(DISPATCHER, sunday, seconds=0.2)
        assert heavy.status == "planned", "on any other Sunday the van rides"


def test_on_a_public_holiday_no_round_is_ridden_and_no_window_is_offered(scope, workshop):
    day = a_day()
    with scope(workshop):
        a_vehicle()
        a_route()
        takeback, order = a_takeback(), an_order(day)

        def offered():
            return {clock.local(each.start, "Europe/Brussels").date() for each in of_takebacks.windows_for(takeback)}

        assert day in offered()
        session().add(OpeningException(day=day))
        session().flush()
        assert day not in offered()
        days.plan_day(DISPATCHER, day, seconds=0.2)
        assert queries.rounds_on(day) == []
        assert (order.status, order.left_reason) == ("open", "outside_hours")


def test_two_members_share_a_round_and_the_other_sees_name_address_and_what_it_is(app, scope, workshop, other_workshop):
    with scope(workshop):
        nora = a_customer(name="Nora Lemmens", email="nora@example.be", phone="+32470112233")
        known = an_order(customer_id=nora.id, subject="takeback:9", note="A lamp\nThe key is under the mat", needs=())
        ride = a_published(1)
        stop = next(each for each in ride.stops if known in each.orders)
        path = links.shared_url(ride).split("/", 3)[3]
        secrets = (nora.email, nora.phone, nora.reference, known.reference, "under the mat", "/customers/", "/stop/")
        whole, hour = known.address, ride.day
    street = app.test_client()
    page = unescape(street.get(f"/{path}?lang=en").text)
    for told in ("Nora Lemmens", whole, "A lamp", "5 kg"):
        assert told.replace(" kg", "\u00a0kg") in page, told
    for secret in secrets:
        assert secret not in page, secret
    assert street.get(f"/lumen/{path.partition('/')[2]}").status_code == 404
    assert street.post(f"/{path}/{stop.id + 9999}", data={"act": "done"}).status_code == 404
    assert street.post(f"/{path}/{stop.id}", data={"act": "failed"}).status_code == 422
    assert street.post(f"/{path}/{stop.id}", data={"act": "done", "kg": "4,8", "key": "k" * 12}).status_code == 303
    with scope(workshop):
        assert queries.get_order_by_id(known.id).status == "done"
        [act] = queries.acts_of([stop.id])
        assert act.data["grams"] == 4800
    with clock.travelled(clock.day_bounds(hour + timedelta(days=2), "Europe/Brussels")[0]):
        assert street.get(f"/{path}").status_code == 404, "the day after it is over"


def test_who_rode_where_is_forgotten_after_the_days_of_the_rule(scope, workshop):
    with scope(workshop):
        ann = a_person("Ann")
        ride = a_planned_day(3)
        days.publish(DISPATCHER, ride, "Dirk Driver", [ann])
        for stop in queries.get_round(ride.reference).stops:
            did(stop, "done", grams=5000)
        with pytest.raises(Invalid, match=r"number\.out_of_range"):
            the_rules(keep_days=3)
        the_rules(keep_days=30)
        assert forgetting.forget_old() == 0, "not before its time"
    with clock.travelled(clock.day_bounds(ride.day + timedelta(days=31), "Europe/Brussels")[0]), scope(workshop):
        assert planners.forget_old() > 0
        assert forgetting.forget_old() == 0, "once"
        ride = queries.get_round(ride.reference)
        assert (ride.driver_name, ride.plan_id, ride.status) == ("", None, "done")
        for table in (DayPlan, RoundCrew):
            assert session().scalar(select(func.count()).select_from(table)) == 0
        assert set(session().scalars(select(DriverAct.by_name))) == {""}
        for order in session().scalars(select(TransportOrder)):
            middle = places.of_postcode(order.postcode)
            assert (order.lat, order.lon, order.placed_by) == (middle.lat, middle.lon, "postcode")
        assert len(ride.stops) == 3, "what was done stays"
    columns = {column.name for table in (DriverAct, Round) for column in table.__table__.columns}
    assert not columns & {"lat", "lon", "position", "track"}, "where a driver is, is written down nowhere"


def test_a_van_is_not_moved_into_on_a_day_without_cars(scope, workshop):
    day = a_day()
    with scope(workshop):
        ride = a_planned_day(2, day)
        van = days.round_of(day, a_vehicle("Van", kind="van"))
        days.move(van, "optimised")
        the_rules(car_free=[day])
        with pytest.raises(Conflict, match=r"round\.does_not_fit"):
            changing.move_stop(WORKER, ride.stops[0], van, 1)
