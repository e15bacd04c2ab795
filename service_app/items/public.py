"""Where the QR code on a thing leads: what it is and whose, without anything personal; a member goes on to the item."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from service_app.core import files
from service_app.core.access import needs
from service_app.core.db import narrow, session
from service_app.core.errors import NotFound
from service_app.core.web import current, upload
from service_app.items import queries
from service_app.items.models import Item
from service_app.workshops.models import Workshop

pages = Blueprint("items_public", __name__, template_folder="templates")

_CODE = re.compile(r"([1-9][0-9]{0,11})-[A-Z0-9]{6,20}")


@pages.get("/p/<code>")
@pages.get("/P/<code>")
@needs(None)
def passport(code: str) -> Any:
    """What this thing is, and how to reach its workshop."""
    item, workshop = _scanned(code)
    if any(member.workshop_id == workshop.id for member in current().memberships):
        return redirect(url_for("items.detail", workshop=workshop.slug, tag=item.tag))
    return render_template("items/passport.html", item=item, photo=queries.portrait_of(item))


@pages.get("/p/<code>/photo")
@needs(None)
def portrait(code: str) -> Response:
    """The portrait of a thing."""
    item, _workshop = _scanned(code)
    found = queries.portrait_of(item)
    if found is None:
        raise NotFound("not_found")
    return upload(files.read(found.file), found.file.media_type)


def _scanned(code: str) -> tuple[Item, Workshop]:
    """The item of a code and its workshop. The session is narrowed to the workshop that stands in the code before
    anything of it is read."""
    parts = _CODE.fullmatch(code.upper())
    if parts is None:
        raise NotFound("not_found")
    workshop = session().get(Workshop, int(parts.group(1)))
    if workshop is None:
        raise NotFound("not_found")
    narrow(workshop.id)
    current().workshop = workshop
    return queries.get_by_public_code(code.upper()), workshop
