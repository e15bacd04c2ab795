"""The background work as people see it: what is stuck runs again, a letter whose fate is unknown is decided on its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text, update

from config.settings import Settings
from service_app.core import clock, jobs, standing
from service_app.core.access import Actor
from service_app.core.db import session
from service_app.core.events import Event
from service_app.core.jobs import Job
from service_app.core.states import move
from service_app.core.web import Ronde
from service_app.desk import background
from service_app.notifications import operations as notifications
from service_app.notifications import suppression, traffic
from service_app.notifications.models import Message
from service_app.webhooks import operations as hooks
from service_app.webhooks.models import WebhookDelivery
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent
from tests.factories.repairs import a_received
from tests.mail import Sink
from tests.webhooks.conftest import Receiver, receiver
from tests.workers.conftest import Made, make, post, posting, process
from workers import planners, schedule, sweeps
from workers.process import Process

__all__ = ["make", "post", "posting", "process", "receiver"]


def test_dead_job_runs_again_and_a_letter_of_unknown_fate_is_decided_on_its_page(
    workshop: Workshop, scope: Scoped, client: FlaskClient
) -> None:
    with scope(workshop):
        a_sent()
        jobs.enqueue("notifications.send", channel="mail", payload={"message_id": 7}, dedupe_key="letter:7")
        session().execute(update(Job).where(Job.kind == "notifications.send").values(state="unknown"))
        session().execute(update(Job).where(Job.kind != "notifications.send").values(state="dead"))
        dead = session().scalars(select(Job.id).where(Job.state == "dead")).first()
        unknown = session().scalars(select(Job.id).where(Job.state == "unknown")).first()
    page = client.get("/senne/jobs").text
    assert f"/senne/jobs/{dead}/again" in page
    assert f"/senne/jobs/{unknown}/again" not in page
    assert 'href="/senne/letters/7"' in page
    assert client.post(f"/senne/jobs/{dead}/again").status_code == 303
    with scope(workshop):
        assert session().scalars(select(Job.state).where(Job.id == dead)).one() == "ready"


def test_what_is_stuck_runs_again_once_all_of_a_kind_or_is_set_aside_with_a_reason(
    workshop: Workshop, scope: Scoped, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    with scope(workshop):
        for number in range(3):
            jobs.enqueue("documents.try", channel="documents", payload={}, dedupe_key=str(number))
        jobs.enqueue("other.try", channel="documents", payload={}, dedupe_key="one")
        session().execute(update(Job).values(state="dead", attempts=12, last_error="no paper"))
        first, *_rest, other = session().scalars(select(Job.id).order_by(Job.id)).all()
    for _twice in range(2):
        assert client.post(f"/senne/jobs/{first}/aside", data={"reason": "made by hand"}).status_code == 303
        assert client.post("/senne/jobs/again", data={"kind": "documents.try"}).status_code == 303
    assert client.post(f"/senne/jobs/{other}/aside", data={"reason": " "}).status_code == 303
    with scope(workshop):
        found = session().execute(select(Job.state, Job.attempts, Job.set_aside_reason).order_by(Job.id)).all()
        assert found == [("cancelled", 12, "made by hand"), ("ready", 0, None), ("ready", 0, None), ("dead", 12, None)]
        told = (
            session()
            .execute(select(Event.name, Event.data).where(Event.name.startswith("job.")).order_by(Event.id))
            .all()
        )
        assert told == [
            ("job.set_aside", {"kind": "documents.try", "count": 1}),
            ("job.driven_again", {"kind": "documents.try", "count": 2}),
        ]
    page = client.get("/senne/jobs").text
    assert "made by hand" in page
    assert "documents.try" in page, "two are due again"
    assert client.post(f"/senne/jobs/{first}/again").status_code == 303
    assert sign_in(workshop, "counter").post(f"/senne/jobs/{first}/again").status_code == 403
    assert client.post("/senne/jobs/999999/again").status_code == 404


def test_channel_that_fails_is_told_on_every_page_until_it_is_resumed(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient, owner: Actor
) -> None:
    with scope(workshop):
        for _failure in range(standing.FAILURES - 1):
            traffic.failed("mail", "no route")
        assert not standing.troubled(), "a passing failure is nobody's worry"
        traffic.went("mail")
        for _failure in range(standing.FAILURES):
            traffic.failed("mail", "no route")
        assert jobs.is_paused("mail")
        traffic.failed("mail", "no route")
    for page in ("/senne/", "/senne/items", "/senne/jobs"):
        assert "no route" in client.get(page).text, page
    with scope(other_workshop):
        assert not standing.troubled()
    assert client.post("/senne/jobs/channels/mail/resume").status_code == 303
    assert client.post("/senne/jobs/channels/mail/resume").status_code == 303
    assert "no route" not in client.get("/senne/").text
    with scope(workshop):
        traffic.failed("sms", "401", at_once=True)
        assert jobs.is_paused("sms")
        traffic.went("sms")
        names = session().scalars(select(Event.name).where(Event.name.startswith("channel.")).order_by(Event.id)).all()
        assert names == ["channel.paused", "channel.resumed", "channel.paused", "channel.resumed"]


def test_what_fails_since_its_first_release_is_late_on_the_page_and_has_a_figure(
    workshop: Workshop, client: FlaskClient, process: Process, admin: Engine
) -> None:
    """The planner is the real one over a plan that always fails, as a fault of ours would."""

    def fails() -> int:
        raise ZeroDivisionError

    schedule.expect(process)
    planners.in_every_workshop(process, "plan_care", fails)
    sweeps.sweep(process, "mail")
    late = "Planning care has not run to its end once since"
    page = client.get("/senne/jobs").text
    assert late not in page, "it may take its time"
    assert "not once" in page
    with admin.begin() as connection:
        connection.execute(text("UPDATE heartbeat SET at = at - interval '3 hours' WHERE name <> 'sweep.mail'"))
    schedule.expect(process)
    page = client.get("/senne/jobs").text
    assert "not once · too long ago" in page
    figures = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines())
    for entry in schedule.SCHEDULE:
        assert int(figures[f'ronde_heartbeat_age_seconds{{name="{entry.name}"}}']) >= 0
    assert int(figures['ronde_heartbeat_age_seconds{name="plan_care"}']) > 3 * 3600 - 60
    with admin.begin() as connection:
        connection.execute(text("DELETE FROM heartbeat WHERE name NOT IN ('plan_care', 'sweep.mail')"))
    assert late in client.get("/senne/jobs").text
    planners.in_every_workshop(process, "plan_care", planners.plan_care)
    page = client.get("/senne/jobs").text
    assert late not in page
    assert "too long ago" not in page


def test_what_must_always_hold_and_does_not_is_on_the_page_and_in_the_figures_until_it_does(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, client: FlaskClient, process: Process, admin: Engine
) -> None:
    name = "no job is held past its lease"
    figure = f'ronde_invariant_violations{{name="{name}"}}'

    def ask() -> tuple[str, str]:
        planners.in_every_workshop(process, "ask_invariants", planners.ask_invariants)
        figures = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines())
        return client.get("/senne/jobs").text, figures[figure]

    page, count = ask()
    assert name not in page
    assert count == "0"
    for place in (workshop, other_workshop):
        with scope(place):
            jobs.enqueue("documents.try", channel="documents", payload={}, dedupe_key="1")
    with admin.begin() as connection:
        connection.execute(text("UPDATE job SET state = 'leased', lease_until = now() - interval '1 hour'"))
    for _hour in range(2):
        page, count = ask()
        assert name in page
        assert "documents.try" in page, "the first of them"
        assert count == "2"
    with admin.begin() as connection:
        connection.execute(text("UPDATE job SET state = 'ready', lease_until = NULL"))
    page, count = ask()
    assert name not in page
    assert count == "0"


def test_figures_are_for_who_bears_the_token_or_for_this_machine(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, app: Ronde, settings: Settings
) -> None:
    for place, kinds in ((workshop, ("a.try", "b.try")), (other_workshop, ("a.try",))):
        with scope(place):
            for kind in kinds:
                jobs.enqueue(kind, channel="documents", payload={}, dedupe_key="1")
                jobs.enqueue(kind, channel="documents", payload={}, dedupe_key="2")
            session().execute(update(Job).where(Job.dedupe_key == "2").values(state="dead"))
            session().execute(update(Job).where(Job.dedupe_key == "1").values(run_at=func.now() - timedelta(minutes=9)))
            traffic.failed("mail", "535", at_once=True)
            jobs.beat("reap")
    client = app.test_client()
    shown = client.get("/metrics")
    lines = dict(line.rsplit(" ", 1) for line in shown.text.splitlines() if not line.startswith("#"))
    assert shown.mimetype == "text/plain"
    assert lines['ronde_jobs_dead{kind="a.try"}'] == "2"
    assert lines['ronde_jobs_due{kind="b.try"}'] == "1"
    assert int(lines['ronde_oldest_due_seconds{kind="a.try"}']) >= 540
    assert lines['ronde_channels_paused{channel="mail"}'] == "2"
    assert lines["ronde_suppressed_addresses"] == "0"
    assert int(lines['ronde_heartbeat_age_seconds{name="reap"}']) >= 0
    assert "senne" not in shown.text
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.4"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.4"}).status_code == 404
    app.extensions["settings"] = replace(settings, metrics_token="the token of the watcher")
    try:
        assert client.get("/metrics").status_code == 404
        bearing = {"Authorization": "Bearer the token of the watcher"}
        assert client.get("/metrics", headers=bearing, environ_base={"REMOTE_ADDR": "203.0.113.4"}).status_code == 200
    finally:
        app.extensions["settings"] = settings


def the(model: type[Any], **which: object) -> Any:
    return session().scalars(select(model).filter_by(**which)).one()


def a_written() -> tuple[Message, Job]:
    """A letter to a customer, the only one, with the job that is to send it."""
    a_received(a_customer(email="nora@example.be"))
    asked = session().scalars(select(Job.payload).where(Job.kind == "notifications.write")).all()
    notifications.write_letter("repair_received", next(one for one in asked if one["letter"] == "repair_received"))
    session().execute(update(Job).where(Job.kind == "notifications.write").values(state="done"))
    return the(Message, kind="repair_received"), the(Job, kind="notifications.send")


@pytest.mark.parametrize("gives_up", ["broken", "kills", "long_ago"])
def test_letter_whose_job_gave_up_has_failed_and_is_sent_when_the_job_is_run_again_or_is_somebodys_call_set_aside(
    workshop: Workshop, scope: Scoped, owner: Actor, posting: Process, post: tuple[Sink, int], gives_up: str
) -> None:
    """A fault of ours, a letter that kills whoever writes it, and one that gave up before anything followed from that."""
    with scope(workshop):
        message, job = a_written()
        facts, job_id, message_id = message.payload, job.id, message.id
        if gives_up == "broken":
            message.payload = {}
        elif gives_up == "kills":
            job.state, job.lost_count, job.lease_until = "leased", jobs.LOST_LIMIT - 1, clock.now() - timedelta(hours=1)
        else:
            job.state = "dead"
    (sweeps.reap if gives_up == "kills" else partial(sweeps.sweep, channel="mail"))(posting)

    def stands() -> tuple[str, str | None, str]:
        with scope(workshop):
            message = the(Message, id=message_id)
            is_to_call = suppression.to_call(9) == [message]
            assert is_to_call is (message.status == "failed")
            return message.status, message.reason, the(Job, id=job_id).state

    assert stands() == (("queued", None, "dead") if gives_up == "long_ago" else ("failed", "stuck", "dead"))
    for _twice in range(2):
        with scope(workshop):
            background.set_aside(owner, job_id, "we told them")
        assert stands() == ("failed", "stuck", "cancelled")
    for _twice in range(2):
        with scope(workshop):
            the(Message, id=message_id).payload = facts
            background.drive_again(owner, job_id)
        assert stands() == ("queued", None, "ready")
    sweeps.sweep(posting, "mail")
    assert stands() == ("sent", None, "done")
    assert len(post[0].letters) == 1
    with scope(workshop):
        names = list(session().scalars(select(Event.name).where(Event.name == "customer.not_told")))
        assert len(names) == 1


def test_set_aside_job_of_a_letter_of_unknown_fate_leads_to_the_letter_and_is_not_run_again_in_vain(
    workshop: Workshop, scope: Scoped, owner: Actor, client: FlaskClient
) -> None:
    with scope(workshop):
        message, job = a_written()
        move(message, "unknown")
        job.state = "unknown"
        job_id, message_id = job.id, message.id
        background.set_aside(owner, job_id, "we ask her")
    run_again = f"/senne/jobs/{job_id}/again"
    page = client.get("/senne/jobs").text
    assert f'href="/senne/letters/{message_id}"' in page
    assert run_again not in page
    assert client.post(run_again).status_code == 409, "of a page that was open before"
    with scope(workshop):
        assert the(Job, id=job_id).state == "cancelled"
        move(the(Message, id=message_id), "failed")
    assert run_again in client.get("/senne/jobs").text


def test_letter_that_was_sent_again_is_not_given_up_with_its_old_job(
    workshop: Workshop, scope: Scoped, owner: Actor, posting: Process, post: tuple[Sink, int]
) -> None:
    with scope(workshop):
        message, job = a_written()
        facts, message.payload = message.payload, {}
        job_id, message_id = job.id, message.id
    sweeps.sweep(posting, "mail")
    with scope(workshop):
        the(Message, id=message_id).payload = facts
        notifications.send_again(owner, message_id)
        background.set_aside(owner, job_id, "sent again")
        assert the(Message, id=message_id).status == "queued"
    sweeps.sweep(posting, "mail")
    with scope(workshop):
        assert the(Message, id=message_id).status == "sent"
        background.drive_again(owner, job_id)
    sweeps.sweep(posting, "mail")
    assert len(post[0].letters) == 1, "what arrived is not sent again because its old job runs again"


def test_delivery_whose_job_gave_up_or_was_set_aside_can_be_sent_anew(
    workshop: Workshop, scope: Scoped, owner: Actor, make: Made, receiver: Receiver
) -> None:
    process = make(webhooks_local=True)
    with scope(workshop):
        endpoint = hooks.create_endpoint(owner, hooks.EndpointFacts("Books", receiver.url, ["item.lost"], local=True))
        delivery_id = hooks.send_test(owner, endpoint).id
        job = the(Job, kind=hooks.JOB)
        job_id, job.state = job.id, "dead"

    def stands() -> tuple[str, str]:
        with scope(workshop):
            return the(WebhookDelivery, id=delivery_id).status, the(Job, id=job_id).state

    with scope(workshop):
        background.set_aside(owner, job_id, "they look it up")
    assert stands() == ("failed", "cancelled")
    with scope(workshop):
        background.drive_again(owner, job_id)
    assert stands() == ("waiting", "ready")
    with scope(workshop):
        job = the(Job, id=job_id)
        job.state, job.lost_count, job.lease_until = "leased", jobs.LOST_LIMIT - 1, clock.now() - timedelta(hours=1)
    assert sweeps.reap(process) == 1
    assert stands() == ("failed", "dead")
    with scope(workshop):
        hooks.replay(owner, the(WebhookDelivery, id=delivery_id))
        background.set_aside(owner, job_id, "sent anew")
    assert stands() == ("waiting", "cancelled"), "another job is at it"
    sweeps.sweep(process, hooks.CHANNEL)
    assert stands() == ("taken", "cancelled")
    assert len(receiver.calls) == 1
