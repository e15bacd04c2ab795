"""What the workshop told a customer, in one list with what is new; by which way they want to be told; and the browsers that
take notices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from service_app.core.access import needs
from service_app.core.web import actor, current, see, settings
from service_app.notifications import inbox, pushing
from service_app.portal.forms import WaysForm
from service_app.portal.my import pages
from service_app.portal.operations import oneself

_WORKER = (Path(__file__).parent.parent / "notices.js").read_text(encoding="utf-8")


@pages.get("/my/messages")
@needs(None)
def messages_page() -> Any:
    """What we told them, newest first."""
    person = current().customer
    return render_template(
        "portal/messages.html", messages=inbox.messages_of(person), unread=inbox.count_unread(person)
    )


@pages.post("/my/messages/read")
@needs(None)
def read_messages() -> Any:
    """All of it was seen."""
    inbox.mark_seen(current().customer)
    return see("portal.messages_page")


@pages.get("/my/ways")
@needs(None)
def ways_page() -> Any:
    """By which way they want to be told what."""
    person = current().customer
    return render_template(
        "portal/ways.html", form=WaysForm.over(person), fixed=WaysForm.fixed(person),
        browsers=pushing.subscriptions_of(person), key=pushing.public_key(),
    )  # fmt: skip


@pages.post("/my/ways")
@needs(None)
def change_ways() -> Any:
    """Other ways from now on."""
    form = WaysForm()
    oneself.choose_ways(actor(), current().customer, form.chosen())
    flash(_("Saved."), "done")
    return see("portal.ways_page")


@pages.post("/my/push")
@needs(None)
def subscribe() -> Response:
    """A browser takes notices from now on: what its own `PushSubscription` says, as form fields."""
    given = request.form
    pushing.subscribe(
        current().customer, given.get("endpoint", ""), given.get("p256dh", ""), given.get("auth", ""),
        request.headers.get("User-Agent", ""), local=settings().webhooks_local,
    )  # fmt: skip
    return Response(status=204)


@pages.post("/my/push/end")
@needs(None)
def unsubscribe() -> Any:
    """One browser, or all, takes none any more."""
    wanted = request.form.get("browser", "")
    pushing.unsubscribe(current().customer, int(wanted) if wanted.isdecimal() and len(wanted) < 19 else None)
    flash(_("No notices there any more."), "done")
    return see("portal.ways_page")


@pages.get("/my/notices.js")
@needs(None)
def notices_worker() -> Response:
    """The worker that shows a notice; its scope is the customer's pages."""
    home = url_for("portal.messages_page")
    return Response(_WORKER.replace("__HOME__", home), mimetype="text/javascript")
