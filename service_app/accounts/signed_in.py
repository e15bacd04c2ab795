"""Flask-Login, used thinly and only here: it finds the account behind our own session cookie.

No remember cookie, no session protection, no user id in the client's session: the cookie holds a random token, the row
holds its hash, and ending the row ends the session.
"""

from __future__ import annotations

from typing import Any

from flask import Request, Response, current_app, g
from flask import session as cookie_session
from flask_login import LoginManager, UserMixin, current_user

from service_app.accounts import operations
from service_app.accounts.models import SignInSession

login_manager = LoginManager()
login_manager.session_protection = None


class SignedIn(UserMixin):
    """The signed-in person as Flask-Login wants it: the session row and its account."""

    def __init__(self, row: SignInSession) -> None:
        self.row = row
        self.account = row.account
        self.id = str(row.account_id)


@login_manager.request_loader
def _from_cookie(request: Request) -> SignedIn | None:
    token = request.cookies.get(cookie_name())
    row = operations.resume_session(token) if token else None
    return SignedIn(row) if row is not None else None


def signed_in() -> SignedIn | None:
    """Who is signed in, or None."""
    person: Any = current_user._get_current_object()
    return person if isinstance(person, SignedIn) else None


def cookie_name() -> str:
    """`__Host-` needs https; over plain http on localhost the prefix goes."""
    return "__Host-ronde" if current_app.config["SESSION_COOKIE_SECURE"] else "ronde"


def let_in(response: Response, token: str) -> None:
    """Begin a session in this browser: the one it had ends, and so does what was made ready before."""
    before = signed_in()
    if before is not None:
        operations.end_session(before.account, before.row.token_hash)
    _forget_form()
    response.set_cookie(
        cookie_name(),
        token,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
        max_age=int(operations.ABSOLUTE.total_seconds()),
    )


def let_out(response: Response) -> None:
    """End the session of this browser, and take its cookie."""
    before = signed_in()
    if before is not None:
        operations.end_session(before.account, before.row.token_hash)
    _forget_form()
    response.delete_cookie(cookie_name(), path="/", secure=current_app.config["SESSION_COOKIE_SECURE"])
    g.pop("_login_user", None)


def _forget_form() -> None:
    """Let nothing of before signing in or out count after it, but the language: a form made ready by somebody else on
    this browser is refused."""
    for name in [name for name in cookie_session if name != "language"]:
        cookie_session.pop(name)
