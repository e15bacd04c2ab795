"""`ronde up` as a real process: broken off, started again, asked to stop, and what it says when something is in the way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from config.local import LocalPostgres, LocalRedis, free_port
from service_app.cli import COMMANDS
from service_app.cli.running import ACTS_AS
from service_app.cli.up import DEMO_BEGUN
from service_app.core.db import Database
from tests.disk import Disk
from tests.factories.workshops import make_workshop

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
Started = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Started]:
    """`up(PORT=…)` is `ronde up` over a directory of the test's own."""
    running: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> subprocess.Popen[str]:
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("RONDE_", "DATABASE_", "REDIS_"))
        }
        command = [sys.executable, "-u", "-m", "service_app.cli", "up", "--var", str(tmp_path / "var")]
        process = subprocess.Popen(
            command, env=env | environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Its output up to the line with these words."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"{words!r} never came:\n{seen}")


def processes_over(folder: Path) -> list[str]:
    """Command lines of what still runs over a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line:
                found.append(line)
    return found


def test_first_run_that_broke_off_begins_anew_a_second_keeps_the_data_and_a_stop_leaves_nothing(
    up: Started, tmp_path: Path
) -> None:
    port = str(free_port())
    first = up(PORT=port)
    read_until(first, "contracts")
    first.kill()
    first.wait()
    until = time.monotonic() + 30
    while processes_over(tmp_path) and time.monotonic() < until:
        time.sleep(0.2)
    second = up(PORT=port)
    told = read_until(second, "Ctrl-C")
    assert "beginning it anew" in told
    assert told.count(" contracts") == 4
    assert "ines@demo.ronde.example" in told
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as answer:
        assert answer.status == 200
    second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0
    assert processes_over(tmp_path) == []
    third = up(PORT=port)
    assert "Loading the demo" not in read_until(third, "Ctrl-C")
    third.send_signal(signal.SIGINT)
    assert third.wait(60) == 0
    assert processes_over(tmp_path) == []


def one_sentence(process: subprocess.Popen[str]) -> str:
    told, _nothing = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in told
    return told


def test_taken_port_is_said_in_one_sentence(up: Started) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = one_sentence(up(PORT=str(port)))
    assert f"Port {port} is taken" in told
    assert f"PORT={port + 1} make run" in told


def test_database_that_does_not_answer_is_said_in_one_sentence(up: Started) -> None:
    told = one_sentence(up(PORT=str(free_port()), DATABASE_URL="postgresql://nobody@127.0.0.1:9/none"))
    assert "DATABASE_URL does not answer" in told
    told = one_sentence(up(PORT=str(free_port()), DATABASE_URL="mysql://x"))
    assert "PostgreSQL only" in told


@pytest.mark.parametrize("said", ["abc", "0", "99999"])
def test_port_that_is_none_is_said_in_one_sentence(up: Started, said: str) -> None:
    assert f"PORT is '{said}'" in one_sentence(up(PORT=said))


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "nonsense"])
def test_redis_that_does_not_answer_is_said_in_one_sentence(up: Started, url: str, tmp_path: Path) -> None:
    told = one_sentence(up(PORT=str(free_port()), REDIS_URL=url))
    assert "Redis of REDIS_URL does not answer" in told
    assert processes_over(tmp_path) == []


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of its own where the data would go."""
    place = Disk(tmp_path / "var")
    yield place
    place.unmount()


def test_small_disk_is_refused_before_anything_is_written(up: Started, disk: Disk) -> None:
    disk.mount(60)
    assert "make room and start again" in one_sentence(up(PORT=str(free_port())))
    assert not (disk.place / "postgres").exists()


def test_disk_that_fills_while_the_demo_loads_is_said_and_with_room_it_begins_anew(up: Started, disk: Disk) -> None:
    disk.mount(2000)
    port = str(free_port())
    first = up(PORT=port)
    read_until(first, "contracts")
    disk.fill()
    assert "The disk is full: make room and start again" in one_sentence(first)
    assert processes_over(disk.place) == []
    disk.resize(2000)
    second = up(PORT=port)
    assert "beginning it anew" in read_until(second, "contracts")  # the house at which the first one broke off


def test_place_that_is_no_folder_is_said_in_one_sentence(up: Started, tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    assert "Mend this and start again" in one_sentence(up(PORT=str(free_port())))


def test_servers_of_ones_own_are_used_when_named(up: Started, tmp_path: Path) -> None:
    postgres = LocalPostgres(tmp_path / "own-postgres", durable=False).start()
    redis = LocalRedis(tmp_path / "own-redis").start()
    try:
        named = postgres.url.replace("postgresql+psycopg://", "postgresql://")
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / DEMO_BEGUN).touch()
        with psycopg.connect(named) as connection:
            connection.execute("CREATE TABLE of_somebody_else AS SELECT 1 AS n")
        process = up(PORT=str(free_port()), DATABASE_URL=named, REDIS_URL=redis.url, RONDE_ENV="development")
        read_until(process, "Ctrl-C")
        assert not (tmp_path / "var" / "postgres").exists()
        assert not (tmp_path / "var" / "redis").exists()
        with psycopg.connect(named) as connection:
            assert connection.execute("SELECT n FROM of_somebody_else").fetchone() == (1,)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        postgres.stop()
        redis.stop()


def test_named_database_whose_demo_broke_off_is_left_to_its_owner(up: Started, tmp_path: Path) -> None:
    postgres = LocalPostgres(tmp_path / "own-postgres", durable=False).start()
    try:
        named = postgres.url.replace("postgresql+psycopg://", "postgresql://")
        first = up(PORT=str(free_port()), DATABASE_URL=named)
        read_until(first, "contracts")
        first.kill()
        first.wait()
        assert "make that database anew" in one_sentence(up(PORT=str(free_port()), DATABASE_URL=named))
        with psycopg.connect(named) as connection:
            assert connection.execute("SELECT count(*) >= 1 FROM workshop").fetchone() == (True,)
    finally:
        postgres.stop()


def ronde(*words: str, var: Path) -> subprocess.CompletedProcess[str]:
    """A command typed beside a running Ronde, with nothing set."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("RONDE_", "DATABASE_", "REDIS_"))}
    command = [sys.executable, "-m", "service_app.cli", *words]
    return subprocess.run(command, env=env | {"RONDE_VAR": str(var)}, cwd=ROOT, capture_output=True, text=True)


def test_one_ronde_over_a_folder_and_commands_beside_it_find_its_database(up: Started, tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = up(PORT=str(free_port()), RONDE_ENV="development")
    read_until(first, "Ctrl-C")
    assert "Another Ronde is running" in one_sentence(up(PORT=str(free_port()), RONDE_ENV="development"))
    assert first.poll() is None
    assert (var / "running.json").stat().st_mode & 0o777 == 0o600
    told = json.loads((var / "running.json").read_text())
    database = Database(told["web"]["DATABASE_URL"])
    make_workshop(database, slug="senne", name="Atelier Senne")
    database.engine.dispose()
    (tmp_path / "people.csv").write_text("name;email\nNora Lemmens;nora@example.be\n", "utf-8")
    done = ronde("import", "customers", str(tmp_path / "people.csv"), var=var)
    assert done.returncode == 0, done.stderr
    assert "1 came in" in done.stdout
    assert ronde("sweep", var=var).returncode == 0
    checked = ronde("check", var=var)
    assert checked.returncode == 0, checked.stderr
    assert "hold in 1 workshop." in checked.stdout
    assert ronde("alive", var=var).returncode == 0
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    assert "start Ronde here with `make run`" in ronde("alive", var=var).stderr


def test_every_command_but_those_that_are_servers_works_beside_a_running_one() -> None:
    assert set(COMMANDS) - set(ACTS_AS) == {"up", "web", "worker", "beat", "migrate"}


def test_server_that_dies_on_the_way_stops_the_rest_and_is_named(up: Started, tmp_path: Path) -> None:
    process = up(PORT=str(free_port()), RONDE_ENV="development")
    read_until(process, "Ctrl-C")
    postmaster = int((tmp_path / "var" / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert "PostgreSQL stopped by itself" in one_sentence(process)
    assert processes_over(tmp_path) == []
