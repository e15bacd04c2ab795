"""The job engine on the real database: once, or again, or dead, and never half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select, text, update

from config.settings import Settings
from migrations.setup import RuntimeUrls
from service_app import reactions
from service_app.accounts.models import Account
from service_app.core import clock, jobs, tenancy
from service_app.core.db import Database, session
from service_app.core.jobs import Job
from service_app.notifications.models import Suppression
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.workshops import make_workshop
from workers import cli, handlers, sweeps
from workers.handlers import HANDLERS, Within
from workers.process import Process
from workers.schedule import BY_NAME, SCHEDULE

CHANNEL = "housekeeping"


def put(kind: str, number: int = 1, **options: object) -> None:
    jobs.enqueue(kind, channel=CHANNEL, payload={"number": number}, dedupe_key=f"{kind}:{number}", **options)  # type: ignore[arg-type]


def states() -> dict[str, int]:
    return dict(session().execute(select(Job.state, func.count()).group_by(Job.state)).all())  # type: ignore[arg-type]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A job kind of the tests: each run writes a workshop's remark in the job's transaction and is counted."""
    seen: list[int] = []
    monkeypatch.setitem(HANDLERS, "test.count", Within(lambda payload: seen.append(payload["number"])))
    return seen


def test_due_jobs_are_done_once_and_the_same_fact_makes_one_job(
    workshop: Workshop, scope: Scoped, process: Process, done: list[int]
) -> None:
    with scope(workshop):
        for _time in range(2):
            for number in range(30):
                put("test.count", number)
        put("test.count", 99, run_at=clock.now() + timedelta(hours=1))
    assert sweeps.sweep(process, CHANNEL) == 30
    assert sweeps.sweep(process, CHANNEL) == 0
    assert sorted(done) == list(range(30))
    with scope(workshop):
        assert states() == {"done": 30, "ready": 1}


def test_many_sweeps_at_once_do_nothing_twice(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, process: Process, done: list[int]
) -> None:
    for one in (workshop, other_workshop):
        with scope(one):
            for number in range(60):
                put("test.count", number)
    with ThreadPoolExecutor(8) as threads:
        taken = sum(threads.map(lambda _number: sweeps.sweep(process, CHANNEL, most=7), range(8)))
    assert taken == 120
    assert sorted(done) == sorted([*range(60), *range(60)])


def test_failing_job_comes_again_later_and_is_dead_when_its_attempts_are_used_up(
    workshop: Workshop, scope: Scoped, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_payload: object) -> None:
        session().execute(text("UPDATE workshop SET name = 'half done'"), execution_options={"scoped_by_hand": True})
        raise RuntimeError("the printer is on fire")

    monkeypatch.setitem(HANDLERS, "test.fail", Within(fail))
    with scope(workshop):
        put("test.fail")
    for _attempt in range(12):
        with scope(workshop):
            session().execute(text("UPDATE job SET run_at = now()"), execution_options={"scoped_by_hand": True})
        assert sweeps.sweep(process, CHANNEL) == 1
    with scope(workshop):
        job = session().scalars(select(Job)).one()
        assert (job.state, job.attempts, job.last_error_class) == ("dead", 12, "RuntimeError")
        assert "on fire" in (job.last_error or "")
        assert session().get_one(Workshop, workshop.id).name == "Atelier Senne", "what a failed run did is undone"


def test_unknown_kind_stays_for_a_newer_worker_and_what_cannot_succeed_is_dead_at_once(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        put("test.of_tomorrow")
        jobs.enqueue("contracts.document", channel=CHANNEL, payload={"contract_id": 404}, dedupe_key="gone")
        put("test.late", not_after=clock.now() - timedelta(minutes=1))
    sweeps.sweep(process, CHANNEL)
    with scope(workshop):
        found = {job.kind: job for job in session().scalars(select(Job))}
        assert (found["test.of_tomorrow"].state, found["test.of_tomorrow"].attempts) == ("ready", 0)
        assert found["contracts.document"].state == "dead"
        assert found["test.late"].state == "expired"


def test_worker_that_lost_its_lease_finishes_nothing_and_its_work_is_undone(
    workshop: Workshop, scope: Scoped, process: Process, admin: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_payload: object) -> None:
        session().execute(text("UPDATE workshop SET name = 'too late'"), execution_options={"scoped_by_hand": True})
        with admin.begin() as connection:
            connection.execute(text("UPDATE job SET lease_token = gen_random_uuid()"))

    monkeypatch.setitem(HANDLERS, "test.slow", Within(slow))
    with scope(workshop):
        put("test.slow")
    sweeps.sweep(process, CHANNEL)
    with scope(workshop):
        assert states() == {"leased": 1}
        assert session().get_one(Workshop, workshop.id).name == "Atelier Senne"
    for lost in range(3):
        with admin.begin() as connection:
            connection.execute(text("UPDATE job SET state = 'leased', lease_until = now() - interval '1 second'"))
        assert sweeps.reap(process) == 1, lost
    with scope(workshop):
        job = session().scalars(select(Job)).one()
        assert (job.state, job.lost_count, job.last_error_class) == ("dead", 3, "Killer")


def test_one_workshops_flood_does_not_hold_up_another(
    workshop: Workshop, other_workshop: Workshop, scope: Scoped, process: Process
) -> None:
    with scope(workshop):
        for number in range(200):
            put("test.count", number)
    with scope(other_workshop):
        put("test.count", 1)
    with process.database.transaction(tenancy.platform("test")):
        claimed = jobs.claim(CHANNEL, most=50)
    assert other_workshop.id in {job.workshop_id for job in claimed}


def test_however_many_workshops_are_flooded_each_gets_its_share_of_every_claim(
    workshop: Workshop, scope: Scoped, database: Database, process: Process
) -> None:
    flooded = [make_workshop(database, slug=f"flood-{number}", name="Flood") for number in range(6)]
    for one in flooded:
        with scope(one):
            for number in range(30):
                put("test.count", number)
    with scope(workshop):
        put("test.count", 1)
    with process.database.transaction(tenancy.platform("test")):
        first = Counter(job.workshop_id for job in jobs.claim(CHANNEL, most=21))
        second = Counter(job.workshop_id for job in jobs.claim(CHANNEL, most=21))
    assert first == {one.id: 3 for one in flooded} | {workshop.id: 1}
    assert second == {one.id: 3 for one in flooded}


def test_what_is_put_back_was_never_tried(workshop: Workshop, scope: Scoped, process: Process, done: list[int]) -> None:
    with scope(workshop):
        for number in range(3):
            put("test.count", number)
    assert sweeps.sweep(process, CHANNEL, seconds=-1) == 0
    with scope(workshop):
        rows = session().scalars(select(Job)).all()
        assert {(job.state, job.attempts, job.lease_token) for job in rows} == {("ready", 0, None)}
    with process.database.transaction(tenancy.platform("test")):
        stale = jobs.claim(CHANNEL)[0]
    with process.database.transaction(tenancy.platform("test")):
        session().execute(text("UPDATE job SET lease_token = gen_random_uuid()"))
    with process.database.transaction(tenancy.platform("test")):
        jobs.put_back(stale)
    with scope(workshop):
        assert states() == {"leased": 3}, "who lost the lease puts nothing back"


def test_every_reaction_has_a_handler_and_every_channel_a_sweep() -> None:
    kinds = {reaction.kind for found in reactions.ALL.values() for reaction in found}
    assert kinds <= set(handlers.HANDLERS)
    channels = {reaction.channel for found in reactions.ALL.values() for reaction in found}
    assert {f"sweep.{channel}" for channel in channels} <= {entry.name for entry in SCHEDULE}


def test_the_whole_schedule_runs_in_an_empty_house_and_in_one_with_a_workshop(
    workshop: Workshop, scope: Scoped, process: Process
) -> None:
    for entry in SCHEDULE:
        assert entry.do(process) == 0, entry.name
    with process.database.transaction(tenancy.platform("test")):
        beats = set(session().scalars(select(jobs.Heartbeat.name).where(jobs.Heartbeat.by != "")))
    assert beats == {entry.name for entry in SCHEDULE}


def test_a_beat_that_hangs_is_not_alive_however_much_is_booked_and_however_many_letters_come_in(
    process: Process, settings: Settings, urls: RuntimeUrls
) -> None:
    given = {
        "RONDE_ENV": "test", "DATABASE_URL": urls.worker, "SECRET_KEY": settings.secret_key, "BASE_URL": settings.base_url,
        "FILES_DIR": str(settings.files_dir),
    }  # fmt: skip

    def ask() -> Result:
        return CliRunner().invoke(cli.alive, [], env=given)

    assert "was never" in ask().output
    for name in ("mail.read", "sweep.mail"):
        with process.database.transaction(tenancy.platform("test")):
            jobs.beat(name)
    told = ask()
    assert told.exit_code == 1
    assert "see whether worker and beat run" in told.output
    assert BY_NAME["reap"].do(process) == 0
    assert ask().exit_code == 0
    with process.database.transaction(tenancy.platform("test")):
        session().execute(
            update(jobs.Heartbeat).where(jobs.Heartbeat.name == "reap").values(at=func.now() - timedelta(hours=1))
        )
    assert ask().exit_code == 1


SECRET_ADDRESS = "nora.lemmens@example.be"


def _twice() -> None:
    for _time in range(2):
        session().add(Account(email=SECRET_ADDRESS, name="Nora"))  # no wall hides its row from what the database says
        session().flush()


def _wrong() -> None:
    session().add(Suppression(address=SECRET_ADDRESS, reason="no such reason", since=clock.now(), source="x"))
    session().flush()


def _no_number() -> None:
    asked = text("SELECT CAST(CAST(:said AS text) AS integer)")
    session().execute(asked, {"said": SECRET_ADDRESS}, execution_options={"scoped_by_hand": True})


@pytest.mark.parametrize("fault", [_twice, _wrong, _no_number])
def test_what_the_database_says_of_a_fault_names_nobody(
    workshop: Workshop,
    scope: Scoped,
    process: Process,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: Callable[[], None],
) -> None:
    """The values of the statement and of the row stand in what PostgreSQL and SQLAlchemy say; who reads logs and jobs needs
    neither."""
    monkeypatch.setitem(HANDLERS, "test.fault", Within(lambda _payload: fault()))
    with scope(workshop):
        put("test.fault")
    assert sweeps.sweep(process, CHANNEL) == 1
    with scope(workshop):
        job = session().scalars(select(Job).where(Job.kind == "test.fault")).one()
        assert (job.state, job.attempts) == ("ready", 1)
        assert job.last_error_class in ("IntegrityError", "DataError")
        assert "psycopg.errors" in (job.last_error or "")
        assert SECRET_ADDRESS not in (job.last_error or "")
    logged = "".join(capsys.readouterr())
    assert "job_failed" in logged
    assert "Traceback" in logged
    assert SECRET_ADDRESS not in logged
