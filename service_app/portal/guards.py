"""The portal's own door, and its cookie: one a workshop, so that two workshops in one browser do not send each other out."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, request
from flask import session as cookie_session

from service_app.core import access
from service_app.core.web import SignInNeeded, current
from service_app.portal.models import PortalSession
from service_app.portal.operations import entering
from service_app.workshops import guards

ASKING_SECONDS = int(entering.LINK_LASTS.total_seconds())


def street(view_args: dict[str, Any]) -> None:
    """Anybody, in the workshop of the address; a signed-in customer is recognised, a member of staff is not: here they are
    nobody."""
    guards.workshop_alone(view_args)
    row = resumed()
    if row is not None:
        _recognise(row)


def customer(view_args: dict[str, Any]) -> None:
    """The signed-in customer of the workshop in the address."""
    street(view_args)
    if current().customer is None:
        raise SignInNeeded("portal_door.sign_in")


def resumed() -> PortalSession | None:
    """The session of this browser, or None."""
    token = request.cookies.get(cookie_name("my"))
    return entering.resume_session(token) if token else None


def _recognise(row: PortalSession) -> None:
    here = current()
    here.customer = row.customer
    here.actor = access.customer(row.customer.name)
    g.portal_session = row
    if "language" not in cookie_session:
        g.language = row.customer.language


def cookie_name(what: str) -> str:
    """`my` for the session, `asks` for the browser that asked for a link. `__Host-` needs https."""
    prefix = "__Host-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}ronde-{what}-{current().workshop.slug}"


def give_cookie(response: Response, what: str, value: str, seconds: int) -> None:
    """Put a value in the answer's cookie."""
    response.set_cookie(
        cookie_name(what), value, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax", path="/",
        max_age=seconds,
    )  # fmt: skip


def take_cookie(response: Response, what: str) -> None:
    """Remove it."""
    response.delete_cookie(
        cookie_name(what), path="/", secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True
    )


def forget_form() -> None:
    """Let nothing of before coming in or going out count after it, but the language: a form made ready by somebody else
    on this browser is refused."""
    for name in [name for name in cookie_session if name != "language"]:
        cookie_session.pop(name)
