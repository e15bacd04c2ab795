"""What is agreed with a customer by telephone is kept at once: a moment is booked for their care, a wish is taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.bookings import operations as bookings
from service_app.bookings import queries as slots
from service_app.bookings.models import Appointment
from service_app.core import access, clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Conflict
from service_app.workorders import links, operations, queries, words
from service_app.workorders.models import CareOccurrence, CareVisit
from service_app.workorders.operations import answers
from service_app.workorders.operations.doing import Done
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service
from tests.factories.catalogue import a_care_plan
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active
from tests.workorders.days import occurrences, plan_all

NORA = access.customer("Nora Lemmens")
NAME = {"fr": "Freins"}


def an_asked(**facts: object) -> CareVisit:
    """Care of a thing that is with a customer, announced and due tomorrow, with services to book."""
    contract = an_active()
    item = contract.lines[0].item
    assert item is not None
    a_person("Anna", bikes=2)
    a_service("atelier", kind="repair")
    a_service("entretien", skill="bikes", kind="care", horizon_days=60, is_public=False)
    day = queries.today_here() + timedelta(days=1)
    given = {"kind": "once", "starts_on": day, "notice_days": 40, "every": None, "duration_minutes": 45, "name": NAME}
    a_care_plan(item, **given | facts)
    plan_all()
    operations.announce_due_care(WORKER)
    return queries.get_visit(occurrences()[0].visit_id or 0)


def typed_of(page: str) -> dict[str, str]:
    """What the form of a new appointment sends when the first of its moments is pressed."""
    form = re.split(r'method="post"\s+action="/senne/appointments/new"', page)[1]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<(?:input|button)\b[^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("name") in ("service", "day", "person", "purpose", "customer", "starts_at") and said.get("value"):
            sent.setdefault(said["name"], said["value"])
    return sent


def next_open(client: FlaskClient, address: str) -> dict[str, str]:
    """The same form on the first day from its own on which something is free."""
    page = client.get(address).get_data(as_text=True)
    typed = typed_of(page)
    day = clock.now().date()
    for away in range(1, 10):
        if "starts_at" in typed:
            break
        typed = typed_of(client.get(f"{address}&day={(day + timedelta(days=away)).isoformat()}").get_data(as_text=True))
    return typed


def test_moment_agreed_by_telephone_is_booked_from_the_line_and_is_the_visits(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        visit = an_asked()
        visit_id, tag, address = visit.id, visit.item.tag, f"/senne/appointments/new?purpose=care-{visit.id}"
        reference = visit.customer.reference if visit.customer is not None else ""
    for page in ("care/calls", f"care/visits/{visit_id}", ""):
        assert f'href="{address}"' in client.get(f"/senne/{page}").get_data(as_text=True), page
    form = client.get(f"{address}&lang=en").get_data(as_text=True)
    assert f"For the care of {tag}: Freins (45 min)." in form
    typed = next_open(client, address)
    assert (typed["customer"], typed["service"]) == (reference, "entretien")
    made = client.post("/senne/appointments/new", data=typed | {"note": tag})
    assert made.status_code == 303
    with scope(workshop):
        visit, booked = queries.get_visit(visit_id), session().scalars(select(Appointment)).one()
        assert (visit.appointment_id, visit.way, booked.note) == (booked.id, "workshop", tag)
        assert [one.status for one in occurrences()] == ["booked"]
        assert queries.to_call() == []
        starts_at = booked.starts_at
    assert address not in client.get(f"/senne/care/visits/{visit_id}").get_data(as_text=True)
    with scope(workshop), clock.travelled(starts_at + timedelta(hours=2)):
        booked = session().scalars(select(Appointment)).one()
        bookings.mark_no_show(WORKER, booked)
        answers.stayed_away(WORKER, booked.id)
        visit = queries.get_visit(visit_id)
        assert (visit.appointment_id, visit.no_shows) == (None, 1), "who stayed away is asked anew"
        bookings.arrive(WORKER, booked)
        answers.stayed_away(WORKER, booked.id)
        assert (visit.appointment_id, visit.no_shows) == (booked.id, 0), "and has it again when they came after all"


def test_appointment_for_care_is_nobody_elses_and_only_one_is_to_come(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        visit_id = an_asked().id
        other = a_customer(name="Somebody Else").reference
    address = f"/senne/appointments/new?purpose=care-{visit_id}"
    typed = next_open(client, address)
    refused = client.post("/senne/appointments/new?lang=en", data=typed | {"customer": other})
    assert refused.status_code == 422
    assert "the appointment for it has to be theirs" in refused.get_data(as_text=True)
    assert typed_of(refused.get_data(as_text=True))["purpose"] == f"care-{visit_id}"
    assert client.post("/senne/appointments/new", data=typed).status_code == 303
    assert client.post("/senne/appointments/new", data=typed).status_code == 409
    with scope(workshop):
        assert session().scalars(select(Appointment.status)).all() == ["booked"], "what was refused is not booked"
        operations.finish_visit(WORKER, queries.get_visit(visit_id), Done())
    for nothing in (f"care-{visit_id}", "care-0", "care-", "care-²", "care-" + "9" * 40, "tea-1"):
        assert client.get(f"/senne/appointments/new?purpose={nothing}").status_code == 404, nothing


def test_moment_is_agreed_anew_once_the_one_before_went_by(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        visit = an_asked()
        service = session().scalars(select(answers.Service).where(answers.Service.kind == "care")).one()
        assert visit.customer is not None
        start = answers.free_slots(visit, service)[0]
        first = bookings.book(WORKER, bookings.hold_slot(WORKER, service, start), visit.customer)
        answers.agree(WORKER, visit, first)
        with pytest.raises(Conflict, match=r"care\.answered_already"):
            answers.agree(WORKER, visit, first)
        with clock.travelled(start):
            bookings.arrive(WORKER, first)
            bookings.finish(WORKER, first)
        with clock.travelled(start + timedelta(days=1)):
            then = answers.free_slots(visit, service)[0]
            second = bookings.book(WORKER, bookings.hold_slot(WORKER, service, then), visit.customer)
            answers.agree(WORKER, visit, second)
            assert (visit.appointment_id, queries.to_call()) == (second.id, [])


@pytest.mark.parametrize("way", ["swap", "workshop"])
def test_wish_that_is_no_longer_wanted_is_taken_back_and_the_customer_asked_anew(
    workshop: Workshop, scope: Scoped, client: FlaskClient, way: str
) -> None:
    with scope(workshop):
        visit = an_asked()
        visit_id, press = visit.id, f"/senne/care/visits/{visit.id}/no-longer-wanted"
    assert press not in client.get("/senne/care/calls").get_data(as_text=True), "nothing was wished for"
    with scope(workshop):
        answers.ask_for(NORA, queries.get_visit(visit_id), way)
    for page in ("care/calls", f"care/visits/{visit_id}"):
        assert f'action="{press}"' in client.get(f"/senne/{page}").get_data(as_text=True), page
    for _again in (1, 2):
        assert client.post(press).status_code == 303
        with scope(workshop):
            visit = queries.get_visit(visit_id)
            assert (visit.way, visit.answered_at) == ("", None)
            assert [one.status for one in session().scalars(select(CareOccurrence))] == ["notified"]
            assert [event.name for event in events.timeline(visit)].count("care.asked_anew") == 1
    assert press not in client.get("/senne/care/calls").get_data(as_text=True)


@pytest.mark.parametrize("is_done", [True, False], ids=["marked done", "its day went by"])
def test_appointment_leads_to_its_care_and_promises_no_day_that_is_past(
    workshop: Workshop, scope: Scoped, client: FlaskClient, is_done: bool
) -> None:
    with scope(workshop):
        visit = an_asked()
        service = session().scalars(select(answers.Service).where(answers.Service.kind == "care")).one()
        assert visit.customer is not None
        start = answers.free_slots(visit, service)[0]
        booked = bookings.book(WORKER, bookings.hold_slot(WORKER, service, start), visit.customer)
        reference, visit_id, checklist = booked.reference, visit.id, f'href="/senne/care/visits/{visit.id}"'
        page, its_page = (
            f"/senne/look-after/{links.token_of(visit)}?lang=en",
            f"/senne/appointments/{reference}?lang=en",
        )
    assert checklist not in client.get(its_page).get_data(as_text=True)
    with scope(workshop):
        answers.agree(WORKER, queries.get_visit(visit_id), slots.get_appointment(reference))
    said = client.get(its_page).get_data(as_text=True)
    assert checklist in said
    assert "Look after it" in said
    with clock.travelled(start):
        assert "We see each other on" in client.get(page).get_data(as_text=True)
        with scope(workshop):
            bookings.arrive(WORKER, slots.get_appointment(reference))
            if is_done:
                bookings.finish(WORKER, slots.get_appointment(reference))
    with clock.travelled(start + timedelta(days=0 if is_done else 1)):
        shown = client.get(page).get_data(as_text=True)
        assert "We see each other on" not in shown
        assert "the care is still to be done. We will contact you about it." in shown
        with scope(workshop):
            assert str(words.state_of(queries.get_visit(visit_id))[1]) == "we call you"
    with scope(workshop):
        operations.finish_visit(WORKER, queries.get_visit(visit_id), Done())
    said = client.get(its_page).get_data(as_text=True)
    assert checklist in said
    assert "Look after it" not in said
