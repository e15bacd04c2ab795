"""The database away and back, Redis slow, full and silent: nobody has to be started again, and nothing is lost or done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis
from sqlalchemy import Engine, func, select
from sqlalchemy.engine import make_url

from config.celery import make_celery
from config.local import LocalRedis
from config.settings import Settings
from migrations.setup import RuntimeUrls
from service_app import create_app
from service_app.core import jobs
from service_app.core.db import Database, session
from service_app.nudge import Nudge
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
    redis,
    slow_post,
    start,
    write_offers,
)
from tests.line import Line, line_to

__all__ = ["redis", "start"]
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


def test_redis_slow_full_and_silent_delays_letters_and_loses_none(
    workshop: Workshop, database: Database, scope: Scoped, admin: Engine, start: Started, redis: LocalRedis
) -> None:
    """Three troubles one after the other, the same worker and beat throughout: what went before the next one begins shows
    that it is over."""
    with slow_post() as (sink, post), line_to("127.0.0.1", redis.port) as line:
        sink.pause_seconds = 0
        post["REDIS_URL"] = redis.url.replace(f":{redis.port}/", f":{line.port}/")
        running = [start("worker", "--concurrency=1", **post), start("beat", **post)]
        line.pause_seconds = 0.05
        write_offers(workshop, scope, 2)
        eventually(lambda: message_states(admin) == {"sent": 2}, "slowly, but they go")
        line.pause_seconds = 0
        with Redis.from_url(redis.url) as direct:
            direct.config_set("maxmemory", 1)
            write_offers(workshop, scope, 2)
            eventually(lambda: ooms(direct) > 2, "whoever wants to write is refused")
            direct.config_set("maxmemory", 0)
        eventually(lambda: message_states(admin) == {"sent": 4}, "there is room again")
        line.hold()
        write_offers(workshop, scope, 2)
        joined = line.joined
        eventually(lambda: line.joined > joined + 1, "who hears nothing tries anew by itself")
        line.mend()
        eventually(lambda: message_states(admin) == {"sent": 6}, "the silence is over")
        assert [process.poll() for process in running] == [None, None], "nobody had to be started again"
    assert len(sink.ids()) == len(set(sink.ids())) == 6


def ooms(direct: Redis) -> int:
    """How often Redis refused for want of room."""
    found = direct.info("errorstats")
    return int(found.get("errorstat_OOM", {}).get("count", 0))


def test_web_answers_whatever_is_the_matter_with_redis(
    workshop: Workshop, settings: Settings, scope: Scoped, redis: LocalRedis
) -> None:
    """The row is written, so the wake-up is worth one try and no error page."""
    nudges = list(jobs._nudge)
    with line_to("127.0.0.1", redis.port) as line:
        url = redis.url.replace(f":{redis.port}/", f":{line.port}/")
        nudge = Nudge(make_celery(replace(settings, redis_url=url)))
        jobs.on_enqueue(nudge)
        try:
            with Redis.from_url(redis.url) as direct:
                write_offers(workshop, scope, 1)
                assert direct.llen("ronde:celery") > 0, "a wake-up came"
                direct.config_set("maxmemory", 1)
                before = ooms(direct)
                write_offers(workshop, scope, 1)
                assert ooms(direct) > before
                direct.config_set("maxmemory", 0)
                for trouble in (line.hold, line.cut):
                    nudge._quiet_until = 0.0
                    trouble()
                    write_offers(workshop, scope, 1)
                    assert nudge._quiet_until > 0, "it failed, and asks nothing for a while"
                    line.mend()
        finally:
            jobs._nudge[:] = nudges
    with scope(workshop):
        assert session().scalar(select(func.count()).select_from(jobs.Job)) == 4
