"""The edge: one request is one transaction, one guard, one answer.

`Ronde` opens the transaction, lets the blueprint's guard find out who asks and in which workshop, checks the view's
permission, runs the view, commits, and only then answers. An exception rolls everything back. Guards are named on the
line that registers a blueprint; a view without a `@needs` mark does not start.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, flash, g, redirect, request, url_for
from flask import session as cookie_session
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as BaseResponse

from service_app.core import access, db, i18n, tenancy
from service_app.core.errors import Forbidden, Refusal

log = structlog.get_logger()
Guard = Callable[[dict[str, Any]], None]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'none'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "manifest-src 'self'; worker-src 'self'; media-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

HSTS = "max-age=63072000; includeSubDomains"
# What was uploaded is shown as what it is, and gets no right at all in a browser.
SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"


@dataclass
class Current:
    """Who asks, where: what guards find out and templates read."""

    account: Any = None
    customer: Any = None
    workshop: Any = None
    role: str | None = None
    memberships: list[Any] = field(default_factory=list)
    is_coordinator: bool = False
    actor: access.Actor = field(default_factory=lambda: access.Actor(kind="visitor"))

    def can(self, permission: str) -> bool:
        """Whether the person may do this here."""
        return self.actor.can(permission)


def current() -> Current:
    """The current request's `Current`."""
    found: Current = g.current
    return found


def actor() -> access.Actor:
    """Who acts in this request."""
    return current().actor


class IdConverter(IntegerConverter):
    """A whole number in an address: no key is greater than a bigint, so a greater one names nothing."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{"max": 2**63 - 1} | named)


class Ronde(Flask):
    """Flask with the house's one way through a request."""

    database: db.Database
    guards: dict[str, Guard]

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.url_map.converters["int"] = IdConverter

    def open_room(self, blueprint: Blueprint, guard: Guard, url_prefix: str | None = None) -> None:
        """Register a blueprint behind a guard; every view in it must carry a permission mark."""
        self.register_blueprint(blueprint, url_prefix=url_prefix)
        self.guards[blueprint.name] = guard
        for endpoint, view in self.view_functions.items():
            if endpoint.startswith(f"{blueprint.name}.") and not hasattr(view, "permission"):
                raise RuntimeError(f"{endpoint} has no @needs(…): say which permission it takes")

    def dispatch_request(self) -> Any:
        """Guard, view and commit in one transaction."""
        rule = request.url_rule
        if request.routing_exception is not None or rule is None or rule.endpoint == "static":
            return super().dispatch_request()
        guard = self.guards[rule.endpoint.rsplit(".", 1)[0]]
        refuse_cross_site()
        with self.database.transaction(tenancy.platform(f"request {rule.endpoint}")):
            guard(request.view_args or {})
            permission = getattr(self.view_functions[rule.endpoint], "permission", None)
            if permission is not None:
                actor().must(permission)
            return self.make_response(super().dispatch_request())


def refuse_cross_site() -> None:
    """Refuse an unsafe request that the browser says another site started."""
    if request.method in ("POST", "PUT", "PATCH", "DELETE") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden("access.cross_site")


def wants_fragment() -> bool:
    """Whether htmx asks, and so a fragment is the right answer."""
    return request.headers.get("HX-Request") == "true"


def stay_in_workshop(endpoint: str, values: dict[str, Any]) -> None:
    """Addresses of the current workshop need not name it."""
    here = getattr(g, "current", None)
    if here is not None and here.workshop is not None and "workshop" not in values and _is_inside(endpoint):
        values["workshop"] = here.workshop.slug


def _is_inside(endpoint: str) -> bool:
    known: dict[str, bool] = current_app.extensions.setdefault("inside", {})
    if endpoint not in known:
        known[endpoint] = current_app.url_map.is_endpoint_expecting(endpoint, "workshop")
    return known[endpoint]


def page_context() -> dict[str, Any]:
    """What every template may rely on."""
    return {
        "current": g.get("current") or Current(),
        "locale": i18n.language(),
        "request_ref": g.get("request_ref", ""),
    }


def without_cookie(view: access.View) -> access.View:
    """Mark a view that leaves nothing in the browser of who passes by: the language that is asked for stands in the address
    and holds for this page."""
    view.is_without_cookie = True  # type: ignore[attr-defined]
    return view


def choose_language() -> None:
    """Before the guard knows better: ?lang=, then the cookie, then what the browser accepts."""
    asked = request.args.get("lang")
    is_known = asked in i18n.LANGUAGES
    if is_known and not hasattr(current_app.view_functions.get(request.endpoint or ""), "is_without_cookie"):
        cookie_session["language"] = asked
    chosen = asked if is_known else cookie_session.get("language")
    g.language = chosen or request.accept_languages.best_match(list(i18n.LANGUAGES), i18n.DEFAULT_LANGUAGE)
    g.zone = i18n.DEFAULT_ZONE
    g.current = Current()
    g.request_ref = secrets.token_hex(4)


def harden(response: Response) -> Response:
    """Security headers on every answer; nothing signed-in is kept by a cache."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Vary", "Cookie, Accept-Language, HX-Request")
    return response


def upload(content: bytes, media_type: str) -> Response:
    """The answer that is an uploaded file."""
    return Response(content, mimetype=media_type, headers={"Content-Security-Policy": SANDBOX})


def back_to_sign_in(door: str = "accounts.sign_in") -> BaseResponse:
    """Send a visitor to sign in, and back here afterwards."""
    target = request.full_path if request.method == "GET" else None
    return redirect(url_for(door, next=target))


def see(endpoint: str, **values: Any) -> BaseResponse:
    """Answer a POST by sending the browser to a page (303); htmx is told through HX-Redirect."""
    address = url_for(endpoint, **values)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, code=303)


def offer_undo(text: str, endpoint: str, **values: Any) -> None:
    """A toast on the next page with a button that takes the act back by a POST to `endpoint`."""
    flash((text, url_for(endpoint, **values)), "undo")  # type: ignore[arg-type]


class SignInNeeded(Refusal):
    """Nobody is signed in; the edge sends the visitor to the sign-in page, an endpoint."""

    status = 401

    def __init__(self, door: str = "accounts.sign_in") -> None:
        super().__init__("access.sign_in")
        self.door = door


def settings() -> Any:
    """The settings this app was made with."""
    return current_app.extensions["settings"]
