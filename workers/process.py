"""What a background process holds: the application (for templates, translations, settings) and the worker's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from config.settings import Settings
from service_app import create_app
from service_app.core.db import Database


@dataclass(frozen=True)
class Process:
    """The application and the database of one process."""

    app: Flask
    database: Database
    settings: Settings

    @contextmanager
    def context(self) -> Iterator[None]:
        """An application context, in which templates and words can be had."""
        with self.app.app_context():
            yield


def make_process(settings: Settings) -> Process:
    """A process over these settings; the database role must be the worker's."""
    app = create_app(settings)
    app.config["SERVER_NAME"] = None
    database = app.database
    database.refuse_if_privileged()
    return Process(app, database, settings)


_process: list[Process] = []


def this_process() -> Process:
    """The process we are in, made at its first use: after a fork, never before."""
    if not _process:
        _process.append(make_process(Settings.from_environment()))
    return _process[0]
