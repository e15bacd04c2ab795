"""The background work as people see it: what is stuck runs again, a letter whose fate is unknown is decided on its page."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select, update

from service_app.core import jobs
from service_app.core.db import session
from service_app.core.jobs import Job
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.rentals import a_sent


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
