"""Somebody is ill over appointments that count on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment
from service_app.bookings.operations import absences
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from service_app.core.events import timeline
from tests.factories.bookings import a_bench, a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer


@pytest.fixture(autouse=True)
def _inside(scope, workshop):
    with scope(workshop):
        yield


def ill(person, start=None, end=None) -> absences.Outcome:
    return absences.enter_absence(WORKER, person, start or at(8), end or at(18), "ill")


def happened(appointment) -> list[str]:
    return [fact.name for fact in timeline(appointment)]


def test_somebody_else_who_can_do_it_takes_it_over_at_the_same_moment():
    ann, bo = a_person("Ann", brakes=2), a_person("Bo", brakes=3)
    a_person("Cy")
    appointment = a_booked(a_service(skill="brakes", skill_level=2))
    assert queries.who(appointment).id == ann.id
    outcome = ill(ann)
    assert outcome.reassigned == outcome.hit == [appointment]
    assert (queries.who(appointment).id, appointment.starts_at) == (bo.id, at())
    assert "appointment.reassigned" in happened(appointment)
    assert "appointment.moved" not in happened(appointment)


def test_the_bench_stays_when_only_the_person_is_away():
    ann = a_person("Ann")
    a_person("Bo")
    a_bench("First"), a_bench("Second")
    appointment = a_booked(a_service(needs=["bench"]), resource=None)
    bench = queries.who(appointment, "bench").id
    ill(queries.who(appointment))
    assert queries.who(appointment, "bench").id == bench
    assert ann


def test_where_nobody_else_is_free_the_nearest_moment_is_held_and_the_customer_asked():
    ann = a_person("Ann")
    appointment = a_booked()
    outcome = ill(ann)
    assert outcome.asked == [appointment]
    held = queries.proposal_for(appointment)
    assert held.status == "held"
    assert abs(held.starts_at - at()) <= timedelta(days=1)
    assert appointment.status == "booked"
    assert "appointment.proposed" in happened(appointment)
    assert [row.id for row in queries.hit_by_absence()] == [appointment.id]


def test_the_customer_agrees_and_keeps_reference_and_calendar_entry():
    ann = a_person("Ann")
    appointment = a_booked()
    ill(ann)
    wanted = queries.proposal_for(appointment).starts_at
    absences.accept_proposal(access.customer("Nora"), appointment)
    assert (appointment.starts_at, appointment.sequence, appointment.status) == (wanted, 1, "booked")
    assert queries.proposal_for(appointment) is None
    assert queries.hit_by_absence() == []
    assert len(session().scalars(select(Appointment).where(Appointment.status == "held")).all()) == 0


def test_the_customer_may_choose_another_moment_even_when_it_is_late():
    ann = a_person("Ann")
    appointment = a_booked(a_service(change_minutes=60 * 24 * 30))
    ill(ann)
    other = at(11, day=a_day(weeks=2))
    absences.move_or_answer(access.customer("Nora"), appointment, other, None)
    assert appointment.starts_at == other
    assert session().scalars(select(Appointment.status).where(Appointment.replaces_id == appointment.id)).all() == [
        "expired"
    ]


def test_what_is_held_no_longer_cannot_be_agreed_to():
    ann = a_person("Ann")
    appointment = a_booked(a_service(), at(day=a_day(weeks=2)))
    ill(ann, at(8, day=a_day(weeks=2)), at(18, day=a_day(weeks=2)))
    with clock.travelled(clock.now() + timedelta(hours=49)), pytest.raises(Conflict, match=r"booking\.hold_over"):
        absences.accept_proposal(access.customer("Nora"), appointment)


def test_who_was_wished_for_by_name_is_not_replaced_without_asking():
    ann = a_person("Ann")
    a_person("Bo")
    held = operations.hold_slot(access.customer("Nora"), a_service(), at(), resource=ann)
    appointment = operations.book(access.customer("Nora"), held, a_customer())
    outcome = ill(ann)
    assert outcome.reassigned == []
    assert outcome.asked == [appointment]


def test_when_nothing_is_free_for_weeks_a_person_has_to_solve_it():
    ann = a_person("Ann")
    appointment = a_booked()
    outcome = absences.enter_absence(WORKER, ann, clock.now(), at(18) + timedelta(days=60), "ill")
    assert outcome.left == [appointment]
    assert queries.hit_by_absence() == [appointment]


def test_nobody_books_who_is_away_and_everybody_does_once_they_are_back():
    ann, service = a_person("Ann"), a_service()
    outcome = ill(ann)
    assert queries.find_slots(service, a_day(), a_day()) == []
    absences.end_absence(WORKER, outcome.absence.id)
    assert len(queries.find_slots(service, a_day(), a_day())) == 18


def test_an_hour_away_takes_an_hour():
    ann, service = a_person("Ann"), a_service()
    ill(ann, at(10), at(11))
    starts = [slot.starts_at for slot in queries.find_slots(service, a_day(), a_day())]
    assert at(9, 30) in starts
    assert not {at(10), at(10, 30)} & set(starts)
    assert at(11) in starts


def test_an_absence_that_ends_before_it_begins_is_refused():
    ann = a_person("Ann")
    with pytest.raises(Invalid, match=r"absence\.backwards"):
        ill(ann, at(12), at(9))
