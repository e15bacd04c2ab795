"""Where the QR code on a thing leads: what it is and whose, without anything personal; a member goes on to the item."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from service_app.core import beside, files
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.web import current, upload, without_cookie
from service_app.items import passport as passports
from service_app.items import queries

pages = Blueprint("items_public", __name__, template_folder="templates")


@pages.get("/P/<code>")
@pages.get("/p/<code>")
@needs(None)
@without_cookie
def passport(code: str) -> Any:
    """What this thing is, and how to reach its workshop."""
    item, workshop = passports.opened(code)
    if any(member.workshop_id == workshop.id for member in current().memberships):
        return redirect(url_for("items.detail", workshop=workshop.slug, tag=item.tag))
    return render_template(
        "items/passport.html", item=item, photo=queries.portrait_of(item), cards=beside.cards("passport", item),
        life=beside.cards("passport_life", item),
    )  # fmt: skip


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
