"""Letters while workers die at named moments, stop, and lose the database: the whole history is checked at the end. Every due
letter arrives, none is missing, and only what nobody could know arrives twice, under the same Message-ID."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from config.local import LocalPostgres
from config.settings import Settings
from migrations.setup import RuntimeUrls, prepare_database
from service_app.core import jobs, tenancy
from service_app.core.db import Database, session
from service_app.core.jobs import Job
from service_app.notifications.models import Message
from service_app.workshops.models import Workshop
from tests.conftest import PASSWORDS, Scoped
from tests.factories.workshops import make_workshop
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
from tests.mail import Sink
from tests.notifications.test_history import check
from tests.workers.conftest import Made, make, post
from workers import sweeps
from workers.process import Process, make_process

__all__ = ["make", "post", "start"]
pytestmark = [pytest.mark.fault, pytest.mark.slow]


def name_them(admin: Engine, *names: str) -> None:
    """Some of the recipients get a name by which a worker knows what to do."""
    with admin.begin() as connection:
        for number, name in enumerate(names):
            values = {"old": f"c{number}@example.be", "new": f"{name}@example.be"}
            connection.execute(text("UPDATE customer SET email = :new WHERE email = :old"), values)


def expire_leases_of_the_gone(admin: Engine, *stopped: int) -> None:
    """The three minutes of a lease, over at once, of workers that are dead or stand still."""
    with admin.begin() as connection:
        for name in connection.scalars(text("SELECT DISTINCT leased_by FROM job WHERE state = 'leased'")).all():
            number = int(name.rpartition(":")[2])
            with suppress(ProcessLookupError):
                os.kill(number, 0)
                if number not in stopped:
                    continue
            over = (
                "UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'leased' AND leased_by = :name"
            )
            connection.execute(text(over), {"name": name})


def test_workers_that_die_before_the_call_and_after_it_stop_and_go_on_and_one_job_that_kills_them_all(
    workshop: Workshop, database: Database, scope: Scoped, admin: Engine, start: Started, tmp_path: Path
) -> None:
    write_offers(workshop, scope, 10)
    name_them(admin, "before", "after", "stopped")
    with scope(workshop):
        jobs.enqueue("test.kill", channel="mail", payload={}, dedupe_key="kill", priority=1)

    def seen(name: str) -> list[int]:
        file = tmp_path / name
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    with slow_post() as (sink, post):
        sink.pause_seconds = 0
        start(module="tests.faults.hostile", HOSTILE_DIR=str(tmp_path), **post)

        def is_left_to_who_stopped() -> bool:
            hurry(admin)
            expire_leases_of_the_gone(admin, *seen("stopped"))
            return open_jobs(admin) == 0 and bool(seen("stopped"))

        eventually(is_left_to_who_stopped, "the others do all of it, also what the stopped one held")
        assert sum(str(letter["To"]).startswith("stopped@") for letter in sink.letters) == 1
        os.kill(seen("stopped")[0], signal.SIGCONT)
        came = "the stopped one wakes up in the middle of its call, and what it says of it is not heard"
        eventually(lambda: sum(str(letter["To"]).startswith("stopped@") for letter in sink.letters) == 2, came)
    assert len(seen("before")) == len(seen("after")) == 1
    assert len(set(seen("killed"))) == 3, "three workers, and no more"
    with scope(workshop):
        rows = session().scalars(select(Message)).all()
        check(rows, sink, in_doubt=("after@example.be", "stopped@example.be"))
        assert len(rows) == 10
        ends = session().execute(select(Job.kind, Job.state, Job.last_error_class).where(Job.state != "done")).all()
        assert [tuple(end) for end in ends] == [("test.kill", "dead", "Killer")], (
            "who was beside it is not lost with it"
        )
    assert sum(str(letter["To"]).startswith("after@") for letter in sink.letters) == 2
    assert sum(str(letter["To"]).startswith("before@") for letter in sink.letters) == 1


@pytest.fixture
def line(admin_url: str) -> Iterator[Line]:
    """A line to the database of this test."""
    url = make_url(admin_url)
    with line_to(url.host or "", url.port or 0) as line:
        yield line


@pytest.mark.parametrize("lets_through", [True, False], ids=["committed", "not_committed"])
def test_connection_that_breaks_at_the_commit_after_the_call_sends_nothing_twice(
    workshop: Workshop, scope: Scoped, admin: Engine, make: Made, urls: RuntimeUrls, post: tuple[Sink, int], line: Line,
    lets_through: bool,
) -> None:  # fmt: skip
    """What the mail server said is known, so it is written down when the database is there again."""
    write_offers(workshop, scope, 4)
    url = make_url(urls.worker).set(port=line.port).render_as_string(hide_password=False)
    process = make(database_url=url, smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False)
    sweeps.sweep(process, "planning")
    post[0].on_taken = lambda: line.cut_at(b"COMMIT", lets_through=lets_through) if len(post[0].letters) == 2 else None
    sweeps.sweep(process, "mail")
    assert not line.is_to_be_cut
    with scope(workshop):
        check(session().scalars(select(Message)).all(), post[0])
        assert {(job.state, job.attempts, job.lost_count) for job in session().scalars(select(Job))} == {("done", 1, 0)}
    assert message_states(admin) == {"sent": 4}


class Falling(LocalPostgres):
    """One that forgets nothing it acknowledged when it is killed: that is what is tried here. (The machine stays up, so the
    disk need not be waited for.)"""

    def _arguments(self) -> list[str]:
        return [*super()._arguments(), "-c", "synchronous_commit=on"]


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[LocalPostgres]:
    """A PostgreSQL of this test's own, to be killed."""
    place = Path("/tmp") / f"ronde-fault-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    server = Falling(place / "postgres", durable=False).start()
    yield server
    server.stop()
    shutil.rmtree(place)


def test_database_that_falls_over_while_letters_go_out_costs_none_and_repeats_none_that_was_answered(
    own_postgres: LocalPostgres, settings: Settings, database: Database
) -> None:
    """An immediate shutdown and a recovery from the log, in the middle; the worker is never started again."""
    urls = prepare_database(own_postgres.url, PASSWORDS)
    own, admin = Database(urls.app), create_engine(own_postgres.url)
    try:
        place = make_workshop(own, slug="senne", name="Atelier Senne", name_second=None)
        write_offers(place, lambda one: own.transaction(tenancy.workshop(one.id)), 12)
        with slow_post() as (sink, post):
            process = make_process(
                replace(settings, database_url=urls.worker, smtp_host="127.0.0.1", smtp_port=int(post["SMTP_PORT"]),
                        smtp_starttls=False)
            )  # fmt: skip
            worker = Swept(process, lambda: (expire_leases(admin), hurry(admin)))
            worker.start()
            eventually(lambda: len(sink.letters) >= 3, "letters go out")
            own_postgres.stop(signal.SIGQUIT)
            own_postgres.start()
            for engine in (admin, own.engine):
                engine.dispose()
            eventually(lambda: open_jobs(admin) == 0, "it goes on by itself")
            worker.stop()
        assert len(set(sink.ids())) == 12
        with own.transaction(tenancy.workshop(place.id)):
            check(session().scalars(select(Message)).all(), sink)
    finally:
        for engine in (admin, own.engine):
            engine.dispose()


class Swept(threading.Thread):
    """A worker that sweeps until it is stopped, whatever the database does; `between` is done while it holds nothing."""

    def __init__(self, process: Process, between: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._process, self._between, self._is_over = process, between, threading.Event()

    def run(self) -> None:
        def reap() -> None:
            self._between()
            sweeps.reap(self._process)

        while not self._is_over.is_set():
            for act in (
                partial(sweeps.sweep, self._process, "planning"),
                partial(sweeps.sweep, self._process, "mail"),
                reap,
            ):
                with suppress(DBAPIError):
                    act()
            time.sleep(0.1)

    def stop(self) -> None:
        self._is_over.set()
        self.join(60)
        self._process.database.engine.dispose()
