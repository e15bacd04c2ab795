"""What answers without anybody: health, and the figures that a machine watches."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

from flask import Blueprint, Response, current_app, request
from sqlalchemy import text

from service_app.core import web
from service_app.core.access import needs
from service_app.core.db import session
from service_app.core.errors import NotFound
from service_app.desk import figures

pages = Blueprint("street", __name__)


@pages.get("/health")
@needs(None)
def health() -> Any:
    """200 while the database answers."""
    session().execute(text("SELECT 1"))
    return {"status": "ok"}


@pages.get("/metrics")
@needs(None)
def metrics() -> Response:
    """The figures of every workshop together, as Prometheus reads them: for who bears METRICS_TOKEN, or, without one, for
    this machine alone. For everybody else there is no such page."""
    if not _may_read():
        raise NotFound("not_found")
    lines = figures.lines(current_app.database)  # type: ignore[attr-defined]
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain; version=0.0.4")


def _may_read() -> bool:
    token = web.settings().metrics_token
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return "X-Forwarded-For" not in request.headers and _is_this_machine(request.remote_addr or "")


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
