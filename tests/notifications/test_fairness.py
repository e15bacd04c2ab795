"""A backlog of one workshop delays no other: counted in turns, for a clock says nothing on a busy machine."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from service_app.core import jobs, tenancy
from service_app.core.db import current_workshop_id, session
from service_app.core.jobs import Job
from service_app.notifications import operations
from service_app.notifications.models import Message
from service_app.portal.operations import entering
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent
from workers import sweeps
from workers.handlers import HANDLERS, Within
from workers.process import Process
from workers.sweeps import BATCH

BACKLOG = 3000


def test_few_of_one_workshop_go_with_the_first_turn_past_the_backlog_of_another(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, process: Process
) -> None:
    for channel in ("mail", "sms", "push"):
        for place, many in ((workshop, BACKLOG), (other_workshop, 5)):
            with scope(place):
                session().execute(
                    text(
                        "INSERT INTO job (workshop_id, kind, dedupe_key, channel, payload, run_at)"
                        " SELECT :place, 'some.work', :channel || n, :channel, '{}',"
                        " now() - make_interval(secs => :many - n + 60) FROM generate_series(1, :many) n"
                    ),
                    {"place": place.id, "channel": channel, "many": many},
                    execution_options={"scoped_by_hand": True},
                )
        with process.database.transaction(tenancy.platform("first turn")):
            turn = jobs.claim(channel, most=BATCH)
        assert len(turn) >= BATCH // 2, "the turn is full"
        assert sum(job.workshop_id == other_workshop.id for job in turn) == 5, "all five, at once"
    with scope(other_workshop):
        assert session().scalar(select(func.count(Job.id)).where(Job.state == "ready")) == 0


def test_a_key_that_is_good_for_minutes_goes_before_the_thousands_of_the_morning(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    """Of one and the same workshop: written with the next turn, sent with the one after it; and what is owed goes before
    what may be missed."""
    with scope(workshop):
        nora = a_customer(email="nora@example.be")
        for number in range(2 * BATCH):
            operations.write(
                "reminder", f"test:{number}", {"customer_id": nora.id}, "nora@example.be", "en", "customer"
            )
        a_sent()
        entering.ask_link("nora@example.be", "a browser", "127.0.0.1", "en")

    def turn(channel: str) -> list[jobs.Claimed]:
        with process.database.transaction(tenancy.platform("turn")):
            return jobs.claim(channel, most=BATCH)

    written = {job.payload["letter"]: job for job in turn("planning") if job.kind == "notifications.write"}
    assert set(written) >= {"portal_link", "offer"}
    with scope(workshop):
        assert operations.write_letter("portal_link", written["portal_link"].payload) == 1
        link = session().scalars(select(Message).where(Message.kind == "portal_link")).one().id
    assert link in {job.payload["message_id"] for job in turn("mail") if job.kind == "notifications.send"}


def test_where_every_call_is_slow_the_few_are_not_behind_the_many_of_the_same_turn(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn whose time is up puts back what it did not come to: the few must have come before that."""
    order: list[int] = []
    monkeypatch.setitem(HANDLERS, "test.order", Within(lambda _payload: order.append(current_workshop_id())))
    for place, many in ((workshop, 40), (other_workshop, 4)):
        with scope(place):
            for number in range(many):
                jobs.enqueue("test.order", channel="mail", payload={}, dedupe_key=f"{number}")
    sweeps.sweep(process, "mail", most=30)
    assert len(order) == 44
    assert set(order[:8]) == {workshop.id, other_workshop.id}
    assert order[:8].count(other_workshop.id) == 4
