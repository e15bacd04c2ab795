"""The customer's face: no reminders any more, by the link in a letter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from service_app.core.access import needs
from service_app.core.i18n import speak
from service_app.core.web import current, without_cookie
from service_app.customers.models import Customer
from service_app.extensions import csrf
from service_app.notifications import silencing

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


def _page(customer: Customer) -> Any:
    return render_template("notifications/silence.html", customer=customer)
