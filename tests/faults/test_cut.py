"""The database away and back: nobody has to be started again, and nothing is lost or done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from config.settings import Settings
from migrations.setup import RuntimeUrls
from service_app import create_app
from service_app.core import jobs
from service_app.core.db import Database
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.workshops import PASSWORD, make_member
from tests.faults.test_killed import (
    Started,
    eventually,
    expire_leases,
    hurry,
    message_states,
    open_jobs,
    slow_post,
    start,
    write_offers,
)
from tests.line import Line, line_to

__all__ = ["start"]
pytestmark = [pytest.mark.fault, pytest.mark.slow]


@pytest.fixture
def line(admin_url: str) -> Iterator[Line]:
    """A line to the database of this test."""
    url = make_url(admin_url)
    with line_to(url.host or "", url.port or 0) as line:
        yield line


def over(line: Line, url: str) -> str:
    return make_url(url).set(port=line.port).render_as_string(hide_password=False)


def test_sweep_that_loops_outlives_a_database_that_was_away_and_sends_the_rest(
    workshop: Workshop, database: Database, scope: Scoped, admin: Engine, start: Started, urls: RuntimeUrls, line: Line
) -> None:
    write_offers(workshop, scope, 12)
    with slow_post() as (sink, post):
        process = start("sweep", "--loop", DATABASE_URL=over(line, urls.worker), **post)
        eventually(lambda: len(sink.letters) >= 3, "the sweep sends letters")
        line.cut()
        time.sleep(2)
        assert process.poll() is None, "it is still there"
        in_between = len(sink.letters)
        line.mend()
        expire_leases(admin)

        def done() -> bool:
            hurry(admin)
            return open_jobs(admin) == 0

        eventually(done, "it goes on by itself")
    assert len(sink.letters) > in_between
    assert len(set(sink.ids())) == 12
    assert len(sink.ids()) <= 13, "at most the letter in its hands went twice, under the same Message-ID"
    assert message_states(admin) == {"sent": 12}


def test_web_says_that_the_database_is_away_and_goes_on_when_it_is_back(
    workshop: Workshop, database: Database, settings: Settings, line: Line
) -> None:
    email, nudges = make_member(database, workshop, "owner"), list(jobs._nudge)
    app = create_app(replace(settings, database_url=over(line, settings.database_url)))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    line.cut()
    for path in ("/senne/customers", "/health", "/sign-in"):
        answer = client.get(path)
        assert (answer.status_code, int(answer.headers["Retry-After"])) == (503, 10), path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    line.mend()
    assert client.get("/senne/customers").status_code == 200
    app.database.engine.dispose()
    jobs._nudge[:] = nudges
