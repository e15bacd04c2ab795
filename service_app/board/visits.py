"""The card of an appointment on the board, and moving it: in time, or to another person or bench."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, TimeField

from service_app import refusals
from service_app.board import (
    capacity,  # noqa: F401  registers the lanes of people and benches
    shown,
)
from service_app.board.forms import instant, wall_time
from service_app.board.staff import answer, instant_in, pages, place_here
from service_app.bookings import operations, queries
from service_app.bookings.models import Appointment, Resource
from service_app.bookings.words import of_appointment
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.errors import Refusal
from service_app.core.forms import VersionedForm, attempt, choices_of
from service_app.core.web import actor, current, wants_fragment


class VisitForm(VersionedForm):
    """Another start, another lane. `starts` is where a bar was dropped, on the wall clock; `item` the lane."""

    starts_on = DateField(_l("Day"))
    starts_at = TimeField(_l("Hour"))
    item = SelectField(_l("With whom, or where"), validate_choice=False)
    view = HiddenField()
    starts = HiddenField()

    def start(self, appointment: Appointment, zone: str) -> datetime:
        """The wished-for start."""
        if self.starts.data:
            return instant(wall_time(self.starts.data, "starts_on"), zone)
        if self.starts_on.data and self.starts_at.data:
            return clock.at_local(self.starts_on.data, self.starts_at.data, zone)
        return appointment.starts_at

    def lane(self) -> Resource | None:
        """The wished-for person or bench; None: as it is."""
        return queries.get_resource(int(self.item.data)) if (self.item.data or "").isdecimal() else None


@pages.get("/board/visit/<reference>")
@needs("appointment:read")
def visit_card(reference: str) -> Any:
    """Who comes, for what, when, with whom."""
    return _card(queries.get_appointment(reference), VisitForm(formdata=None))


@pages.post("/board/visit/<reference>")
@needs("appointment:write")
def move_visit(reference: str) -> Any:
    """Put it where it is wanted."""
    appointment, form = queries.get_appointment(reference), VisitForm()
    before, lanes = appointment.starts_at, {each.resource_id for each in appointment.occupations}
    moved: list[int | None] = []
    with attempt(form, refusals.sentence) as tried:
        wished, lane = form.start(appointment, current().workshop.zone), form.lane()
        other = lane if lane is not None and lane.id not in lanes else None
        operations.reschedule(actor(), appointment, wished, resource=other, seen=form.seen or None)
        now = {each.resource_id for each in appointment.occupations}
        moved = [next(iter(lanes - now), None)] if (before, lanes) != (appointment.starts_at, now) else []
    if tried.refusal is not None:
        return _refused(appointment, form, tried.refusal)
    if not moved:
        return answer("", "")
    return answer(_said(appointment), _way_back(appointment, before, moved[0]))


def _said(appointment: Appointment) -> str:
    person = queries.who(appointment)
    span = shown.when(appointment.starts_at, appointment.ends_at, current().workshop.zone)
    return _("%(code)s: %(tag)s, %(when)s.", code=appointment.reference, tag=person.name if person else "", when=span)


def _way_back(appointment: Appointment, before: datetime, lane: int | None) -> str:
    """The address that undoes a move; '' for what would lie behind us."""
    if before < clock.now():
        return ""
    return url_for(
        "board.visit_back", reference=appointment.reference, starts=before.isoformat(), lane=lane,
        version=appointment.version, view=request.values.get("view"),
    )  # fmt: skip


@pages.post("/board/visit/<reference>/back")
@needs("appointment:write")
def visit_back(reference: str) -> Any:
    """Undo a move, as long as nothing else was done since."""
    appointment, form = queries.get_appointment(reference), VisitForm(request.args)
    with attempt(form, refusals.sentence) as tried:
        start, lane = instant_in(request.args.get("starts", "")), request.args.get("lane", "")
        resource = queries.get_resource(int(lane)) if lane.isdecimal() else None
        operations.reschedule(actor(), appointment, start, resource=resource, seen=form.seen)
    if tried.refusal is not None:
        return _refused(appointment, form, tried.refusal)
    return answer(_("%(code)s is where it was.", code=reference), "")


def _refused(appointment: Appointment, form: VisitForm, refusal: Refusal) -> Any:
    """Why not, and which moments are free instead; the sentence stands once, above the form."""
    for field in form:
        field.errors = []
    form.form_errors.clear()
    instead = [datetime.fromisoformat(text) for text in refusal.data.get("alternatives", ())]
    return _card(appointment, form, refusal.status, refusals.sentence(refusal), instead)


def _card(appointment: Appointment, form: VisitForm, status: int = 200, refused: str = "", instead: Any = ()) -> Any:
    """The card, for the dialog or as a page of its own."""
    zone = current().workshop.zone
    wall = clock.local(appointment.starts_at, zone)
    form.starts_on.data, form.starts_at.data = wall.date(), wall.time()
    form.starts.data = form.starts.raw_data = None
    form.version.data, form.version.raw_data = appointment.version, None
    place = place_here()
    form.view.data, form.view.raw_data = request.values.get("view") or urlencode(place.args), None
    others = [(str(one.id), one.name) for one in queries.list_resources(active=True) if _is_of(one, appointment)]
    form.item.choices = choices_of([("", _("as it is")), *others])
    form.item.data = ""
    return render_template(
        "board/_visit.html" if wants_fragment() else "board/visit.html", visit=appointment, form=form, refused=refused,
        instead=instead, can_move=current().can("appointment:write") and appointment.status == "booked",
        state=of_appointment(appointment), place=place, wall=lambda at: shown.wall(at, zone),
    ), status  # fmt: skip


def _is_of(resource: Resource, appointment: Appointment) -> bool:
    """Whether it is of a kind that the appointment has."""
    return resource.kind == "person" or resource.kind in appointment.service.needs
