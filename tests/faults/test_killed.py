"""Workers killed, Redis killed and emptied, no beat and three: nothing lost, nothing twice beyond what was promised."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from celery import Celery
from sqlalchemy import Engine, text

from config.local import LocalRedis
from migrations.setup import RuntimeUrls
from service_app.core.db import Database
from service_app.workshops.models import Workshop
from tests.conftest import SECRET, Scoped
from tests.factories.catalogue import a_day_plan, a_product
from tests.factories.customers import a_customer
from tests.factories.rentals import a_sent, a_wish, an_item
from tests.mail import Sink, mail_server

pytestmark = [pytest.mark.fault, pytest.mark.slow]

LETTERS = 24
Started = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[LocalRedis]:
    """A Redis of this test's own, to be killed."""
    server = LocalRedis(tmp_path / "redis").start()
    yield server
    server.stop()


@pytest.fixture
def start(urls: RuntimeUrls, tmp_path: Path) -> Iterator[Started]:
    """`start("worker", …)` is that command of ours as a process; `start(module=…)` another program."""
    running: list[subprocess.Popen[bytes]] = []

    def command(*words: str, module: str = "service_app.cli", **environment: str) -> subprocess.Popen[bytes]:
        env = os.environ | {
            "RONDE_ENV": "test", "DATABASE_URL": urls.worker, "SECRET_KEY": SECRET, "BASE_URL": "http://localhost",
            "FILES_DIR": str(tmp_path / "files"), "LOG_LEVEL": "WARNING",
        } | environment  # fmt: skip
        command_line = [sys.executable, "-m", module, *words]
        with (tmp_path / f"{len(running)}-{(words or (module,))[0]}.log").open("wb") as log:
            process = subprocess.Popen(command_line, env=env, stdout=log, stderr=log, start_new_session=True)
        running.append(process)
        return process

    yield command
    for process in running:
        end(process, signal.SIGKILL)


def end(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal a process and its children, and wait for it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    process.wait(30)


@contextmanager
def slow_post() -> Iterator[tuple[Sink, dict[str, str]]]:
    """A mail server that takes its time, so that a kill finds somebody in the middle."""
    with mail_server() as (sink, port):
        sink.pause_seconds = 0.1
        yield sink, {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_STARTTLS": "0"}


def write_offers(workshop: Workshop, scope: Scoped, many: int = LETTERS) -> None:
    with scope(workshop):
        product = a_product()
        plan = a_day_plan(product)
        for number in range(many):
            an_item(product)
            a_sent(a_wish(product, plan), customer=a_customer(email=f"c{number}@example.be"))


def eventually(holds: Callable[[], bool], what: str, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def open_jobs(admin: Engine) -> int:
    with admin.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM job WHERE state IN ('ready', 'leased')"))
        return int(found.scalar_one())


def message_states(admin: Engine) -> dict[str, int]:
    with admin.connect() as connection:
        return dict(connection.execute(text("SELECT status, count(*) FROM message GROUP BY status")).all())  # type: ignore[arg-type]


def expire_leases(admin: Engine) -> None:
    """The three minutes of a lease, over at once."""
    with admin.begin() as connection:
        connection.execute(text("UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'leased'"))


def hurry(admin: Engine) -> None:
    """The pause before a retry, over at once."""
    with admin.begin() as connection:
        connection.execute(text("UPDATE job SET run_at = now() WHERE state = 'ready' AND run_at > now()"))


def test_worker_killed_in_the_middle_loses_no_letter_and_repeats_at_most_the_one_in_its_hands(
    workshop: Workshop, database: Database, scope: Scoped, admin: Engine, start: Started
) -> None:
    write_offers(workshop, scope)
    with slow_post() as (sink, post):
        first = start("sweep", "--loop", **post)
        eventually(lambda: len(sink.letters) >= 5, "the first sweep sends letters")
        end(first, signal.SIGKILL)
        in_hands = open_jobs(admin)
        assert in_hands > 0
        expire_leases(admin)
        start("sweep", "--loop", **post)

        def done() -> bool:
            hurry(admin)
            return open_jobs(admin) == 0

        eventually(done, "the second sweep finishes")
    assert len(set(sink.ids())) == LETTERS, "no letter is lost"
    assert len(sink.ids()) <= LETTERS + 1, "at most the letter in its hands went twice, under the same Message-ID"
    assert message_states(admin) == {"sent": LETTERS}


def test_redis_killed_and_emptied_costs_nothing_but_a_sweep(
    workshop: Workshop,
    database: Database,
    scope: Scoped,
    admin: Engine,
    start: Started,
    redis: LocalRedis,
    tmp_path: Path,
) -> None:
    with slow_post() as (sink, post):
        post["REDIS_URL"] = redis.url
        start("worker", "--concurrency=2", **post)
        start("beat", **post)
        write_offers(workshop, scope, 8)
        eventually(lambda: len(sink.letters) >= 3, "the worker sends letters")
        redis.stop(signal.SIGKILL)
        write_offers(workshop, scope, 8)
        shutil.rmtree(redis.directory)
        redis.start()
        eventually(lambda: open_jobs(admin) == 0, "beat and worker find the rest")
    assert len(sink.ids()) == len(set(sink.ids())) == 16
    assert message_states(admin) == {"sent": 16}


def test_without_a_beat_rows_wait_and_with_three_and_many_copies_of_a_sweep_each_letter_goes_once(
    workshop: Workshop, database: Database, scope: Scoped, admin: Engine, start: Started, redis: LocalRedis
) -> None:
    with slow_post() as (sink, post):
        post["REDIS_URL"] = redis.url
        for _number in range(2):
            start("worker", **post)
        write_offers(workshop, scope)
        copies = Celery(broker=redis.url, broker_transport_options={"global_keyprefix": "ronde:"})
        copies.send_task("ronde.run", args=["reap"], ignore_result=True)

        def has_run(name: str) -> bool:
            with admin.connect() as connection:
                return connection.scalar(text("SELECT 1 FROM heartbeat WHERE name = :n"), {"n": name}) is not None

        eventually(lambda: has_run("reap"), "a worker is there")
        assert not has_run("sweep.mail"), "nobody asked for it"
        assert (len(sink.letters), open_jobs(admin)) == (0, LETTERS), "nothing went, and nothing is lost"
        copies.send_task("ronde.sweep", args=["planning"], ignore_result=True)
        for _copy in range(50):
            copies.send_task("ronde.sweep", args=["mail"], ignore_result=True)
        copies.close()
        for _number in range(3):
            start("beat", **post)
        eventually(lambda: open_jobs(admin) == 0 and len(sink.letters) >= LETTERS, "everything is sent")
    assert len(sink.ids()) == len(set(sink.ids())) == LETTERS
    assert message_states(admin) == {"sent": LETTERS}


def test_worker_asked_to_stop_finishes_what_it_has_in_hand(
    workshop: Workshop, database: Database, scope: Scoped, admin: Engine, start: Started
) -> None:
    write_offers(workshop, scope, 6)
    with slow_post() as (sink, post):
        process = start("sweep", "--loop", **post)
        eventually(lambda: len(sink.letters) >= 2, "the sweep sends letters")
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert process.returncode == 0
    with admin.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM job WHERE state = 'leased'")).scalar_one() == 0
