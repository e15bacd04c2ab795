"""What answers without anybody: health."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from sqlalchemy import text

from service_app.core.access import needs
from service_app.core.db import session

pages = Blueprint("street", __name__)


@pages.get("/health")
@needs(None)
def health() -> Any:
    """200 while the database answers."""
    session().execute(text("SELECT 1"))
    return {"status": "ok"}
