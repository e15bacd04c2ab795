"""The one map from what went wrong to what a person sees: a fragment for htmx, a page otherwise."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from psycopg import errors as pg
from sqlalchemy import inspect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from service_app import refusals
from service_app.core import access, tenancy, web
from service_app.core.errors import Refusal
from service_app.workshops.forms import ROLE_NAMES
from service_app.workshops.queries import list_members

log = structlog.get_logger()
# Many at once: it answers, and the same question may have a better answer in a moment.
_BUSY = (pg.LockNotAvailable, pg.QueryCanceled, pg.DeadlockDetected, pg.SerializationFailure)
_PAGES = {403, 404, 409, 429, 500, 503}


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(web.SignInNeeded, lambda error: web.back_to_sign_in(error.door))
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, lambda _error: shown(400, "form.expired"))
    app.register_error_handler(SecurityError, lambda _error: ("Unknown host.\n", 400, {"Content-Type": "text/plain"}))
    app.register_error_handler(HTTPException, lambda error: shown(error.code or 500, f"http.{error.code}"))
    app.register_error_handler(DataError, _no_text)
    app.register_error_handler(IntegrityError, _at_the_same_moment)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _refusal(error: Refusal) -> Any:
    log.info("refused", code=error.code, status=error.status)
    data = error.data | _who_helps(error.data) if "permission" in error.data else error.data
    answer = shown(error.status, error.code, sentence=refusals.sentence(error), data=data)
    if error.status == 429:
        answer[0].headers["Retry-After"] = str(error.data.get("seconds", 60))
    return answer


def _who_helps(data: dict[str, Any]) -> dict[str, Any]:
    """A missing right in words: the person's role, the roles that have the right, and the owners who give roles."""
    here = web.current().workshop
    owners: list[str] = []
    if here is not None:
        with current_app.database.transaction(tenancy.workshop(here.id)):  # type: ignore[attr-defined]
            owners = [member.account.name for member in list_members() if member.is_active and member.role == "owner"]
    roles = [name for role, name in ROLE_NAMES.items() if data["permission"] in access.ROLES[role]]
    return {"role_name": ROLE_NAMES.get(data.get("role") or ""), "roles": roles, "givers": owners}


def _database_away(error: DBAPIError | PoolTimeout) -> Any:
    if isinstance(getattr(error, "orig", None), pg.ProgramLimitExceeded):
        return _no_text(error)  # longer than any index holds
    if isinstance(getattr(error, "orig", None), _BUSY):
        log.warning("database_busy", error=str(error)[:300])
        return _later("database.busy", 2)
    log.error("database_away", error=str(error)[:300])
    return _later("database.away", 10)


def _no_text(error: Any) -> Any:
    """Something was sent that no database keeps, such as a zero byte or a name of ten thousand letters: nobody types that,
    and nothing has such a name."""
    log.warning("not_kept", error=str(error.orig)[:300])
    return shown(404, "not_found") if request.method == "GET" else shown(422, "input.unreadable")


def _later(code: str, seconds: int) -> Any:
    answer = shown(503, code)
    answer[0].headers["Retry-After"] = str(seconds)
    return answer


def _at_the_same_moment(error: IntegrityError) -> Any:
    """Two people gave the same name at the same moment: each looked before the other wrote. Anything else is ours."""
    if isinstance(error.orig, (pg.UniqueViolation, pg.ExclusionViolation)):
        log.info("lost_a_race", error=str(error.orig)[:300])
        return shown(409, "state.moved_on", sentence=refusals.say("state.moved_on", {}))
    return _unexpected(error)


def _unexpected(error: Exception) -> Any:
    log.exception("unexpected", ref=g.get("request_ref"), endpoint=request.endpoint)
    return shown(500, "unexpected")


def _leave_out_what_is_half_read() -> None:
    """A transaction that broke off takes with it what was read of who asks: the page then says nothing of them, rather than
    failing itself."""
    here = g.get("current")
    rows = [row for row in (here.workshop, here.account, here.customer) if row is not None] if here is not None else []
    if any(inspect(row).detached and inspect(row).expired_attributes for row in rows):
        g.current = web.Current()


def shown(status: int, code: str, sentence: str | None = None, data: Any = None) -> Any:
    """The answer for a status: (response, status)."""
    _leave_out_what_is_half_read()
    page = status if status in _PAGES else (404 if status in (405, 410) else 409 if status < 500 else 500)
    name = "errors/fragment.html" if web.wants_fragment() else f"errors/{page}.html"
    text = sentence or str(refusals.SENTENCES.get(code, "")) or None
    body = render_template(name, status=status, code=code, sentence=text, data=data or {}, ref=g.get("request_ref"))
    return make_response(body, status), status
