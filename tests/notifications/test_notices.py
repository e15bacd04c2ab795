"""What comes back: reports of providers, signed and once; answers, with the case they are about; the digest of who works here."""

from __future__ import annotations

import json
from datetime import time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service_app.cli.mail import take_in
from service_app.core import clock
from service_app.core.access import Actor
from service_app.core.db import Database, session
from service_app.core.errors import Conflict
from service_app.core.web import Ronde
from service_app.notifications import addresses, digests, notices, pushing, texting
from service_app.notifications.channel_models import ProviderNotice
from service_app.notifications.models import Delivery, InboundMessage, Message, Suppression
from service_app.workshops.models import Member, Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import an_active
from tests.factories.repairs import a_received
from tests.mail import Sink
from tests.notifications.test_letters import messages, sweep_all
from workers import sweeps
from workers.process import Process


def report(
    client: FlaskClient, workshop: Workshop, source: str, secret: str, notice_id: str, at: int, **told: Any
) -> Any:
    body = json.dumps(told).encode()
    headers = {
        "webhook-id": notice_id, "webhook-timestamp": str(at), "Content-Type": "application/json",
        "webhook-signature": notices.signature(secret, notice_id, str(at), body),
    }  # fmt: skip
    return client.post(f"/{workshop.slug}/notices/{source}", data=body, headers=headers)


def test_report_of_a_provider_follows_once_and_only_when_it_is_signed(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, app: Ronde, owner: Actor, posting: Process
) -> None:
    with scope(workshop):
        for name in ("hard", "spam", "sms"):
            an_active(customer=a_customer(email=f"{name}@example.be", phone="+32470123456"))
        secret = notices.secret_of()
    with scope(other_workshop):
        foreign = notices.secret_of()
    sweep_all(posting)
    with scope(workshop):
        by_name = {row.recipient.split("@")[0]: row for row in messages() if row.kind == "signed"}
        marks = {
            name: addresses.mark(addresses.MARK, row.workshop_id, row.id) for name, row in by_name.items()
        }  # fmt: skip
        text = by_name["sms"]
        text.via, text.via_address = "sms", "+32470123456"
        reference = texting.reference_of(text)
    client, now = app.test_client(), int(clock.now().timestamp())
    bounce = {"type": "bounce", "reference": marks["hard"], "status": "5.1.1", "detail": "no such user"}
    for wrong_secret, at in ((foreign, now), (secret, now - 400), (secret, now + 400)):
        assert report(client, workshop, "mail", wrong_secret, "e1", at, **bounce).status_code == 403
    assert client.post("/senne/notices/mail", data=b"{}").status_code == 403
    assert report(client, workshop, "mail", secret, "e0", now, type="odd").status_code == 422
    assert report(client, workshop, "fax", secret, "e0", now, **bounce).status_code == 404
    assert report(client, workshop, "mail", secret, "e1", now, **bounce).json == {"outcome": "suppressed"}
    assert report(client, workshop, "mail", secret, "e1", now, **bounce).json == {"outcome": "known"}
    complaint = {"type": "complaint", "reference": marks["spam"]}
    assert report(client, workshop, "mail", secret, "e2", now, **complaint).json == {"outcome": "suppressed"}
    stranger = {"type": "complaint", "reference": "1-1-" + "0" * 20}
    assert report(client, workshop, "mail", secret, "e3", now, **stranger).json == {"outcome": "nothing"}
    assert report(client, workshop, "sms", secret, "s1", now, type="delivered", reference=marks["sms"]).json == {
        "outcome": "nothing"
    }, "the mark of a letter is no reference of a text"
    failed = {"type": "undelivered", "reference": reference, "detail": "absent"}
    assert report(client, workshop, "sms", secret, "s2", now, **failed).json == {"outcome": "undelivered"}
    with scope(workshop):
        assert {row.address for row in session().scalars(select(Suppression))} == {"hard@example.be", "spam@example.be"}
        assert session().get_one(Message, (workshop.id, by_name["hard"].id)).status == "failed"
        fallen = session().get_one(Message, (workshop.id, text.id))
        assert (fallen.status, fallen.via) == ("queued", "mail"), "what did not arrive as a text goes by e-mail"
        assert len(session().scalars(select(ProviderNotice)).all()) == 5
        notices.renew_secret(owner, session().get_one(Workshop, workshop.id))
        renewed = notices.secret_of()
    assert renewed != secret
    delivered = {"type": "delivered", "reference": reference}
    with scope(workshop), pytest.raises(Conflict, match=r"secret\.changing"):
        notices.renew_secret(owner, session().get_one(Workshop, workshop.id))
    assert report(client, workshop, "sms", secret, "s3", now, **delivered).status_code == 200, "valid for a day"
    assert report(client, workshop, "sms", renewed, "s4", now, **delivered).status_code == 200
    with scope(workshop):
        pushing.key_of("notices").former_until = clock.now() - timedelta(seconds=1)
    assert report(client, workshop, "sms", secret, "s5", now, **delivered).status_code == 403
    sweeps.sweep(posting, "mail")
    with scope(workshop):
        assert session().get_one(Message, (workshop.id, text.id)).status == "sent"
        outcomes = session().scalars(
            select(Delivery.outcome).where(Delivery.message_id == text.id).order_by(Delivery.id)
        )
        assert list(outcomes) == ["sent", "undelivered", "delivered", "delivered", "sent"]


def test_answer_stands_with_the_case_it_is_about(
    workshop: Workshop, scope: Scoped, client: FlaskClient, database: Database, posting: Process
) -> None:
    with scope(workshop):
        repair = a_received(a_customer(email="repair@example.be")).reference
        contract = an_active(customer=a_customer(email="rent@example.be")).reference
    sweep_all(posting)
    with scope(workshop):
        letters = {row.recipient: row for row in messages()}
        for name in ("repair", "rent"):
            row = letters[f"{name}@example.be"]
            mail = EmailMessage()
            mail["From"], mail["Subject"] = row.recipient, f"About the {name}"
            mail["To"] = addresses.at("answers@example.be", addresses.REPLY, row.workshop_id, row.id)
            mail.set_content(f"My word on the {name}")
            name_of = {"repair": f"/senne/repairs/{repair}", "rent": f"/senne/contracts/{contract}"}
            assert take_in(database, mail.as_bytes()) == "An answer stands with its customer."
    for name, address in name_of.items():
        page = client.get(address).text
        assert f"My word on the {name}" in page
        assert page.count("My word on the") == 1, "and nobody else's"
    with scope(workshop):
        (one, _other) = session().scalars(select(InboundMessage).order_by(InboundMessage.id)).all()
    assert client.post(f"/senne/letters/answers/{one.id}/read").status_code == 303


def test_digest_says_what_waits_once_a_day_to_who_wants_it_and_nothing_on_a_quiet_day(
    workshop: Workshop, scope: Scoped, client: FlaskClient, posting: Process, post: tuple[Sink, int]
) -> None:
    assert client.post("/senne/digest", data={"is_on": "y"}).status_code == 303
    tomorrow = clock.today("Europe/Brussels") + timedelta(days=1)
    with clock.travelled(clock.at_local(tomorrow, time(7, 30), "Europe/Brussels")), scope(workshop):
        assert digests.plan() == 0, "nothing waits"
    with scope(workshop):
        due = an_active(customer=a_customer(email=None)).lines[0].due_at
    assert due is not None
    day = clock.local(due, "Europe/Brussels").date()
    with clock.travelled(clock.at_local(day, time(6, 30), "Europe/Brussels")), scope(workshop):
        assert digests.plan() == 0, "before seven"
    with clock.travelled(clock.at_local(day, time(7, 30), "Europe/Brussels")):
        with scope(workshop):
            assert digests.plan() == 1
            assert digests.plan() == 0
        before = len(post[0].letters)
        sweeps.sweep(posting, "mail")
        found = [
            letter for letter in post[0].letters[before:] if letter["Subject"] and "Atelier Senne" in letter["Subject"]
        ]
        assert len(found) == 1
        body = found[0].get_body(("plain",))
        assert body is not None
        assert "1 " in body.get_content()
    assert client.post("/senne/digest", data={}).status_code == 303
    with scope(workshop):
        assert not any(digests.wants(member) for member in session().scalars(select(Member)))
