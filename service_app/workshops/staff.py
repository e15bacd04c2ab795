"""The staff's pages about their workshop: who works here, and its settings."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from flask import Blueprint, flash, render_template
from flask import session as cookie_session
from flask_babel import gettext as _

from service_app import refusals, told
from service_app.core import brand, clock, listing
from service_app.core.access import needs
from service_app.core.forms import attempt, differences
from service_app.core.i18n import LANGUAGES
from service_app.core.web import actor, current, offer_undo, see, wants_fragment
from service_app.workshops import queries
from service_app.workshops.forms import (
    ROLE_NAMES,
    ROLE_TASKS,
    WEEKDAYS,
    ExceptionForm,
    HoursForm,
    InviteForm,
    RoleForm,
    TermsForm,
    WorkshopForm,
)
from service_app.workshops.hours import Hours, load_calendar
from service_app.workshops.models import Member
from service_app.workshops.operations import calendar, house, people
from service_app.workshops.overview import overview
from service_app.workshops.tabs import tabs

pages = Blueprint("workshops", __name__, template_folder="templates")
pages.add_app_template_global(brand.contrast, "contrast")

_REMOVED = "removed_day"
# Tuesday to Saturday, as most workshops here have it: a week to begin from, never one that stands by itself.
USUAL_WEEK: dict[int, Hours] = dict.fromkeys(range(1, 6), ((time(10), time(13)), (time(14), time(18))))


@pages.get("/people")
@needs("member:read")
def members_page() -> Any:
    """Who works here, who was here, who is invited."""
    return render_template(
        "workshops/people.html",
        members=queries.list_members(),
        invitations=queries.list_open_invitations(),
        role_names=ROLE_NAMES,
        role_tasks=ROLE_TASKS,
        now=clock.now(),
    )


@pages.get("/people/invite")
@needs("member:write")
def invite() -> Any:
    """Whom to invite, as what."""
    form = InviteForm(formdata=None, language=current().workshop.language, email=listing.asked("email"))
    return render_template("workshops/invite.html", form=form)


@pages.post("/people/invite")
@needs("member:write")
def send_invitation() -> Any:
    """Send the invitation."""
    form = InviteForm()
    with attempt(form, refusals.sentence) as tried:
        invitation = people.invite_member(actor(), form.email.data, form.role.data or "", form.language.data or "")
    if not tried.is_done:
        return render_template("workshops/invite.html", form=form), tried.status
    flash(_("An invitation goes to %(email)s.", email=invitation.email))
    return see("workshops.members_page")


@pages.post("/people/invitations/<int:invitation_id>/withdraw")
@needs("member:write")
def withdraw_invitation(invitation_id: int) -> Any:
    """Take an invitation back."""
    invitation = people.withdraw_invitation(actor(), invitation_id)
    flash(_("The invitation of %(email)s no longer works.", email=invitation.email))
    return see("workshops.members_page")


@pages.get("/people/<int:member_id>")
@needs("member:read")
def member(member_id: int) -> Any:
    """One person of the workshop."""
    found = people.get_member(member_id)
    return _member_page(found, RoleForm(formdata=None, obj=found))


def _member_page(found: Member, form: RoleForm, status: int = 200) -> Any:
    page = render_template(
        "workshops/member.html", member=found, form=form, timeline=told.timeline(found), role_names=ROLE_NAMES
    )
    return page, status


@pages.post("/people/<int:member_id>/role")
@needs("member:write")
def change_role(member_id: int) -> Any:
    """Another role."""
    found, form = people.get_member(member_id), RoleForm()
    with attempt(form, refusals.sentence) as tried:
        people.change_role(actor(), found, form.seen, form.role.data or "")
    if not tried.is_done:
        form.version.data, form.version.raw_data = found.version, None
        return _member_page(found, form, tried.status)
    flash(_("%(name)s: %(role)s.", name=found.account.name, role=ROLE_NAMES[found.role]))
    return see("workshops.members_page")


@pages.post("/people/<int:member_id>/end")
@needs("today:read")
def end_membership(member_id: int) -> Any:
    """Let somebody go, or go oneself."""
    found = people.get_member(member_id)
    people.end_membership(actor(), found)
    if found.account_id == actor().account_id:
        return see("me.home")
    text = _("%(name)s no longer works here.", name=found.account.name)
    offer_undo(text, "workshops.reinstate", member_id=found.id)
    return see("workshops.members_page")


@pages.post("/people/<int:member_id>/back")
@needs("member:write")
def reinstate(member_id: int) -> Any:
    """Take somebody back."""
    found = people.get_member(member_id)
    people.reinstate_member(actor(), found)
    flash(_("%(name)s works here again.", name=found.account.name))
    return see("workshops.members_page")


@pages.get("/settings/overview")
@needs("settings:read")
def overview_page() -> Any:
    """Every setting: what the workshop set, and where a default stands."""
    today = clock.today(current().workshop.zone)
    rows = overview(current().workshop, today)
    return render_template("workshops/overview.html", rows=rows, tabs=tabs("workshops.overview_page"))


@pages.post("/settings/look")
@needs("settings:read")
def look() -> Any:
    """The plate and the colour as they are typed: a fragment while one types, the page again without script."""
    form = WorkshopForm()
    if wants_fragment():
        return render_template("workshops/_look.html", form=form, look=_look(form))
    return _settings_page(form)


def _look(form: WorkshopForm) -> brand.Derived:
    typed = form.brand.data or ""
    return brand.derived(typed if brand.is_colour(typed) else brand.DEFAULT)


@pages.get("/settings")
@needs("settings:read")
def settings_page() -> Any:
    """Name, colour, address."""
    return _settings_page(WorkshopForm.over(current().workshop))


def _settings_page(form: WorkshopForm, status: int = 200, **more: Any) -> Any:
    return render_template(
        "workshops/settings.html", form=form, tabs=tabs("workshops.settings_page"), look=_look(form), **more
    ), status


@pages.post("/settings")
@needs("settings:write")
def change_workshop() -> Any:
    """Keep what was changed; a stale form is shown again with both values."""
    form, workshop = WorkshopForm(), current().workshop
    if not form.validate():
        return _settings_page(form, 422)
    with attempt(form, refusals.sentence) as tried:
        house.change_workshop(actor(), workshop, form.seen, form.facts())
    if tried.is_done:
        flash(_("Saved."), "done")
        return see("workshops.settings_page")
    stale = tried.refusal is not None and tried.refusal.code == "version.stale"
    both = differences(form, WorkshopForm.over(workshop)) if stale else []
    return _settings_page(form, tried.status, differences=both)


@pages.get("/settings/hours")
@needs("settings:read")
def hours_page() -> Any:
    """The week, and the days that differ; a workshop that has said nothing yet may begin from a usual week."""
    weekly = dict(load_calendar().weekly)
    return _hours_page(form=HoursForm.over(weekly or USUAL_WEEK) if listing.asked("usual") else None)


def _hours_page(status: int = 200, **forms: Any) -> Any:
    today = clock.today(current().workshop.zone)
    page = render_template(
        "workshops/hours.html",
        tabs=tabs("workshops.hours_page"),
        weekdays=WEEKDAYS,
        form=forms.get("form") or HoursForm.over(dict(load_calendar().weekly)),
        exception_form=forms.get("exception_form") or ExceptionForm(formdata=None, first_day=today),
        is_set=bool(load_calendar().weekly),
        exceptions=queries.list_exceptions(today),
        refusal=forms.get("refusal"),
    )
    return page, status


@pages.post("/settings/hours")
@needs("settings:write")
def set_hours() -> Any:
    """Keep the week."""
    form = HoursForm()
    if not form.validate():
        return _hours_page(422, form=form)
    with attempt(form, refusals.sentence) as tried:
        calendar.set_hours(actor(), current().workshop, form.weekly())
    if not tried.is_done:
        return _hours_page(tried.status, form=form, refusal=tried.refusal)
    flash(_("Saved."), "done")
    return see("workshops.hours_page")


@pages.post("/settings/hours/days")
@needs("settings:write")
def add_exception() -> Any:
    """Days on which it is otherwise."""
    form = ExceptionForm()
    if not form.validate():
        return _hours_page(422, exception_form=form)
    with attempt(form, refusals.sentence) as tried:
        calendar.add_exception(actor(), current().workshop, form.days(), form.stretch(), form.note.data)
    if not tried.is_done:
        return _hours_page(tried.status, exception_form=form)
    return see("workshops.hours_page", _anchor="days")


@pages.post("/settings/hours/days/holidays")
@needs("settings:write")
def close_on_holidays() -> Any:
    """The public holidays of a year from today."""
    today = clock.today(current().workshop.zone)
    count = calendar.close_on_holidays(actor(), current().workshop, today, today + timedelta(days=365))
    flash(_("%(count)s public holidays added as closed days.", count=count))
    return see("workshops.hours_page", _anchor="days")


@pages.post("/settings/hours/days/<int:exception_id>/remove")
@needs("settings:write")
def remove_exception(exception_id: int) -> Any:
    """Let a day be as its weekday; it can be had back for as long as the toast stands."""
    row = calendar.remove_exception(actor(), current().workshop, exception_id)
    hours = [row.opens.isoformat(), row.closes.isoformat()] if row.opens and row.closes else None
    cookie_session[_REMOVED] = {"day": row.day.isoformat(), "hours": hours, "note": row.note}
    offer_undo(_("Day removed."), "workshops.restore_exception")
    return see("workshops.hours_page", _anchor="days")


@pages.post("/settings/hours/days/restore")
@needs("settings:write")
def restore_exception() -> Any:
    """Give back the day that this person removed last."""
    removed = cookie_session.pop(_REMOVED, None)
    if removed:
        calendar.restore_exception(actor(), current().workshop, removed)
    return see("workshops.hours_page", _anchor="days")


@pages.get("/settings/terms")
@needs("settings:read")
def terms_page() -> Any:
    """The version that stands, and those before."""
    terms = queries.list_terms()
    example = house.example_terms(current().workshop) if listing.asked("example") else {}
    return _terms_page(TermsForm(formdata=None, data=terms[0].body if terms else example))


def _terms_page(form: TermsForm, status: int = 200) -> Any:
    page = render_template(
        "workshops/terms.html",
        tabs=tabs("workshops.terms_page"),
        form=form,
        versions=queries.list_terms(),
        language_names=LANGUAGES,
    )
    return page, status


@pages.post("/settings/terms")
@needs("settings:write")
def publish_terms() -> Any:
    """The next version."""
    form = TermsForm()
    with attempt(form, refusals.sentence) as tried:
        terms = house.publish_terms(actor(), form.body())
    if not tried.is_done:
        return _terms_page(form, tried.status)
    flash(_("Version %(number)s stands from now on.", number=terms.number))
    return see("workshops.terms_page")


@pages.get("/settings/terms/<int:number>")
@needs("settings:read")
def terms_version(number: int) -> Any:
    """A version as it was signed."""
    return render_template("workshops/terms_version.html", terms=queries.get_terms(number), language_names=LANGUAGES)
