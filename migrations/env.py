"""Runs the migrations on the connection it is handed: lock and statement timeouts, one advisory lock, one transaction.

A migration that waits for a busy table gives up after a few seconds instead of queueing everybody behind itself.
"""

from alembic import context
from sqlalchemy import text

import service_app.models  # noqa: F401
from service_app.core.db import Base

ADVISORY_LOCK = 742_026


def run() -> None:
    """Migrate within the caller's connection (`migrations.setup`)."""
    connection = context.config.attributes["connection"]
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    try:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})


run()
