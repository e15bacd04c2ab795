"""A background process over the test's database, and a mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from config.settings import Settings
from migrations.setup import RuntimeUrls
from tests.mail import Sink, mail_server
from workers.process import Process, make_process

Made = Callable[..., Process]


@pytest.fixture
def make(settings: Settings, urls: RuntimeUrls, empty: None) -> Iterator[Made]:
    """`make(**settings)` is a background process of the worker's role."""
    made: list[Process] = []

    def process(**changes: object) -> Process:
        given: dict[str, Any] = {"database_url": urls.worker} | changes
        made.append(make_process(replace(settings, **given)))
        return made[-1]

    yield process
    for one in made:
        one.database.engine.dispose()


@pytest.fixture
def process(make: Made) -> Process:
    """A background process without a mail server."""
    return make()


@pytest.fixture
def post() -> Iterator[tuple[Sink, int]]:
    """A mail server and its port."""
    with mail_server() as running:
        yield running


@pytest.fixture
def posting(make: Made, post: tuple[Sink, int]) -> Process:
    """A background process that sends to the mail server."""
    return make(smtp_host="127.0.0.1", smtp_port=post[1], smtp_starttls=False)
