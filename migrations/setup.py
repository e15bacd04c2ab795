"""From an administrator's address to a ready database: the roles, the schema, the rights of each role.

`ronde_owner` owns the tables and runs migrations; `ronde_app` is the web, `ronde_worker` the worker (as the app, and
sees the jobs of all workshops); neither owns anything nor bypasses row security. Running it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

APP_ROLE, WORKER_ROLE = "ronde_app", "ronde_worker"
_INI = Path(__file__).with_name("alembic.ini")


@dataclass(frozen=True)
class RuntimeUrls:
    """The addresses of the runtime roles."""

    app: str
    worker: str


def prepare_database(admin_url: str, secrets: dict[str, str]) -> RuntimeUrls:
    """Make the runtime roles (passwords in `secrets["app"]` and `secrets["worker"]`), migrate to the newest schema and
    grant each role its rights. `admin_url` names a role that owns the database and may create roles."""
    engine = create_engine(admin_url)
    try:
        with engine.connect() as connection:
            _make_roles(connection, secrets)
            connection.commit()
            migrate(connection)
            _grant(connection)
            connection.commit()
    finally:
        engine.dispose()
    url = make_url(admin_url)
    app, worker = (
        url.set(username=role, password=secrets[key]).render_as_string(hide_password=False)
        for role, key in ((APP_ROLE, "app"), (WORKER_ROLE, "worker"))
    )
    return RuntimeUrls(app, worker)


def empty_database(admin_url: str) -> None:
    """Take everything of ours away, so that it can be prepared anew: for a demo whose first loading broke off."""
    engine = create_engine(admin_url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    finally:
        engine.dispose()


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision."""
    config = Config(str(_INI))
    config.set_main_option("script_location", str(_INI.parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _make_roles(connection: Connection, secrets: dict[str, str]) -> None:
    for role, key in ((APP_ROLE, "app"), (WORKER_ROLE, "worker")):
        known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
        verb = "ALTER" if known else "CREATE"
        statement = connection.execute(
            text(
                "SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD %L', CAST(:verb AS text), "
                "CAST(:role AS text), CAST(:password AS text))"
            ),
            {"verb": verb, "role": role, "password": secrets[key]},
        ).scalar_one()
        connection.exec_driver_sql(statement.replace("%", "%%") if "%" in statement else statement)


APPEND_ONLY = (
    "event", "event_about", "item_entry", "deposit_movement", "settlement", "signature", "terms", "contract_act", "credit",
    "refund", "meter_reading", "part_move", "next_life",
)  # fmt: skip


def _grant(connection: Connection) -> None:
    both = f"{APP_ROLE}, {WORKER_ROLE}"
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {both}")
    connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {both}")
    for table in APPEND_ONLY:
        connection.exec_driver_sql(f'REVOKE UPDATE, DELETE ON "{table}" FROM {both}')
    for table in ("alembic_version", "state_edge"):
        connection.exec_driver_sql(f'REVOKE INSERT, UPDATE, DELETE ON "{table}" FROM {both}')
