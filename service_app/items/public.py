"""The street's pages about a thing. The passport itself, to which its label leads, is shown by the room of the passports,
which has a door of its own."""

from __future__ import annotations

from flask import Blueprint, Response

from service_app.core import files
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.web import upload, without_cookie
from service_app.items import passport as passports
from service_app.items import queries

pages = Blueprint("items_public", __name__, template_folder="templates")


@pages.get("/p/<code>/photo")
@needs(None)
@without_cookie
def portrait(code: str) -> Response:
    """The portrait of a thing."""
    item, _workshop = passports.opened(code)
    found = queries.portrait_of(item)
    if found is None:
        raise NotFound("not_found")
    return upload(files.read(found.file), found.file.media_type)
