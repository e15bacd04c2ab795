"""The way in from a QR code: the thing and its workshop, for whoever stands in front of it."""

from __future__ import annotations

import re

from service_app.core.db import narrow, session
from service_app.core.errors import NotFound
from service_app.core.web import current
from service_app.items import queries
from service_app.items.models import Item
from service_app.workshops.models import Workshop

_CODE = re.compile(r"([1-9][0-9]{0,11})-[A-Z0-9]{6,20}")


def opened(code: str) -> tuple[Item, Workshop]:
    """The item of a code and its workshop; refuses with NotFound. The session is narrowed to the workshop that stands in
    the code before anything of it is read."""
    parts = _CODE.fullmatch(code.upper())
    if parts is None:
        raise NotFound("not_found")
    workshop = session().get(Workshop, int(parts.group(1)))
    if workshop is None:
        raise NotFound("not_found")
    narrow(workshop.id)
    current().workshop = workshop
    return queries.get_by_public_code(code.upper()), workshop
