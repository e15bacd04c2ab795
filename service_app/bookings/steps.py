"""The open table of what is asked between what and when on the public page, for each kind of service.

A room registers its step when its face is imported: `steps.add("repair", Step("fault", _l("What is wrong"), …))`. A kind
without a step of its own gets the one below, a note in the customer's words. A step is a page: its form is filled from what
was sent or from what was answered before, what it `answers` is kept as JSON in the draft (files by the id of what was
stored), `said` tells it again before the last button, and `keep` gets it in the transaction that books, so that appointment
and what belongs to it are there together or not at all.

Registered twice stands once, so that an app made anew changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from service_app.bookings.models import Appointment, BookingDraft
from service_app.core.access import Actor
from service_app.core.i18n import lazy as _l

Answers = Mapping[str, Any]
RESERVED = ("when", "who", "check")


@dataclass(frozen=True)
class Step:
    """A page of questions. `key` stands in the address; `form(answers)` is the form, filled from the request on a POST and
    from the answers otherwise; `answers(form, draft)` is what is kept of a valid one and may raise a Refusal with a field;
    `said` are (label, value) pairs; `keep` writes what belongs to the booked appointment. `template` extends
    `bookings/public/layout.html` and shows `form`. `shown` is whether a draft is asked at all."""

    key: str
    title: Any
    template: str
    form: Callable[[Answers], FlaskForm]
    answers: Callable[[Any, BookingDraft], Answers]
    said: Callable[[Answers], Sequence[tuple[Any, str]]]
    keep: Callable[[Actor, Appointment, Answers], None] = lambda _actor, _appointment, _answers: None
    is_multipart: bool = False
    shown: Callable[[BookingDraft], bool] = lambda _draft: True


_steps: dict[str, dict[str, Step]] = {}


def add(kind: str, step: Step) -> None:
    """Ask this of who books a service of the kind, after the steps that are there."""
    if step.key in RESERVED:
        raise ValueError(step.key)
    _steps.setdefault(kind, {})[step.key] = step


def of(kind: str) -> list[Step]:
    """The steps of a kind of service, in the order in which the rooms were opened."""
    return list(_steps.get(kind, {}).values()) or [NOTE]


class NoteForm(FlaskForm):  # type: ignore[misc]
    """What it is about, in their own words."""

    note = TextAreaField(
        _l("What is it about?"), [Length(max=2000)], render_kw={"rows": 4, "maxlength": 2000},
        description=_l("In your own words: which thing, what you noticed. You may leave it empty."),
    )  # fmt: skip


def _note_form(answers: Answers) -> FlaskForm:
    return NoteForm() if request.method == "POST" else NoteForm(formdata=None, data=dict(answers))


NOTE = Step(
    key="note",
    title=_l("Details"),
    template="bookings/public/note.html",
    form=_note_form,
    answers=lambda form, _draft: {"note": (form.note.data or "").strip()},
    said=lambda answers: [(_l("In your words"), str(answers.get("note", "")))],
)
