"""Counting the statements that a piece of code sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from service_app.core.db import session

GLANCE = "SELECT channel_pause."


@contextmanager
def counted_statements(of: Engine | None = None) -> Iterator[list[str]]:
    """Gather the statements sent inside, by the present transaction's engine or by the one given (a web application's). What
    a process looks up once in ten seconds for all its pages (`core.standing.at_a_glance`) is no statement of any of them."""
    statements: list[str] = []
    engine = of or session().get_bind()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(GLANCE):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
