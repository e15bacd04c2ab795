"""A later room asks its own questions between what and when, and keeps the answers with the appointment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import request
from flask_wtf import FlaskForm
from wtforms import StringField

from service_app.bookings import steps
from service_app.bookings.models import Appointment
from service_app.bookings.steps import Step
from service_app.core.access import Actor
from service_app.core.errors import Conflict, Invalid
from tests.factories.bookings import a_person, a_service, at

WHO = {"name": "Nora Lemmens", "email": "nora@example.be"}


class FaultForm(FlaskForm):
    note = StringField("Which symptom?")


@pytest.fixture
def kept(monkeypatch):
    """A step for repairs, and what it was given to keep."""
    found: list[tuple[str, str, Any]] = []

    def keep(actor: Actor, appointment: Appointment, answers: Mapping[str, Any]) -> None:
        if answers.get("symptom") == "boom":
            raise Conflict("booking.hold_over")
        found.append((actor.kind, appointment.status, answers.get("symptom")))

    def answers(form: FaultForm, _draft: Any) -> dict[str, Any]:
        if form.note.data == "nonsense":
            raise Invalid("field.required", field="note")
        return {"symptom": form.note.data}

    monkeypatch.setattr(steps, "_steps", {})
    steps.add("repair", Step(
        "fault", "Fault", "bookings/public/note.html",
        lambda known: FaultForm() if request.method == "POST" else FaultForm(formdata=None, note=known.get("symptom")),
        answers, lambda known: [("Symptom", str(known.get("symptom", "")))], keep,
    ))  # fmt: skip
    return found


@pytest.fixture
def street(app, scope, workshop, kept):
    with scope(workshop):
        a_person()
        a_service("repair", kind="repair")
        a_service("chat", kind="other")
    return app.test_client()


def begun(street, code="repair"):
    return re.search(r"/book/([^/]+)/(\w+)$", street.post("/senne/book", data={"service": code}).location).groups()


def test_a_kind_with_steps_of_its_own_asks_those_and_another_the_note(street):
    assert begun(street)[1] == "fault"
    assert begun(street, "chat")[1] == "note"


def test_answers_are_refused_kept_shown_again_and_handed_over_with_the_booking(street, kept):
    token, step = begun(street)
    refused = street.post(f"/senne/book/{token}/{step}", data={"note": "nonsense"})
    assert refused.status_code == 422
    assert "note-error" in refused.text
    assert street.post(f"/senne/book/{token}/{step}", data={"note": "squeals"}).location.endswith("/when")
    assert 'value="squeals"' in street.get(f"/senne/book/{token}/{step}").text
    street.post(f"/senne/book/{token}/when", data={"starts_at": at().isoformat()})
    street.post(f"/senne/book/{token}/who", data=WHO)
    assert "squeals" in street.get(f"/senne/book/{token}/check").text
    assert street.post(f"/senne/book/{token}/check").status_code == 303
    assert kept == [("customer", "booked", "squeals")]


def test_what_cannot_be_kept_books_nothing(street, scope, workshop):
    from sqlalchemy import select

    from service_app.core.db import session

    token, step = begun(street)
    street.post(f"/senne/book/{token}/{step}", data={"note": "boom"})
    street.post(f"/senne/book/{token}/when", data={"starts_at": at().isoformat()})
    street.post(f"/senne/book/{token}/who", data=WHO)
    assert street.post(f"/senne/book/{token}/check").status_code == 409
    with scope(workshop):
        assert session().scalars(select(Appointment.status)).all() == ["held"]


def test_the_names_of_the_flow_itself_are_taken():
    with pytest.raises(ValueError):
        steps.add("repair", Step("when", "", "", lambda _a: FlaskForm(), lambda _f, _d: {}, lambda _a: []))
