"""People, benches, rooms and vehicles; services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.bookings import links, queries, words
from service_app.bookings.forms import AbsenceForm, ResourceForm, ServiceForm
from service_app.bookings.models import Resource, Service
from service_app.bookings.operations import absences, setup
from service_app.bookings.staff.shared import pages, tabs
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.forms import attempt, choices_of
from service_app.core.web import actor, current, see
from service_app.workshops.forms import WEEKDAYS
from service_app.workshops.queries import list_members

_ADD = "add-skill"


@pages.get("/planning/people")
@needs("appointment:read")
def resources_page() -> Any:
    """Everybody and everything one can plan with."""
    return render_template(
        "bookings/resources.html", rows=queries.list_resources(), tabs=tabs("bookings.resources_page"),
        away=_away(), hit=queries.hit_by_absence(), weekdays=WEEKDAYS,
    )  # fmt: skip


def _away() -> dict[int, Any]:
    """The present or next absence of each."""
    return {row.resource_id: row for row in reversed(queries.all_absences())}


@pages.get("/planning/people/new")
@needs("settings:write")
def new_resource() -> Any:
    """An empty form."""
    kind = request.args.get("kind", "person")
    form = ResourceForm(formdata=None, kind=kind if kind in words.KINDS else "person", skills=[{}])
    return _resource_form(form)


def _resource_form(form: ResourceForm, status: int = 200, resource: Resource | None = None, refusal: Any = None) -> Any:
    members = [(str(one.id), one.account.name) for one in list_members() if one.is_active]
    form.member_id.choices = choices_of([("", _("nobody")), *members])
    return render_template(
        "bookings/resource_form.html", form=form, resource=resource, weekdays=WEEKDAYS, refusal=refusal,
        tabs=tabs("bookings.resources_page"), skills=queries.list_skills(),
    ), status  # fmt: skip


def _grown(form: ResourceForm) -> bool:
    """One row more for a skill was asked for; nothing is written."""
    if _ADD not in request.form:
        return False
    if len(form.skills) < 20:
        form.skills.append_entry()
    return True


@pages.post("/planning/people/new")
@needs("settings:write")
def create_resource() -> Any:
    """A new one."""
    form, made = ResourceForm(), []
    if _grown(form):
        return _resource_form(form)
    with attempt(form, refusals.sentence) as tried:
        made.append(setup.create_resource(actor(), form.facts()))
    if not tried.is_done:
        return _resource_form(form, tried.status, refusal=tried.refusal)
    flash(_("%(name)s can be planned with.", name=made[0].name), "done")
    return see("bookings.resource", resource_id=made[0].id)


@pages.get("/planning/people/<int:resource_id>")
@needs("appointment:read")
def resource(resource_id: int) -> Any:
    """One of them: hours, skills, absences, the calendar to subscribe to."""
    return _resource_page(queries.get_resource(resource_id))


def _resource_page(found: Resource, form: AbsenceForm | None = None, status: int = 200) -> Any:
    today = clock.today(current().workshop.zone)
    weekly: dict[int, list[Any]] = {}
    for row in found.hours:
        weekly.setdefault(row.weekday, []).append(row)
    return render_template(
        "bookings/resource.html", resource=found, weekly=weekly, weekdays=WEEKDAYS, life=told.timeline(found),
        absences=queries.absences_of(found), hit=absences.those_left(found), tabs=tabs("bookings.resources_page"),
        form=form or AbsenceForm(formdata=None, first_day=today), feed=links.feed_url(found),
        proposal_for=queries.proposal_for,
    ), status  # fmt: skip


@pages.get("/planning/people/<int:resource_id>/edit")
@needs("settings:write")
def edit_resource(resource_id: int) -> Any:
    """The form over one."""
    found = queries.get_resource(resource_id)
    return _resource_form(ResourceForm.over(found), resource=found)


@pages.post("/planning/people/<int:resource_id>/edit")
@needs("settings:write")
def change_resource(resource_id: int) -> Any:
    """Keep what was changed."""
    found, form = queries.get_resource(resource_id), ResourceForm()
    if _grown(form):
        return _resource_form(form, resource=found)
    with attempt(form, refusals.sentence) as tried:
        setup.change_resource(actor(), found, form.seen, form.facts(found.kind))
    if not tried.is_done:
        form.version.data, form.version.raw_data = found.version, None
        return _resource_form(form, tried.status, found, tried.refusal)
    flash(_("Saved."), "done")
    return see("bookings.resource", resource_id=resource_id)


@pages.post("/planning/people/<int:resource_id>/absences")
@needs("appointment:write")
def add_absence(resource_id: int) -> Any:
    """Away from when until when; what that hits is given to others, or the customers are asked."""
    found, form = queries.get_resource(resource_id), AbsenceForm()
    if not form.validate():
        return _resource_page(found, form, 422)
    done: list[absences.Outcome] = []
    with attempt(form, refusals.sentence) as tried:
        span = form.span(current().workshop.zone)
        done.append(absences.enter_absence(actor(), found, *span, form.reason.data, form.note.data or ""))
    if not tried.is_done:
        return _resource_page(found, form, tried.status)
    _tell(found, done[0])
    return see("bookings.resource", resource_id=resource_id, _anchor="hit")


def _tell(found: Resource, outcome: absences.Outcome) -> None:
    if not outcome.hit:
        flash(_("Entered. No appointment of %(name)s is hit.", name=found.name), "done")
        return
    flash(
        _("Entered. Given to others: %(others)s; customers asked: %(asked)s; still to solve: %(left)s.",
          others=len(outcome.reassigned), asked=len(outcome.asked), left=len(outcome.left)),
        "late" if outcome.left else "done",
    )  # fmt: skip


@pages.post("/planning/absences/<int:absence_id>/end")
@needs("appointment:write")
def end_absence(absence_id: int) -> Any:
    """They are there after all."""
    row = absences.end_absence(actor(), absence_id)
    flash(_("The absence is taken away."), "done")
    return see("bookings.resource", resource_id=row.resource_id)


@pages.post("/planning/people/<int:resource_id>/feed")
@needs("appointment:write")
def renew_feed(resource_id: int) -> Any:
    """A new secret address; the old one shows nothing any more."""
    found = queries.get_resource(resource_id)
    setup.renew_feed(actor(), found)
    flash(_("The calendar has a new address. Subscribe to it anew; the old one is empty."), "done")
    return see("bookings.resource", resource_id=resource_id, _anchor="feed")


@pages.get("/planning/services")
@needs("appointment:read")
def services_page() -> Any:
    """What one can come for."""
    book_url = url_for("bookings_public.what", workshop=current().workshop.slug, _external=False)
    return render_template(
        "bookings/services.html", rows=queries.list_services(), tabs=tabs("bookings.services_page"),
        book_url=links.links.absolute(book_url),
    )  # fmt: skip


@pages.get("/planning/services/new")
@needs("settings:write")
def new_service() -> Any:
    """An empty form."""
    return _service_form(ServiceForm(formdata=None))


def _service_form(form: ServiceForm, status: int = 200, service: Service | None = None) -> Any:
    return render_template(
        "bookings/service_form.html", form=form, service=service, tabs=tabs("bookings.services_page"),
        skills=queries.list_skills(),
    ), status  # fmt: skip


@pages.post("/planning/services/new")
@needs("settings:write")
def create_service() -> Any:
    """A new one."""
    form = ServiceForm()
    status = _try(form, lambda: setup.create_service(actor(), form.facts()))
    if status:
        return _service_form(form, status)
    flash(_("The service is on offer."), "done")
    return see("bookings.services_page")


def _try(form: Any, act: Callable[[], Any]) -> int:
    """Validate and do; 0 when done, else the status of the page that shows the form again."""
    if not form.validate():
        return 422
    with attempt(form, refusals.sentence) as tried:
        act()
    return 0 if tried.is_done else tried.status


@pages.get("/planning/services/<code>")
@needs("settings:write")
def edit_service(code: str) -> Any:
    """The form over one."""
    service = queries.get_service(code)
    return _service_form(ServiceForm.over(service), service=service)


@pages.post("/planning/services/<code>")
@needs("settings:write")
def change_service(code: str) -> Any:
    """Keep what was changed."""
    service, form = queries.get_service(code), ServiceForm()
    form.code.data = service.code
    status = _try(form, lambda: setup.change_service(actor(), service, form.seen, form.facts()))
    if status:
        form.version.data, form.version.raw_data = service.version, None
        return _service_form(form, status, service)
    flash(_("Saved."), "done")
    return see("bookings.services_page")


@pages.post("/planning/begin")
@needs("settings:write")
def begin() -> Any:
    """What a workshop usually begins with."""
    setup.furnish(actor())
    flash(_("A bench, a person and two services are there. Change them as you work."), "done")
    return see("bookings.services_page")
