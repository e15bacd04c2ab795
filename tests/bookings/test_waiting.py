"""Who waits for a slot: the first first, each with an offer that is held for a stated time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment
from service_app.bookings.operations import waiting
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from tests.factories.bookings import a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer

GUEST = access.customer("Nora")


@pytest.fixture
def full(scope, workshop):
    """A day that one appointment fills, within the workshop; (service, that appointment)."""
    with scope(workshop):
        a_person()
        service = a_service(minutes=540, step_minutes=540)
        yield service, a_booked(service, at(9))


def waits(service, name: str):
    return waiting.join_waiting(GUEST, service, a_customer(name=name), a_day(), a_day())


def test_what_is_freed_goes_to_the_first_and_is_held_for_four_hours(full):
    service, taken = full
    first, second = waits(service, "First"), waits(service, "Second")
    assert waiting.serve_waiting() == 0
    operations.cancel(WORKER, taken)
    assert waiting.serve_waiting() == 1
    assert (first.status, second.status) == ("offered", "waiting")
    assert waiting.offered_until(first) - clock.now() == pytest.approx(timedelta(hours=4), abs=timedelta(minutes=1))
    assert queries.find_slots(service, a_day(), a_day()) == [], "held for the first, and for nobody else"
    assert waiting.serve_waiting() == 0, "asked again, nothing is offered twice"


def test_who_takes_it_has_an_appointment(full):
    service, taken = full
    entry = waits(service, "First")
    operations.cancel(WORKER, taken)
    waiting.serve_waiting()
    appointment = waiting.take_offer(GUEST, entry)
    assert (appointment.status, appointment.customer.name, entry.status) == ("booked", "First", "taken")


def test_who_does_not_answer_is_passed_over_for_the_next(full):
    service, taken = full
    first, second, third = (waits(service, name) for name in ("First", "Second", "Third"))
    operations.cancel(WORKER, taken)
    waiting.serve_waiting()
    with clock.travelled(clock.now() + timedelta(hours=4, minutes=1)):
        assert waiting.serve_waiting() == 1
        assert [entry.status for entry in (first, second, third)] == ["passed", "offered", "waiting"]
        with pytest.raises(Conflict, match=r"waiting\.offer_over"):
            waiting.take_offer(GUEST, first)


def test_who_says_no_lets_the_next_have_it_at_once(full):
    service, taken = full
    first, second = waits(service, "First"), waits(service, "Second")
    operations.cancel(WORKER, taken)
    waiting.serve_waiting()
    waiting.decline_offer(GUEST, first)
    waiting.serve_waiting()
    assert (first.status, second.status) == ("passed", "offered")


def test_who_leaves_frees_what_was_held_for_them(full):
    service, taken = full
    entry = waits(service, "First")
    operations.cancel(WORKER, taken)
    waiting.serve_waiting()
    waiting.leave_waiting(GUEST, entry)
    assert entry.status == "left"
    assert [slot.starts_at for slot in queries.find_slots(service, a_day(), a_day())] == [at(9)]
    waiting.leave_waiting(GUEST, entry)


def test_each_service_has_its_own_queue(full):
    service, taken = full
    other = a_service(minutes=540, step_minutes=540)
    first, second = waits(other, "For the other"), waits(service, "For this")
    operations.cancel(WORKER, taken)
    assert waiting.serve_waiting() == 1
    assert (first.status, second.status) == ("offered", "waiting"), "one person, one slot: who waited longest has it"


def test_days_that_are_over_end_the_wait(full):
    service, _taken = full
    entry = waits(service, "Late")
    with clock.travelled(at(12) + timedelta(days=2)):
        waiting.serve_waiting()
    assert entry.status == "over"


def test_a_freed_slot_outside_the_days_is_offered_to_nobody(full):
    service, taken = full
    entry = waits(service, "First")
    other = a_booked(service, at(9, day=a_day() + timedelta(days=1)))
    operations.cancel(WORKER, other)
    assert waiting.serve_waiting() == 0
    assert entry.status == "waiting"
    assert taken.status == "booked"


def test_nobody_waits_for_what_is_free_nor_backwards_nor_too_often(full):
    service, _taken = full
    customer = a_customer()
    free = a_day() + timedelta(days=1)
    with pytest.raises(Conflict, match=r"waiting\.free_already"):
        waiting.join_waiting(GUEST, service, customer, a_day(), free)
    with pytest.raises(Invalid, match=r"days\.backwards"):
        waiting.join_waiting(GUEST, service, customer, free, a_day())
    for _time in range(3):
        waiting.join_waiting(GUEST, service, customer, a_day(), a_day())
    with pytest.raises(Conflict, match=r"waiting\.enough"):
        waiting.join_waiting(GUEST, service, customer, a_day(), a_day())


def test_the_housekeeping_of_holds_leaves_no_offer_without_its_end(full):
    service, taken = full
    entry = waits(service, "First")
    operations.cancel(WORKER, taken)
    waiting.serve_waiting()
    with clock.travelled(clock.now() + timedelta(hours=5)):
        waiting.serve_waiting()
        operations.expire_holds()
    assert entry.status == "passed"
    assert (
        session().scalars(select(Appointment.status).where(Appointment.id == entry.appointment_id)).one() == "expired"
    )
