"""The pages about channels: what an owner sets, what a machine may not see, and that they can be read by everybody."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, update

from service_app.core import jobs, sealed
from service_app.core.db import session
from service_app.core.jobs import Job
from service_app.notifications import notices, texting, traffic
from service_app.notifications.channel_models import SmsAccount
from service_app.workshops.models import Workshop
from tests.browser import DESK, PHONE, Opened, faults
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent

TYPED: dict[str, Any] = {
    "version": "0", "is_on": "y", "provider": "gateway", "url": "https://sms.example/send", "username": "",
    "secret": "the token", "sender": "Senne", "countries": ["BE", "NL"], "daily_count": "40", "daily_cents": "300",
    "cents_per_segment": "7",
}  # fmt: skip


def test_owner_sets_the_account_whose_key_is_never_shown_again(
    client: FlaskClient, workshop: Workshop, scope: Scoped, sign_in: Any
) -> None:
    for wrong, field in (({"url": ""}, "address"), ({"sender": "!"}, "sender"), ({"countries": ["US"]}, "list")):
        assert client.post("/senne/settings/channels", data=TYPED | wrong).status_code == 422, field
    assert client.post("/senne/settings/channels", data=TYPED | {"url": "https://127.0.0.1/"}).status_code == 422
    assert client.post("/senne/settings/channels", data=TYPED).status_code == 303
    page = client.get("/senne/settings/channels").text
    assert "https://sms.example/send" in page
    assert "the token" not in page
    assert "whsec_" in page
    assert "whsec_" not in sign_in(workshop, "auditor").get("/senne/settings/channels").text
    again = TYPED | {"version": "1", "secret": "", "daily_count": "9"}
    assert client.post("/senne/settings/channels", data=again).status_code == 303
    assert client.post("/senne/settings/channels", data=again).status_code == 409
    with scope(workshop):
        row = session().scalars(select(SmsAccount)).one()
        assert (row.countries, row.daily_count) == (["BE", "NL"], 9)
        assert sealed.open_(texting.SECRET, row.secret_sealed) == "the token"
        assert sealed.open_("something else", row.secret_sealed) == ""
        before = notices.secret_of()
    assert client.post("/senne/settings/channels/secret").status_code == 303
    with scope(workshop):
        assert notices.secret_of() != before


def test_key_that_is_kept_goes_to_whom_it_was_given_for_and_to_nobody_else(
    client: FlaskClient, workshop: Workshop, scope: Scoped
) -> None:
    """Who may change the account may not read its key; with an address of their own it would be sent to them."""
    assert client.post("/senne/settings/channels", data=TYPED).status_code == 303
    elsewhere: tuple[dict[str, str], ...] = (
        {"url": "https://mallory.example/send"}, {"username": "mallory"}, {"provider": "twilio"},
        {"provider": "messagebird", "url": ""},
    )  # fmt: skip
    for facts in elsewhere:
        answer = client.post("/senne/settings/channels", data=TYPED | {"version": "1", "secret": ""} | facts)
        assert answer.status_code == 422, facts
        assert "type its key again" in answer.text, facts
    with scope(workshop):
        row = session().scalars(select(SmsAccount)).one()
        assert (row.version, row.provider, row.url, row.username) == (1, "gateway", "https://sms.example/send", "")
    moved = TYPED | {"version": "1", "secret": "another token", "url": "https://sms.example/v2"}
    assert client.post("/senne/settings/channels", data=moved).status_code == 303
    with scope(workshop):
        row = session().scalars(select(SmsAccount)).one()
        assert sealed.open_(texting.SECRET, row.secret_sealed) == "another token"


def test_account_without_a_key_may_move_without_one(client: FlaskClient, workshop: Workshop, scope: Scoped) -> None:
    assert client.post("/senne/settings/channels", data=TYPED | {"secret": ""}).status_code == 303
    moved = TYPED | {"version": "1", "secret": "", "url": "https://sms.example/v2"}
    assert client.post("/senne/settings/channels", data=moved).status_code == 303
    with scope(workshop):
        row = session().scalars(select(SmsAccount)).one()
        assert (row.url, row.secret_sealed) == ("https://sms.example/v2", "")


def test_every_page_can_be_read_by_day_by_night_and_on_a_phone(
    opened: Opened, workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    client.post("/senne/settings/channels", data=TYPED)
    with scope(workshop):
        a_sent(customer=a_customer())
        session().execute(update(Job).values(state="dead", last_error="no paper"))
        jobs.enqueue("notifications.send", channel="mail", payload={}, dedupe_key="due")
        traffic.failed("mail", "refused: 535 who are you", at_once=True)
    page = opened("jobs")
    found: dict[str, list[str]] = {}
    for path in ("jobs", "settings/channels", "settings/letters/kinds", "settings/letters/kinds/offer/en", "digest"):
        page.set_viewport_size(DESK["viewport"])
        page.goto(page.url.split("/senne/")[0] + f"/senne/{path}")
        found[path] = faults(page)
        page.set_viewport_size(PHONE["viewport"])
        if page.evaluate("document.documentElement.scrollWidth > screen.width"):
            found[path].append("wider than a phone")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
