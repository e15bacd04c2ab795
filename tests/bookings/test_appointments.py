"""An appointment from hold to end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment, Occupation
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict, Invalid
from tests.factories.bookings import a_bench, a_booked, a_day, a_person, a_service, at
from tests.factories.customers import a_customer

GUEST = access.customer("Nora")


@pytest.fixture(autouse=True)
def _inside(scope, workshop):
    with scope(workshop):
        yield


def occupied() -> int:
    return session().scalar(select(func.count(Occupation.id))) or 0


def test_a_hold_takes_a_person_and_a_bench_for_ten_minutes():
    person, bench = a_person(), a_bench()
    held = operations.hold_slot(GUEST, a_service(needs=["bench"], before_minutes=10, after_minutes=5), at())
    assert held.status == "held"
    assert held.expires_at == pytest.approx(clock.now() + timedelta(minutes=10), abs=timedelta(seconds=20))
    assert {each.resource_id for each in held.occupations} == {person.id, bench.id}
    assert {each.blocked_from for each in held.occupations} == {at(9, 50)}
    assert {each.blocked_until for each in held.occupations} == {at(10, 35)}


def test_without_a_bench_there_is_no_slot():
    a_person()
    service = a_service(needs=["bench"])
    assert queries.find_slots(service, a_day(), a_day()) == []
    with pytest.raises(Conflict, match=r"booking\.slot_taken"):
        operations.hold_slot(GUEST, service, at())


def test_a_slot_is_free_only_where_person_and_bench_both_are():
    a_person(), a_person(), a_bench()
    service = a_service(needs=["bench"])
    a_booked(service, at(10))
    starts = [slot.starts_at for slot in queries.find_slots(service, a_day(), a_day())]
    assert at(10) not in starts
    assert at(10, 30) in starts


def test_who_comes_second_gets_the_next_slots():
    a_person()
    service = a_service()
    operations.hold_slot(GUEST, service, at())
    with pytest.raises(Conflict) as refused:
        operations.hold_slot(GUEST, service, at())
    assert at(10, 30).isoformat() in refused.value.data["alternatives"]
    assert at(10).isoformat() not in refused.value.data["alternatives"]


def test_a_hold_that_ran_out_is_free_without_any_sweep():
    a_person()
    service = a_service()
    first = operations.hold_slot(GUEST, service, at())
    with clock.travelled(clock.now() + timedelta(minutes=11)):
        assert at() in [slot.starts_at for slot in queries.find_slots(service, a_day(), a_day())]
        second = operations.book(GUEST, operations.hold_slot(GUEST, service, at()), a_customer())
        assert second.status == "booked"
        with pytest.raises(Conflict, match=r"booking\.slot_taken"):
            operations.book(GUEST, first, a_customer())
    assert occupied() == 1


def test_a_hold_that_ran_out_is_booked_when_nobody_else_took_it():
    a_person()
    held = operations.hold_slot(GUEST, a_service(), at())
    with clock.travelled(clock.now() + timedelta(minutes=11)):
        booked = operations.book(GUEST, held, a_customer())
    assert booked.status == "booked"
    assert [each.expires_at for each in booked.occupations] == [None]


def test_the_sweep_only_tidies_up():
    a_person()
    held = operations.hold_slot(GUEST, a_service(), at())
    assert operations.expire_holds() == 0
    with clock.travelled(clock.now() + timedelta(minutes=11)):
        assert operations.expire_holds() == 1
        assert operations.expire_holds() == 0
    assert (held.status, occupied()) == ("expired", 0)
    with pytest.raises(Conflict, match=r"booking\.hold_over"):
        operations.book(GUEST, held, a_customer())


def test_somebody_by_name_is_taken_and_nobody_else():
    a_person("Ann")
    bo, service = a_person("Bo"), a_service()
    first = operations.hold_slot(GUEST, service, at(), resource=bo)
    assert queries.who(first).name == "Bo"
    with pytest.raises(Conflict):
        operations.hold_slot(GUEST, service, at(), resource=bo)
    assert queries.who(operations.hold_slot(GUEST, service, at())).name == "Ann"


def test_the_least_skilled_who_can_do_it_is_asked_first():
    a_person("Expert", brakes=3)
    a_person("Beginner", brakes=1)
    a_person("Able", brakes=2)
    service = a_service(skill="brakes", skill_level=2)
    assert queries.who(operations.hold_slot(GUEST, service, at())).name == "Able"
    assert queries.who(operations.hold_slot(GUEST, service, at())).name == "Expert"
    with pytest.raises(Conflict):
        operations.hold_slot(GUEST, service, at())


def test_a_customer_books_on_the_grid_and_within_the_rules_the_staff_does_not_have_to():
    a_person()
    service = a_service(lead_minutes=60 * 24 * 30)
    with pytest.raises(Conflict):
        operations.hold_slot(GUEST, service, at())
    assert operations.hold_slot(WORKER, service, at(10, 7)).status == "held"
    with pytest.raises(Invalid, match=r"booking\.past"):
        operations.hold_slot(WORKER, service, clock.now() - timedelta(days=1))


def test_a_service_that_is_closed_takes_nobody():
    a_person()
    with pytest.raises(Conflict, match=r"service\.closed"):
        operations.hold_slot(WORKER, a_service(is_active=False), at())


def test_staff_without_the_right_books_nothing():
    a_person()
    reader = access.Actor(kind="staff", role="auditor", permissions=access.ROLES["auditor"])
    with pytest.raises(access.Forbidden):
        operations.hold_slot(reader, a_service(), at())


def test_moving_keeps_the_person_and_raises_the_sequence():
    a_person(), a_person()
    appointment = a_booked()
    before = queries.who(appointment).id
    operations.reschedule(GUEST, appointment, at(14))
    assert (appointment.starts_at, appointment.ends_at, appointment.sequence) == (at(14), at(14, 30), 1)
    assert queries.who(appointment).id == before
    assert occupied() == 1


def test_moving_by_half_a_stretch_does_not_collide_with_itself():
    a_person()
    appointment = a_booked(a_service(minutes=60, step_minutes=30))
    operations.reschedule(GUEST, appointment, at(10, 30))
    assert appointment.starts_at == at(10, 30)


def test_a_customer_moves_and_cancels_until_the_service_says_so_and_is_then_told_whom_to_call(workshop):
    a_person()
    workshop.phone = "02 123 45 67"
    session().merge(workshop)
    appointment = a_booked(a_service(change_minutes=120))
    with clock.travelled(at(8, 1)):
        for act in (
            lambda: operations.reschedule(GUEST, appointment, at(14)),
            lambda: operations.cancel(GUEST, appointment),
        ):
            with pytest.raises(Conflict) as refused:
                act()
            assert (refused.value.code, refused.value.data) == ("booking.too_late", {"phone": "02 123 45 67"})
        operations.reschedule(WORKER, appointment, at(14))
        operations.cancel(WORKER, appointment, reason="Called")
    assert (appointment.status, appointment.reason, occupied()) == ("cancelled", "Called", 0)
    with pytest.raises(Conflict, match=r"state\.not_allowed"):
        operations.cancel(WORKER, appointment)


def test_what_was_seen_before_somebody_else_changed_it_is_stale():
    a_person()
    appointment = a_booked()
    seen = appointment.version
    operations.reschedule(WORKER, appointment, at(11))
    with pytest.raises(Conflict, match=r"version\.stale"):
        operations.reschedule(WORKER, appointment, at(12), seen=seen)


def test_who_comes_late_is_late_and_who_does_not_come_is_a_no_show_only_after_the_minutes_of_the_service():
    a_person(), a_person()
    first, second = a_booked(a_service(late_minutes=15)), a_booked(a_service(late_minutes=15))
    with clock.travelled(at(10, 15)), pytest.raises(Conflict, match=r"booking\.still_in_time"):
        operations.mark_no_show(WORKER, first)
    with clock.travelled(at(10, 16)):
        operations.mark_no_show(WORKER, first)
        operations.arrive(WORKER, second)
        assert operations.appointments.late_by(second) == 16
    assert (first.status, second.status) == ("no_show", "arrived")
    assert [each.blocked_until for each in first.occupations] == [at(10, 16)]


def test_who_came_after_all_is_welcome():
    a_person()
    appointment = a_booked()
    with clock.travelled(at(10, 20)):
        operations.mark_no_show(WORKER, appointment)
        operations.arrive(WORKER, appointment)
    assert appointment.status == "arrived"


def test_nobody_arrives_the_day_before():
    a_person()
    appointment = a_booked()
    with clock.travelled(at(9) - timedelta(days=1)), pytest.raises(Conflict, match=r"booking\.too_early"):
        operations.arrive(WORKER, appointment)


def test_staying_away_closes_the_door_online_when_the_service_says_so_until_it_is_forgiven():
    a_person()
    service, customer = a_service(no_show="block"), a_customer()
    missed = a_booked(service, customer=customer)
    with clock.travelled(at(10, 30)):
        operations.mark_no_show(WORKER, missed)
        held = operations.hold_slot(GUEST, service, at(15))
        with pytest.raises(Conflict, match=r"booking\.stayed_away"):
            operations.book(GUEST, held, customer)
        operations.forgive(WORKER, missed)
        assert operations.book(GUEST, held, customer).status == "booked"


def test_what_is_done_early_frees_the_rest_and_can_be_taken_back():
    a_person()
    service = a_service(minutes=60, step_minutes=30)
    appointment = a_booked(service)
    with clock.travelled(at(10, 20)):
        operations.arrive(WORKER, appointment)
        operations.finish(WORKER, appointment)
        assert at(10, 30) in [slot.starts_at for slot in queries.find_slots(service, a_day(), a_day())]
        operations.take_back(WORKER, appointment)
        assert appointment.status == "arrived"
        assert at(10, 30) not in [slot.starts_at for slot in queries.find_slots(service, a_day(), a_day())]


def test_a_mere_hold_is_no_appointment():
    a_person()
    held = operations.hold_slot(GUEST, a_service(), at())
    with pytest.raises(Exception, match="not_found"):
        queries.get_appointment(held.reference)
    assert session().scalar(select(func.count(Appointment.id)).where(Appointment.status == "held")) == 1
