"""What customers are told: each fact once, in their language, with the calendar file, and nothing that is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select, text

from service_app.bookings import operations, queries
from service_app.bookings.operations import absences, waiting
from service_app.core import access, clock, jobs
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.notifications.models import Message
from tests.factories.bookings import a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer
from workers import planners, sweeps

GUEST = access.customer("Nora")


@pytest.fixture
def sent(posting, post, admin):
    """`sent()` lets the workers work, also on what waits a minute, and gives the letters that went out."""
    sink, _port = post

    def everything() -> list:
        for _round in range(4):
            with admin.begin() as connection:
                connection.execute(text("UPDATE job SET run_at = now() WHERE state = 'ready'"))
            for channel in jobs.CHANNELS:
                sweeps.sweep(posting, channel)
        return list(sink.letters)

    return everything


def subjects(letters) -> list[str]:
    return [letter["Subject"] for letter in letters]


def calendar_of(letter):
    (part,) = [part for part in letter.iter_attachments() if part.get_content_type() == "application/ics"]
    return Calendar.from_ical(
        part.get_content().encode() if isinstance(part.get_content(), str) else part.get_content()
    )


@pytest.fixture
def appointment(scope, workshop):
    with scope(workshop):
        a_person("Ann")
        return a_booked(
            a_service("repair"), customer=a_customer(name="Nora Lemmens", email="nora@example.be", language="en")
        )


def again(appointment):
    return queries.get_appointment_by_id(appointment.id)


def test_booked_moved_and_cancelled_each_with_the_file_for_the_calendar(appointment, scope, workshop, sent):
    first = sent()
    with scope(workshop):
        operations.reschedule(GUEST, again(appointment), at(14))
    second = sent()
    with scope(workshop):
        operations.cancel(GUEST, again(appointment))
    letters = sent()
    assert [len(first), len(second), len(letters)] == [1, 2, 3]
    assert letters[0]["To"] == "nora@example.be"
    files = [next(iter(calendar_of(letter).walk("VEVENT"))) for letter in letters]
    assert len({event["UID"] for event in files}) == 1
    assert [event["SEQUENCE"] for event in files] == [0, 1, 2]
    assert [event["STATUS"] for event in files] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert "10:00" in letters[0]["Subject"]
    assert "14:00" in letters[1]["Subject"]
    assert "/senne/visit/" in letters[0].get_body(("plain",)).get_content()


def test_moved_and_moved_back_at_once_tells_nobody_anything(appointment, scope, workshop, sent):
    assert len(sent()) == 1
    with scope(workshop):
        operations.reschedule(WORKER, again(appointment), at(14))
        operations.reschedule(WORKER, again(appointment), at())
    assert len(sent()) == 1


def test_moved_twice_at_once_is_one_letter_with_the_last_moment(appointment, scope, workshop, sent):
    sent()
    with scope(workshop):
        operations.reschedule(WORKER, again(appointment), at(14))
        operations.reschedule(WORKER, again(appointment), at(15))
    letters = sent()
    assert len(letters) == 2
    assert "15:00" in letters[1]["Subject"]


def test_somebody_else_at_the_same_moment_needs_no_letter(appointment, scope, workshop, sent):
    with scope(workshop):
        a_person("Bo")
        absences.enter_absence(WORKER, queries.who(again(appointment)), at(8), at(18), "ill")
    assert len(sent()) == 1


def test_who_is_asked_to_move_gets_both_moments(appointment, scope, workshop, sent):
    with scope(workshop):
        absences.enter_absence(WORKER, queries.who(again(appointment)), at(8), at(18), "ill")
    letters = sent()
    assert "cannot take place as planned" in letters[1]["Subject"]
    body = letters[1].get_body(("plain",)).get_content()
    assert "10:00" in body
    assert "We propose" in body


def test_the_reminder_comes_the_day_before_from_eight_once_and_to_who_wants_it(
    appointment, scope, workshop, process, sent
):
    sent()
    eve = at(7, 59) - timedelta(days=1)
    with clock.travelled(eve), scope(workshop):
        assert planners.remind() == 0
    with clock.travelled(eve + timedelta(minutes=1)), scope(workshop):
        assert planners.remind() == 1
        assert planners.remind() == 0
        row = session().scalars(select(Message).where(Message.kind == "appointment_reminder")).one()
        assert row.not_after == at(0)


def reminders() -> int:
    return len(session().scalars(select(Message).where(Message.kind == "appointment_reminder")).all())


def test_appointment_that_somebody_else_takes_on_its_eve_has_its_reminder(appointment, scope, workshop, sent):
    """Of that nobody is written, so nothing else tells the customer that it is tomorrow; so with what was moved and moved
    back at once."""
    assert len(sent()) == 1
    eve = at(7, 30) - timedelta(days=1)
    with clock.travelled(eve), scope(workshop):
        operations.reschedule(WORKER, again(appointment), at(), resource=a_person("Bo"))
    with clock.travelled(eve + timedelta(minutes=1)):
        assert len(sent()) == 1, "the same moment needs no letter"
    with clock.travelled(eve + timedelta(hours=1)), scope(workshop):
        assert planners.remind() == 1
        assert reminders() == 1


def test_moved_and_moved_back_on_its_eve_is_reminded_of_once_that_has_stood(appointment, scope, workshop, sent):
    sent()
    eve = at(9) - timedelta(days=1)
    with clock.travelled(eve), scope(workshop):
        operations.reschedule(WORKER, again(appointment), at(14))
        operations.reschedule(WORKER, again(appointment), at())
        assert planners.remind() == 0, "a letter may come yet"
    with clock.travelled(eve + timedelta(minutes=5)):
        assert len(sent()) == 1
    with clock.travelled(eve + timedelta(minutes=6)), scope(workshop):
        assert planners.remind() == 1


def test_what_was_moved_on_its_eve_needs_no_reminder_beside_its_letter(appointment, scope, workshop, sent):
    sent()
    eve = at(7, 30) - timedelta(days=1)
    with clock.travelled(eve), scope(workshop):
        operations.reschedule(WORKER, again(appointment), at(14))
    for later in (timedelta(hours=1), timedelta(hours=2)):
        with clock.travelled(eve + later):
            with scope(workshop):
                assert planners.remind() == 0, "told today, or about to be"
            assert len(sent()) == 2


def test_who_wants_no_reminders_gets_none_and_who_booked_today_neither(scope, workshop, appointment):
    with scope(workshop):
        again(appointment).customer.wants_reminders = False
    with clock.travelled(at(9) - timedelta(days=1)), scope(workshop):
        assert planners.remind() == 0
        a_booked(queries.get_service("repair"), at(15), customer=a_customer(email="late@example.be"))
        assert planners.remind() == 0


def test_the_waiting_list_writes_when_one_joins_and_when_a_moment_is_held(scope, workshop, sent):
    with scope(workshop):
        a_person()
        service = a_service(minutes=540, step_minutes=540)
        full = a_booked(service, at(9), customer=a_customer(email="first@example.be", language="en"))
        waiting.join_waiting(GUEST, service, a_customer(email="waits@example.be", language="en"), a_day(), a_day())
    sent()
    with scope(workshop):
        operations.cancel(WORKER, again(full))
    letters = [letter for letter in sent() if letter["To"] == "waits@example.be"]
    assert ["waiting list" in subjects(letters)[0], "A moment is free" in subjects(letters)[1]] == [True, True]
    assert "/senne/waiting/" in letters[1].get_body(("plain",)).get_content()


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_every_letter_is_said_in_every_language(scope, workshop, sent, language):
    with scope(workshop):
        ann, service = a_person("Ann"), a_service("repair", minutes=540, step_minutes=540, change_minutes=60)
        customer = a_customer(email="nora@example.be", language=language)
        first = a_booked(service, at(9), customer=customer)
        waiting.join_waiting(GUEST, service, customer, a_day(), a_day())
    sent()
    with scope(workshop):
        operations.reschedule(WORKER, again(first), at(9, day=a_day() + timedelta(days=1)))
    sent()
    with scope(workshop):
        absences.enter_absence(WORKER, queries.get_resource(ann.id), at(8), at(18) + timedelta(days=3), "ill")
    sent()
    with scope(workshop):
        operations.cancel(WORKER, again(first))
    letters = sent()
    with scope(workshop):
        kinds = set(session().scalars(select(Message.kind)))
    assert kinds == {
        "appointment_booked", "appointment_moved", "appointment_proposed", "appointment_cancelled", "waiting_joined",
        "waiting_offered",
    }  # fmt: skip
    assert len(letters) == len(kinds)
    for letter in letters:
        assert f'lang="{language}"' in letter.get_body(("html",)).get_content()
