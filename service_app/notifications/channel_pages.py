"""The pages about channels among the settings: text messages and their budget, what providers report; and one's own digest."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from service_app import refusals
from service_app.core.access import needs
from service_app.core.errors import NotFound
from service_app.core.forms import attempt, choices_of
from service_app.core.web import actor, current, see, settings
from service_app.notifications import accounts, choosing, digests, notices, numbers, spending
from service_app.notifications.channel_forms import DigestForm, SmsForm
from service_app.workshops.models import Member
from service_app.workshops.tabs import tabs

pages = Blueprint("channels", __name__, template_folder="templates")


@pages.get("/settings/channels")
@needs("settings:read")
def detail() -> Any:
    """How customers are reached beside e-mail."""
    return _page(SmsForm.over(choosing.sms_account()))


def _page(form: Any, status: int = 200) -> Any:
    here, names = current(), get_locale().territories
    form.countries.choices = choices_of((code, names.get(code, code)) for code in numbers.COUNTRIES)
    page = render_template(
        "notifications/channels.html", form=form, account=choosing.sms_account(), spent=spending.today(here.workshop.zone),
        secret=notices.secret_of() if here.can("settings:write") else None, base=settings().base_url,
        tabs=tabs("channels.detail"),
    )  # fmt: skip
    return page, status


@pages.post("/settings/channels")
@needs("settings:write")
def change() -> Any:
    """Another account for text messages."""
    form = SmsForm()
    with attempt(form, refusals.sentence) as tried:
        facts = form.facts(local=settings().webhooks_local)
        accounts.change(actor(), current().workshop, form.seen, facts)
    if not tried.is_done:
        return _page(form, tried.status)
    flash(_("Saved."), "done")
    return see("channels.detail")


@pages.post("/settings/channels/secret")
@needs("settings:write")
def renew_secret() -> Any:
    """Another secret for what providers report."""
    notices.renew_secret(actor(), current().workshop)
    flash(_("There is a new secret. The one before is valid for a day."), "done")
    return see("channels.detail")


def _me() -> Member:
    account = current().account
    for member in current().memberships:
        if member.account_id == account.id and member.workshop_id == current().workshop.id:
            return member  # type: ignore[no-any-return]
    raise NotFound("not_found")


@pages.get("/digest")
@needs("today:read")
def digest() -> Any:
    """What waits today, and whether one is written to about it each morning."""
    member = _me()
    found = digests.waiting(member.role, current().workshop)
    return render_template("notifications/digest.html", form=DigestForm(is_on=digests.wants(member)), waiting=found)


@pages.post("/digest")
@needs("today:read")
def choose_digest() -> Any:
    """Want it, or not."""
    digests.choose(_me(), is_on=bool(DigestForm().is_on.data))
    flash(_("Saved."), "done")
    return see("channels.digest")
