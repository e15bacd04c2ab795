"""The one map from what went wrong to what a person sees: a fragment for htmx, a page otherwise."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from service_app import refusals
from service_app.core import web
from service_app.core.errors import Refusal

log = structlog.get_logger()
_PAGES = {403, 404, 409, 429, 500, 503}


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(web.SignInNeeded, lambda error: web.back_to_sign_in(error.door))
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, lambda _error: shown(400, "form.expired"))
    app.register_error_handler(SecurityError, lambda _error: ("Unknown host.\n", 400, {"Content-Type": "text/plain"}))
    app.register_error_handler(HTTPException, lambda error: shown(error.code or 500, f"http.{error.code}"))
    app.register_error_handler(IntegrityError, _at_the_same_moment)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _refusal(error: Refusal) -> Any:
    log.info("refused", code=error.code, status=error.status)
    answer = shown(error.status, error.code, sentence=refusals.sentence(error), data=error.data)
    if error.status == 429:
        answer[0].headers["Retry-After"] = str(error.data.get("seconds", 60))
    return answer


def _database_away(error: DBAPIError | PoolTimeout) -> Any:
    if isinstance(getattr(error, "orig", None), (pg.LockNotAvailable, pg.QueryCanceled)):
        log.warning("database_busy", error=str(error)[:300])
        return shown(503, "database.busy")
    log.error("database_away", error=str(error)[:300])
    answer = shown(503, "database.away")
    answer[0].headers["Retry-After"] = "10"
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


def shown(status: int, code: str, sentence: str | None = None, data: Any = None) -> Any:
    """The answer for a status: (response, status)."""
    page = status if status in _PAGES else (404 if status in (405, 410) else 409 if status < 500 else 500)
    name = "errors/fragment.html" if web.wants_fragment() else f"errors/{page}.html"
    text = sentence or str(refusals.SENTENCES.get(code, "")) or None
    body = render_template(name, status=status, code=code, sentence=text, data=data or {}, ref=g.get("request_ref"))
    return make_response(body, status), status
