"""Who rides: people of the planning, with their hours, absences and skills; refused with who is free."""

from __future__ import annotations

from datetime import time

import pytest

from service_app.bookings.models import ResourceHours
from service_app.bookings.operations import absences
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.rounds import queries
from service_app.rounds.operations import changing, crews, days, setup
from tests.factories.bookings import a_booked, a_day, a_person, a_service, a_skill, at
from tests.factories.rounds import DISPATCHER, a_planned_day, a_vehicle
from tests.rounds.test_rounds import did, within


@pytest.fixture(autouse=True)
def inside(scope, workshop):
    with scope(workshop):
        yield


def test_who_is_absent_is_refused_with_who_is_free_and_who_rides_is_booked_by_nobody():
    ann, ben = a_person("Ann"), a_person("Ben")
    ride = a_planned_day(3)
    absences.enter_absence(DISPATCHER, ann, at(0), at(23), reason="ill")
    with pytest.raises(Conflict, match=r"round\.crew_away") as refused, session().begin_nested():
        days.publish(DISPATCHER, ride, crew=[ann])
    assert (refused.value.data["name"], refused.value.data["free"]) == ("Ann", "Ben")
    ride = queries.get_round(ride.reference)
    assert days.publish(DISPATCHER, ride, crew=[ben]) == 3
    assert ride.driver_name == "Ben"
    with pytest.raises(Conflict, match=r"booking\.slot_taken"):
        a_booked(a_service(), within(ride))
    for stop in queries.get_round(ride.reference).stops:
        did(stop, "done")
    assert queries.taken_by(ride) == [], "it is back, and so is Ben"


def test_who_has_an_appointment_or_is_not_there_at_those_hours_is_not_free():
    ann, ben, eve = a_person("Ann"), a_person("Ben"), a_person("Eve")
    ride = a_planned_day(3)
    a_booked(a_service(), within(ride), resource=ann)
    session().add(ResourceHours(resource_id=eve.id, weekday=a_day().weekday(), opens=time(19), closes=time(21)))
    session().flush()
    session().expire(eve)
    assert [each.name for each in crews.free_for(ride)] == ["Ben"]
    days.publish(DISPATCHER, ride, crew=[ben])
    assert [each.name for each in crews.free_for(queries.get_round(ride.reference))] == ["Ben"], (
        "its own hours do not count"
    )


def test_vehicle_asks_for_a_skill_and_two_people_for_what_is_heavy():
    ann, ben = a_person("Ann", van=2), a_person("Ben")
    ride = a_planned_day(2)
    setup.set_vehicle(DISPATCHER, ride.vehicle.resource, offers=("two people",), skill=a_skill("van"))
    session().refresh(ride.vehicle)
    with pytest.raises(Conflict, match=r"round\.crew_unskilled") as refused, session().begin_nested():
        days.publish(DISPATCHER, ride, crew=[ben])
    assert refused.value.data["free"] == "Ann"
    ride = queries.get_round(ride.reference)
    ride.stops[0].orders[0].needs = ["two people"]
    session().flush()
    with pytest.raises(Conflict, match=r"round\.crew_too_small"), session().begin_nested():
        days.publish(DISPATCHER, ride, crew=[ann])


def test_stop_moved_into_hours_in_which_the_crew_is_taken_is_refused():
    ann = a_person("Ann")
    ride = a_planned_day(3)
    other = days.round_of(a_day(), a_vehicle("Second"))
    days.move(other, "optimised")
    stop = ride.stops[0]
    changing.move_stop(DISPATCHER, stop, other, 1)
    ride, other = queries.get_round(ride.reference), queries.get_round(other.reference)
    days.publish(DISPATCHER, ride, crew=[ann])
    with pytest.raises(Conflict, match=r"round\.crew_away"):
        days.publish(DISPATCHER, other, crew=[ann])
