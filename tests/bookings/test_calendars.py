"""What calendars read: the file of one appointment, and the feeds."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from icalendar import Calendar

from service_app.bookings import calendars, operations, queries
from service_app.bookings.models import ResourceHours
from service_app.bookings.operations import absences
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.web import Ronde
from tests.factories.bookings import a_booked, a_person, a_service, at


@pytest.fixture(autouse=True)
def _inside(app: Ronde, scope, workshop):
    with app.test_request_context(), scope(workshop):
        yield


def read(content: bytes) -> Calendar:
    return Calendar.from_ical(content)


def events(content: bytes) -> list:
    return list(read(content).walk("VEVENT"))


def one(content: bytes):
    (found,) = events(content)
    return found


def test_the_file_says_what_when_where_and_how_to_change_it(workshop):
    a_person()
    appointment = a_booked()
    calendar = read(calendars.visit_file(appointment, workshop))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], calendar["VERSION"], event["STATUS"]) == ("PUBLISH", "2.0", "CONFIRMED")
    assert event["DTSTART"].dt == at()
    assert event["DTEND"].dt == at(10, 30)
    assert event["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert event["SUMMARY"].endswith("Atelier Senne")
    assert "/senne/visit/" in event["URL"]
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Brussels"]


def test_lines_are_folded_and_end_as_the_standard_wants(workshop):
    a_person()
    content = calendars.visit_file(a_booked(a_service(name={"en": "Réparation " * 20})), workshop)
    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75


def test_the_uid_stays_the_sequence_rises_and_cancelled_is_said(workshop):
    a_person()
    appointment = a_booked()
    first = one(calendars.visit_file(appointment, workshop))
    operations.reschedule(WORKER, appointment, at(14))
    second = one(calendars.visit_file(appointment, workshop))
    operations.cancel(WORKER, appointment)
    content = calendars.visit_file(appointment, workshop)
    third = one(content)
    assert first["UID"] == second["UID"] == third["UID"]
    assert [event["SEQUENCE"] for event in (first, second, third)] == [0, 1, 2]
    assert [event["STATUS"] for event in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert read(content)["METHOD"] == "CANCEL"
    assert second["DTSTART"].dt == at(14)


@pytest.mark.parametrize(("day", "offset"), [(date(2027, 3, 27), 1), (date(2027, 3, 28), 2), (date(2027, 10, 31), 1)])
def test_around_the_change_of_the_clock_the_hour_is_the_one_on_the_wall(workshop, day, offset):
    with clock.travelled(clock.at_local(day - timedelta(days=2), time(8), "Europe/Brussels")):
        person = a_person()
        session().add(ResourceHours(resource_id=person.id, weekday=day.weekday(), opens=time(8), closes=time(12)))
        session().flush()
        appointment = a_booked(a_service(place="home"), at(10, day=day), address="Rue Haute 1, 1000 Bruxelles")
        event = one(calendars.visit_file(appointment, workshop))
    start = event["DTSTART"].dt
    assert (start.hour, start.date(), start.utcoffset()) == (10, day, timedelta(hours=offset))
    assert event["LOCATION"] == "Rue Haute 1, 1000 Bruxelles"


def test_a_feed_has_a_name_and_says_when_to_ask_again(workshop):
    ann = a_person("Ann")
    a_booked(customer=None)
    calendar = read(calendars.feed(ann, workshop))
    assert calendar["NAME"] == "Ann, Atelier Senne"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert len(calendar.walk("VEVENT")) == 1


def test_a_feed_keeps_what_was_cancelled_as_cancelled(workshop):
    ann = a_person("Ann")
    appointment = a_booked()
    before = one(calendars.feed(ann, workshop))
    operations.cancel(WORKER, appointment)
    after = one(calendars.feed(ann, workshop))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["STATUS"] == "CANCELLED"


def test_what_went_to_somebody_else_is_cancelled_in_the_one_feed_and_there_in_the_other(workshop):
    ann, bo = a_person("Ann"), a_person("Bo")
    appointment = a_booked()
    first, other = (ann, bo) if queries.who(appointment).id == ann.id else (bo, ann)
    assert events(calendars.feed(other, workshop)) == []
    absences.enter_absence(WORKER, first, at(8), at(18), "ill")
    mine, theirs = one(calendars.feed(first, workshop)), one(calendars.feed(other, workshop))
    assert (mine["STATUS"], theirs["STATUS"]) == ("CANCELLED", "CONFIRMED")
    assert mine["UID"] == theirs["UID"]
    assert mine["SEQUENCE"] == 1


def test_what_is_only_held_is_in_no_feed(workshop):
    ann = a_person("Ann")
    operations.hold_slot(WORKER, a_service(), at())
    assert events(calendars.feed(ann, workshop)) == []


def test_a_feed_that_nothing_changed_in_is_the_same_to_the_byte(workshop):
    ann = a_person("Ann")
    appointment = a_booked()
    first = calendars.feed(ann, workshop)
    assert calendars.feed(ann, workshop) == first
    operations.reschedule(WORKER, appointment, at(11))
    assert calendars.feed(ann, workshop) != first
