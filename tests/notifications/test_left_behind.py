"""What waits although no job brings it any more is found and ended, as far as is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from service_app.core import clock, jobs, tenancy
from service_app.core.db import session
from service_app.core.jobs import Job
from service_app.notifications import doubtful, operations, suppression
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent
from tests.mail import Sink
from tests.notifications.test_letters import messages, sweep_all
from workers import schedule, sweeps
from workers.process import Process

MAIL = Job.kind == "notifications.send"


def look(process: Process) -> int:
    return schedule.BY_NAME["end_left_behind"].do(process)


def stands(scope: Scoped, workshop: Workshop) -> tuple[str, str | None]:
    """How the only message stands; what has failed is to call, what is in doubt is shown as that."""
    with scope(workshop):
        (message,) = messages()
        assert (suppression.to_call(9) == [message]) is (message.status == "failed")
        assert (doubtful.in_doubt(9) == [message]) is (message.status == "unknown")
        return message.status, message.reason


def a_letter(scope: Scoped, place: Workshop, name: str) -> None:
    """A letter to a customer, the only one of its workshop, with the job that is to send it."""
    with scope(place):
        a_sent(customer=a_customer(name=name))
        written = Job.kind == "notifications.write"
        operations.write_letter("offer", session().scalars(select(Job.payload).where(written)).one())
        session().execute(update(Job).where(written).values(state="done"))
        assert [message.status for message in messages()] == ["queued"]
        assert session().scalar(select(func.count(Job.id)).where(MAIL, Job.state == "ready")) == 1


@pytest.fixture
def written(workshop: Workshop, scope: Scoped) -> None:
    """A letter to Nora."""
    a_letter(scope, workshop, "Nora Peeters")


def test_reaper_that_dies_before_what_follows_leaves_no_letter_waiting(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int], written: None
) -> None:
    with scope(workshop):
        lost = {"state": "leased", "lost_count": jobs.LOST_LIMIT - 1, "lease_until": clock.now() - timedelta(hours=1)}
        session().execute(update(Job).where(MAIL).values(lost))
    with posting.database.transaction(tenancy.platform("reap")):
        assert [row.state for row in jobs.reap()] == ["dead"]
    sweeps.reap(posting)
    assert stands(scope, workshop) == ("queued", None), "nobody takes that job back a second time"
    assert look(posting) == 1
    assert stands(scope, workshop) == ("failed", "stuck")
    assert look(posting) == 0
    sweep_all(posting)
    assert post[0].letters == []


@pytest.mark.parametrize(
    ("ended", "status", "reason"),
    [
        ({"state": "dead"}, "failed", "stuck"),
        ({"state": "cancelled"}, "failed", "stuck"),
        ({"state": "dead", "called_at": func.now()}, "unknown", "lost"),
        ({"state": "cancelled", "called_at": func.now()}, "unknown", "lost"),
        ({"state": "done"}, "unknown", "lost"),
        (None, "unknown", "lost"),
        ({"state": "ready"}, "queued", None),
        ({"state": "leased", "lease_until": func.now() - timedelta(hours=1)}, "queued", None),
    ],
    ids=["dead", "cancelled", "dead, called", "cancelled, called", "done", "gone", "ready", "leased"],
)
def test_letter_whose_job_ended_is_ended_too_and_in_doubt_when_it_may_have_gone(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int], written: None,
    ended: dict[str, object] | None, status: str, reason: str | None,
) -> None:  # fmt: skip
    a_letter(scope, other_workshop, "Ada Claes")
    with scope(workshop):
        which = delete(Job).where(MAIL) if ended is None else update(Job).where(MAIL).values(ended)
        session().execute(which)
    assert look(posting) == (status != "queued")
    assert stands(scope, workshop) == (status, reason)
    assert look(posting) == 0
    with scope(other_workshop):
        assert [message.status for message in messages()] == ["queued"], "that one has its job"
    if status != "queued":
        sweep_all(posting)
        assert len(post[0].letters) == 1, "that of the other workshop"
        assert stands(scope, workshop) == (status, reason)


def test_letter_that_goes_another_way_by_now_is_left_to_that_job(
    workshop: Workshop, scope: Scoped, posting: Process, post: tuple[Sink, int], written: None
) -> None:
    with scope(workshop):
        session().execute(update(Job).where(MAIL).values(state="dead"))
        message_id = session().scalars(select(Message.id)).one()
        jobs.enqueue("notifications.send", channel="mail", payload={"message_id": message_id}, dedupe_key="another")
    assert look(posting) == 0
    sweep_all(posting)
    assert len(post[0].letters) == 1
    assert stands(scope, workshop) == ("sent", None)
