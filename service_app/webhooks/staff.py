"""The pages about webhooks, among the settings: the endpoints, one with its log, one delivery with its calls."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from service_app import refusals
from service_app.core import beside, clock
from service_app.core.access import needs
from service_app.core.forms import attempt
from service_app.core.web import actor, current, see
from service_app.desk import figures
from service_app.notifications import digests
from service_app.webhooks import operations, queries, sending, signing, words
from service_app.webhooks.forms import EndpointForm
from service_app.webhooks.models import WebhookEndpoint
from service_app.workshops.tabs import tabs

pages = Blueprint("webhooks", __name__, template_folder="templates")


def _on_today(_workshop: Any) -> dict[str, Any] | None:
    if not current().can("settings:write"):
        return None
    found = queries.in_trouble()
    return {"endpoints": found} if found else None


def _in_the_digest() -> tuple[int, str]:
    count = len(queries.in_trouble())
    return count, ngettext("%(num)s webhook takes nothing", "%(num)s webhooks take nothing", count)


beside.add("today", "webhooks/today_section.html", _on_today, queries.IN_TROUBLE)
figures.also("ronde_webhooks", "Webhooks, by how they stand", "state", queries.count_by_status)
digests.also("settings:write", _in_the_digest)

pages.app_context_processor(lambda: {"hook_words": words})


def _is_local() -> bool:
    return bool(current_app.extensions["settings"].webhooks_local)


@pages.get("/settings/webhooks")
@needs("settings:read")
def list_page() -> Any:
    """Who is told what."""
    return render_template(
        "webhooks/list.html", rows=queries.list_endpoints(), tabs=tabs("webhooks.list_page"),
        offered=len(words.OFFERED),
    )  # fmt: skip


@pages.get("/settings/webhooks/new")
@needs("settings:write")
def new() -> Any:
    """An empty form."""
    return _form(EndpointForm(formdata=None))


def _form(form: EndpointForm, status: int = 200, endpoint: WebhookEndpoint | None = None) -> Any:
    page = render_template("webhooks/form.html", form=form, endpoint=endpoint, tabs=tabs("webhooks.list_page"))
    return page, status


@pages.post("/settings/webhooks/new")
@needs("settings:write")
def create() -> Any:
    """A new endpoint."""
    form, made = EndpointForm(), []
    with attempt(form, refusals.sentence) as tried:
        made.append(operations.create_endpoint(actor(), form.facts(local=_is_local())))
    if not tried.is_done:
        return _form(form, tried.status)
    flash(_("It is told what happens from now on. Copy its secret to the receiver."), "done")
    return see("webhooks.detail", endpoint_id=made[0].id)


@pages.get("/settings/webhooks/<int:endpoint_id>")
@needs("settings:read")
def detail(endpoint_id: int) -> Any:
    """An endpoint: its state, its secret for who may change it, its log."""
    endpoint = queries.get_endpoint(endpoint_id)
    status = request.args.get("status", "")
    wanted = status if status in words.DELIVERY else ""
    return render_template(
        "webhooks/detail.html", endpoint=endpoint, tabs=tabs("webhooks.list_page"), wanted=wanted,
        deliveries=queries.deliveries_of(endpoint, wanted), counts=queries.count_by_state(endpoint),
        secrets=signing.valid_secrets(endpoint) if current().can("settings:write") else [], now=clock.now(),
    )  # fmt: skip


@pages.get("/settings/webhooks/<int:endpoint_id>/edit")
@needs("settings:write")
def edit(endpoint_id: int) -> Any:
    """The form over one."""
    endpoint = queries.get_endpoint(endpoint_id)
    return _form(EndpointForm.over(endpoint), endpoint=endpoint)


@pages.post("/settings/webhooks/<int:endpoint_id>/edit")
@needs("settings:write")
def change(endpoint_id: int) -> Any:
    """Keep what was changed."""
    endpoint, form = queries.get_endpoint(endpoint_id), EndpointForm()
    with attempt(form, refusals.sentence) as tried:
        operations.change_endpoint(actor(), endpoint, form.seen, form.facts(local=_is_local()))
    if not tried.is_done:
        form.version.data, form.version.raw_data = endpoint.version, None
        return _form(form, tried.status, endpoint)
    flash(_("Saved."), "done")
    return see("webhooks.detail", endpoint_id=endpoint_id)


@pages.post("/settings/webhooks/<int:endpoint_id>/on")
@needs("settings:write")
def switch_on(endpoint_id: int) -> Any:
    """Told again: from now on, or with what it missed while it was disabled."""
    endpoint = queries.get_endpoint(endpoint_id)
    has_missed = endpoint.status == "disabled"
    operations.switch_on(actor(), endpoint)
    if has_missed:
        flash(_("It is told again, and what it missed goes out within minutes."), "done")
    else:
        flash(_("It is told what happens from now on."), "done")
    return see("webhooks.detail", endpoint_id=endpoint_id)


@pages.post("/settings/webhooks/<int:endpoint_id>/off")
@needs("settings:write")
def switch_off(endpoint_id: int) -> Any:
    """Told nothing any more."""
    operations.switch_off(actor(), queries.get_endpoint(endpoint_id))
    flash(_("It is told nothing any more."), "done")
    return see("webhooks.detail", endpoint_id=endpoint_id)


@pages.post("/settings/webhooks/<int:endpoint_id>/secret")
@needs("settings:write")
def renew_secret(endpoint_id: int) -> Any:
    """Another secret, the former one beside it for a day."""
    operations.renew_secret(actor(), queries.get_endpoint(endpoint_id))
    flash(_("There is a new secret. The former one signs as well for 24 hours: change it at the receiver."), "done")
    return see("webhooks.detail", endpoint_id=endpoint_id, _anchor="secret")


@pages.post("/settings/webhooks/<int:endpoint_id>/secret/former/end")
@needs("settings:write")
def end_former_secret(endpoint_id: int) -> Any:
    """The former secret is worth nothing from now on."""
    operations.end_former_secret(actor(), queries.get_endpoint(endpoint_id))
    flash(_("The former secret signs no more."), "done")
    return see("webhooks.detail", endpoint_id=endpoint_id, _anchor="secret")


@pages.post("/settings/webhooks/<int:endpoint_id>/test")
@needs("settings:write")
def send_test(endpoint_id: int) -> Any:
    """A call that says nothing."""
    delivery = operations.send_test(actor(), queries.get_endpoint(endpoint_id))
    flash(_("The test goes out within seconds."), "done")
    return see("webhooks.delivery", delivery_id=delivery.id)


@pages.get("/settings/webhooks/deliveries/<int:delivery_id>")
@needs("settings:read")
def delivery(delivery_id: int) -> Any:
    """A delivery: what is sent, each call and its answer."""
    found = queries.get_delivery(delivery_id)
    return render_template(
        "webhooks/delivery.html", delivery=found, attempts=queries.attempts_of(found), tabs=tabs("webhooks.list_page"),
        message_id=sending.message_id(found), body=sending.body_of(found.event).decode(),
    )  # fmt: skip


@pages.post("/settings/webhooks/deliveries/<int:delivery_id>/again")
@needs("settings:write")
def replay(delivery_id: int) -> Any:
    """Once more, under the same id."""
    delivery = queries.get_delivery(delivery_id)
    operations.replay(actor(), delivery)
    held = delivery.endpoint.not_before
    if held is not None and held > clock.now():
        flash(_("It goes out again once the receiver may be called."), "done")
    else:
        flash(_("It goes out again within seconds."), "done")
    return see("webhooks.delivery", delivery_id=delivery_id)
