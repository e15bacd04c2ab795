"""What a customer answers to an invitation: a slot, by themselves with a photo, another one; and who never answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service_app.bookings import operations as bookings
from service_app.core import access, clock
from service_app.core.access import WORKER
from service_app.core.errors import Conflict, Invalid
from service_app.notifications import care as reminders
from service_app.reactions import REACTIONS
from service_app.workorders import operations, queries, words
from service_app.workorders.models import CareOccurrence, CareVisit
from service_app.workorders.operations import answers
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active
from tests.workorders.days import DAY, a_photo, occurrences, plan_all

NORA = access.customer("Nora Lemmens")


def an_asked() -> CareOccurrence:
    """Care of a thing that is with a customer, announced, due in three weeks, with a service to book."""
    contract = an_active()
    item = contract.lines[0].item
    assert item is not None
    a_person("Anna", bikes=2)
    a_service("entretien", skill="bikes", kind="care", horizon_days=60)
    day = clock.now().date() + timedelta(days=21)
    a_care_plan(item, kind="once", starts_on=day, notice_days=40, every=None)
    plan_all()
    operations.announce_due_care(WORKER)
    return occurrences()[0]


def test_customer_books_a_slot_and_who_stays_away_twice_is_a_matter_for_people(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY):
        asked = an_asked()
        visit = queries.get_visit(asked.visit_id or 0)
        service = answers.service_for("workshop")
        assert service is not None
        for times in (1, 2):
            start = answers.free_slots(visit, service)[0]
            appointment = answers.choose_slot(NORA, visit, "workshop", start)
            assert answers.choose_slot(NORA, visit, "workshop", start).id == appointment.id, "a second press"
            assert asked.status == "booked"
            with clock.travelled(appointment.starts_at + timedelta(hours=2)):
                bookings.mark_no_show(WORKER, appointment)
                answers.stayed_away(WORKER, appointment.id)
                answers.stayed_away(WORKER, appointment.id)
            assert (visit.no_shows, asked.status) == (times, "notified" if times == 1 else "escalated")
        assert [one.id for one in queries.to_call()] == [visit.id]
        answers.note_call(WORKER, visit)
        assert queries.to_call() == []


def test_customer_is_reminded_at_7_and_1_days_once_each_and_then_called(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        visit = queries.get_visit(an_asked().visit_id or 0)
        sent = []
        for days in range(24):
            with clock.travelled(DAY + timedelta(days=days)):
                sent += [days] * reminders.plan_reminders()
                assert reminders.plan_reminders() == 0
                assert bool(queries.to_call()) == (days >= 20)
        assert sent == [14, 20], "the invitation of the first day stands for the reminder of 21 days"
        assert visit.answered_at is None


def test_who_is_asked_later_is_reminded_from_then_on_and_not_within_minutes(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        contract = an_active()
        item = contract.lines[0].item
        assert item is not None
        a_care_plan(item, kind="once", starts_on=DAY.date() + timedelta(days=20), notice_days=20, every=None)
        plan_all()
        operations.announce_due_care(WORKER)
        sent = []
        for days in range(14, 20):
            with clock.travelled(DAY + timedelta(days=days)):
                if days == 14:
                    item.custodian_customer_id = a_customer().id  # however it came to them
                    assert operations.follow_holders(WORKER) == 1
                sent += [days] * reminders.plan_reminders()
        assert sent == [19], "the invitation of the day it went out stands for the reminder of 7 days"


def test_customer_does_it_with_a_photo_or_asks_for_another(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        asked = an_asked()
        visit = queries.get_visit(asked.visit_id or 0)
        with pytest.raises(Invalid, match=r"choice\.unknown"):
            answers.done_at_home(NORA, visit, [(a_photo(), "a.png")], "", [])
        answers.ask_for(NORA, visit, "swap")
        assert [one.way for one in queries.to_call()] == ["swap"]
        asked.plan.place = "self"
        with pytest.raises(Invalid, match=r"care\.photo_needed"):
            answers.done_at_home(NORA, visit, [], "", [])
        answers.done_at_home(NORA, visit, [(a_photo(), "a.png")], "It squeaks", [])
        assert (asked.status, asked.done_by) == ("done", "Nora Lemmens")
        with pytest.raises(Conflict, match=r"care\.over"):
            answers.ask_for(NORA, visit, "swap")


def an_asked_by(*plans: dict[str, object]) -> CareVisit:
    """One visit of a thing that is with a customer, for plans of a fixed rhythm that fall due in two weeks, announced."""
    contract = an_active()
    item = contract.lines[0].item
    assert item is not None
    a_person("Anna", bikes=2)
    a_service("entretien", skill="bikes", kind="care", horizon_days=60)
    begins = clock.now().date() - timedelta(days=16)
    for facts in plans:
        a_care_plan(item, **{"every": 30, "unit": "day", "starts_on": begins, "notice_days": 14} | facts)
    plan_all()
    operations.announce_due_care(WORKER)
    return queries.get_visit(occurrences()[0].visit_id or 0)


@pytest.mark.parametrize("early", [0, 3, 14])
def test_who_comes_at_the_first_moment_offered_comes_inside_the_window(
    workshop: Workshop, scope: Scoped, early: int
) -> None:
    with scope(workshop), clock.travelled(DAY):
        visit = an_asked_by({"early_days": early}, {"early_days": early + 2})
        service = answers.service_for("workshop")
        assert service is not None
        asked = [one for one in occurrences() if one.visit_id == visit.id]
        assert len(asked) == 2
        start = answers.free_slots(visit, service)[0]
        answers.choose_slot(NORA, visit, "workshop", start)
        with clock.travelled(start + timedelta(minutes=30)):
            operations.finish_visit(WORKER, visit, Done())
        assert [one.status for one in asked] == ["done", "done"]
        assert not any(one.is_extra for one in occurrences())


def test_who_is_late_or_finds_the_window_full_is_offered_the_next_moments(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        visit = an_asked_by({"early_days": 0, "late_days": 1})
        service = answers.service_for("workshop")
        assert service is not None
        asked = answers.open_of(visit)[0]
        with clock.travelled(DAY + timedelta(days=14)):
            days = [clock.local(start, workshop.zone).date() for start in answers.free_slots(visit, service)]
            assert days
            assert set(days) <= {asked.window_from, asked.window_until}
        with clock.travelled(DAY + timedelta(days=20)):
            late = answers.free_slots(visit, service)
            assert late
            assert clock.local(late[0], workshop.zone).date() > asked.window_until
        operations.finish_visit(WORKER, visit, Done())
        assert answers.free_slots(visit, service) == [], "nothing of it is open any more"


@pytest.mark.parametrize("is_booked", [False, True])
def test_what_is_done_before_its_window_is_announced_again_for_its_own_day(
    workshop: Workshop, scope: Scoped, is_booked: bool
) -> None:
    with scope(workshop), clock.travelled(DAY):
        visit = an_asked_by({"early_days": 3})
        service, asked = answers.service_for("workshop"), answers.open_of(visit)[0]
        assert service is not None
        if is_booked:
            answers.choose_slot(NORA, visit, "workshop", answers.free_slots(visit, service)[0])
        operations.finish_visit(WORKER, visit, Done())
        assert (asked.status, asked.visit_id) == ("planned", None)
        assert [one.status for one in occurrences() if one.is_extra] == ["done"]
        assert operations.announce_due_care(WORKER) == 1
        assert asked.status == "notified"
        assert asked.visit_id not in (None, visit.id)


def test_who_came_after_all_or_was_put_down_by_mistake_has_the_visit_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        asked = an_asked()
        visit = queries.get_visit(asked.visit_id or 0)
        service = answers.service_for("workshop")
        assert service is not None
        appointment = answers.choose_slot(NORA, visit, "workshop", answers.free_slots(visit, service)[0])
        with clock.travelled(appointment.starts_at + timedelta(hours=2)):
            bookings.mark_no_show(WORKER, appointment)
            answers.stayed_away(WORKER, appointment.id)
            assert (visit.appointment_id, visit.no_shows, asked.status) == (None, 1, "notified")
            bookings.take_back(WORKER, appointment)
            for _again in (1, 2):
                answers.stayed_away(WORKER, appointment.id)
                assert (visit.appointment_id, visit.way) == (appointment.id, "workshop")
                assert (visit.no_shows, asked.status) == (0, "booked")
            bookings.mark_no_show(WORKER, appointment)
            bookings.take_back(WORKER, appointment)
            answers.stayed_away(WORKER, appointment.id)
            assert (visit.appointment_id, visit.no_shows) == (appointment.id, 0), "heard only once it was taken back"
            bookings.mark_no_show(WORKER, appointment)
            answers.stayed_away(WORKER, appointment.id)
            bookings.arrive(WORKER, appointment)
            answers.stayed_away(WORKER, appointment.id)
            assert (visit.appointment_id, visit.no_shows, asked.status) == (appointment.id, 0, "booked")
    jobs = [
        {reaction.kind for reaction in REACTIONS[f"appointment.{fact}"]} for fact in ("undone", "arrived", "no_show")
    ]
    assert all("care.stayed_away" in kinds for kinds in jobs)


def test_wish_from_an_old_page_is_refused_once_a_moment_is_booked(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        asked = an_asked()
        visit = queries.get_visit(asked.visit_id or 0)
        service = answers.service_for("workshop")
        assert service is not None
        answers.choose_slot(NORA, visit, "workshop", answers.free_slots(visit, service)[0])
        for way in ("swap", "workshop"):
            with pytest.raises(Conflict, match=r"care\.answered_already"):
                answers.ask_for(NORA, visit, way)
        assert (visit.way, asked.status) == ("workshop", "booked")


@pytest.mark.parametrize("is_done", [True, False])
def test_care_that_is_open_after_its_appointment_is_shown_to_people(
    workshop: Workshop, scope: Scoped, is_done: bool
) -> None:
    with scope(workshop), clock.travelled(DAY):
        visit = queries.get_visit(an_asked().visit_id or 0)
        service = answers.service_for("workshop")
        assert service is not None
        booked = answers.choose_slot(NORA, visit, "workshop", answers.free_slots(visit, service)[0])
        with clock.travelled(booked.starts_at):
            assert queries.to_call() == []
            bookings.arrive(WORKER, booked)
            if is_done:
                bookings.finish(WORKER, booked)
        with clock.travelled(booked.starts_at + timedelta(days=0 if is_done else 1)):
            assert [one.id for one in queries.to_call()] == [visit.id]
            assert str(words.why_called(visit)[1]) == "to solve"
            operations.finish_visit(WORKER, visit, Done())
            assert queries.to_call() == []
