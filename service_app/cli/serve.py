"""`ronde web`: gunicorn over create_app, in this process."""

from __future__ import annotations

import os

import click

from config.settings import Settings


@click.command()
def web() -> None:
    """Serve the web pages; PORT, WEB_WORKERS and WEB_THREADS say where and how many."""
    Settings.from_environment()
    os.execvp("gunicorn", ["gunicorn", "--config", "python:config.gunicorn", "service_app.wsgi:app"])
