"""Real parts only: one PostgreSQL cluster and one Redis per test run, a database per test process, cloned from a template.

Each test begins with empty tables (the administrator empties what the test before wrote). What a test commits is really
committed, so that after-commit behaviour and races are what they are in production.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from config.local import LocalPostgres, LocalRedis
from config.settings import Settings
from migrations.setup import RuntimeUrls, prepare_database
from service_app import create_app, reactions
from service_app.core import access, events, files, links, standing, tenancy
from service_app.core.db import Database
from service_app.core.web import Ronde
from service_app.notifications import quiet
from service_app.workshops.models import Workshop
from tests import browser as real
from tests.browser import Opened
from tests.factories import workshops as people
from tests.factories.workshops import PASSWORD

VAR = Path(__file__).parent.parent / "var" / "test"
PASSWORDS = {"app": "app-password-of-the-tests", "worker": "worker-password-of-the-tests"}
SECRET = "a secret of the tests, long enough to be one"
TEMPLATE = "ronde_template"


# Plain tracebacks: those that draw the whole stack with its variables take a second each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


# How long an example takes says nothing on a machine that does two things at once.
hypothesis_settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("ours")


def pytest_configure(config: pytest.Config) -> None:
    """The first process starts the servers; xdist's workers inherit their addresses."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    postgres = LocalPostgres(VAR / "postgres", durable=False).start()
    redis = LocalRedis(VAR / "redis").start()
    config.stash[_SERVERS] = (postgres, redis)
    os.environ["RONDE_TEST_DATABASE"], os.environ["RONDE_TEST_REDIS"] = postgres.url, redis.url
    _make_template(postgres.url)


_SERVERS: pytest.StashKey[tuple[LocalPostgres, LocalRedis]] = pytest.StashKey()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what we started."""
    for server in config.stash.get(_SERVERS, ()):
        server.stop()


def _make_template(admin_url: str) -> None:
    with _administrator(admin_url).connect() as connection:
        for name in connection.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE 'ronde\\_%'")).all():
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}")
    prepare_database(_at(admin_url, TEMPLATE), PASSWORDS)


def _administrator(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def _at(url: str, database: str, user: str | None = None) -> str:
    found = make_url(url).set(database=database)
    if user is not None:
        found = found.set(username=f"ronde_{user}", password=PASSWORDS[user])
    return found.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def admin_url(worker_id: str) -> Iterator[str]:
    """The administrator's address of this process's own database."""
    server, name = os.environ["RONDE_TEST_DATABASE"], f"ronde_{worker_id}"
    admin = _administrator(server)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    admin.dispose()
    return _at(server, name)


@pytest.fixture(scope="session")
def admin(admin_url: str) -> Iterator[Engine]:
    """An engine of the administrator, whom no wall holds: for emptying and for proofs, never for the product."""
    engine = create_engine(admin_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def urls(admin_url: str) -> RuntimeUrls:
    """The addresses of the runtime roles."""
    name = make_url(admin_url).database or ""
    return RuntimeUrls(_at(admin_url, name, "app"), _at(admin_url, name, "worker"))


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The real Redis of this run."""
    return os.environ["RONDE_TEST_REDIS"]


@pytest.fixture(scope="session")
def settings(urls: RuntimeUrls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings as a web process of the tests has them; no Redis unless a test gives one."""
    return Settings(
        environment="test",
        database_url=urls.app,
        secret_key=SECRET,
        base_url="http://localhost",
        allowed_hosts=("localhost", "127.0.0.1"),
        files_dir=tmp_path_factory.mktemp("files"),
    )


@pytest.fixture(scope="session")
def _app(settings: Settings) -> Iterator[Ronde]:
    app = create_app(settings)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    app.database.engine.dispose()


@pytest.fixture
def app(_app: Ronde, empty: None) -> Ronde:
    """The web application over an empty database."""
    return _app


# One statement: a hundred tables asked one by one take longer than most tests.
_EMPTY = """
DO $$ DECLARE name text; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'state_edge')
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
END $$
"""


@pytest.fixture
def empty(admin: Engine) -> Iterator[None]:
    """Nothing in any table when the test begins."""
    yield
    with admin.begin() as connection:
        connection.exec_driver_sql(_EMPTY.replace("%", "%%"))
    standing.forget()


@pytest.fixture(scope="session")
def _database(urls: RuntimeUrls) -> Iterator[Database]:
    found = Database(urls.app)
    yield found
    found.engine.dispose()


@pytest.fixture
def database(settings: Settings, _database: Database, empty: None) -> Database:
    """The runtime role's database, without the web around it."""
    _install(settings)
    return _database


@pytest.fixture
def worker_database(settings: Settings, urls: RuntimeUrls, empty: None) -> Iterator[Database]:
    """The worker role's database."""
    _install(settings)
    found = Database(urls.worker)
    yield found
    found.engine.dispose()


def _install(settings: Settings) -> None:
    files.install(settings.files_dir)
    links.install(settings.secret_key, settings.base_url)
    events.install(reactions.ALL)


@pytest.fixture
def workshop(database: Database) -> Workshop:
    """Atelier Senne, with hours, terms and an owner."""
    return people.make_workshop(database, slug="senne", name="Atelier Senne", name_second="Werkplaats Zenne")


@pytest.fixture
def other_workshop(database: Database) -> Workshop:
    """Another member of the cluster."""
    return people.make_workshop(database, slug="lumen", name="Lumen", name_second=None)


@pytest.fixture(autouse=True)
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """No letter waits for the morning, at whatever hour the tests run; what is about the night says when its night is."""
    monkeypatch.setattr(quiet, "QUIET_UNTIL", time.min)
    monkeypatch.setattr(quiet, "QUIET_FROM", time.max)


Scoped = Callable[[Workshop], AbstractContextManager[Session]]


@pytest.fixture
def scope(database: Database) -> Scoped:
    """`with scope(workshop):` is a transaction in that workshop."""
    return lambda workshop: database.transaction(tenancy.workshop(workshop.id))


@pytest.fixture
def owner() -> access.Actor:
    """An owner, for operations called directly."""
    return access.Actor(kind="staff", name="Olive Owner", role="owner", permissions=access.ROLES["owner"])


@pytest.fixture
def sign_in(app: Ronde, database: Database) -> Callable[..., FlaskClient]:
    """`sign_in(workshop, role)` is a browser signed in as a new person in that role."""

    def browser(workshop: Workshop, role: str = "owner") -> FlaskClient:
        email = people.make_member(database, workshop, role)
        client = app.test_client()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
        return client

    return browser


@pytest.fixture
def client(workshop: Workshop, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A browser signed in as an owner of `workshop`."""
    return sign_in(workshop, "owner")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    with real.chromium() as found:
        yield found


@pytest.fixture
def opened(app: Ronde, client: FlaskClient, browser: Browser) -> Iterator[Opened]:
    """`opened("styleguide", look)` is that page of Atelier Senne as its owner sees it; any complaint of the browser
    fails the test."""
    complaints: list[str] = []
    pages: list[Page] = []
    with real.served(app) as address:

        def open_page(path: str = "styleguide", look: dict[str, Any] | None = None) -> Page:
            page = real.signed_in(browser, address, client, look)
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{address}{path}" if path.startswith("/") else f"{address}/senne/{path}")
            pages.append(page)
            return page

        yield open_page
        for page in pages:
            page.context.close()
    assert not complaints
