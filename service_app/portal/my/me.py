"""What a customer settles about themself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie_session
from flask_babel import gettext as _

from service_app.core import clock
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.web import actor, current, see
from service_app.notifications import inbox
from service_app.portal import guards, held, queries
from service_app.portal.forms import EraseForm, LanguageForm
from service_app.portal.my import pages
from service_app.portal.operations import asking, entering, oneself

MOST_IN_MEMORY = 8 * 1024 * 1024
CHUNK = 64 * 1024


@pages.get("/my/me")
@needs(None)
def me() -> Any:
    """Who I am to the workshop, and what I may settle myself."""
    person = current().customer
    consents = {row.purpose for row in person.consents if row.withdrawn_at is None}
    return render_template(
        "portal/me.html",
        person=person,
        language_form=LanguageForm(language=person.language),
        unread=inbox.count_unread(person),
        erase_form=EraseForm(),
        has_photos="photos" in consents,
        sessions=entering.sessions_of(person),
        own=g.portal_session.id,
        namesakes=queries.namesakes(person),
        erasure=queries.open_request(person, "erase"),
    )


@pages.post("/my/me/language")
@needs(None)
def change_language() -> Any:
    """The language of pages and letters."""
    wanted = request.form.get("language", "")
    oneself.choose_language(actor(), current().customer, wanted)
    cookie_session["language"] = wanted
    return see("portal.me")


@pages.post("/my/me/photos")
@needs(None)
def withdraw_photos() -> Any:
    """No photos any more."""
    oneself.withdraw_photos(actor(), current().customer)
    flash(_("Saved."), "done")
    return see("portal.me")


@pages.post("/my/me/sessions/end")
@needs(None)
def end_sessions() -> Any:
    """Sign out one browser, or all but this one."""
    person, wanted = current().customer, request.form.get("session", "")
    if wanted.isdecimal() and len(wanted) < 19:
        entering.end_session(person, int(wanted))
    elif not wanted:
        entering.end_other_sessions(person, g.portal_session.id)
    else:
        raise NotFound("not_found")
    flash(_("Signed out there."), "done")
    return see("portal.me")


@pages.post("/my/me/other/<reference>")
@needs(None)
def change_person(reference: str) -> Any:
    """Go on as the other customer that the same address belongs to, in a session of its own."""
    person = next((one for one in queries.namesakes(current().customer) if one.reference == reference), None)
    if person is None:
        raise NotFound("not_found")
    row = g.portal_session
    value = entering.go_on_as(row, person)
    guards.forget_form()
    answer = make_response(redirect(url_for("portal.things"), code=303))
    guards.give_cookie(answer, "my", value, int((row.expires_at - clock.now()).total_seconds()))
    return answer


@pages.get("/my/me/everything.zip")
@needs(None)
def everything() -> Response:
    """Everything that is held about me: a JSON a machine can read, with my papers and photos beside it."""
    person, packed = current().customer, tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)  # noqa: SIM115  (closed when sent)
    held.write_zip(person, packed)
    answer = Response(_sent(packed, packed.tell()), mimetype="application/zip")
    answer.content_length = packed.tell()
    answer.headers["Content-Disposition"] = f'attachment; filename="{person.reference}.zip"'
    return answer


def _sent(packed: IO[bytes], size: int) -> Iterator[bytes]:
    with packed:
        packed.seek(0)
        for _start in range(0, size, CHUNK):
            yield packed.read(CHUNK)


@pages.post("/my/me/erase")
@needs(None)
def erase() -> Any:
    """Ask to be forgotten."""
    form = EraseForm()
    asking.ask_erasure(actor(), current().customer, form.remark.data or "")
    flash(_("We have your request. A person of the workshop looks at it and writes to you."), "done")
    return see("portal.me")
