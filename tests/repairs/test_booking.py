"""Who books a repair on the street says what is broken; the case is there with the appointment, and goes with it."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from service_app.bookings import operations as appointments
from service_app.bookings.models import Appointment
from service_app.core import clock
from service_app.core.access import WORKER, customer
from service_app.core.db import session
from service_app.core.web import Ronde
from service_app.items.models import Item
from service_app.repairs import queries
from service_app.repairs.models import RepairCase
from service_app.repairs.operations import intake
from service_app.repairs.operations.intake import Received
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person, a_service, at
from tests.factories.rentals import an_active
from tests.mail import Sink
from tests.notifications.test_letters import sweep_all
from workers.handlers import HANDLERS, Within
from workers.process import Process

WHO = {"name": "Nora Lemmens", "email": "nora@example.be"}
FAULT = {"what": "Kettle", "brand": "Bodum", "fault": "It stays cold", "symptoms": ["dead"]}


@pytest.fixture
def street(app: Ronde, scope: Scoped, workshop: Workshop) -> FlaskClient:
    with scope(workshop):
        a_person()
        a_service("repair", kind="repair")
    return app.test_client()


def begin(street: FlaskClient) -> str:
    found = re.search(r"/book/([^/]+)/fault$", street.post("/senne/book", data={"service": "repair"}).location)
    assert found is not None
    return f"/senne/book/{found.group(1)}"


def book(street: FlaskClient, **fault: object) -> None:
    flow = begin(street)
    answer = street.post(f"{flow}/fault", data=FAULT | fault, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    street.post(f"{flow}/when", data={"starts_at": at().isoformat()})
    street.post(f"{flow}/who", data=WHO)
    for _twice in range(2):
        assert street.post(f"{flow}/check").status_code == 303


def the_case() -> RepairCase:
    return queries.get_case_by_id(session().scalars(select(RepairCase.id)).one())


def the_case_and_its_hour() -> tuple[RepairCase, Appointment]:
    case = the_case()
    appointment = queries.appointment_of(case)
    assert appointment is not None
    return case, appointment


def test_from_the_street_to_a_case_with_its_photo_and_its_hour(
    street: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    picture.seek(0)
    book(street, photos=(picture, "kettle.jpg"))
    with scope(workshop):
        case = the_case()
        assert (case.status, case.coverage, case.symptoms) == ("booked", "none", ["dead"])
        assert case.thing is not None
        assert (case.thing.what, case.thing.brand) == ("Kettle", "Bodum")
        assert [photo.occasion for photo in case.photos] == ["asked"]
        appointment = queries.appointment_of(case)
        assert appointment is not None
        assert appointment.starts_at == at()


def test_who_pays_is_said_before_the_hour_is_chosen_and_what_is_missing_too(street: FlaskClient) -> None:
    flow = begin(street)
    assert "repaired free of charge" in street.get(f"{flow}/fault?lang=en").text
    answer = street.post(f"{flow}/fault?lang=en", data={"what": "Kettle"})
    assert answer.status_code == 422
    assert 'value="Kettle"' in answer.text
    assert "fault-error" in answer.text


def test_thing_of_ours_is_known_by_its_tag_to_who_has_it_and_to_nobody_else(
    street: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop):
        contract = an_active()
        contract.customer.email, contract.customer.name = WHO["email"], "Somebody Else"
        tag = contract.lines[0].item.tag
    book(street, tag=tag, what="")
    with scope(workshop):
        case = the_case()
        assert case.item_id is None, "an address alone proves nothing"
        item = session().scalars(select(Item).where(Item.tag == tag)).one()
        assert queries.held_by(case.customer, tag) is None  # type: ignore[arg-type]
        assert queries.held_by(contract.customer, tag) is item


def test_received_is_arrived_and_an_appointment_called_off_takes_its_case_along(
    street: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    book(street)
    with scope(workshop):
        case, appointment = the_case_and_its_hour()
        appointments.cancel(WORKER, appointment)
        handler = HANDLERS["repairs.call_off"]
        assert isinstance(handler, Within)
        for _twice in range(2):
            handler.do({"appointment_id": appointment.id})
        assert (case.status, case.ended_at is not None) == ("cancelled", True)


def test_a_repair_called_off_takes_its_hour_along_and_its_entry_out_of_the_calendar_in_one_letter(
    street: FlaskClient, workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int]
) -> None:
    book(street)
    sweep_all(posting)
    with scope(workshop):
        case, appointment = the_case_and_its_hour()
        with clock.travelled(appointment.starts_at - timedelta(minutes=5)):
            intake.cancel_repair(customer(case.customer.name), case, "It boils again")
        assert (case.status, appointment.status) == ("cancelled", "cancelled")
        reference = appointment.reference
    before = len(post[0].letters)
    sweep_all(posting)
    (letter,) = post[0].letters[before:]
    (entry,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    assert (entry.get_param("method"), reference in entry.get_content()) == ("CANCEL", True)
    with scope(workshop):
        assert the_case().status == "cancelled"


def test_a_repair_called_off_leaves_an_hour_of_another_day_as_it_was(
    street: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    """Somebody says yet whether they came, and nobody is told that something long past is off."""
    book(street)
    with scope(workshop):
        case, appointment = the_case_and_its_hour()
        with clock.travelled(appointment.starts_at + timedelta(days=20)):
            intake.cancel_repair(WORKER, case, "Never came")
        assert (case.status, appointment.status) == ("cancelled", "booked")


def test_taking_it_in_says_that_they_came(street: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    book(street)
    with scope(workshop):
        case, appointment = the_case_and_its_hour()
        appointment.starts_at = appointment.created_at
        intake.receive(WORKER, case, Received(place="Shelf 1"))
        assert (case.status, appointment.status) == ("received", "arrived")


def test_who_comes_days_before_is_served_and_the_hour_is_free_again(
    street: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    book(street)
    with scope(workshop):
        case, appointment = the_case_and_its_hour()
        with clock.travelled(appointment.starts_at - timedelta(days=3)):
            intake.receive(WORKER, case, Received(place="Shelf 1"))
        assert (case.status, appointment.status) == ("received", "cancelled")
        intake.call_off_with(appointment.id)
        assert case.status == "received"
