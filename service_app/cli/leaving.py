"""`ronde leave SLUG --heir SLUG`: a workshop leaves the cluster, and another answers for its things."""

from __future__ import annotations

import click

from config.settings import Settings
from service_app import reactions
from service_app.core import clock, events, tenancy
from service_app.core.access import WORKER
from service_app.core.db import Database
from service_app.core.errors import Conflict
from service_app.workshops.operations.leaving import leave_cluster
from service_app.workshops.queries import find_workshop, get_workshop, list_workshops


@click.command()
@click.argument("slug", metavar="WORKSHOP")
@click.option("--heir", "heir_slug", required=True, help="The short name of the member that answers for its things.")
def leave(slug: str, heir_slug: str) -> None:
    """A workshop leaves the cluster: the passports of its things name who looks after them from now on. Its people keep
    their way in, to end what runs."""
    events.install(reactions.ALL)
    database = Database(Settings.from_environment().database_url, pool_size=1)
    try:
        ids = [_id_of(database, each) for each in (slug, heir_slug)]
        with database.transaction(tenancy.workshop(ids[0])):
            workshop, heir = (get_workshop(each) for each in ids)
            leave_cluster(WORKER, workshop, heir, clock.today(workshop.zone))
            click.echo(f"{workshop.name} has left; {heir.name} answers for its things.")
    except Conflict as refusal:
        raise click.ClickException(
            f"{heir_slug} cannot answer for the things of {slug}. Name another member that is still there."
        ) from refusal
    finally:
        database.engine.dispose()


def _id_of(database: Database, slug: str) -> int:
    with database.transaction(tenancy.platform("a workshop leaves: which one")):
        found = find_workshop(slug)
        if found is None:
            names = ", ".join(one.slug for one in list_workshops()) or "none yet"
            raise click.ClickException(f"There is no workshop {slug}. There are: {names}.")
        return found.id
