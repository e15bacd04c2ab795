"""`ronde migrate` and `ronde demo`."""

from __future__ import annotations

import os

import click
from sqlalchemy import text

from config.logging import configure
from config.settings import Settings, SettingsError, normalised
from migrations.setup import prepare_database
from service_app.core.db import Database


@click.command()
def migrate() -> None:
    """Make the roles and bring the schema up to date.

    DATABASE_OWNER_URL is the address of the role that owns the database; RONDE_APP_PASSWORD and RONDE_WORKER_PASSWORD
    become the passwords of the roles that the web and the worker use.
    """
    missing = [
        name for name in ("DATABASE_OWNER_URL", "RONDE_APP_PASSWORD", "RONDE_WORKER_PASSWORD") if name not in os.environ
    ]
    if missing:
        raise SettingsError(f"{', '.join(missing)} must be set: see compose.yaml for an example.")
    passwords = {"app": os.environ["RONDE_APP_PASSWORD"], "worker": os.environ["RONDE_WORKER_PASSWORD"]}
    prepare_database(normalised(os.environ["DATABASE_OWNER_URL"]), passwords)
    click.echo("The database is up to date.")


@click.command()
def demo() -> None:
    """Load the demo cluster into an empty database."""
    from service_app import demo as demo_cluster

    settings = Settings.from_environment()
    if not is_empty(settings):
        raise SettingsError("The database has workshops already: the demo is loaded into an empty one only.")
    configure("WARNING")
    for line in demo_cluster.load(settings):
        click.echo(f"    {line}")


def is_empty(settings: Settings) -> bool:
    """Whether there is no workshop yet."""
    database = Database(settings.database_url, pool_size=1)
    try:
        with database.engine.connect() as connection:
            return connection.execute(text("SELECT 1 FROM workshop LIMIT 1")).first() is None
    finally:
        database.engine.dispose()
