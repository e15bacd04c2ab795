"""The face to who is not signed in: no reminders any more, by the link in a letter; and what providers report."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from service_app.core.access import needs
from service_app.core.errors import Invalid, NotFound
from service_app.core.i18n import speak
from service_app.core.web import current, without_cookie
from service_app.customers.models import Customer
from service_app.extensions import csrf
from service_app.notifications import notices, silencing

pages = Blueprint("notifications_public", __name__, template_folder="templates")
# A mail program presses for its reader, without a page of ours before it; the token in the address is the right.
csrf.exempt(pages)


def _opened(token: str) -> Customer:
    customer = silencing.whose(token, current().workshop.id)
    speak(customer.language)
    return customer


@pages.get("/no-reminders/<token>")
@needs(None)
@without_cookie
def silence_page(token: str) -> Any:
    """What would change, and a button. Looking changes nothing: programs that check links for dangers look too."""
    return _page(_opened(token))


@pages.post("/no-reminders/<token>")
@needs(None)
@without_cookie
def silence(token: str) -> Any:
    """No reminders any more; answered at once, for who presses in a mail program follows no redirect."""
    customer = _opened(token)
    silencing.silence(customer)
    return _page(customer)


@pages.post("/notices/<source>")
@needs(None)
@without_cookie
def take_notice(source: str) -> Any:
    """What a provider reports of a message it took: signed, and the same report twice follows once."""
    if source not in ("mail", "sms"):
        raise NotFound("not_found")
    body = request.get_data(cache=False)
    if len(body) > notices.MOST_BYTES:
        raise Invalid("notice.unreadable")
    headers = {name.lower(): text for name, text in request.headers.items()}
    notice_id = notices.check(headers, body)
    return {"outcome": notices.take(source, notice_id, body)}


def _page(customer: Customer) -> Any:
    return render_template("notifications/silence.html", customer=customer)
