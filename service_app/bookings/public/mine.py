"""One's own appointment, and one's place on the waiting list: by a signed link, without an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, render_template, request, url_for
from flask import session as cookie_session

from service_app import refusals
from service_app.bookings import calendars, links, operations, queries
from service_app.bookings.forms import instant_of
from service_app.bookings.models import Appointment, WaitingEntry
from service_app.bookings.operations import absences, appointments, waiting
from service_app.bookings.public.shared import pages, person_of, phone, when
from service_app.core import access, clock
from service_app.core.access import needs
from service_app.core.errors import NotFound, Refusal
from service_app.core.forms import refused
from service_app.core.i18n import speak
from service_app.core.web import current, see


def _opened(token: str) -> Appointment:
    appointment = queries.get_appointment_by_id(links.read(links.VISIT, token, current().workshop.id))
    if appointment.customer is None:
        raise NotFound("link.gone")
    if "language" not in cookie_session:
        speak(appointment.language)
    return appointment


def _actor(appointment: Appointment) -> access.Actor:
    return access.customer(appointment.customer.name if appointment.customer is not None else "")


@pages.get("/visit/<token>")
@needs(None)
def visit(token: str) -> Any:
    """The appointment as it stands, and what can still be done."""
    return _visit_page(token)


def _visit_page(token: str, status: int = 200, problem: str = "") -> Any:
    appointment = _opened(token)
    proposal = queries.proposal_for(appointment) if appointment.status == "booked" else None
    until = appointments.changes_until(appointment)
    return render_template(
        "bookings/public/visit.html", token=token, visit=appointment, service=appointment.service, problem=problem,
        is_new="new" in request.args and appointment.status == "booked", proposal=proposal, changes_until=until,
        may_change=appointment.status == "booked" and clock.now() <= until, phone=phone(),
        place=calendars.place_of(appointment, current().workshop), was=request.args.get("was", ""),
    ), status  # fmt: skip


@pages.get("/visit/<token>/appointment.ics")
@needs(None)
def visit_file(token: str) -> Response:
    """The file for a calendar."""
    appointment = _opened(token)
    name = f'attachment; filename="{appointment.reference}.ics"'
    content = calendars.visit_file(appointment, current().workshop)
    return Response(content, content_type=calendars.MEDIA_TYPE, headers={"Content-Disposition": name})


@pages.get("/visit/<token>/move")
@needs(None)
def move_form(token: str) -> Any:
    """Another moment."""
    return _move_page(token)


def _move_page(token: str, status: int = 200, problem: str = "", instead: Any = ()) -> Any:
    appointment = _opened(token)
    if not _may_move(appointment):
        return see("bookings_public.visit", token=token)
    choice = when(
        appointment.service, lambda **args: url_for("bookings_public.move_form", token=token, **args), appointment
    )
    return render_template(
        "bookings/public/move.html", token=token, visit=appointment, service=appointment.service, when=choice,
        problem=problem, instead=list(instead),
    ), status  # fmt: skip


def _may_move(appointment: Appointment) -> bool:
    """In time by the rules of the service, or asked by the workshop itself to choose another moment."""
    if appointment.status != "booked":
        return False
    return clock.now() <= appointments.changes_until(appointment) or queries.proposal_for(appointment) is not None


@pages.post("/visit/<token>/move")
@needs(None)
def move(token: str) -> Any:
    """Moved."""
    appointment = _opened(token)
    person = person_of(appointment.service, request.form.get("with", ""))

    def act() -> None:
        starts_at = instant_of(request.form.get("starts_at"))
        absences.move_or_answer(_actor(appointment), appointment, starts_at, person)

    refusal = refused(act)
    if refusal is not None:
        instead = [instant_of(text) for text in refusal.data.get("alternatives", ())]
        return _move_page(token, refusal.status, refusals.sentence(refusal), instead)
    return see("bookings_public.visit", token=token, was="moved")


def _act(token: str, act: Callable[[Appointment], Any], was: str) -> Any:
    """One act of the page; what is refused is said on it."""
    appointment = _opened(token)
    refusal: Refusal | None = refused(lambda: act(appointment))
    if refusal is not None:
        return _visit_page(token, refusal.status, refusals.sentence(refusal))
    return see("bookings_public.visit", token=token, was=was)


@pages.post("/visit/<token>/cancel")
@needs(None)
def cancel(token: str) -> Any:
    """It is off."""
    return _act(token, lambda row: operations.cancel(_actor(row), row), "cancelled")


@pages.post("/visit/<token>/accept")
@needs(None)
def accept(token: str) -> Any:
    """The other moment suits."""
    return _act(token, lambda row: absences.accept_proposal(_actor(row), row), "moved")


def _waits(token: str) -> WaitingEntry:
    entry = queries.get_waiting(links.read(links.WAIT, token, current().workshop.id))
    if "language" not in cookie_session:
        speak(entry.language)
    return entry


@pages.get("/waiting/<token>")
@needs(None)
def place(token: str) -> Any:
    """One's place on the list, and what is offered."""
    return _place_page(token)


def _place_page(token: str, status: int = 200, problem: str = "") -> Any:
    entry = _waits(token)
    made = entry.appointment if entry.status == "taken" else None
    return render_template(
        "bookings/public/place.html", token=token, entry=entry, service=entry.service, problem=problem, phone=phone(),
        until=waiting.offered_until(entry), before=queries.count_before(entry),
        visit_url=url_for("bookings_public.visit", token=links.visit_token(made)) if made is not None else "",
    ), status  # fmt: skip


def _answer(token: str, act: Callable[[WaitingEntry], Any]) -> Any:
    entry = _waits(token)
    refusal = refused(lambda: act(entry))
    if refusal is not None:
        return _place_page(token, refusal.status, refusals.sentence(refusal))
    entry = _waits(token)
    if entry.status == "taken" and entry.appointment is not None:
        return see("bookings_public.visit", token=links.visit_token(entry.appointment), new=1)
    return see("bookings_public.place", token=token)


def _guest(entry: WaitingEntry) -> access.Actor:
    return access.customer(entry.customer.name)


@pages.post("/waiting/<token>/take")
@needs(None)
def take(token: str) -> Any:
    """The offered moment is taken."""
    return _answer(token, lambda entry: waiting.take_offer(_guest(entry), entry))


@pages.post("/waiting/<token>/let-go")
@needs(None)
def let_go(token: str) -> Any:
    """The next may have it."""
    return _answer(token, lambda entry: waiting.decline_offer(_guest(entry), entry))


@pages.post("/waiting/<token>/leave")
@needs(None)
def leave(token: str) -> Any:
    """Waits no longer."""
    return _answer(token, lambda entry: waiting.leave_waiting(_guest(entry), entry))
