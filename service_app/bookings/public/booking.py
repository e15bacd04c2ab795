"""Booking in five pages: what, the details of its kind, when, who, check. What was answered stays in a draft, whose signed
link is the address of every page; so the browser's Back shows what was typed, and nothing is kept in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from service_app import refusals
from service_app.bookings import calendars, links, queries, steps
from service_app.bookings.forms import WaitForm, WhoForm, instant_of
from service_app.bookings.models import Appointment, BookingDraft, Service
from service_app.bookings.operations import appointments, online
from service_app.bookings.public.shared import pages, person_of, when
from service_app.bookings.steps import Step
from service_app.core import clock
from service_app.core.access import needs
from service_app.core.errors import Conflict, NotFound, Refusal
from service_app.core.forms import attach, refused
from service_app.core.i18n import language
from service_app.core.web import current, see


@pages.get("/book")
@needs(None)
def what() -> Any:
    """What one can come for."""
    return render_template(
        "bookings/public/what.html", services=queries.list_services(public=True), asked=request.args.get("service", "")
    )


@pages.post("/book")
@needs(None)
def begin() -> Any:
    """A draft for the service that was chosen."""
    try:
        service = queries.get_service(request.form.get("service", ""))
        draft = online.begin_draft(service)
    except (NotFound, Conflict):
        return see("bookings_public.what")
    return see("bookings_public.ask", token=links.draft_token(draft), step=_steps(draft)[0].key)


def _opened(token: str) -> BookingDraft:
    return queries.get_draft(links.read(links.DRAFT, token, current().workshop.id))


def _steps(draft: BookingDraft) -> list[Step]:
    return [step for step in steps.of(draft.service.kind) if step.shown(draft)]


def _around(draft: BookingDraft, key: str) -> tuple[str, str]:
    """The pages before and after one, by their keys; '' before the first."""
    keys = [*(step.key for step in _steps(draft)), "when", "who", "check"]
    at = keys.index(key)
    return keys[at - 1] if at else "", keys[at + 1] if at + 1 < len(keys) else ""


def _url(token: str, key: str) -> str:
    if key in steps.RESERVED:
        return url_for("bookings_public.when_page" if key == "when" else f"bookings_public.{key}", token=token)
    return url_for("bookings_public.ask", token=token, step=key)


def _page(template: str, token: str, draft: BookingDraft, key: str, status: int = 200, **more: Any) -> Any:
    """A page of the flow, with where one is and the way back."""
    before, _after = _around(draft, key)
    named = [_("What"), *(str(step.title) for step in _steps(draft)), _("When"), _("Who"), _("Check")]
    keys = ["what", *(step.key for step in _steps(draft)), "when", "who", "check"]
    return render_template(
        template, token=token, draft=draft, service=draft.service, held=_held(draft), stages=named,
        stage=keys.index(key), back=_url(token, before) if before else url_for("bookings_public.what"), **more,
    ), status  # fmt: skip


def _held(draft: BookingDraft) -> Appointment | None:
    """The slot that is held for the draft, as long as it is."""
    held = draft.appointment
    if held is None or held.status != "held" or held.expires_at is None or held.expires_at <= clock.now():
        return None
    return held


def _done(draft: BookingDraft) -> Any:
    """Where a draft leads that has become an appointment; None while it has not."""
    made = draft.appointment
    if made is None or made.status in ("held", "expired"):
        return None
    return see("bookings_public.visit", token=links.visit_token(made))


@pages.get("/book/<token>/<step>")
@needs(None)
def ask(token: str, step: str) -> Any:
    """The questions of a step, with what was answered before."""
    draft = _opened(token)
    found = _step(draft, step)
    form = found.form(draft.answers.get(found.key, {}))
    return _done(draft) or _page(found.template, token, draft, found.key, form=form, step=found)


def _step(draft: BookingDraft, key: str) -> Step:
    found = next((step for step in _steps(draft) if step.key == key), None)
    if found is None:
        raise NotFound("not_found")
    return found


@pages.post("/book/<token>/<step>")
@needs(None)
def answer(token: str, step: str) -> Any:
    """Keep them and go on."""
    draft = _opened(token)
    found = _step(draft, step)
    form = found.form(draft.answers.get(found.key, {}))
    if not form.validate():
        return _page(found.template, token, draft, found.key, 422, form=form, step=found)
    refusal = refused(lambda: online.keep_answers(draft, found.key, found.answers(form, draft)))
    if refusal is not None:
        draft = _opened(token)
        attach(form, refusal, refusals.sentence(refusal))
        return _page(found.template, token, draft, found.key, refusal.status, form=form, step=found)
    return redirect(_url(token, _around(draft, found.key)[1]), code=303)


@pages.get("/book/<token>/when")
@needs(None)
def when_page(token: str) -> Any:
    """A month, its free days, the moments of one of them; the first free one on top."""
    return _done(_opened(token)) or _when_page(token)


def _when_page(token: str, status: int = 200, problem: str = "", instead: Any = ()) -> Any:
    draft = _opened(token)
    choice = when(draft.service, lambda **args: url_for("bookings_public.when_page", token=token, **args), _held(draft))
    return _page(
        "bookings/public/when.html", token, draft, "when", status, when=choice, problem=problem, instead=list(instead)
    )


@pages.post("/book/<token>/when")
@needs(None)
def hold(token: str) -> Any:
    """Hold the moment for ten minutes."""
    draft = _opened(token)

    def act() -> None:
        person = person_of(draft.service, request.form.get("with", ""))
        online.hold_for(draft, instant_of(request.form.get("starts_at")), person)

    refusal = refused(act)
    if refusal is not None:
        return _when_page(token, refusal.status, refusals.sentence(refusal), _instead(refusal))
    return see("bookings_public.who", token=token)


def _instead(refusal: Refusal) -> list[Any]:
    return [instant_of(text) for text in refusal.data.get("alternatives", ())]


@pages.get("/book/<token>/who")
@needs(None)
def who(token: str) -> Any:
    """Who comes; there is no account."""
    draft = _opened(token)
    if draft.appointment is None:
        return see("bookings_public.when_page", token=token)
    form = WhoForm(formdata=None, data=draft.answers.get("who", {}))
    return _done(draft) or _page("bookings/public/who.html", token, draft, "who", form=form)


@pages.post("/book/<token>/who")
@needs(None)
def keep_who(token: str) -> Any:
    """Keep it and go on to the last page."""
    draft, form = _opened(token), WhoForm()
    if form.website.data:
        return see("bookings_public.what")  # a machine; it learns nothing
    if not form.validate():
        return _page("bookings/public/who.html", token, draft, "who", 422, form=form)
    refusal = refused(lambda: online.keep_person(draft, form.person()))
    if refusal is not None:
        attach(form, refusal, refusals.sentence(refusal))
        return _page("bookings/public/who.html", token, _opened(token), "who", refusal.status, form=form)
    return see("bookings_public.check", token=token)


@pages.get("/book/<token>/check")
@needs(None)
def check(token: str) -> Any:
    """Everything once more, and what happens next."""
    draft = _opened(token)
    if draft.appointment is None or "who" not in draft.answers:
        return see("bookings_public.when_page", token=token)
    return _done(draft) or _check_page(token, draft)


def _check_page(token: str, draft: BookingDraft) -> Any:
    said = [
        (label, text) for step in _steps(draft) for label, text in step.said(draft.answers.get(step.key, {})) if text
    ]
    held = draft.appointment
    assert held is not None
    person = queries.who(held) if held.is_chosen else None
    return _page(
        "bookings/public/check.html", token, draft, "check", said=said, person=draft.answers["who"], visit=held, chosen=person,
        place=_place(draft), changes_until=appointments.changes_until(held), now=clock.now(),
    )  # fmt: skip


def _place(draft: BookingDraft) -> str:
    if draft.service.place != "drop_off":
        return online.Person(**draft.answers["who"]).address
    return calendars.place_of_workshop(current().workshop)


@pages.post("/book/<token>/check")
@needs(None)
def confirm(token: str) -> Any:
    """Booked. A second press finds it done."""
    draft = _opened(token)
    keeps: dict[str, Callable[..., None]] = {step.key: step.keep for step in _steps(draft)}
    made: list[Appointment] = []
    refusal = refused(lambda: made.append(online.book_draft(draft, language(), keeps)))
    if refusal is not None:
        return _when_page(token, refusal.status, refusals.sentence(refusal), _instead(refusal))
    return see("bookings_public.visit", token=links.visit_token(made[0]), new=1)


@pages.get("/waiting-list/<code>")
@needs(None)
def wait_form(code: str) -> Any:
    """For which days somebody would wait."""
    service = _public(code)
    today = clock.today(current().workshop.zone)
    form = WaitForm(formdata=None, first_day=today, last_day=today + timedelta(days=13))
    return _wait_page(service, form)


def _public(code: str) -> Service:
    service = queries.get_service(code)
    if not (service.is_public and service.is_active):
        raise NotFound("not_found")
    return service


def _wait_page(service: Service, form: WaitForm, status: int = 200) -> Any:
    return render_template("bookings/public/wait.html", service=service, form=form), status


@pages.post("/waiting-list/<code>")
@needs(None)
def wait(code: str) -> Any:
    """Put on the list, and told so by a letter."""
    service, form = _public(code), WaitForm()
    if form.website.data:
        return see("bookings_public.what")
    if not form.validate():
        return _wait_page(service, form, 422)
    made: list[Any] = []
    days = (form.first_day.data, form.last_day.data)
    refusal = refused(
        lambda: made.append(online.wait_online(service, form.person(), days, language(), form.note.data or ""))
    )
    if refusal is not None:
        attach(form, refusal, refusals.sentence(refusal))
        return _wait_page(_public(code), form, refusal.status)
    return see("bookings_public.place", token=links.waiting_token(made[0]))
