"""`ronde up`: everything on this machine, started in order, watched, and stopped in order.

PostgreSQL and Redis come out of their wheels and live under var/, unless DATABASE_URL and REDIS_URL name others; then
DATABASE_URL is the address of a role that owns the database, from which the runtime roles are made.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from sqlalchemy.exc import DBAPIError

from config.local import LocalPostgres, LocalRedis, LocalServer, LocalServerError
from config.settings import Settings, normalised
from service_app.cli import running
from service_app.cli.beforehand import answering_database, answering_redis, chosen_port, first_line, refuse_full

STOP_SECONDS = 30
READY_SECONDS = 60
DEMO_BEGUN = "demo-begun"


class Stopping(Exception):
    """A signal asked us to stop."""


@click.command()
@click.option(
    "--var", "var_dir", type=click.Path(path_type=Path), default=Path("var"), help="Where data and logs live."
)
def up(var_dir: Path) -> None:
    """Start everything on this machine."""
    var_dir = var_dir.absolute()
    port = chosen_port()
    (var_dir / "log").mkdir(parents=True, exist_ok=True)
    refuse_full(var_dir)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with running.the_only_one(var_dir) as held, _servers(var_dir) as (servers, database_url, redis_url):
            environments = _prepare(var_dir, database_url, redis_url, port)
            running.tell(held, environments)
            with _processes(environments, var_dir / "log") as processes:
                _wait_for_site(port, processes, var_dir / "log")
                _greet(environments["web"])
                _watch(processes, servers, var_dir / "log")
    except Stopping:
        click.echo("\nStopped.")


def _stop(_number: int, _frame: object) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopping


@contextmanager
def _servers(var_dir: Path) -> Iterator[tuple[list[LocalServer], str, str]]:
    """The servers of our own that run, and the addresses of the database and of Redis."""
    postgres = None if os.environ.get("DATABASE_URL") else LocalPostgres(var_dir / "postgres")
    redis = None if os.environ.get("REDIS_URL") else LocalRedis(var_dir / "redis")
    own: list[LocalServer] = [server for server in (redis, postgres) if server is not None]
    try:
        database_url = postgres.start().url if postgres else answering_database(normalised(os.environ["DATABASE_URL"]))
        redis_url = redis.start().url if redis else answering_redis(os.environ["REDIS_URL"])
        yield own, database_url, redis_url
    finally:
        for server in own:
            server.stop()


def _prepare(var_dir: Path, database_url: str, redis_url: str, port: int) -> dict[str, dict[str, str]]:
    """Migrate, load the demo when empty; the environment of each process."""
    from migrations.setup import prepare_database

    known = _secrets(var_dir / "secrets.json")
    begun = _demo_mark(var_dir)
    click.echo("  Preparing the database")
    try:
        _begin_anew(begun, database_url)
        urls = prepare_database(database_url, known)
    except DBAPIError as error:
        raise LocalServerError(
            f"The database could not be prepared ({first_line(error.orig)}): mend that and start again."
        ) from error
    shared = os.environ | {
        "RONDE_ENV": os.environ.get("RONDE_ENV", "demo"), "SECRET_KEY": os.environ.get("SECRET_KEY", known["key"]),
        "BASE_URL": os.environ.get("BASE_URL", f"http://localhost:{port}"), "FILES_DIR": str(var_dir / "files"),
        "REDIS_URL": redis_url,
        "PORT": str(port), "RONDE_VAR": str(var_dir), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    web = shared | {"DATABASE_URL": urls.app}
    worker = shared | {"DATABASE_URL": urls.worker}
    _load_demo(web, begun)
    return {"web": web, "worker": worker, "beat": worker}


def _demo_mark(var_dir: Path) -> Path:
    """The file that stands while the demo is loaded into this database; each database has its own."""
    named = os.environ.get("DATABASE_URL")
    return var_dir / (f"{DEMO_BEGUN}-{hashlib.sha256(named.encode()).hexdigest()[:12]}" if named else DEMO_BEGUN)


def _begin_anew(begun: Path, database_url: str) -> None:
    """Empty our own database of a demo that broke off; a database that was named is somebody's, and theirs to empty."""
    from migrations.setup import empty_database

    if not begun.exists():
        return
    if not os.environ.get("DATABASE_URL"):
        click.echo("  The demo's first loading broke off: beginning it anew")
        empty_database(database_url)
        return
    with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        if connection.execute("SELECT to_regclass('public.workshop')").fetchone() != (None,):
            raise LocalServerError(
                "Loading the demo into the database of DATABASE_URL broke off: make that database anew "
                f"(dropdb, createdb) and start again, or remove {begun} to keep what is in it."
            )


def _secrets(path: Path) -> dict[str, str]:
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    for name in ("app", "worker", "key"):
        known.setdefault(name, secrets.token_urlsafe(36))
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(known))
    os.replace(part, path)
    return known


def _load_demo(environment: dict[str, str], begun: Path) -> None:
    from service_app.cli.database import is_empty

    if environment["RONDE_ENV"] != "demo":
        return
    settings = Settings.from_environment(environment)
    if not is_empty(settings):
        return
    click.echo("  Loading the demo cluster")
    begun.touch()
    # In a process of its own: what it takes while loading is given back.
    done = subprocess.run(
        [sys.executable, "-m", "service_app.cli", "demo"], env=environment, check=False, preexec_fn=_die_with_parent
    )
    if done.returncode != 0:
        raise LocalServerError("The demo cluster could not be loaded: read what stands above, then start again.")
    begun.unlink()


@contextmanager
def _processes(environments: dict[str, dict[str, str]], log: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, environment in environments.items():
            started[name] = _spawn(name, environment, log)
        yield started
    finally:
        _end(started)


def _spawn(name: str, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with (log / f"{name}.log").open("ab") as sink:
        return subprocess.Popen(
            [sys.executable, "-m", "service_app.cli", name], env=environment, stdin=subprocess.DEVNULL, stdout=sink,
            stderr=sink, start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _end(started: dict[str, subprocess.Popen[bytes]]) -> None:
    """Beat first, then the worker, then the web: each asked, waited for, and only then killed with its group."""
    for name in reversed(list(started)):
        if started[name].poll() is None:
            started[name].terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in started.values():
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for_site(port: int, processes: dict[str, subprocess.Popen[bytes]], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        _refuse_dead(processes, log)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise LocalServerError(f"The site does not answer after {READY_SECONDS} s: read {log / 'web.log'}.")


def _refuse_dead(processes: dict[str, subprocess.Popen[bytes]], log: Path) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise LocalServerError(
                f"The {name} process stopped by itself: read {log / name}.log, mend it and start again."
            )


def _greet(environment: dict[str, str]) -> None:
    click.echo(f"\nRonde is at {environment['BASE_URL']}")
    if environment["RONDE_ENV"] == "demo":
        from service_app import demo

        for line in demo.sign_ins():
            click.echo(f"  {line}")
    click.echo("Ctrl-C stops everything.")


def _watch(processes: dict[str, subprocess.Popen[bytes]], servers: list[LocalServer], log: Path) -> None:
    while True:
        for server in servers:
            server.refuse_dead()
        _refuse_dead(processes, log)
        time.sleep(1)
