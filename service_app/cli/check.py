"""`ronde check`: ask whether what must always hold does hold."""

from __future__ import annotations

import click
from rich.progress import track
from sqlalchemy import select

from config.logging import configure
from config.settings import Settings
from service_app import invariants
from service_app.core import tenancy
from service_app.core.db import Database, session
from service_app.workshops.models import Workshop


@click.command()
def check() -> None:
    """Ask in every workshop whether what must always hold does hold; one line for each thing that does not, and then the
    exit code 1."""
    configure("WARNING")
    database = Database(Settings.from_environment().database_url, pool_size=1)
    faults = 0
    try:
        with database.transaction(tenancy.platform("check invariants")):
            workshops = session().execute(select(Workshop.id, Workshop.name).order_by(Workshop.id)).all()
        for workshop_id, name in track(workshops, description="Checking", transient=True):
            with database.transaction(tenancy.workshop(workshop_id)):
                for found in invariants.broken():
                    faults += found.count
                    click.echo(f"{name}: not so: {found.name} ({found.count}, the first: {found.first})")
    finally:
        database.engine.dispose()
    if faults:
        raise SystemExit(1)
    where = "1 workshop" if len(workshops) == 1 else f"{len(workshops)} workshops"
    click.echo(f"All {len(invariants.INVARIANTS)} hold in {where}.")
