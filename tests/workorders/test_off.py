"""What is off troubles nobody: a visit of which nothing is open any more, a plan put away, a thing that is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.bookings.models import Appointment
from service_app.catalogue.models import CarePlan
from service_app.catalogue.rules import PlanRules
from service_app.contracts.operations import handovers, losses
from service_app.contracts.operations.acts import ANEW
from service_app.contracts.operations.handovers import Found
from service_app.contracts.operations.inspections import Verdict, finish_inspection
from service_app.core import access, clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.core.web import Ronde
from service_app.customers.models import Customer
from service_app.items.models import Allocation
from service_app.notifications import care as reminders
from service_app.notifications import letters
from service_app.notifications import operations as notifications
from service_app.notifications.models import Message
from service_app.workorders import links, operations, queries
from service_app.workorders.models import CareOccurrence, CareVisit
from service_app.workorders.operations import answers, plans
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.life import START, a_subscription, at
from tests.factories.rentals import an_item
from tests.workorders.days import occurrences, plan_all
from workers import planners

NORA = access.customer("Nora Lemmens")


def an_announced(**facts: object) -> CareOccurrence:
    """Care every ten days of the one thing that a customer has, announced to them."""
    contract = a_subscription("24", PlanRules(buy_out_from_months=1), spare=0)
    contract.customer.language = "en"
    item = contract.lines[0].item
    assert item is not None
    given = {"every": 10, "unit": "day", "starts_on": START.date(), "notice_days": 10, "horizon_days": 10}
    a_care_plan(item, **given | facts)
    plan_all()
    assert operations.announce_due_care(WORKER) == 1
    return occurrences()[0]


def a_booked(**facts: object) -> CareOccurrence:
    """The same, and the customer chose the first moment there is."""
    a_person("Anna", bikes=2)
    a_service("entretien", skill="bikes", kind="care", horizon_days=90)
    first = an_announced(**facts)
    visit, service = queries.get_visit(first.visit_id or 0), answers.service_for("workshop")
    assert service is not None
    answers.choose_slot(NORA, visit, "workshop", answers.free_slots(visit, service)[0])
    return first


def appointment_of(occurrence: CareOccurrence) -> Appointment:
    """What was booked for it; the only one there is."""
    session().expire_all()
    return session().scalars(select(Appointment)).one()


def asked_of(occurrence: CareOccurrence) -> list[CareVisit]:
    """What the holder of its thing is asked about."""
    holder = session().get_one(Customer, (occurrence.workshop_id, occurrence.item.custodian_customer_id))
    return list(queries.unanswered(holder))


def put_away(plan: CarePlan, *, is_active: bool = False) -> None:
    """The plan is followed no more; or it is again."""
    facts = {name: getattr(plan, name) for name in ("every", "unit", "starts_on", "notice_days", "horizon_days")}
    plans.change_plan(WORKER, plan, plan.version, CarePlanFacts(plan.name, is_active=is_active, **facts))


def plan_day() -> None:
    """What the planner does at each of its times."""
    while planners.plan_care():
        session().expire_all()
    session().expire_all()


def blocked() -> list[str]:
    """For what time at the bench is kept."""
    return list(session().scalars(select(Allocation.note).where(Allocation.kind == "work")))


def test_visit_that_a_newer_one_passed_is_over_and_follows_its_thing_nowhere(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        an_announced()
    with scope(workshop), clock.travelled(START + timedelta(days=21)):
        plan_all()
        first, second = occurrences()[:2]
        assert (first.status, second.status) == ("missed", "planned")
        line = queries.line_out(queries.get_visit(first.visit_id or 0))
        assert line is not None
        inspection = handovers.take_back(WORKER, line, Found())
        finish_inspection(WORKER, inspection, Verdict("B"))
        assert first.item.status == "in_stock"
        plan_day()
        assert queries.get_visit(first.visit_id or 0).ended_at is not None
        assert second.status == "notified"
        assert f"care:{first.visit_id}" not in blocked()


def test_who_came_and_left_the_thing_has_nothing_called_off(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        first = a_booked()
        begins = appointment_of(first).starts_at
    with scope(workshop), clock.travelled(begins + timedelta(minutes=10)):
        first = occurrences()[0]
        line = queries.line_out(queries.get_visit(first.visit_id or 0))
        assert line is not None
        handovers.take_back(WORKER, line, Found())
        assert operations.follow_holders(WORKER) == 1
        assert appointment_of(first).status == "booked", "it is taking place"


def test_bench_time_of_a_visit_that_a_newer_one_passed_is_free(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop), clock.travelled(START):
        item = an_item(a_product())
        a_care_plan(item, every=10, unit="day", starts_on=START.date(), notice_days=10, horizon_days=10)
        plan_all()
        operations.announce_due_care(WORKER)
        first = occurrences()[0]
        assert blocked() == [f"care:{first.visit_id}"]
        assert operations.end_visits() == 0
        tag = item.tag
    with clock.travelled(START):
        page = client.get(f"/senne/items/{tag}").get_data(as_text=True)
    assert "on the bench" in page
    assert "care:" not in page, "the key by which the time is known says nothing to people"
    with scope(workshop), clock.travelled(START + timedelta(days=21)):
        plan_all()
        assert (operations.end_visits(), operations.end_visits()) == (1, 0)
        assert blocked() == []


def test_skipped_care_calls_off_what_was_booked_for_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        first = a_booked()
        operations.skip_care(WORKER, first, "Its wheel was new last week")
        assert appointment_of(first).status == "cancelled"
        assert "appointment.cancelled" in [event.name for event in events.timeline(appointment_of(first).customer)]


def test_care_done_on_another_day_calls_off_what_was_booked_and_on_its_day_keeps_it(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        first = a_booked()
        operations.do_care(WORKER, first)
        assert (first.status, appointment_of(first).status) == ("done", "cancelled")
    with scope(other_workshop), clock.travelled(START):
        first = a_booked()
        comes = appointment_of(first).starts_at
        with clock.travelled(comes - timedelta(minutes=10)):
            operations.do_care(WORKER, first)
            assert (first.status, appointment_of(first).status) == ("done", "booked"), "they are here for it"


def test_thing_that_is_sold_calls_off_what_was_booked_for_it(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(START):
        a_booked(every=70, notice_days=70, horizon_days=70)
    with scope(workshop), clock.travelled(at("2026-11-20")):
        first = occurrences()[0]
        line = queries.line_out(queries.get_visit(first.visit_id or 0))
        assert line is not None
        losses.buy_out(WORKER, line, ANEW, method="card")
        assert first.item.status == "sold"
        plan_day()
        assert (first.status, appointment_of(first).status) == ("superseded", "cancelled")
        assert queries.get_visit(first.visit_id or 0).ended_at is not None


@pytest.mark.parametrize("is_active", [True, False])
def test_plan_put_away_after_it_was_announced_asks_nobody(workshop: Workshop, scope: Scoped, is_active: bool) -> None:
    with scope(workshop), clock.travelled(START):
        first = an_announced()
        visit = queries.get_visit(first.visit_id or 0)
        put_away(first.plan, is_active=is_active)
        assert first.status == "notified"
        assert bool(asked_of(first)) is is_active
        assert bool(answers.open_of(visit)) is is_active
        with clock.travelled(START + timedelta(days=3)):
            assert reminders.plan_reminders() == int(is_active)
        with clock.travelled(START + timedelta(days=9)):
            assert bool(queries.to_call()) is is_active


def test_plan_put_away_calls_off_what_was_booked_and_asks_anew_when_it_is_used_again(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START):
        first = a_booked()
        put_away(first.plan)
        plan_day()
        assert (first.status, appointment_of(first).status) == ("notified", "cancelled")
        with pytest.raises(Conflict, match=r"care\.over"):
            answers.ask_for(NORA, queries.get_visit(first.visit_id or 0), "workshop")
        put_away(first.plan, is_active=True)
        plan_day()
        visit = queries.get_visit(first.visit_id or 0)
        assert (visit.appointment_id, visit.way, asked_of(first)) == (None, "", [visit])


def test_invitation_that_waited_for_the_morning_is_not_sent_to_who_answered_before(
    app: Ronde, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(START), app.app_context(), app.test_request_context():
        visit, here = queries.get_visit(an_announced().visit_id or 0), session().get_one(Workshop, workshop.id)
        facts = {"care_visit_id": visit.id, "customer_id": visit.customer_id, "item_id": visit.item_id, "event_id": 1}
        notifications.write_letter("care_due", facts)
        found = select(Message).where(Message.kind == "care_due").order_by(Message.id)
        invitation, notice = session().scalars(found).all()
        assert letters.compose(invitation, here).button is not None
        answers.ask_for(NORA, visit, "workshop")
        with pytest.raises(letters.NotNeeded, match="already_done"):
            letters.compose(invitation, here)
        assert letters.compose(notice, here).facts, "the workshop has it before it all the same"


@pytest.mark.parametrize("end", ["done", "skipped", "put_away"])
def test_letter_says_done_of_what_was_done_and_off_of_what_is_off(
    workshop: Workshop, scope: Scoped, client: FlaskClient, end: str
) -> None:
    with scope(workshop), clock.travelled(START):
        first = an_announced()
        path = links.visit_url(queries.get_visit(first.visit_id or 0)).removeprefix("http://localhost")
        if end == "done":
            operations.do_care(WORKER, first)
        elif end == "skipped":
            operations.skip_care(WORKER, first, "Its wheel was new last week")
        else:
            put_away(first.plan)
    page = client.get(path).get_data(as_text=True)
    assert ("It is done. Thank you." in page) is (end == "done")
    assert ("It was called off meanwhile." in page) is (end != "done")
    assert "Call me" not in page
