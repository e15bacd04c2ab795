"""`ronde mail read FILE|-`: what came to the bounce and reply mailboxes, one letter a call, as a mail server pipes it.

The mail server keeps a letter that we could not take and hands it in again when we say so (EX_TEMPFAIL, sysexits.h); what
names no letter of ours is no fault of anybody and is let go.
"""

from __future__ import annotations

import sys
import traceback
from typing import IO

import click
from sqlalchemy.exc import OperationalError

from config.logging import configure
from config.settings import Settings
from service_app import create_app
from service_app.core import jobs, tenancy
from service_app.core.db import Database
from service_app.core.errors import NotFound
from service_app.notifications import incoming, reading

MOST_BYTES = 32 * 1024 * 1024
LATER = 75

_SAID = {
    "bounced": "A letter came back; it is written down.",
    "suppressed": "Nothing is sent to that address any more.",
    "answer": "An answer stands with its customer.",
    "known": "This was known already.",
}


@click.group()
def mail() -> None:
    """Take in what came to the mailboxes."""


@mail.command()
@click.argument("file", type=click.File("rb"))
@click.option("--to", default="", help="The address it came to, where the mail server knows it.")
def read(file: IO[bytes], to: str) -> None:
    """Read one letter: one that came back, a complaint, or an answer."""
    try:
        click.echo(_read(file.read(MOST_BYTES), to))
    except OperationalError:
        click.echo("The database cannot be reached: hand it in again later.", err=True)
        sys.exit(LATER)
    except Exception as error:  # a fault of ours: the letter must not go back to its writer, and our words with it
        place = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(f"{type(error).__name__} at {place.name}:{place.lineno}: hand it in again later.", err=True)
        sys.exit(LATER)


def _read(content: bytes, to: str) -> str:
    settings = Settings.from_environment()
    configure("WARNING")
    app = create_app(settings)
    try:
        with app.app_context():
            return take_in(app.database, content, to)
    finally:
        app.database.engine.dispose()


def take_in(database: Database, content: bytes, to: str = "") -> str:
    """Read a letter and do what follows; one sentence for what that was."""
    with database.transaction(tenancy.platform("mail was read")):
        jobs.beat("mail.read")
    found = reading.read(content, to)
    if isinstance(found, reading.Nothing):
        return f"Nothing to do: {found.why}."
    try:
        with database.transaction(tenancy.workshop(found.letter.workshop_id)):
            return _SAID[incoming.take(found)]
    except NotFound:
        return "Nothing to do: that letter is gone, or was none to a customer."
