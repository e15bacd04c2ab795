"""The appointments: the list, a new one, one with its acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.bookings import calendars, links, operations, purposes, queries, words
from service_app.bookings.forms import MoveForm, NewForm
from service_app.bookings.listed import LIST
from service_app.bookings.models import Appointment
from service_app.bookings.operations import absences, appointments
from service_app.bookings.operations.online import address_of
from service_app.bookings.staff.shared import alternatives, choosing, day_asked, pages, tabs
from service_app.contracts.act_forms import one_customer
from service_app.core import beside, clock, i18n
from service_app.core.access import needs
from service_app.core.errors import NotFound, Refusal
from service_app.core.forms import attempt
from service_app.core.i18n import in_language
from service_app.core.web import actor, current, offer_undo, see
from service_app.lists import shown as lists


@pages.get("/appointments")
@needs("appointment:read")
def list_page() -> Any:
    """Who comes when, for what, with whom."""
    return lists.page(LIST, "bookings/list.html", tabs=tabs("bookings.list_page"), is_set=bool(queries.list_services()))


@pages.get("/appointments/new")
@needs("appointment:write")
def new() -> Any:
    """Choose what for and when; the customer may be known already, or all that is known of what it is for."""
    known = _known(request.args.get("purpose", ""))
    customer = request.args.get("customer", "") or (known.customer if known is not None else "")
    return _new_page(NewForm(formdata=None, customer=customer, note=known.note if known is not None else ""))


def _new_page(form: NewForm, status: int = 200, refusal: Refusal | None = None) -> Any:
    services = [service for service in queries.list_services() if service.is_active]
    purpose = request.values.get("purpose", "")
    known = _known(purpose)
    asked = request.values.get("service", "") or (known.service if known is not None else "")
    service = next((one for one in services if one.code == asked), services[0] if services else None)
    day = day_asked() or (known.day if known is not None else None)
    choice = choosing(service, day, request.values.get("person", "")) if service is not None else None
    return render_template(
        "bookings/new.html", form=form, services=services, choice=choice, tabs=tabs("bookings.list_page"),
        instead=alternatives(refusal) if refusal is not None else [], purpose=purpose, known=known,
    ), status  # fmt: skip


def _known(purpose: str) -> purposes.Known | None:
    """What is known of a purpose. One that ended while the form was filled in takes away nothing that was typed: the refusal
    says what happened."""
    try:
        return purposes.known(purpose)
    except NotFound:
        if request.method == "GET":
            raise
        return None


@pages.post("/appointments/new")
@needs("appointment:write")
def create() -> Any:
    """Held and booked in one go."""
    form, made = NewForm(), []
    if not form.validate():
        return _new_page(form, 422)
    with attempt(form, refusals.sentence) as tried:
        made.append(_make(form))
    if tried.refusal is not None:
        return _new_page(form, tried.status, tried.refusal)
    appointment = made[0]
    flash(_("%(code)s: %(name)s, %(when)s.", code=appointment.reference, name=_named(appointment),
            when=_when(appointment)), "done")  # fmt: skip
    return see("bookings.detail", reference=appointment.reference)


def _make(form: NewForm) -> Appointment:
    customer = one_customer(form.customer.data or "")
    service = queries.get_service(request.form.get("service", ""))
    choice = choosing(service, day_asked(), request.form.get("person", ""))
    starts_at = form.starts(choice.day, current().workshop.zone)
    held = operations.hold_slot(actor(), service, starts_at, resource=choice.person)
    address = form.street.data or (address_of(customer) if service.place != "drop_off" else "")
    appointment = operations.book(actor(), held, customer, note=form.note.data or "", address=address)
    purposes.bind(actor(), request.form.get("purpose", ""), appointment)
    return appointment


def _named(appointment: Appointment) -> str:
    return appointment.customer.name if appointment.customer is not None else ""


def _when(appointment: Appointment) -> str:
    return f"{i18n.long_day(appointment.starts_at)} {words.hour(appointment.starts_at)}"


@pages.get("/appointments/<reference>")
@needs("appointment:read")
def detail(reference: str) -> Any:
    """One appointment: who, what for, when, with whom, and what can be done."""
    return _page(queries.get_appointment(reference))


def _page(appointment: Appointment, status: int = 200, problem: str = "") -> Any:
    hit = {row.id for row in queries.hit_by_absence()}
    return render_template(
        "bookings/detail.html", appointment=appointment, tabs=tabs("bookings.list_page"), problem=problem,
        is_hit=appointment.id in hit, proposal=queries.proposal_for(appointment), late_by=appointments.late_by,
        is_too_late=appointments.is_too_late_to_come(appointment), life=told.timeline(appointment),
        changes_until=appointments.changes_until(appointment), visit_url=links.visit_url(appointment),
        cards=beside.cards("appointment", appointment), now=clock.now(),
        place=calendars.place_of(appointment, current().workshop),
    ), status  # fmt: skip


def _do(
    reference: str, act: Callable[[Appointment], Any], text: Callable[[Appointment], str], undo: bool = False
) -> Any:
    """One act, and back to where it was pressed: the page of the appointment, or Today."""
    appointment = queries.get_appointment(reference)
    try:
        act(appointment)
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        flash(refusals.sentence(refusal), "late")
        return see("bookings.detail", reference=reference)
    if undo:
        offer_undo(text(appointment), "bookings.undo", reference=reference)
    else:
        flash(text(appointment), "done")
    if request.form.get("back") == "today":
        return see("desk.today")
    return see("bookings.detail", reference=reference)


@pages.post("/appointments/<reference>/arrived")
@needs("appointment:write")
def arrived(reference: str) -> Any:
    """They are here."""
    return _do(reference, lambda row: operations.arrive(actor(), row), _is_here, undo=True)


def _is_here(appointment: Appointment) -> str:
    late = appointments.late_by(appointment, appointment.arrived_at)
    name = _named(appointment)
    if late > appointment.service.late_minutes:
        return _("%(name)s is here, %(minutes)s minutes late.", name=name, minutes=late)
    return _("%(name)s is here.", name=name)


@pages.post("/appointments/<reference>/not-come")
@needs("appointment:write")
def not_come(reference: str) -> Any:
    """Nobody came."""
    return _do(
        reference, lambda row: operations.mark_no_show(actor(), row),
        lambda row: _("%(code)s: nobody came.", code=row.reference), undo=True,
    )  # fmt: skip


@pages.post("/appointments/<reference>/done")
@needs("appointment:write")
def finish(reference: str) -> Any:
    """It is done."""
    return _do(
        reference, lambda row: operations.finish(actor(), row), lambda row: _("%(code)s is done.", code=row.reference),
        undo=True,
    )  # fmt: skip


@pages.post("/appointments/<reference>/undo")
@needs("appointment:write")
def undo(reference: str) -> Any:
    """The last step taken back."""
    return _do(
        reference, lambda row: operations.take_back(actor(), row),
        lambda row: _("%(code)s stands as before.", code=row.reference),
    )  # fmt: skip


@pages.post("/appointments/<reference>/forgive")
@needs("appointment:write")
def forgive(reference: str) -> Any:
    """It no longer counts against the customer."""
    return _do(
        reference, lambda row: operations.forgive(actor(), row),
        lambda row: _("It no longer counts against %(name)s.", name=_named(row)),
    )  # fmt: skip


@pages.post("/appointments/<reference>/cancel")
@needs("appointment:write")
def cancel(reference: str) -> Any:
    """It is off; the customer is told."""
    return _do(
        reference, lambda row: operations.cancel(actor(), row, reason=request.form.get("reason", "")),
        lambda row: _("%(code)s is cancelled. The customer is told by a letter.", code=row.reference),
    )  # fmt: skip


@pages.get("/appointments/<reference>/move")
@needs("appointment:write")
def move_page(reference: str) -> Any:
    """The free moments, its own day first."""
    appointment = queries.get_appointment(reference)
    return _move_page(appointment, MoveForm(formdata=None, version=appointment.version))


def _move_page(appointment: Appointment, form: MoveForm, status: int = 200, refusal: Refusal | None = None) -> Any:
    day = day_asked() or clock.local(appointment.starts_at, current().workshop.zone).date()
    choice = choosing(appointment.service, day, request.values.get("person", ""), appointment)
    return render_template(
        "bookings/move.html", appointment=appointment, form=form, choice=choice, tabs=tabs("bookings.list_page"),
        instead=alternatives(refusal) if refusal is not None else [],
    ), status  # fmt: skip


@pages.post("/appointments/<reference>/move")
@needs("appointment:write")
def move(reference: str) -> Any:
    """Another moment, or somebody else for the same."""
    appointment, form = queries.get_appointment(reference), MoveForm()
    with attempt(form, refusals.sentence) as tried:
        choice = choosing(appointment.service, day_asked(), request.form.get("person", ""), appointment)
        starts_at = form.starts(choice.day, current().workshop.zone)
        operations.reschedule(actor(), appointment, starts_at, resource=choice.person, seen=form.seen)
    if tried.refusal is not None:
        form.version.data, form.version.raw_data = appointment.version, None
        return _move_page(appointment, form, tried.status, tried.refusal)
    flash(
        _("%(code)s is now %(when)s. The customer is told by a letter.", code=reference, when=_when(appointment)),
        "done",
    )
    return see("bookings.detail", reference=reference)


@pages.post("/appointments/<reference>/rescue")
@needs("appointment:write")
def rescue(reference: str) -> Any:
    """Somebody is away: somebody else, else another moment that the customer is asked about."""
    appointment = queries.get_appointment(reference)
    if absences.reassign(actor(), appointment):
        person = queries.who(appointment)
        flash(_("%(name)s does it now.", name=person.name if person is not None else ""), "done")
    elif absences.propose(actor(), appointment) is not None:
        flash(_("Nobody else is free. The customer is asked whether another moment suits."), "done")
    else:
        flash(_("Nothing is free for four weeks. Call the customer."), "late")
    return see("bookings.detail", reference=reference)


@pages.get("/appointments/<reference>/calendar.ics")
@needs("appointment:read")
def calendar_file(reference: str) -> Response:
    """The calendar file, as the customer gets it."""
    appointment = queries.get_appointment(reference)
    with in_language(appointment.language):
        content = calendars.visit_file(appointment, current().workshop)
    name = f'attachment; filename="{appointment.reference}.ics"'
    return Response(content, content_type=calendars.MEDIA_TYPE, headers={"Content-Disposition": name})
