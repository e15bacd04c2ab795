"""Booking on the street, without an account and without a script; one's own appointment by its link."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from service_app.bookings import links, operations, queries
from service_app.bookings.models import Appointment, BookingDraft
from service_app.bookings.operations import absences, online, setup, waiting
from service_app.core import clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.customers.models import Customer
from tests.factories.bookings import a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer

WHO = {"name": "Nora Lemmens", "email": "nora@example.be", "phone": "0470 12 34 56"}


@pytest.fixture
def street(app, workshop):
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def service(scope, workshop):
    """A service that one person does, half an hour each."""
    with scope(workshop):
        a_person("Ann")
        return a_service("repair", description={"en": "We look at it together."})


def begun(street) -> str:
    """The token of a draft of the service `repair`."""
    answer = street.post("/senne/book", data={"service": "repair"})
    assert answer.status_code == 303
    found = re.search(r"/book/([^/]+)/note", answer.location)
    assert found
    return found[1]


def chosen(street, token, moment=None) -> None:
    answer = street.post(f"/senne/book/{token}/when", data={"starts_at": (moment or at()).isoformat()})
    assert answer.location == f"/senne/book/{token}/who"


def booked(street, moment=None) -> str:
    """Everything filled in; the address of the appointment."""
    token = begun(street)
    street.post(f"/senne/book/{token}/note", data={"note": "The brake squeals"})
    chosen(street, token, moment)
    street.post(f"/senne/book/{token}/who", data=WHO)
    answer = street.post(f"/senne/book/{token}/check")
    assert answer.status_code == 303, answer.text
    return answer.location


def test_from_what_to_done(street, service, scope, workshop):
    assert "We look at it together." in street.get("/senne/book?lang=en").text
    token = begun(street)
    assert "What is it about?" in street.get(f"/senne/book/{token}/note").text
    answer = street.post(f"/senne/book/{token}/note", data={"note": "The brake squeals"})
    assert answer.location == f"/senne/book/{token}/when"
    page = street.get(f"/senne/book/{token}/when?day={a_day()}").text
    assert "The first free moment" in page
    assert at().isoformat() in unescape(page)
    chosen(street, token)
    assert "is held for you until" in street.get(f"/senne/book/{token}/who").text
    assert street.post(f"/senne/book/{token}/who", data=WHO).location == f"/senne/book/{token}/check"
    page = street.get(f"/senne/book/{token}/check").text
    assert "The brake squeals" in page
    assert "Nora Lemmens" in page
    done = street.get(street.post(f"/senne/book/{token}/check").location).text
    assert "Booked" in done
    with scope(workshop):
        appointment = session().scalars(select(Appointment)).one()
        assert (appointment.status, appointment.source, appointment.language) == ("booked", "public", "en")
        assert appointment.note == "The brake squeals"
        assert session().scalars(select(Customer)).one().email == "nora@example.be"


def test_pressed_twice_it_is_booked_once(street, service, scope, workshop):
    token = begun(street)
    chosen(street, token)
    street.post(f"/senne/book/{token}/who", data=WHO)
    first, second = (street.post(f"/senne/book/{token}/check").location for _time in range(2))
    assert first == second
    with scope(workshop):
        assert len(session().scalars(select(Appointment)).all()) == 1


def test_who_comes_back_finds_what_they_typed(street, service):
    token = begun(street)
    street.post(f"/senne/book/{token}/note", data={"note": "Squeals"})
    chosen(street, token)
    street.post(f"/senne/book/{token}/who", data=WHO)
    assert "Squeals" in street.get(f"/senne/book/{token}/note").text
    assert "nora@example.be" in street.get(f"/senne/book/{token}/who").text


def test_another_moment_frees_the_first(street, service, scope, workshop):
    token = begun(street)
    chosen(street, token)
    chosen(street, token, at(11))
    with scope(workshop):
        starts = [slot.starts_at for slot in queries.find_slots(queries.get_service("repair"), a_day(), a_day())]
        assert at() in starts
        assert at(11) not in starts


def test_a_moment_that_somebody_else_took_is_said_with_what_is_free(street, service):
    token, other = begun(street), begun(street)
    chosen(street, token)
    answer = street.post(f"/senne/book/{other}/when", data={"starts_at": at().isoformat()})
    assert answer.status_code == 409
    assert "This moment is taken" in answer.text or "pris" in answer.text


def test_a_hold_that_ran_out_and_was_taken_leads_back_to_the_moments(street, service):
    slow, quick = begun(street), begun(street)
    chosen(street, slow)
    street.post(f"/senne/book/{slow}/who", data=WHO)
    with clock.travelled(clock.now() + timedelta(minutes=11)):
        chosen(street, quick)
        answer = street.post(f"/senne/book/{slow}/check")
    assert answer.status_code == 409
    assert f"/senne/book/{slow}/when" in answer.text


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("email", ""), ("email", "nora"), ("phone", "12")])
def test_what_is_wrong_is_said_at_the_field(street, service, field, value):
    token = begun(street)
    chosen(street, token)
    answer = street.post(f"/senne/book/{token}/who", data=WHO | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_machine_that_fills_in_everything_books_nothing(street, service, scope, workshop):
    token = begun(street)
    chosen(street, token)
    street.post(f"/senne/book/{token}/who", data=WHO | {"website": "https://spam.example"})
    with scope(workshop):
        assert session().scalars(select(BookingDraft)).one().answers == {}


def test_the_same_person_is_the_same_customer_and_an_address_alone_proves_nothing(scope, workshop):
    with scope(workshop):
        known = a_customer(name="Nora Lemmens", email="nora@example.be")
        assert online.find_or_register(online.Person("lemmens NORA", "nora@example.be"), "fr").id == known.id
        assert online.find_or_register(online.Person("Tom Peeters", "nora@example.be"), "fr").id != known.id


def test_only_what_is_public_is_shown_and_booked(street, scope, workshop):
    with scope(workshop):
        a_person()
        a_service("secret", is_public=False, name={"en": "Secret"})
    assert "Secret" not in street.get("/senne/book?lang=en").text
    assert street.post("/senne/book", data={"service": "secret"}).location == "/senne/book"
    assert street.get("/senne/waiting-list/secret").status_code == 404


def test_a_link_of_another_workshop_opens_nothing(street, service, other_workshop):
    token = begun(street)
    assert street.get(f"/lumen/book/{token}/when").status_code == 404


def test_a_service_at_home_asks_where_to_come(street, scope, workshop):
    with scope(workshop):
        a_person()
        a_service("repair", place="home")
    token = begun(street)
    chosen(street, token)
    assert street.post(f"/senne/book/{token}/who", data=WHO).status_code == 422
    where = {"street": "Rue Haute 1", "postcode": "1000", "city": "Bruxelles"}
    street.post(f"/senne/book/{token}/who", data=WHO | where)
    page = street.get(street.post(f"/senne/book/{token}/check").location).text
    assert "Rue Haute 1, 1000 Bruxelles" in page


def test_one_moves_and_cancels_ones_own_appointment(street, service, scope, workshop):
    address = booked(street).split("?")[0]
    page = street.get(f"{address}/move?day={a_day()}").text
    assert at(11).isoformat() in unescape(page)
    moved = street.post(f"{address}/move", data={"starts_at": at(11).isoformat()})
    assert "was=moved" in moved.location
    assert "11:00" in street.get(moved.location).text
    street.post(f"{address}/cancel")
    with scope(workshop):
        assert session().scalars(select(Appointment)).one().status == "cancelled"
    assert street.get(f"{address}/move").status_code == 303


def test_too_late_is_said_with_the_phone_number(street, scope, workshop, admin):
    with admin.begin() as connection:
        connection.exec_driver_sql("UPDATE workshop SET phone = '02 123 45 67'")
    with scope(workshop):
        a_person()
        appointment = a_booked(a_service(change_minutes=120))
        address = links.visit_url(appointment).removeprefix("http://localhost")
    with clock.travelled(at(9)):
        page = street.get(f"{address}?lang=en").text
        assert "please call us: 02 123 45 67" in page
        answer = street.post(f"{address}/cancel")
        assert answer.status_code == 409
        assert "02 123 45 67" in answer.text


def test_the_calendar_file_is_offered(street, service):
    address = booked(street).split("?")[0]
    answer = street.get(f"{address}/appointment.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "BEGIN:VEVENT" in answer.text


def test_who_is_asked_to_move_says_that_it_suits(street, scope, workshop):
    with scope(workshop):
        ann = a_person("Ann")
        appointment = a_booked(a_service())
        absences.enter_absence(WORKER, ann, at(8), at(18), "ill")
        address = links.visit_url(appointment).removeprefix("http://localhost")
    assert "This suits me" in street.get(f"{address}?lang=en").text
    street.post(f"{address}/accept")
    with scope(workshop):
        row = session().scalars(select(Appointment).where(Appointment.status == "booked")).one()
        assert row.starts_at != at()
        assert row.sequence == 1


def test_the_waiting_list_from_putting_oneself_down_to_taking_what_is_offered(street, scope, workshop):
    with scope(workshop):
        a_person()
        taken = [a_booked(a_service("repair", minutes=540, step_minutes=540), at(9)).id]
    days = {"first_day": a_day().isoformat(), "last_day": a_day().isoformat()}
    answer = street.post("/senne/waiting-list/repair", data=WHO | days)
    assert answer.status_code == 303, answer.text
    assert "nobody: you are the first" in street.get(f"{answer.location}?lang=en").text
    with scope(workshop):
        operations.cancel(WORKER, queries.get_appointment_by_id(taken[0]))
        assert waiting.serve_waiting() == 1
    assert "A moment is free" in street.get(answer.location).text
    done = street.post(f"{answer.location}/take")
    assert "/visit/" in done.location


def test_nobody_waits_for_what_is_free(street, service):
    days = {"first_day": a_day().isoformat(), "last_day": a_day().isoformat()}
    answer = street.post("/senne/waiting-list/repair?lang=en", data=WHO | days)
    assert answer.status_code == 409
    assert "no need to wait" in answer.text


def test_the_calendar_of_a_person_has_a_secret_address_that_can_be_renewed(street, service, scope, workshop):
    booked(street)
    with scope(workshop):
        ann = queries.list_resources()[0]
        first = links.feed_url(ann).removeprefix("http://localhost")
    answer = street.get(first)
    assert "Nora Lemmens" in answer.text
    assert answer.headers["ETag"]
    assert street.get(first, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    with scope(workshop):
        setup.renew_feed(WORKER, queries.list_resources()[0])
    assert street.get(first).status_code == 404


def test_what_was_answered_is_forgotten_after_a_day(street, service, scope, workshop):
    begun(street)
    with scope(workshop):
        assert online.forget_drafts() == 0
        with clock.travelled(clock.now() + timedelta(days=1, minutes=1)):
            assert online.forget_drafts() == 1
