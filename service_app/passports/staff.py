"""The workshop's face: the passport of a thing, who sees what of it, whom it was shown, and what its battery says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json, render_template
from flask_wtf import FlaskForm

from service_app import refusals
from service_app.core import beside, clock
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.items import labels, queries
from service_app.items import passport as addresses
from service_app.items.models import Item
from service_app.passports import content, epcis, operations, reading, seen, shown, words
from service_app.passports.content import INSIDE_BATTERY, PUBLIC_BATTERY
from service_app.passports.forms import AccessForm, BatteryForm, ReadingForm

pages = Blueprint("passports", __name__, template_folder="templates")
pages.app_context_processor(
    lambda: {"passport_layers": words.LAYERS, "passport_sections": words.SECTIONS, "passport_battery": words.BATTERY}
)


def _beside_item(item: Item) -> dict[str, Any] | None:
    return {"item": item} if current().can("item:read") else None


beside.add("item", "passports/item_card.html", _beside_item)


@pages.get("/items/<tag>/passport")
@needs("item:read")
def detail(tag: str) -> Any:
    """The passport as the workshop sees it."""
    return _page(queries.get_item(tag))


@pages.get("/items/<tag>/epcis.json")
@needs("item:read")
def export(tag: str) -> Response:
    """The life of a thing as EPCIS 2.0, all of it, to be kept or sent on."""
    item = queries.get_item(tag)
    text = json.dumps(epcis.document(item, current().workshop, seen.STAFF), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="{item.tag}-epcis.json"'}
    return Response(text, mimetype="application/ld+json", headers=headers)


@pages.post("/items/<tag>/passport/links")
@needs("item:write")
def give(tag: str) -> Any:
    """A deeper look for somebody of the trade."""
    item, form = queries.get_item(tag), AccessForm()
    if not form.validate():
        return _page(item, 422, access=form)
    with attempt(form, refusals.sentence) as tried:
        operations.give_access(
            actor(), item, form.layer.data or "", form.for_whom.data or "", form.days.data or 0
        )  # fmt: skip
    return see("passports.detail", tag=tag) if tried.is_done else _page(item, tried.status, access=form)


@pages.post("/items/<tag>/passport/links/<int:access_id>/revoke")
@needs("item:write")
def revoke(tag: str, access_id: int) -> Any:
    """It ends now."""
    operations.revoke_access(actor(), queries.get_item(tag), access_id)
    return see("passports.detail", tag=tag)


@pages.post("/items/<tag>/passport/battery")
@needs("product:write")
def describe(tag: str) -> Any:
    """What the battery of its product says of itself."""
    item, form = queries.get_item(tag), BatteryForm()
    if not form.validate():
        return _page(item, 422, battery=form)
    with attempt(form, refusals.sentence) as tried:
        operations.describe_battery(actor(), item.product, form.seen, form.facts())
    return see("passports.detail", tag=tag) if tried.is_done else _page(item, tried.status, battery=form)


@pages.post("/items/<tag>/passport/reading")
@needs("item:write")
def read(tag: str) -> Any:
    """What the battery of this one shows."""
    item, form = queries.get_item(tag), ReadingForm()
    if not form.validate():
        return _page(item, 422, reading=form)
    with attempt(form, refusals.sentence) as tried:
        day = form.on_day.data or clock.today(current().workshop.zone)
        operations.read_battery(
            actor(), item, day, form.health_percent.data, form.cycles.data, form.status.data or ""
        )  # fmt: skip
    return see("passports.detail", tag=tag) if tried.is_done else _page(item, tried.status, reading=form)


def _page(item: Item, status: int = 200, **typed: FlaskForm) -> Any:
    battery, now = reading.battery_of(item), clock.now()
    forms: dict[str, Any] = {
        "access": typed.get("access") or AccessForm(formdata=None),
        "reading": typed.get("reading") or ReadingForm(formdata=None),
        "battery": typed.get("battery") or BatteryForm(formdata=None, obj=battery),
    }
    links = [
        (row, operations.link_of(row, item.public_code), row.revoked_at is None and row.expires_at > now)
        for row in reading.accesses_of(item)
    ]
    return render_template(
        "passports/staff.html", item=item, forms=forms, links=links, layers=seen.LAYERS, table=seen.SEEN,
        found=shown.sections(content.passport(item, current().workshop, seen.STAFF)), battery=battery,
        address=labels.public_url(item), own=addresses.address(item), facts=(PUBLIC_BATTERY, INSIDE_BATTERY),
        may_write=current().can("item:write"), may_describe=current().can("product:write"),
    ), status  # fmt: skip
